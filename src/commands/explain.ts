import {Args} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {KpError} from '../engine/errors.ts'
import {explain} from '../operations/explain.ts'
import {renderExplain} from '../ui/render-explain.ts'

export default class Explain extends KpCommand {
  static override summary = 'Explain a phase, step, check or pitfall: what, why, how, and what can go wrong'
  static override examples = ['<%= config.bin %> explain cert-manager', '<%= config.bin %> explain cert-manager.issuer-ready', '<%= config.bin %> explain KP0501']
  static override args = {name: Args.string({description: 'Phase, step, check or pitfall', required: true, name: 'NAME'})}

  protected async work(): Promise<CommandResult> {
    const {flags, args} = await this.parse(Explain)
    this.begin(flags)
    const phases = await this.loadPhases()
    const ctx = await this.open().then(({ctx: opened}) => opened, (error: unknown) => {
      // Outside of a platform there is still everything to read but its steps.
      if (error instanceof KpError && error.code === 'SPEC_MISSING') return undefined
      throw error
    })
    const value = explain(args.name, phases, ctx)
    return {json: value, text: () => renderExplain(value, this.terminal)}
  }
}
