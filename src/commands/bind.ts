import {KpCommand} from '../base-command.ts'
import type {CommandResult} from '../base-command.ts'
import {KpError} from '../engine/errors.ts'
import {bindTo, lookAtIdentity} from '../platform/identity.ts'
import {renderBind} from '../ui/render-files.ts'
import type {BindResult} from '../ui/results.ts'

export default class Bind extends KpCommand {
  static override summary = "Tie the repository's environment to a cluster that was rebuilt"
  static override description = 'Only for a cluster that belongs to no other platform. kp up binds a new cluster by itself.'
  static override examples = ['<%= config.bin %> bind --env prod']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Bind)
    this.begin(flags)
    const {ctx} = await this.open()
    const look = await lookAtIdentity(ctx)
    const {environment, platform} = ctx.spec
    if (look.inCluster !== undefined && (look.inCluster.platform !== platform || look.inCluster.environment !== environment.name)) {
      throw new KpError({code: 'WRONG_CLUSTER', message: `this cluster belongs to the platform ${look.inCluster.platform}, environment ${look.inCluster.environment}`, next: ['kp kubeconfig, to see where kp connects to']})
    }
    const value: BindResult = {schema: 'kp/bind/v1', environment: environment.name, cluster: environment.cluster, uid: look.uid, changed: look.local?.uid !== look.uid}
    if (value.changed) {
      await this.ask({risk: 'disrupts', what: `bind environment ${environment.name} to the cluster with UID ${look.uid}`, cluster: environment.cluster, protected: environment.protected})
      await bindTo(ctx, look.uid)
    }
    return {json: value, text: () => renderBind(value, this.terminal)}
  }
}
