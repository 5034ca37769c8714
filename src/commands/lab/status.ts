import {Args} from '@oclif/core'
import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {EXIT} from '../../engine/errors.ts'
import {labFact} from '../../operations/labs.ts'
import {openToolbox} from '../../platform/toolbox.ts'
import {renderLabStatus} from '../../ui/render-lab.ts'
import type {LabStatusResult} from '../../ui/results.ts'

export default class LabStatusCommand extends KpCommand {
  static override summary = 'Show one lab: its state, its API server, its kubeconfig'
  static override description = 'Exit 0 where it runs, else 1.'
  static override examples = ['<%= config.bin %> lab status', '<%= config.bin %> lab status second --json']
  static override args = {name: Args.string({description: "Name of the lab; default that of the platform here, else 'lab'", name: 'NAME'})}

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(LabStatusCommand)
    this.begin(flags)
    const {labs} = openToolbox({env: process.env, emit: this.bus.emit, redact: (text) => this.redactor.text(text), signal: this.watch().signal})
    const value: LabStatusResult = {schema: 'kp/lab-status/v1', lab: labFact(await labs.status(args.name ?? (await this.labOfPlatform()) ?? 'lab'))}
    return {json: value, text: () => renderLabStatus(value, this.terminal), exit: value.lab.state === 'running' ? EXIT.ok : EXIT.unhealthy}
  }
}
