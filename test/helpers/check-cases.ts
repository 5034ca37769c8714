/**
 * Cases of checks, as data: each check passes, fails for each reason that it knows, and is unknown where a kind
 * that it reads is refused. The last is derived: every kind that the passing run asked for is refused, one by one.
 */
import {join} from 'node:path'
import {loadCatalog} from '../../src/components/load.ts'
import type {Catalog} from '../../src/components/types.ts'
import {platformObjects, platformValues} from '../../src/components/platform-values.ts'
import {standInObjects} from '../../src/components/stand-in-objects.ts'
import type {PlatformCheck, PlatformContext} from '../../src/context.ts'
import type {CheckReport} from '../../src/engine/types.ts'
import {runCheck} from '../../src/engine/verify.ts'
import {parseTaint, POOL_LABEL} from '../../src/spec/pools.ts'
import type {PlatformAnswers} from '../../src/spec/defaults.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {readOnlyPlatform} from '../../scripts/docs/platform.ts'
import type {ReadOnlyContext} from '../../scripts/docs/platform.ts'
import {fakeApi} from './fake-api.ts'
import type {FakeApi, FakeApiOptions} from './fake-api.ts'
import {phases} from '../../src/steps/index.ts'
import {PROJECT} from './run-kp.ts'

const PITFALLS = phases.flatMap(({pitfalls}) => pitfalls)

/** What a check is shown. */
export type World = Pick<FakeApiOptions, 'objects' | 'kinds' | 'answers' | 'host'>

/** What is another one than in the world that passes, and what the check then says. */
export interface OtherCase {
  what: string
  /** The same world, changed. */
  change?(world: World, ctx: PlatformContext): World
  /** Another kp.yaml than that of the case. */
  platform?: Partial<PlatformAnswers>
  /** What else of the context is another one, over that of the case. */
  context?: ContextOf
  observed: RegExp
}

/** What of the context is not the default: secrets, paths, a clock, an exec. */
export type ContextOf = (ctx: PlatformContext) => Partial<PlatformContext> | Promise<Partial<PlatformContext>>

/** The cases of one check. */
export interface CheckCase {
  /** Its id. */
  check: string
  /** Where one check has several cases: what is special about this one. */
  of?: string
  /** What kp.yaml says besides the defaults. */
  platform?: Partial<PlatformAnswers>
  /** What else of the context is not the default: secrets, paths, a clock, an exec. */
  context?: ContextOf
  /** The world in which it passes. */
  passes(ctx: PlatformContext): World
  /** What is changed in it, and what the check then says. */
  fails: (OtherCase & {status?: 'fail' | 'warn'})[]
  /** Kinds whose refusal the check survives, each with the reason; `all` where it reads no cluster. */
  survives?: Record<string, string>
  /** How it is unknown where the refusal of a kind cannot show it: what is changed, and what it says. */
  unknown?: OtherCase[]
  /** Where it has nothing to look at, and says why. */
  skips?: OtherCase[]
}

/** A cluster that is not made by kp: what applies to real nodes alone. */
export const EXISTING: Partial<PlatformAnswers> = {provider: {type: 'existing', kubeconfig: 'kubeconfig'}, email: 'ops@acme.org', domain: 'acme.org'}


const ISO = '2026-11-28T12:00:00Z'

/** The time at which all cases run. */
export const NOW = Date.parse(ISO)

/** A time that lies so many minutes before (or, negative, after) it. */
export const minutesAgo = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString()

let catalog: Catalog | undefined
const platforms = new Map<string, Promise<ReadOnlyContext>>()

/** The platform of some answers: made once, since nothing of it is changed. */
function platformOf(answers: Partial<PlatformAnswers>): Promise<ReadOnlyContext> {
  const key = JSON.stringify(answers)
  catalog ??= loadCatalog(join(PROJECT, 'templates'))
  const known = platforms.get(key) ?? readOnlyPlatform(PROJECT, answers, catalog)
  platforms.set(key, known)
  return known
}

/** The context of a case, with the world given. @param other what differs from the case */
export async function contextOf(given: Pick<CheckCase, 'platform' | 'context'>, world?: (ctx: PlatformContext) => FakeApi, other: Pick<OtherCase, 'platform' | 'context'> = {}): Promise<PlatformContext> {
  const base = {
    ...(await platformOf(other.platform ?? given.platform ?? {})),
    clock: {now: () => NOW, sleep: () => Promise.resolve()},
    signal: new AbortController().signal,
    emit: () => undefined,
    changed: () => undefined,
    env: {},
    version: '0.0.0-test',
    presence: () => Promise.resolve({state: 'running'}),
    secret: () => Promise.resolve({reason: 'this test has no secrets'}),
  } as unknown as PlatformContext
  const own = {...base, ...(await given.context?.(base))}
  const ctx = {...own, ...(await other.context?.(own))}
  const fake = world?.(ctx)
  return fake === undefined ? ctx : {...ctx, cluster: () => Promise.resolve(fake.reader)}
}

/** Runs a check in the world that passes, or in another one. @param refused kinds that the API server does not show */
export async function runInWorld(check: PlatformCheck, given: CheckCase, other: Partial<OtherCase> = {}, refused: ReadonlySet<string> = new Set()): Promise<{report: CheckReport; fake: FakeApi | undefined}> {
  let fake: FakeApi | undefined
  const world = (ctx: PlatformContext): World => other.change?.(given.passes(ctx), ctx) ?? given.passes(ctx)
  const ctx = await contextOf(given, (one) => (fake = fakeApi({...world(one), refused})), other)
  // What becomes true after a while is looked at once.
  const {within: _, ...once} = check
  const report = await runCheck('test', once as PlatformCheck, ctx, {known: PITFALLS})
  return {report, fake}
}

