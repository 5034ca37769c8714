import type {CommandResult} from '../../base-command.ts'
import {BACK_FLAGS, NODE_ARGS, NodeCommand} from '../../node-command.ts'

export default class NodeReplace extends NodeCommand {
  static override summary = 'Empty nodes one at a time and have their pool bring new ones'
  static override description = 'Behind the same gates as kp node drain, with a look between two nodes. In the lab the node is deleted and comes anew; on AWS kp names the machine to end.'
  static override examples = ['<%= config.bin %> node replace general-a-1', '<%= config.bin %> node replace general-a-1 --yes --confirm acme-prod']
  static override strict = false
  static override args = NODE_ARGS
  static override flags = BACK_FLAGS

  protected async work(): Promise<CommandResult> {
    const {flags, argv} = await this.parse(NodeReplace)
    this.begin(flags)
    return this.workOn('replace', argv as string[], flags)
  }
}
