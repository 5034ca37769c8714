/** Checks of phase 16. */
import {check, definitionsEstablished, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {conditionsOf} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import {parseDuration} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {annotated} from './allow-list.ts'
import {allowed, CHAOS_API, FAULTS, INJECT, PLANS, POLICY, UNBOUNDED} from './names.ts'

/** Time that a fault may take to end, and an experiment to go. */
const LATE_MS = 5 * 60_000
/** A namespace where nothing may ever be hit. */
const FORBIDDEN = 'kube-system'

/** A fault as the dry run asks for it. */
function trial(kind: string, namespace: string, spec: Record<string, unknown>): KubeObject {
  return {apiVersion: CHAOS_API, kind, metadata: {name: 'kp-dry-run', namespace}, spec}
}

/** Every experiment in the cluster, by the kinds that it knows. */
async function experiments(ctx: PlatformContext): Promise<KubeObject[] | undefined> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all([...FAULTS, ...PLANS, ...UNBOUNDED].map((kind) => cluster.list(CHAOS_API, kind)))
  return lists.every((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? [])
}

const NO_KINDS = {status: 'fail', observed: 'the cluster does not know the kinds of Chaos Mesh', expected: 'kp step chaos brings them'} as const

interface FaultSpec {
  mode?: string
  value?: string
  action?: string
  duration?: string
  selector?: {namespaces?: string[]}
}

/** Why an experiment is outside of the bounds. */
export function complainAboutExperiment(one: KubeObject, namespaces: readonly string[], most: number): string[] {
  const {mode, value, action = '', duration, selector} = (one['spec'] ?? {}) as FaultSpec
  const name = `${one.kind} ${nameOf(one.metadata)}`
  const outside = [one.metadata.namespace ?? '', ...(selector?.namespaces ?? [])].filter((namespace) => !namespaces.includes(namespace))
  return [
    ...outside.slice(0, 1).map((namespace) => `${name} hits ${namespace}, which is not in phases.chaos.namespaces`),
    ...(mode === undefined || mode === 'one' || (mode === 'fixed' && Number(value) <= most) ? [] : [`${name} hits more than ${most}: mode ${mode}${value === undefined ? '' : ` ${value}`}`]),
    ...(mode === undefined || duration !== undefined || /^(?:pod|container)-kill$/.test(action) ? [] : [`${name} has no duration`]),
  ]
}

/** Why an experiment is a leftover: it should be over, or gone, and is not. */
export function complainAboutLeftover(one: KubeObject, now: number): string | undefined {
  const name = `${one.kind} ${nameOf(one.metadata)}`
  const {deletionTimestamp, creationTimestamp = ''} = one.metadata
  if (deletionTimestamp !== undefined) return now - Date.parse(deletionTimestamp) > LATE_MS ? `${name} is being deleted since ${deletionTimestamp}` : undefined
  const seconds = parseDuration(((one['spec'] as FaultSpec | undefined)?.duration ?? '').trim())
  if (seconds === undefined || conditionsOf(one).some(({type, status}) => type === 'AllRecovered' && status === 'True')) return undefined
  return now - Date.parse(creationTimestamp) > seconds * 1000 + LATE_MS ? `${name} should have ended by itself and has not recovered` : undefined
}

/** Chaos: its parts, and its bounds. */
export const checks: PlatformCheck[] = [
  workloadsReady({id: 'chaos.ready', title: 'Controller and daemons of Chaos Mesh are ready', component: 'chaos-mesh', pitfalls: ['KP1605', 'KP1603', 'KP1606']}),
  definitionsEstablished({id: 'chaos.kinds', title: 'The kinds of Chaos Mesh are established', component: 'chaos-mesh', pitfalls: ['KP1606']}),
  check({
    id: 'chaos.allow-list',
    title: 'Exactly the namespaces of kp.yaml are open for faults',
    pitfalls: ['KP1604', 'KP1601'],
    async run(ctx) {
      const {names, open} = await annotated(ctx)
      const complaints = [
        ...allowed(ctx).filter((name) => !names.has(name)).map((name) => `namespace ${name} does not exist`),
        ...allowed(ctx).filter((name) => names.has(name) && !open.has(name)).map((name) => `namespace ${name} lacks ${INJECT}=enabled`),
        ...[...open].filter((name) => !allowed(ctx).includes(name)).map((name) => `namespace ${name} is open for faults and not in phases.chaos.namespaces`),
      ]
      return verdict(complaints, allowed(ctx).join(', '), `${INJECT}=enabled on ${allowed(ctx).join(', ')} and on no other`)
    },
  }),
  check({
    id: 'chaos.admission',
    title: 'The API server refuses a fault outside of the allow-list (dry run)',
    pitfalls: ['KP1601'],
    run: tryToBreakOut,
  }),
  check({
    id: 'chaos.scope',
    title: 'Every experiment stays within the bounds of kp.yaml',
    pitfalls: ['KP1601'],
    async run(ctx) {
      const all = await experiments(ctx)
      if (all === undefined) return NO_KINDS
      const complaints = [
        ...all.filter(({kind}) => (UNBOUNDED as readonly string[]).includes(kind)).map((one) => `${one.kind} ${nameOf(one.metadata)} is not bounded by a namespace`),
        ...all.filter(({kind}) => (FAULTS as readonly string[]).includes(kind)).flatMap((one) => complainAboutExperiment(one, allowed(ctx), ctx.spec.phases.chaos.maxTargets)),
      ]
      return verdict(complaints, all.length === 0 ? 'no experiment is there' : `${all.length} ${all.length === 1 ? 'experiment' : 'experiments'}`, `in ${allowed(ctx).join(', ')}, at most ${ctx.spec.phases.chaos.maxTargets} at once, with a duration`)
    },
  }),
  check({
    id: 'chaos.residue',
    title: 'No experiment has outlived its time',
    pitfalls: ['KP1602'],
    async run(ctx) {
      const all = await experiments(ctx)
      if (all === undefined) return NO_KINDS
      const now = ctx.clock.now()
      return verdict(all.flatMap((one) => complainAboutLeftover(one, now) ?? []), all.length === 0 ? 'nothing is left' : `${all.length} at work or over`, 'every fault recovered five minutes after its duration, no experiment stuck in deletion')
    },
  }),
]

/** A policy that is there may still let things through: it is asked. */
async function tryToBreakOut(ctx: PlatformContext): Promise<CheckResult> {
  const {api} = await ctx.cluster()
  const [inside = ''] = allowed(ctx)
  const most = ctx.spec.phases.chaos.maxTargets
  const kill = {action: 'pod-kill', mode: 'one', selector: {namespaces: [inside], labelSelectors: {app: 'kp-dry-run'}}}
  const trials = [
    {what: `a fault in ${FORBIDDEN}`, object: trial('PodChaos', FORBIDDEN, {...kill, selector: {namespaces: [FORBIDDEN], labelSelectors: {app: 'kp-dry-run'}}})},
    {what: `a fault in ${inside} that selects ${FORBIDDEN}`, object: trial('PodChaos', inside, {...kill, selector: {namespaces: [FORBIDDEN], labelSelectors: {app: 'kp-dry-run'}}})},
    {what: `a fault on more than ${most}`, object: trial('PodChaos', inside, {...kill, mode: 'all'})},
  ]
  const complaints: string[] = []
  for (const {what, object} of trials) {
    const answer = await api.dryRunApply(object, 'kp')
    const message = (answer.body as {message?: string} | undefined)?.message ?? ''
    if (answer.status < 300) complaints.push(`${what} is let through`)
    else if (!message.includes(POLICY)) return {status: 'unknown', observed: `${what} was refused for another reason: ${message || `status ${answer.status}`}`}
  }
  return verdict(complaints, `${trials.length} faults out of bounds were refused by ${POLICY}`, `refused by ValidatingAdmissionPolicy ${POLICY}`)
}