/** The objects of a component as its chart makes them, ready: for worlds that pass. */
export function readyComponent(ctx: PlatformContext, id: string): KubeObject[] {
  const component = ctx.catalog.get(id)
  const namespaced = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Service', 'ServiceAccount', 'ConfigMap', 'Secret', 'Role', 'RoleBinding', 'PodDisruptionBudget'])
  return (standInObjects(component, platformValues(ctx, id).values) as unknown as KubeObject[]).map((object) => {
    const metadata = namespaced.has(object.kind) ? {namespace: component.namespace, ...object.metadata} : object.metadata
    return ready({...object, metadata})
  })
}

/** The workloads of a component, as its catalog entry names them. */
export const workloadsOf = (ctx: PlatformContext, id: string): {kind: string; namespace: string; name: string}[] => platformObjects(ctx, id).workloads

/** An object with the status of one that is well. */
export function ready(object: KubeObject): KubeObject {
  const generation = object.metadata.generation ?? 1
  const replicas = (object['spec'] as {replicas?: number} | undefined)?.replicas ?? 1
  const metadata = {uid: `uid-${object.kind}-${object.metadata.name}`, creationTimestamp: minutesAgo(60), ...object.metadata, generation}
  const status: Record<string, unknown> = {
    Deployment: {observedGeneration: generation, replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas},
    StatefulSet: {observedGeneration: generation, replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas},
    DaemonSet: {observedGeneration: generation, desiredNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3, numberAvailable: 3},
    CustomResourceDefinition: {conditions: [{type: 'Established', status: 'True'}]},
    APIService: {conditions: [{type: 'Available', status: 'True'}]},
  }
  return {...object, metadata, ...(status[object.kind] === undefined || object['status'] !== undefined ? {} : {status: status[object.kind]})}
}

/** An object by name: `thing('apps/v1', 'Deployment', 'demo/demo', {spec: …})`. */
export function thing(apiVersion: string, kind: string, name: string, rest: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): KubeObject {
  const [first = '', second] = name.split('/')
  return {apiVersion, kind, metadata: {...(second === undefined ? {name: first} : {namespace: first, name: second}), ...metadata}, ...rest}
}

/** A world without the objects of that kind, or without that one of them (`namespace/name`). */
export const without = (kind: string, name?: string) => (world: World): World => ({
  ...world,
  kinds: [...(world.kinds ?? []), ...world.objects.filter((one) => one.kind === kind).map((one) => `${one.apiVersion} ${one.kind}`)],
  objects: world.objects.filter((one) => one.kind !== kind || (name !== undefined && name !== [one.metadata.namespace, one.metadata.name].filter(Boolean).join('/'))),
})

/** A world in which objects of that kind (or that one of them) are changed. */
export const changed = (kind: string, change: (object: KubeObject) => Record<string, unknown>, name?: string) => (world: World): World => ({
  ...world,
  objects: world.objects.map((one) => (one.kind === kind && (name === undefined || name === [one.metadata.namespace, one.metadata.name].filter(Boolean).join('/')) ? ({...one, ...change(one)}) : one)),
})

/** A world with more objects. */
export const withMore = (...objects: KubeObject[]) => (world: World): World => ({...world, objects: [...world.objects, ...objects]})

/** A world with another answer to paths that begin so. */
export const answering = (path: string, body: unknown, status = 200) => (world: World): World => ({...world, answers: {...world.answers, [path]: {status, body}}})

/** A node that is well, of a pool of kp.yaml and in a zone. */
export function node(name: string, {pool, zone, labels = {}, spec = {}, status = {}}: {pool?: PlatformContext['spec']['nodePools'][number]; zone?: string; labels?: Record<string, string>; spec?: Record<string, unknown>; status?: Record<string, unknown>} = {}): KubeObject {
  const own = pool === undefined ? {} : {[POOL_LABEL]: pool.name, ...pool.labels}
  const no = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({type, status: 'False'}))
  return thing('v1', 'Node', name, {
    spec: {...(pool === undefined ? {} : {taints: pool.taints.map(parseTaint)}), ...spec},
    status: {conditions: [...no, {type: 'Ready', status: 'True'}], nodeInfo: {kubeletVersion: 'v1.35.4', containerRuntimeVersion: 'containerd://2.1.4', kernelVersion: '6.8.0', osImage: 'Linux'}, ...status},
  }, {labels: {...own, ...(zone === undefined ? {} : {'topology.kubernetes.io/zone': zone}), ...labels}})
}

/** The nodes of a platform as kp makes them: each pool at its smallest, spread over its zones. */
export function nodesOf(ctx: PlatformContext): KubeObject[] {
  const zones = ctx.provider.zones(ctx.spec)
  return ctx.spec.nodePools.flatMap((pool) =>
    Array.from({length: pool.min}, (_, index) => node(`${pool.name}-${index}`, {pool, zone: (pool.zones ?? zones)[index % (pool.zones ?? zones).length] ?? ''})),
  )
}

/** An EndpointSlice of a Service with so many endpoints that are ready. */
export function endpoints(service: string, count: number, namespace = service.split('/')[0] ?? ''): KubeObject {
  const name = service.split('/')[1] ?? ''
  return thing('discovery.k8s.io/v1', 'EndpointSlice', `${namespace}/${name}-x1`, {endpoints: Array.from({length: count}, (_, index) => ({addresses: [`10.244.0.${index + 1}`], conditions: {ready: true}}))}, {labels: {'kubernetes.io/service-name': name}})
}

/** A condition as its object has it. */
export const condition = (type: string, status = 'True', reason = 'Because', message = ''): Record<string, unknown> => ({type, status, reason, message, lastTransitionTime: minutesAgo(50)})
