import {Flags} from '@oclif/core'
import {BuildCommand, header} from '../build-command.ts'
import type {CommandResult} from '../base-command.ts'
import {EXIT} from '../engine/errors.ts'
import {audit, destroy, lookAtDestroy} from '../operations/destroy/index.ts'
import type {DestroyLook} from '../operations/destroy/index.ts'
import {openSession} from '../platform/session.ts'
import {destroyResult} from '../ui/make-destroy.ts'
import {renderDestroy, renderDoomed} from '../ui/render-destroy.ts'

export default class Destroy extends BuildCommand {
  static override summary = 'Take a platform on AWS down, and look what is left'
  static override description = 'Shows what goes by name with its cost, and wants the name of the cluster. Switches GitOps and autoscalers off, takes away what the cluster itself made (load balancers, volumes, machines, records), destroys the stacks in the opposite order, and then looks through the account by tags, by the network and by what kp saw being made. Exit code 1 where something is left. One that was cut off goes on.'
  static override examples = ['<%= config.bin %> destroy', '<%= config.bin %> destroy --last-backup', '<%= config.bin %> destroy --env dev --yes --confirm acme-dev']
  static override flags = {
    'last-backup': Flags.boolean({summary: 'Make a backup with Velero first, and keep the snapshots of volumes; nothing goes where it does not end well'}),
  }

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
      const look = await lookAtDestroy(ctx, {lastBackup: flags['last-backup']})
      const something = look.stacks.length > 0 || look.made.length > 0
      if (something) {
        await this.agree(look, environment)
        await watch.show()
      }
      const outcome = something ? await destroy(ctx, look) : undefined
      const value = destroyResult({environment, outcome, audit: await audit(ctx, look), durationMs: Date.now() - started})
      return {json: value, text: () => renderDestroy(value, this.terminal), exit: value.left.length + value.unseen.length === 0 ? EXIT.ok : EXIT.unhealthy}
    } finally {
      await watch.end()
      await session.close()
    }
  }

  private async agree(look: DestroyLook, {cluster, protected: guarded}: {cluster: string; protected: boolean}): Promise<void> {
    if (!this.global.json) await this.print(renderDoomed(look, this.terminal))
    const total = look.stacks.reduce((sum, {goes}) => sum + goes.length, look.made.length)
    await this.ask({risk: 'destroys', what: `destroy ${total} things of ${cluster}`, cluster, protected: guarded})
  }
}
