/** `kp step X --remove`: what may be removed, what goes, what stays, and the run itself. */
import type {PlatformContext, PlatformPhase} from '../context.ts'
import {asKpError, KpError} from '../engine/errors.ts'
import {planRemoval, removePhase} from '../engine/remove.ts'
import type {Removal} from '../engine/remove.ts'
import {errorData} from '../engine/run.ts'
import type {RunResult} from '../engine/run.ts'
import type {RemovalOptions} from '../engine/types.ts'
import {recordBuild, whoami} from '../platform/build-record.ts'
import type {Session} from '../platform/session.ts'
import {pitfallsOf} from './explain-error.ts'

/** Phases that nothing else could stand without, and what takes their place. */
const STAYS: Record<string, {why: string; next: string}> = {
  prerequisites: {why: 'it makes nothing in the cluster', next: 'delete the rendered files by hand, when nobody needs them'},
  networking: {why: 'the whole platform stands in its network', next: 'kp lab down takes a lab down, with all that is in it'},
  'control-plane': {why: 'it is the cluster itself', next: 'kp lab down takes a lab down, with all that is in it'},
  'node-pools': {why: 'everything runs on its nodes', next: 'take a pool out of nodePools in kp.yaml, then kp up'},
}
const MOST = 10

/** What removing a phase is given. */
export interface RemoveOptions {
  ctx: PlatformContext
  phase: PlatformPhase
  removal: RemovalOptions
  command: string
  runId: string
  session: Session
  /** Shows what goes and what stays, and asks; throws where the answer is no. Not called where nothing stands. */
  confirm(removal: Removal): Promise<void>
  beforeRun(): Promise<void>
}

/** A removal and what it left. */
export interface RemoveResult {
  run: RunResult
  kept: string[]
}

/**
 * Removes a phase.
 * @throws KpError GATE where others depend on it; NOT_CONFIRMED
 */
export async function remove(options: RemoveOptions): Promise<RemoveResult> {
  const {ctx, session} = options
  const started = ctx.clock.now()
  ctx.emit({
    code: 'run.started',
    text: options.command,
    data: {run: options.runId, command: options.command, environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, provider: ctx.provider.id, by: whoami(ctx.env), version: ctx.version, dryRun: ctx.dryRun, phases: [{id: options.phase.id, title: options.phase.title}]},
  })
  const end = (result: string, error?: KpError): void => ctx.emit({code: 'run.finished', text: result, data: {result, durationMs: ctx.clock.now() - started, ...(error === undefined ? {} : {error: error.message, errorData: errorData(error)})}})
  try {
    if ((await ctx.presence()).state !== 'running') throw new KpError({code: 'CLUSTER_ABSENT', message: (await ctx.presence()).observed, next: ['kp status']})
    const last = options.phase.afterRemoval?.(ctx)
    // Steps are undone in reverse.
    const phase: PlatformPhase = last === undefined ? options.phase : {...options.phase, steps: (platform) => [last, ...options.phase.steps(platform)]}
    const removal = await judgeRemoval(ctx, phase, options.removal)
    const kept = removal.steps.flatMap(({keeps}) => keeps)
    if (removal.steps.some(({deletes}) => deletes.length > 0)) {
      await options.confirm(removal)
      await options.beforeRun()
      ctx.changed()
    }
    let run = await removePhase(phase, ctx, options.removal)
    const error = session.lost() ?? run.error
    if (error !== undefined) {
      error.pitfalls = [...new Set([...error.pitfalls, ...pitfallsOf(ctx.phases, error)])]
      run = {...run, error}
    }
    if (run.phases.some(({steps}) => steps.some((step) => step.result === 'removed'))) await recordBuild(ctx, {id: options.runId, command: options.command, changed: true}).catch(() => undefined)
    end(run.result, error)
    return {run, kept}
  } catch (thrown) {
    const error = session.lost() ?? asKpError(thrown)
    end(error.code === 'INTERRUPTED' ? 'interrupted' : 'failed', error)
    throw error
  }
}

