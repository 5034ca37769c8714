import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {listSlos} from '../../operations/slo.ts'
import {renderSloList} from '../../ui/render-slo.ts'

export default class SloList extends KpCommand {
  static override summary = 'List the objectives, their budgets and their alerts'
  static override description = 'From kp.yaml, without a cluster: from which share of bad events on which alert fires, and which can never fire.'
  static override examples = ['<%= config.bin %> slo list', '<%= config.bin %> slo list --json']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(SloList)
    this.begin(flags)
    const {ctx, save} = await this.open()
    const value = listSlos(ctx)
    await save()
    return {json: value, text: () => renderSloList(value, this.terminal)}
  }
}
