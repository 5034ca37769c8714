import type {CommandResult} from '../../base-command.ts'
import {NODE_FLAGS, NODE_ARGS, NodeCommand} from '../../node-command.ts'

export default class NodeDrain extends NodeCommand {
  static override summary = 'Empty a node and leave it cordoned'
  static override description = 'Refuses where other nodes are not well or a budget would hold (exit 7). Says which pod holds the drain and why; at its limit it lets the node go again.'
  static override examples = ['<%= config.bin %> node drain general-a-1', '<%= config.bin %> node drain general-a-1 --limit 2m', '<%= config.bin %> node drain general-a-1 general-b-1 --yes --confirm acme-prod']
  static override strict = false
  static override args = NODE_ARGS
  static override flags = NODE_FLAGS

  protected async work(): Promise<CommandResult> {
    const {flags, argv} = await this.parse(NodeDrain)
    this.begin(flags)
    return this.workOn('drain', argv as string[], flags)
  }
}
