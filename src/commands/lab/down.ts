import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {forgetCluster} from '../../platform/forget.ts'
import {openToolbox} from '../../platform/toolbox.ts'
import {renderLabDown} from '../../ui/render-lab.ts'
import type {LabDownResult} from '../../ui/results.ts'

export default class LabDown extends KpCommand {
  static override summary = 'End a lab; nothing of it is left'
  static override examples = ['<%= config.bin %> lab down', '<%= config.bin %> lab down acme --yes', '<%= config.bin %> lab down --all --yes']
  static override args = {name: Args.string({description: "Name of the lab; default that of the platform here, else 'lab'", name: 'NAME'})}
  static override flags = {all: Flags.boolean({summary: 'Every lab of this machine'})}

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(LabDown)
    this.begin(flags)
    const {signal} = this.watch()
    const {labs} = openToolbox({env: process.env, emit: this.bus.emit, redact: (text) => this.redactor.text(text), signal})
    const names = flags.all ? (await labs.list()).map((lab) => lab.name) : [args.name ?? (await this.labOfPlatform()) ?? 'lab']
    const value: LabDownResult = {schema: 'kp/lab-down/v1', removed: [], absent: []}
    for (const name of names) {
      const status = await labs.status(name)
      if (status.state === 'absent') {
        value.absent.push(name)
        continue
      }
      await this.ask({
        risk: status.owner === undefined ? 'changes' : 'destroys',
        what: `end the lab ${name}${status.owner === undefined ? '' : ` of the platform ${status.owner}`}: all that is in it is lost`,
        cluster: name,
        protected: false,
        yesIsEnough: true,
      })
      await labs.down(name, {signal})
      if (status.owner !== undefined && existsSync(join(status.owner, '.kp'))) forgetCluster(status.owner, name)
      value.removed.push(name)
    }
    return {json: value, text: () => renderLabDown(value, this.terminal)}
  }
}
