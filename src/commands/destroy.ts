import {Flags} from '@oclif/core'
import type {CommandResult} from '../base-command.ts'
import {EXIT} from '../engine/errors.ts'
import {OperationCommand} from '../operation-command.ts'
import {audit, auditAfter, destroy, destroyStages, lookAtDestroy} from '../operations/destroy/index.ts'
import {decideConfirmation} from '../prompts/confirmation.ts'
import {destroyResult} from '../ui/make-destroy.ts'
import {renderDestroy, renderDoomed} from '../ui/render-destroy.ts'
import type {DestroyResult} from '../ui/results.ts'

export default class Destroy extends OperationCommand {
  static override summary = 'Take a platform on AWS down, and look what is left'
  static override description = 'Shows what goes by name with its cost, and wants the name of the cluster. Switches GitOps and autoscalers off, takes away what the cluster itself made (load balancers, volumes, machines, records), destroys the stacks in the opposite order, and then looks through the account by tags, by the network and by what kp saw being made. Exit code 1 where something is left. One that was cut off goes on.'
  static override examples = ['<%= config.bin %> destroy', '<%= config.bin %> destroy --last-backup', '<%= config.bin %> destroy --delete-backups', '<%= config.bin %> destroy --env dev --yes --confirm acme-dev']
  static override flags = {
    'delete-backups': Flags.boolean({summary: 'Take the bucket of the backups along, with every backup in it; without this it stays'}),
    'last-backup': Flags.boolean({summary: 'Make a backup with Velero first, and keep the snapshots of volumes; nothing goes where it does not end well'}),
  }

  protected async work(): Promise<CommandResult> {
    const {flags} = await this.parse(Destroy)
    this.begin(flags)
    const started = Date.now()
    const value = await this.operate({
      command: 'kp destroy',
      id: 'destroy',
      title: 'Take the platform down',
      events: true,
      work: async (ctx, begin) => {
        const {environment} = ctx.spec
        this.refuseFlags(environment)
        const look = await lookAtDestroy(ctx, {lastBackup: flags['last-backup'], deleteBackups: flags['delete-backups']})
        const {stacks, made} = look
        if (stacks.length + made.length === 0) return destroyResult({environment, outcome: undefined, audit: await audit(ctx, look), durationMs: Date.now() - started})
        const total = stacks.reduce((sum, {goes}) => sum + goes.length, made.length)
        await begin({risk: 'destroys', what: `destroy ${total} things of ${environment.cluster}`, shown: renderDoomed(look, this.terminal), stages: destroyStages(look)})
        const outcome = await destroy(ctx, look)
        return destroyResult({environment, outcome, audit: await auditAfter(ctx, look), durationMs: Date.now() - started})
      },
      good: isNothingLeft,
    })
    return {json: value, text: () => renderDestroy(value, this.terminal), exit: isNothingLeft(value) ? EXIT.ok : EXIT.unhealthy}
  }

  /** Flags that cannot be enough are refused before minutes of looking. Without any, what would go is shown first. */
  private refuseFlags({cluster, protected: guarded}: {cluster: string; protected: boolean}): void {
    const {yes, confirm: confirmName} = this.global
    if (!yes && confirmName === undefined) return
    const decision = decideConfirmation({risk: 'destroys', what: `take ${cluster} down`, cluster, protected: guarded, yes, confirmName, isTTY: this.terminal.interactive})
    if (decision.kind === 'refuse') throw decision.error
  }
}

function isNothingLeft({left, unseen}: DestroyResult): boolean {
  return left.length + unseen.length === 0
}
