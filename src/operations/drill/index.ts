/** Drills on a platform: what one would do, and doing it. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {requestTargets} from '../requests.ts'
import type {RequestTarget} from '../requests.ts'
import {select} from '../scenarios/actions.ts'
import {askGuards} from './guards.ts'
import {playableHere} from './fault.ts'
import type {PlayableFault} from './fault.ts'
import {drillFolder} from './memory.ts'
import {readRecords} from './records.ts'
import type {DrillRecord} from './records.ts'
import {chooseTarget} from './targets.ts'
import type {Target, TargetFacts} from './targets.ts'
import {actionContext} from './undo.ts'
import type {Drill, GuardResult} from './types.ts'

/** Everything that is known before a drill. */
export interface DrillPlan {
  drill: Drill
  /** Or why there is none. */
  target: Target | string
  fault: PlayableFault | string
  names: Record<string, string>
  users: RequestTarget[]
  facts: TargetFacts
  records: DrillRecord[]
  guards(): Promise<GuardResult[]>
}

const NO_FACTS: TargetFacts = {nodes: [], pods: [], services: [], objects: []}

/**
 * Looks what a drill would hit. Changes nothing.
 * @param id of the run: what the drill makes itself bears it
 * @throws KpError GATE where the platform lacks what the drill is about; CLUSTER_ABSENT
 */
export async function planDrill(ctx: PlatformContext, drill: Drill, {id, wish}: {id: string; wish?: string | undefined}): Promise<DrillPlan> {
  const misfit = unfitDrill(ctx, drill)
  const facts = misfit === undefined ? await readFacts(ctx, drill) : NO_FACTS
  const target = misfit ?? chooseTarget(drill, facts, wish)
  const fault = misfit ?? (await playableHere(ctx, drill, typeof target === 'string' ? '' : (target.names['namespace'] ?? '')))
  const names = {domain: ctx.spec.domain, platform: ctx.spec.platform, cluster: ctx.spec.environment.cluster, scratch: `kp-drill-${id.slice(-4)}`, run: id.toLowerCase(), ...drill.parameters, ...(typeof target === 'string' ? {} : target.names)}
  const users = drill.users ? demoOf(ctx, await requestTargets(ctx)) : []
  const records = readRecords(drillFolder(ctx))
  return {
    drill, target, fault, names, users, facts, records,
    guards: () => askGuards({ctx, drill, target, playable: typeof fault === 'string' ? fault : true, users: users.length > 0, facts, records}),
  }
}

/** Why a drill cannot be done on a platform; undefined where it can. From kp.yaml alone. */
export function unfitDrill(ctx: Pick<PlatformContext, 'spec' | 'phases' | 'lab' | 'provider' | 'catalog' | 'home'>, {needs, fault}: Pick<Drill, 'needs' | 'fault'>): string | undefined {
  const phases: Record<string, unknown> = ctx.spec.phases
  for (const id of needs.phases) {
    const phase = ctx.phases.find((one) => one.id === id)
    if (phase === undefined || (phase.appliesTo?.(ctx) ?? true) !== true) return `it needs the phase ${id}`
  }
  for (const [path, wanted] of Object.entries(needs.choices)) {
    const seen = path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], phases)
    if (seen !== wanted) return `it needs ${path}: ${String(wanted)} in kp.yaml`
  }
  if (ctx.lab === undefined && fault.any === undefined && fault['chaos-mesh'] === undefined) return `kp makes this fault in a lab alone, and this is ${ctx.provider.title}`
  return undefined
}

/** The demo is what drills measure; where it is off, whoever can be asked. */
function demoOf(ctx: PlatformContext, targets: RequestTarget[]): RequestTarget[] {
  const {demo} = ctx.spec.phases.ingress
  const own = targets.filter(({host}) => demo.enabled && host === demo.host)
  return own.length > 0 ? own : targets
}

async function readFacts(ctx: PlatformContext, drill: Drill): Promise<TargetFacts> {
  ctx.changed()
  const cluster = await ctx.cluster()
  const {kind, object, namespace} = drill.target
  if (kind === 'object') {
    if (object === undefined) throw new KpError({code: 'SPEC_INVALID', message: `the drill ${drill.name} names no kind of object`, details: [`${drill.file}  target.object is missing`]})
    const {api} = actionContext(ctx, {name: drill.name, folder: drill.folder, names: {}}, {tolerant: true, remember: () => undefined, say: () => undefined})
    return {...NO_FACTS, objects: await select({kind: object, ...(namespace === undefined ? {} : {namespace})}, {api, tolerant: true})}
  }
  if (kind === 'scratch' || kind === 'program') return {...NO_FACTS, nodes: await cluster.listKnown('v1', 'Node')}
  const [nodes, pods, services] = await Promise.all(['Node', 'Pod', 'Service'].map((one): Promise<KubeObject[]> => cluster.listKnown('v1', one)))
  return {nodes: nodes ?? [], pods: pods ?? [], services: services ?? [], objects: []}
}
