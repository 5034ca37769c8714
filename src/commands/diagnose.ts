import {Args, Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {EXIT} from '../engine/errors.ts'
import {SELECTION_FLAGS, selectionOf} from '../flags.ts'
import {diagnose} from '../operations/diagnose/index.ts'
import {selectByName} from '../operations/select.ts'
import {guardCluster} from '../platform/session.ts'
import {renderDiagnose} from '../ui/render-diagnose.ts'
import type {DiagnoseResult} from '../ui/results.ts'

export default class Diagnose extends KpCommand {
  static override summary = 'Find known pitfalls in the live cluster, the root cause first, with the fix'
  static override description = 'Changes nothing. Exit 0: nothing known is wrong. 1: something was found. 8: nothing was found, but not everything could be looked at.'
  static override examples = ['<%= config.bin %> diagnose', '<%= config.bin %> diagnose ingress cert-manager', '<%= config.bin %> diagnose --json']
  static override strict = false
  static override args = {phases: Args.string({description: 'Pitfalls of these phases; default all', name: 'PHASE…'})}
  static override flags = {
    ...SELECTION_FLAGS,
    wait: Flags.integer({summary: 'Seconds to wait for what takes a while', default: 5, min: 0, max: 3600}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags, argv} = await this.parse(Diagnose)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      if ((await ctx.presence()).state === 'running') await guardCluster(ctx)
      const {findings, unknown} = await diagnose(ctx, selectByName(ctx.phases, selectionOf(flags, argv as string[])), flags.wait * 1000)
      const value: DiagnoseResult = {schema: 'kp/diagnose/v1', environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, findings, unknown}
      const exit = findings.length > 0 ? EXIT.unhealthy : unknown.length > 0 ? EXIT.unknown : EXIT.ok
      return {json: value, text: () => renderDiagnose(value, this.terminal), exit}
    })
  }
}
