import {KpCommand} from '../../base-command.ts'
import type {CommandResult} from '../../base-command.ts'
import {listNodes} from '../../operations/nodes/list.ts'
import {guardCluster} from '../../platform/session.ts'
import {renderNodeList} from '../../ui/render-nodes.ts'
import type {NodeListResult} from '../../ui/results.ts'

export default class NodeList extends KpCommand {
  static override summary = 'List nodes: version, cordons, and what emptying each would meet'
  static override description = 'Changes nothing: the drains are simulated. Names the budget, the pod and the way out where a node would not get empty.'
  static override examples = ['<%= config.bin %> node list', '<%= config.bin %> node list --json']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(NodeList)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      await guardCluster(ctx)
      const value: NodeListResult = {schema: 'kp/node-list/v1', environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, nodes: await listNodes(ctx)}
      return {json: value, text: () => renderNodeList(value, this.terminal)}
    })
  }
}
