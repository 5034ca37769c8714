import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {EXIT} from '../../engine/errors.ts'
import {reportSlos} from '../../operations/slo-report.ts'
import {guardCluster} from '../../platform/session.ts'
import {renderSloReport} from '../../ui/render-slo.ts'

export default class SloReport extends KpCommand {
  static override summary = 'Say what was kept of the objectives, and how fast budgets burn'
  static override description = 'Attainment, budget left, burn rate by window and firing alerts, from the Prometheus of the platform. Exit code 1 where a budget is gone; 8 where Prometheus does not say. Changes nothing.'
  static override examples = ['<%= config.bin %> slo report', "<%= config.bin %> slo report --json | jq '.slos[] | {name, budgetLeftPercent}'"]

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(SloReport)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      await guardCluster(ctx)
      const value = await reportSlos(ctx)
      const {missed, unknown} = value.summary
      return {json: value, text: () => renderSloReport(value, this.terminal), exit: missed > 0 ? EXIT.unhealthy : unknown > 0 ? EXIT.unknown : EXIT.ok}
    })
  }
}
