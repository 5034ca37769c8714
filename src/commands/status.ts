import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {statusOf} from '../operations/status.ts'
import {renderStatus} from '../ui/render-status.ts'

export default class Status extends KpCommand {
  static override summary = 'Show where the platform stands, and what to do next'
  static override description = 'From the last runs and whether the cluster is there. kp plan looks closely, kp verify proves.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Status)
    this.begin(flags)
    const {ctx} = await this.open()
    const value = await statusOf(ctx)
    return {json: value, text: () => renderStatus(value, this.terminal)}
  }
}
