import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {listDrills} from '../../operations/drill/list.ts'
import {renderDrillsList} from '../../ui/render-drill.ts'

export default class DrillsList extends KpCommand {
  static override summary = 'List the drills, and how each ended last'
  static override examples = ['<%= config.bin %> drills list', '<%= config.bin %> drills list --json']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(DrillsList)
    this.begin(flags)
    const {ctx} = await this.open()
    const value = listDrills(ctx)
    return {json: value, text: () => renderDrillsList(value, this.terminal)}
  }
}
