import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {costReportOf} from '../../operations/cost.ts'
import {guardCluster} from '../../platform/session.ts'
import {renderCostReport} from '../../ui/render-cost.ts'

export default class CostReport extends KpCommand {
  static override summary = 'Say what is spent a month, by namespace and team, and how full quotas are'
  static override description = 'Counted from what pods ask for, volumes and load balancers, by a table of list prices that names its date and source. The bill of the cloud knows better: discounts, traffic and your region are not in it. Changes nothing.'
  static override examples = ['<%= config.bin %> cost report', '<%= config.bin %> cost report --env prod', "<%= config.bin %> cost report --json | jq '.teams'"]

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(CostReport)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      await guardCluster(ctx)
      const value = await costReportOf(ctx)
      return {json: value, text: () => renderCostReport(value, this.terminal)}
    })
  }
}
