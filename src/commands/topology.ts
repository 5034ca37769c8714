import {Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {topologyOf} from '../operations/topology.ts'
import {guardCluster} from '../platform/session.ts'
import {drawMermaid, drawSvg} from '../ui/draw-topology.ts'
import {renderTopology} from '../ui/render-topology.ts'

const OUTPUTS = ['text', 'svg', 'mermaid', 'json'] as const

export default class Topology extends KpCommand {
  static override summary = 'Draw zones, subnets, node pools and load balancers'
  static override description = 'From the cluster where it runs; before that as kp.yaml plans it, and says so.'
  static override examples = ['<%= config.bin %> topology', '<%= config.bin %> topology --output svg > topology.svg', '<%= config.bin %> topology --output mermaid']
  static override flags = {output: Flags.option({summary: 'Format', options: OUTPUTS, default: 'text' as (typeof OUTPUTS)[number]})()}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Topology)
    this.begin(flags)
    return this.withPlatform(async ({ctx}) => {
      if ((await ctx.presence()).state === 'running') await guardCluster(ctx)
      const value = await topologyOf(ctx)
      const texts = {text: () => renderTopology(value, this.terminal), svg: () => drawSvg(value), mermaid: () => drawMermaid(value), json: () => JSON.stringify(value)}
      return {json: value, text: texts[flags.output]}
    })
  }
}
