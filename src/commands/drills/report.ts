import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {reportDrills} from '../../operations/drill/list.ts'
import {renderDrillsReport} from '../../ui/render-drill.ts'

export default class DrillsReport extends KpCommand {
  static override summary = 'What the drills of an environment measured, run against run'
  static override description = 'Times to detect and to recover, what users lost, and how that changed. Means are given from three runs on. kp report --drills writes the same as a page.'
  static override examples = ['<%= config.bin %> drills report', '<%= config.bin %> drills report --env prod --json']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(DrillsReport)
    this.begin(flags)
    const {ctx} = await this.open()
    const value = reportDrills(ctx)
    return {json: value, text: () => renderDrillsReport(value, this.terminal)}
  }
}
