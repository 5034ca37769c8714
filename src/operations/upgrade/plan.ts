/** The plan of an upgrade: gates, what a drain of every node would meet, and the order. Reads only. */
import type {PlatformContext} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import {pastDurations} from '../../engine/journal.ts'
import {KUBERNETES_VERSIONS} from '../../spec/schema/cluster.ts'
import {KUBERNETES_MINORS, findTool} from '../../tools/toolchain/catalog.ts'
import {readDrainInput} from '../drain/read.ts'
import type {DrainInput, SimulatedNode} from '../drain/simulate.ts'
import {askGates, blocking, refusing} from './gates/index.ts'
import {firstBackup} from './gates/backup.ts'
import type {Waivers} from './gates/index.ts'
import type {FirstBackup} from './backup-steps.ts'
import {addonChanges, componentsOf} from './gates/components.ts'
import {orderOf} from './order.ts'
import {unfinishedUpgrade} from './record.ts'
import {simulateNodegroups, simulateWithSurges, surgesLeft} from './surge.ts'
import type {SurgedSimulation} from './surge.ts'
import type {AddonChange, GateResult, OrderItem, Surge, Wave} from './types.ts'
import {resolveTarget} from './versions.ts'
import type {Offered, UpgradeTarget, Wanted} from './versions.ts'
import {maxUnavailableOf, wavesOf} from './waves.ts'

/** What is asked for. */
export interface UpgradeRequest {
  wanted: Wanted
  /** `1`, `10%`. */
  maxUnavailable: string
  /** Seconds that the first node is watched. */
  soakSeconds: number
  waivers: Waivers
  /** Whether what can be done first is agreed to: a backup that is made and proven. */
  agreed: boolean
}

/** See the file's head. */
export interface UpgradePlan {
  target: UpgradeTarget
  /** Whether there is anything to do. */
  needed: boolean
  allowed: boolean
  gates: GateResult[]
  drain: SimulatedNode[]
  waves: Wave[]
  /** Nodes that come for the time of others. */
  surges: Surge[]
  /** Those that a run which was cut off has left, beside nodes that are done. */
  leftSurges: string[]
  /** What is made and proven before anything is changed; undefined where that is done, or waived. */
  backupFirst: FirstBackup | undefined
  maxUnavailable: number
  addons: AddonChange[]
  order: OrderItem[]
  /** What a person should know besides. */
  notes: string[]
}

/** @throws KpError USAGE, GATE for a version that cannot be gone to; what the API server refuses */
export async function planUpgrade(ctx: PlatformContext, request: UpgradeRequest): Promise<UpgradePlan> {
  const cluster = await ctx.cluster()
  const {gitVersion = ''} = ((await cluster.raw('/version')) ?? {}) as {gitVersion?: string}
  const unfinished = unfinishedUpgrade(ctx)
  const target = resolveTarget(request.wanted, gitVersion, await offeredBy(ctx), {now: ctx.clock.now(), ...(unfinished === undefined ? {} : {unfinished: unfinished.to})})
  if (unfinished !== undefined && target.to !== unfinished.to && target.kind !== 'addons') throw new KpError({code: 'GATE', message: `an upgrade to ${unfinished.to} was begun on ${unfinished.startedAt} and is not at its end`, next: [`kp upgrade --to ${unfinished.to}, which goes on with it`]})
  const input = await readInput(ctx)
  const all = 'nodes' in input ? input.nodes : []
  const left = surgesLeft(all)
  const nodes = all.filter(({metadata}) => ![...left.values()].includes(metadata.name))
  const maxUnavailable = maxUnavailableOf(request.maxUnavailable, nodes.length)
  const waves = target.kind === 'addons' ? [] : wavesOf(nodes, target.to, {maxUnavailable, podsOn: podCounts(input)})
  const drain = 'reason' in input ? input : await simulate(ctx, input, waves, left)
  const surges = 'surges' in drain ? drain.surges : []
  const gates = await askGates({ctx, target, drain}, request.waivers)
  const addons = addonChanges(componentsOf(ctx), target.fromMinor, target.toMinor)
  const inWaves = new Set(waves.flatMap((wave) => wave.nodes))
  const leftSurges = [...left].flatMap(([node, name]) => (inWaves.has(node) ? [] : [name]))
  const backupFirst = blocking(gates).some(({id, first}) => id === 'backup' && first !== null) ? firstBackup(ctx) : undefined
  const needed = leftSurges.length > 0 || target.kind === 'addons' || target.from !== target.to || waves.length > 0 || unfinished !== undefined || ctx.spec.kubernetes.version !== target.toMinor
  return {
    target,
    needed,
    allowed: (request.agreed ? refusing(gates) : blocking(gates)).length === 0,
    gates,
    drain: 'simulation' in drain ? drain.simulation.nodes : [],
    waves,
    surges,
    leftSurges,
    backupFirst,
    maxUnavailable,
    addons,
    order: await orderOf({ctx, target, waves, surges, leftSurges, backupFirst, addons, soakSeconds: request.soakSeconds, estimates: pastDurations(ctx.paths.runs)}),
    notes: notesOf(ctx, target, unfinished !== undefined),
  }
}

