/** What commands share that change something outside of the phases: session, confirmation, view, journal. */
import {BuildCommand, header} from './build-command.ts'
import type {RunWatch} from './build-command.ts'
import type {PlatformContext} from './context.ts'
import {asKpError} from './engine/errors.ts'
import {beginStages, endStages} from './operations/staged.ts'
import type {Stage} from './operations/staged.ts'
import {whoami} from './platform/build-record.ts'
import {openSession} from './platform/session.ts'
import type {CommandRisk} from './prompts/confirmation.ts'

/** What is to be agreed to before anything changes. */
export interface Agreement {
  risk: CommandRisk
  /** The start of a question: "restore the backup x into shop". */
  what: string
  /** What a person sees before that; nothing with --json. */
  shown?: string
  /** Stages that are known only then. */
  stages?: readonly Stage[]
}

/** One operation. */
export interface Operation<T> {
  /** As typed, without flags: `kp backup verify`. */
  command: string
  /** Heading and stages, as they are shown. */
  id: string
  title: string
  stages?: readonly Stage[]
  /** Does it. `begin` asks, and then shows what happens; nothing may be changed before. */
  work(ctx: PlatformContext, begin: (agreement?: Agreement) => Promise<void>): Promise<T>
  /** Whether `--json` prints what happens too, a line an event; otherwise the result alone. */
  events?: boolean
  /** Whether the end counts as a good one in the journal; default always. */
  good?(value: T): boolean
}

const UNWATCHED: Pick<RunWatch, 'show' | 'end'> = {show: () => Promise.resolve(), end: () => Promise.resolve()}

/** Base of those commands. */
export abstract class OperationCommand extends BuildCommand {
  /** Runs it under the lock of the cluster, written down like every run. */
  protected async operate<T>(operation: Operation<T>): Promise<T> {
    const runId = this.newRun()
    const {ctx, save} = await this.open({runId})
    const {environment, platform} = ctx.spec
    const head = header(platform, environment.name, environment.cluster, ctx.provider.title)
    const watch = this.global.json && operation.events !== true ? UNWATCHED : await this.watchRun(head)
    const session = await openSession({ctx, bus: this.bus, runId, command: operation.command, redact: (value) => this.redactor.value(value), abort: () => this.interrupts?.abort()})
    const {id, title, stages = []} = operation
    let began: number | undefined
    const begin = async (agreement?: Agreement): Promise<void> => {
      if (agreement !== undefined) {
        if (agreement.shown !== undefined && !this.global.json) await this.print(agreement.shown)
        await this.ask({risk: agreement.risk, what: agreement.what, cluster: environment.cluster, protected: environment.protected})
      }
      began = ctx.clock.now()
      ctx.emit({code: 'run.started', text: operation.command, data: {run: runId, command: operation.command, environment: environment.name, cluster: environment.cluster, provider: ctx.provider.id, by: whoami(ctx.env), version: ctx.version, dryRun: false, phases: [{id, title}]}})
      beginStages(ctx, {id, title, stages: agreement?.stages ?? stages})
      await watch.show()
    }
    const end = (state: 'done' | 'failed' | 'interrupted', error?: string): void => {
      if (began === undefined) return
      const durationMs = ctx.clock.now() - began
      endStages(ctx, id, state, durationMs)
      ctx.emit({code: 'run.finished', text: state === 'done' ? 'ok' : state, data: {result: state === 'done' ? 'ok' : state, durationMs, ...(error === undefined ? {} : {error})}})
    }
    try {
      const value = await operation.work(ctx, begin)
      const good = operation.good?.(value) ?? true
      end(good ? 'done' : 'failed', good ? undefined : `${operation.command} ended with problems`)
      return value
    } catch (thrown) {
      const error = session.lost() ?? asKpError(thrown)
      end(error.code === 'INTERRUPTED' ? 'interrupted' : 'failed', error.message)
      throw error
    } finally {
      await watch.end()
      await save()
      await session.close()
    }
  }
}
