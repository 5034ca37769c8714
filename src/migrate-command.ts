/** What the commands of `kp migrate` share: two environments at once, both guarded, both locked. */
import {Flags} from '@oclif/core'
import type {PlatformContext} from './context.ts'
import {KpError} from './engine/errors.ts'
import {OperationCommand} from './operation-command.ts'
import type {Ends} from './operations/migrate/index.ts'
import {takeLease} from './platform/lease.ts'
import {guardCluster} from './platform/session.ts'

/** `--from ENV --to ENV`. */
export const ENDS_FLAGS = {
  from: Flags.string({summary: 'Environment that has the traffic', required: true, helpValue: 'ENV'}),
  to: Flags.string({summary: 'Environment that gets it', required: true, helpValue: 'ENV'}),
}

/** Base of those commands. */
export abstract class MigrateCommand extends OperationCommand {
  /** The first environment is that of the session. */
  protected chooseFrom({from, to}: {from: string; to: string}): void {
    if (from === to) throw new KpError({code: 'USAGE', message: `--from and --to both name ${from}`, next: ['name two environments of kp.yaml']})
    this.global = {...this.global, env: from}
  }

  /** Both ends, once the first one is open. The second cluster is the right one, too. */
  protected async endsOf(from: PlatformContext, to: string): Promise<Ends & {close(): Promise<void>}> {
    this.global = {...this.global, env: to}
    try {
      const opened = await this.open()
      const presence = await opened.ctx.presence()
      if (presence.state !== 'running') throw new KpError({code: 'CLUSTER_ABSENT', message: `${opened.ctx.spec.environment.cluster}: ${presence.observed}`, next: [`kp up --env ${to}`]})
      await guardCluster(opened.ctx)
      return {from, to: opened.ctx, close: () => opened.save()}
    } finally {
      this.global = {...this.global, env: from.spec.environment.name}
    }
  }

  /** Holds the lock of the second cluster while something is done; the session has that of the first. */
  protected async whileHeld<T>({to, from}: Ends, command: string, act: () => Promise<T>): Promise<T> {
    const {api} = await to.cluster()
    let lost: KpError | undefined
    const lease = await takeLease({
      api, clock: to.clock, command, run: 'migrate', settle: () => Promise.resolve(), emit: from.emit, stopping: from.stopping,
      onLost: (error) => {
        lost = error
        this.interrupts?.abort()
      },
    })
    try {
      return await act()
    } catch (error) {
      throw lost ?? error
    } finally {
      await lease.release()
    }
  }
}
