import {existsSync} from 'node:fs'
import {Flags} from '@oclif/core'
import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {KpError} from '../engine/errors.ts'
import {renderKubeconfig} from '../ui/render-files.ts'
import type {KubeconfigResult} from '../ui/results.ts'

export default class Kubeconfig extends KpCommand {
  static override summary = "Print the path of the environment's own kubeconfig"
  static override examples = ['kubectl --kubeconfig "$(<%= config.bin %> kubeconfig)" get nodes', 'eval "$(<%= config.bin %> kubeconfig --export)"']
  static override flags = {export: Flags.boolean({summary: 'As a line for a shell'})}

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Kubeconfig)
    this.begin(flags)
    const {ctx} = await this.open()
    if (!existsSync(ctx.access.kubeconfig)) throw new KpError({code: 'CLUSTER_ABSENT', message: `there is no kubeconfig yet: ${(await ctx.presence()).observed}`, next: ['kp up']})
    const value: KubeconfigResult = {schema: 'kp/kubeconfig/v1', environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, path: ctx.access.kubeconfig}
    return {json: value, text: () => renderKubeconfig(value, {exported: flags.export})}
  }
}