/**
 * What a removal would do.
 * @throws KpError GATE where the phase cannot be removed, others depend on it, or others use what it brought
 */
export async function judgeRemoval(ctx: PlatformContext, phase: PlatformPhase, options: RemovalOptions): Promise<Removal> {
  const stays = STAYS[phase.id]
  if (stays !== undefined) throw new KpError({code: 'GATE', message: `phase ${phase.id} cannot be removed: ${stays.why}`, next: [stays.next]})
  const dependents = await dependentsOf(ctx, phase.id)
  if (dependents.length > 0) {
    throw new KpError({
      code: 'GATE',
      message: `phase ${phase.id} cannot be removed while ${dependents.map(({id}) => id).join(' and ')} ${dependents.length === 1 ? 'stands' : 'stand'} on it`,
      details: dependents.map(({id, stands}) => `${id}: ${stands[0]}${stands.length > 1 ? ` and ${stands.length - 1} more` : ''}`),
      next: dependents.map(({id}) => `kp step ${id} --remove, first`),
    })
  }
  if (phase.id === 'cni') await requireNoPodNetwork(ctx)
  const removal = await planRemoval(phase, ctx, options)
  const users = (await phase.users?.(ctx)) ?? []
  if (users.length > 0) throw inUse(phase.id, users)
  const blockers = [...new Set(removal.steps.flatMap((step) => step.blockers))].toSorted()
  if (blockers.length > 0) {
    throw new KpError({
      code: 'GATE',
      message: `phase ${phase.id} cannot be removed: ${blockers.length === 1 ? 'an object' : `${blockers.length} objects`} of its kinds ${blockers.length === 1 ? 'was' : 'were'} made by others, and nobody would look after ${blockers.length === 1 ? 'it' : 'them'} any more`,
      details: listed(blockers),
      next: ['move or delete them, together with those who made them, then run the same command again'],
    })
  }
  return removal
}

function inUse(id: string, users: string[]): KpError {
  return new KpError({
    code: 'GATE',
    message: `phase ${id} cannot be removed: ${users.length === 1 ? 'something of others goes' : `${users.length} things of others go`} through it`,
    details: listed(users),
    next: ['lead them another way first, then run the same command again'],
  })
}

/** Phases that come after this one and of which something stands, also those that kp.yaml has switched off. */
async function dependentsOf(ctx: PlatformContext, id: string): Promise<{id: string; stands: string[]}[]> {
  const found: {id: string; stands: string[]}[] = []
  for (const phase of ctx.phases.filter((one) => one.dependsOn(ctx).includes(id))) {
    const {steps} = await planRemoval(phase, ctx, {withData: false})
    const stands = steps.flatMap(({deletes}) => deletes)
    if (stands.length > 0) found.push({id: phase.id, stands})
  }
  return found
}

/** Pods with addresses of the pod network cannot live without it. */
async function requireNoPodNetwork(ctx: PlatformContext): Promise<void> {
  const pods = await (await ctx.cluster()).listKnown('v1', 'Pod')
  const using = pods.filter((pod) => (pod['spec'] as {hostNetwork?: boolean} | undefined)?.hostNetwork !== true && !['Succeeded', 'Failed'].includes((pod['status'] as {phase?: string} | undefined)?.phase ?? ''))
  if (using.length === 0) return
  throw new KpError({
    code: 'GATE',
    message: `phase cni cannot be removed: ${using.length} ${using.length === 1 ? 'pod uses' : 'pods use'} the pod network, and no new pod would start without it`,
    details: listed(using.map((pod) => `Pod ${pod.metadata.namespace}/${pod.metadata.name}`)),
    next: ['kp explain KP0416, for another network plugin', 'kp lab down takes a lab down, with all that is in it'],
  })
}

function listed(names: string[]): string[] {
  return names.length > MOST ? [...names.slice(0, MOST), `and ${names.length - MOST} more`] : names
}