/** What the drains would meet. In a lab kp brings nodes for the time, EKS does so by itself; elsewhere there are those that there are. */
async function simulate(ctx: PlatformContext, input: DrainInput, waves: readonly Wave[], left: ReadonlyMap<string, string>): Promise<SurgedSimulation> {
  if (ctx.lab !== undefined) return simulateWithSurges(input, waves, left)
  const groups = ctx.aws === undefined ? [] : await (await ctx.aws.upgrade()).nodegroups()
  return {simulation: simulateNodegroups(input, waves, groups), surges: []}
}

/** The versions that the platform's provider can go to, oldest first. */
export async function offeredBy(ctx: PlatformContext): Promise<Offered[]> {
  if (ctx.lab !== undefined) return KUBERNETES_MINORS.map((minor) => ({minor, newest: findTool('kubernetes', minor)?.version, ends: undefined}))
  if (ctx.aws !== undefined) {
    const versions = await ctx.aws.versions()
    return versions.map(({version, endOfExtendedSupport, endOfStandardSupport}) => ({minor: version, newest: undefined, ends: endOfExtendedSupport ?? endOfStandardSupport})).toSorted((a, b) => Number(a.minor.split('.')[1]) - Number(b.minor.split('.')[1]))
  }
  return KUBERNETES_VERSIONS.map((minor) => ({minor, newest: undefined, ends: undefined}))
}

async function readInput(ctx: PlatformContext): Promise<DrainInput | {reason: string}> {
  try {
    return await readDrainInput(ctx)
  } catch (error) {
    const known = asKpError(error)
    if (known.code === 'INTERRUPTED' || known.code === 'CLUSTER_UNREACHABLE' || known.code === 'CREDENTIALS_MISSING') throw known
    return {reason: known.message}
  }
}

function podCounts(input: DrainInput | {reason: string}): (node: string) => number {
  const counts = new Map<string, number>()
  if ('pods' in input) for (const {spec} of input.pods) if (spec?.nodeName !== undefined) counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1)
  return (node) => counts.get(node) ?? 0
}

function notesOf(ctx: PlatformContext, target: UpgradeTarget, unfinished: boolean): string[] {
  if (target.kind === 'addons') return []
  const wayBack = ctx.aws === undefined
    ? 'A control plane goes back by a snapshot of etcd alone, and what was written since is lost: kp restore.'
    : 'EKS can take the control plane back by one minor for seven days, while nodes and add-ons are no newer than that minor: bring these back first. etcd\'s data, workloads and add-ons are not taken back, and a cluster that was made with this version cannot go back.'
  return [...(unfinished ? [`The upgrade to ${target.to} was begun already: it goes on where it is.`] : []), ...(target.kind === 'minor' ? [wayBack] : [])]
}

