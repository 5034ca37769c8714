import {BuildCommand, header} from '../build-command.ts'
import type {CommandResult} from '../base-command.ts'
import {EXIT} from '../engine/errors.ts'
import {auditRemainders, destroyStacks, forgetNetwork, lookAtDestroy} from '../operations/destroy.ts'
import {openSession} from '../platform/session.ts'
import {renderDestroy, renderDoomed} from '../ui/render-destroy.ts'
import type {DestroyResult} from '../ui/results.ts'

export default class Destroy extends BuildCommand {
  static override summary = 'Take everything down that the stacks made, and look what is left'
  static override description = 'Shows what goes by name, wants the name of the cluster, destroys the stacks in the opposite order, and then looks through the account by tags and by the network. Exit code 1 where something is left. One that was cut off goes on.'
  static override examples = ['<%= config.bin %> destroy', '<%= config.bin %> destroy --env dev --yes --confirm acme-dev']

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Destroy)
    this.begin(flags)
    const runId = this.newRun()
    const started = Date.now()
    const {ctx} = await this.open({runId})
    const {environment, platform} = ctx.spec
    const watch = await this.watchRun(header(platform, environment.name, environment.cluster, ctx.provider.title))
    const session = await openSession({ctx, bus: this.bus, runId, command: 'kp destroy', redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort()})
    try {
      const look = await lookAtDestroy(ctx)
      if (look.stacks.length > 0) {
        if (!this.global.json) await this.print(renderDoomed(look.stacks, this.terminal))
        const total = look.stacks.reduce((sum, {goes}) => sum + goes.length, 0)
        await this.ask({risk: 'destroys', what: `destroy ${total} resources of ${environment.cluster}`, cluster: environment.cluster, protected: environment.protected})
        await watch.show()
        await destroyStacks(ctx, look)
      }
      const left = await auditRemainders(ctx, look)
      if (left.length === 0) forgetNetwork(ctx)
      const value: DestroyResult = {schema: 'kp/destroy/v1', environment: environment.name, cluster: environment.cluster, destroyed: look.stacks.map(({stack, goes}) => ({stack, resources: goes})), left, durationMs: Date.now() - started}
      return {json: value, text: () => renderDestroy(value, this.terminal), exit: left.length === 0 ? EXIT.ok : EXIT.unhealthy}
    } finally {
      await watch.end()
      await session.close()
    }
  }
}
