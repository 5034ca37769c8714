import type {CommandResult} from '../../base-command.ts'
import {BACK_FLAGS, NODE_ARGS, NodeCommand} from '../../node-command.ts'

export default class NodePatch extends NodeCommand {
  static override summary = 'Empty nodes one at a time, patch them, and let pods come again'
  static override description = 'Behind the same gates as kp node drain, with a look between two nodes. In the lab the node gets the newest kubelet of its minor; elsewhere kp empties it and waits until you have patched and booted it.'
  static override examples = ['<%= config.bin %> node patch general-a-1', '<%= config.bin %> node patch general-a-1 general-b-1 --back-limit 30m']
  static override strict = false
  static override args = NODE_ARGS
  static override flags = BACK_FLAGS

  protected async work(): Promise<CommandResult> {
    const {flags, argv} = await this.parse(NodePatch)
    this.begin(flags)
    return this.workOn('patch', argv as string[], flags)
  }
}
