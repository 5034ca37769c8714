/**
 * One run that may change a platform: the locks are held, leftovers of killed
 * runs are settled, the cluster is the right one, and everything is written down.
 */
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import {openJournal} from '../engine/journal.ts'
import type {Journal} from '../engine/journal.ts'
import {takeFileLock} from '../engine/lock.ts'
import type {HeldLock} from '../engine/lock.ts'
import {sweepTemporaries} from '../render/files.ts'
import {lookAtIdentity, readRecord, requireOwnCluster, requireUnchanged} from './identity.ts'
import {requireSameChoices} from './choices.ts'
import {settleLeftovers, settleRun} from './leftovers.ts'
import {takeLease} from './lease.ts'
import type {HeldLease} from './lease.ts'
import type {EventBus} from './bus.ts'

/** What a session is opened with. */
export interface SessionOptions {
  ctx: PlatformContext
  bus: EventBus
  runId: string
  /** As typed: `kp up`. */
  command: string
  redact<T>(value: T): T
  /** Stops the run at once. */
  abort(): void
  /** What must be done before anything is asked of the cluster, once no tool of an earlier run works at it any more. */
  before?(): Promise<void>
}

/** An open session. */
export interface Session {
  journal: Journal
  /** Takes the Lease once there is a cluster; safe to call again. */
  holdCluster(): Promise<void>
  /** The reason for which the run was stopped from within: the lock was lost. */
  lost(): KpError | undefined
  close(): Promise<void>
}

/**
 * Opens a session.
 * @throws KpError LOCKED, WRONG_CLUSTER, FILE_SYSTEM
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const {ctx, bus, command} = options
  const fileLock = takeFileLock(join(ctx.paths.state, 'lock'), command, ctx.clock.now())
  let journal: Journal | undefined
  let lease: HeldLease | undefined
  let lost: KpError | undefined
  const close = async (): Promise<void> => {
    await lease?.release()
    journal?.close()
    fileLock.release()
  }
  try {
    sweepTemporaries(writtenFolders(ctx), ctx.clock.now())
    await settleLeftovers({runsDir: ctx.paths.runs, clock: ctx.clock, emit: bus.emit, stopping: ctx.stopping})
    const opened = openJournal(ctx.paths.runs, options.runId, options.redact)
    journal = opened
    bus.listen((event) => opened.append(event))
    tellTakenOver(bus, fileLock)
    const session: Session = {
      journal: opened,
      async holdCluster() {
        if (lease !== undefined || ctx.dryRun) return
        const presence = await ctx.presence()
        if (presence.state !== 'running') return
        const {api} = await ctx.cluster()
        lease = await takeLease({
          api,
          clock: ctx.clock,
          command,
          run: options.runId,
          settle: (run) => settleRun(run, {clock: ctx.clock, emit: bus.emit, stopping: ctx.stopping}),
          emit: bus.emit,
          stopping: ctx.stopping,
          onLost(error) {
            lost = error
            options.abort()
          },
        })
      },
      lost: () => lost,
      close,
    }
    await options.before?.()
    if (!ctx.dryRun) await ctx.awake?.()
    await guardCluster(ctx)
    await session.holdCluster()
    if (!ctx.dryRun) {
      await ctx.settle?.()
      // The cluster may answer only now.
      await session.holdCluster()
    }
    return session
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Refuses to look at or touch a cluster that is not this environment's, or that kp.yaml wants to change in a way that it cannot.
 * Without a cluster there is nothing to refuse.
 * @throws KpError WRONG_CLUSTER, WRONG_ACCOUNT, CREDENTIALS_MISSING, IMMUTABLE, GATE
 */
export async function guardCluster(ctx: PlatformContext): Promise<void> {
  await ctx.aws?.requireAccount()
  if ((await ctx.presence()).state !== 'running') return requireSameName(ctx)
  const look = await lookAtIdentity(ctx)
  requireOwnCluster(ctx, look)
  requireUnchanged(ctx, look)
  await requireSameChoices(ctx)
}

/**
 * Refuses to build a second cluster for an environment that has one under another name.
 * @throws KpError IMMUTABLE
 */
function requireSameName(ctx: PlatformContext): void {
  const {name, cluster} = ctx.spec.environment
  const record = readRecord(ctx.paths.environment)
  if (record === undefined || record.cluster === cluster) return
  throw new KpError({
    code: 'IMMUTABLE',
    message: `environment ${name} was built as the cluster ${record.cluster}; kp.yaml now names it ${cluster}`,
    next: [`put the old name back into kp.yaml: cluster: ${record.cluster}`, ...(ctx.lab === undefined ? [] : [`kp lab down ${record.cluster}, to end that lab and build anew`])],
  })
}

/** The folders in which kp writes files beside those that it renders. */
function writtenFolders(ctx: PlatformContext): string[] {
  const environments = join(ctx.paths.state, 'environments')
  const below = existsSync(environments) ? readdirSync(environments).map((name) => join(environments, name)) : []
  return [ctx.paths.root, ctx.paths.state, ...below.flatMap((folder) => [folder, join(folder, 'cache')])]
}

function tellTakenOver(bus: EventBus, lock: HeldLock): void {
  const holder = lock.takenOverFrom
  if (holder !== undefined) bus.emit({code: 'lock.takenOver', text: `took the lock over from ${holder.command}, process ${holder.pid}, which is dead`, data: {holder}})
}
