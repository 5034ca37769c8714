/** Does the actions of scenarios, as the lab's administrator, and takes them back. */
import {readFileSync, writeFileSync} from 'node:fs'
import {isDeepStrictEqual} from 'node:util'
import {join} from 'node:path'
import {KpError} from '../../engine/errors.ts'
import type {Clock} from '../../engine/clock.ts'
import type {ScenarioAction, ScenarioTarget} from '../../spec/scenario.ts'
import {apiError} from '../../tools/kube-api.ts'
import type {KubeApi, KubeObject} from '../../tools/kube-api.ts'
import {at, fillNames, readObjects} from './load.ts'
import type {Scenario} from './load.ts'
import {changeFile, restoreFile} from './files.ts'
import type {Change, Ref} from './memory.ts'

/** What actions need. */
export interface ActionContext {
  api: KubeApi
  clock: Clock
  signal: AbortSignal
  scenario: Scenario
  names: Record<string, string>
  /** Whether what is not there is as good as done: where something is taken back. */
  tolerant: boolean
  /** The lab's folder. */
  folder: string
  /** The repository of the platform. */
  root: string
  endProgram(name: string): Promise<void>
  startPrograms(): Promise<void>
  /** Called right before a change, so that it can be taken back even after a kill. */
  remember(change: Change): void
  /** Told of each thing that was done. */
  say(text: string): void
}

const GONE_MS = 60_000
const MERGE = 'application/merge-patch+json'
/** A patch is what a person does by hand, and is to look like it. */
const BY_HAND = 'fieldManager=kubectl-patch'

/** Does one action. @throws KpError where the cluster refuses it */
export async function act(given: ScenarioAction, ctx: ActionContext): Promise<void> {
  const action = fillNames(given, ctx.names)
  if ('apply' in action) return applyAll(typeof action.apply === 'string' ? readObjects(ctx.scenario, action.apply, ctx.names) : [action.apply as unknown as KubeObject], ctx)
  if ('delete' in action) return deleteAll(action.delete, ctx)
  if ('patch' in action) return patchAll(action.patch, ctx)
  if ('label' in action) return mergeAll(action.label, {metadata: {labels: action.label.set}}, `label ${words(action.label.set)}`, ctx)
  if ('annotate' in action) return mergeAll(action.annotate, {metadata: {annotations: action.annotate.set}}, `annotate ${words(action.annotate.set)}`, ctx)
  if ('scale' in action) return mergeAll(action.scale, {spec: {replicas: action.scale.replicas}}, `scale to ${action.scale.replicas}`, ctx)
  if ('log' in action) return giveLog(action.log, ctx)
  if ('event' in action) return sayEvent(action.event, ctx)
  if ('file' in action) return changeFile(action.file, ctx)
  if ('wait' in action) return waitFor(action.wait, ctx)
  if ('start' in action) return ctx.startPrograms()
  ctx.remember({did: 'ended', program: action['end-program']})
  await ctx.endProgram(action['end-program'])
  ctx.say(`end ${action['end-program']}`)
}

/** Takes one change back, as far as nobody else has changed the same since. */
export async function undo(change: Change, ctx: ActionContext): Promise<void> {
  switch (change.did) {
    case 'made': {
      const path = await ctx.api.pathOf(change.ref)
      if (path === undefined || (await ctx.api.get(path)) === undefined) return
      await must(ctx.api, {method: 'DELETE', path: `${path}?propagationPolicy=Background`}, `delete ${title(change.ref)}`, [404])
      ctx.say(`delete ${title(change.ref)}`)
      return
    }
    case 'deleted': {
      const path = await ctx.api.pathOf(change.object)
      if (path === undefined || (await ctx.api.get(path)) !== undefined) return
      const body = bare(change.object)
      await must(ctx.api, {method: 'POST', path: path.slice(0, path.lastIndexOf('/')), body}, `make ${title(change.object)} again`, [409, 404])
      ctx.say(`make ${title(change.object)} again`)
      return
    }
    case 'patched': {
      const live = await read(change.ref, ctx)
      if (live === undefined) return
      const back = remaining(change.patch, change.back, live)
      if (back === undefined) return
      await must(ctx.api, {method: 'PATCH', path: await pathOf(change.ref, ctx), body: back, contentType: MERGE}, `restore ${title(change.ref)}`, [404])
      ctx.say(`restore ${title(change.ref)}`)
      return
    }
    case 'replaced': {
      const live = await read(change.ref, ctx)
      if (live === undefined || !isDeepStrictEqual(live['spec'], change.after)) return
      await must(ctx.api, {method: 'PATCH', path: await pathOf(change.ref, ctx), body: [{op: 'replace', path: '/spec', value: change.before}], contentType: 'application/json-patch+json'}, `restore ${title(change.ref)}`, [404])
      ctx.say(`restore ${title(change.ref)}`)
      return
    }
    case 'filed':
      return restoreFile(change, ctx)
    case 'ended':
      await ctx.startPrograms()
      ctx.say(`start ${change.program}`)
  }
}

/** Waits until what was made is gone: a namespace takes a while. */
export async function gone(changes: Change[], ctx: ActionContext): Promise<void> {
  const until = ctx.clock.now() + GONE_MS
  for (const change of changes) {
    if (change.did !== 'made') continue
    const path = await ctx.api.pathOf(change.ref)
    while (path !== undefined && (await ctx.api.get(path)) !== undefined && ctx.clock.now() < until) await ctx.clock.sleep(300, ctx.signal)
  }
}

async function applyAll(objects: KubeObject[], ctx: ActionContext): Promise<void> {
  for (const object of objects) {
    const path = await ctx.api.pathOf(object)
    if (path === undefined) throw new KpError({code: 'API_ERROR', message: `the cluster does not know ${object.kind} (${object.apiVersion})`})
    const ref = refOf(object)
    if ((await ctx.api.get(path)) === undefined) ctx.remember({did: 'made', ref})
    else if (object.kind !== 'Namespace' && !ctx.tolerant) throw new KpError({code: 'GATE', message: `${title(ref)} is there already: the scenario does not touch it`, next: [`kp lab scenario start ${ctx.scenario.name} --set ${Object.keys(ctx.scenario.parameters)[0] ?? 'name'}=ANOTHER`]})
    await must(ctx.api, {method: 'PATCH', path: `${path}?fieldManager=lab-scenario&force=true`, body: object, contentType: 'application/apply-patch+yaml'}, `make ${title(ref)}`)
    ctx.say(`make ${title(ref)}`)
  }
}

async function deleteAll(target: ScenarioTarget, ctx: ActionContext): Promise<void> {
  for (const object of await select(target, ctx)) {
    ctx.remember({did: 'deleted', object})
    await must(ctx.api, {method: 'DELETE', path: `${await pathOf(object, ctx)}?propagationPolicy=Background`}, `delete ${title(object)}`, [404])
    ctx.say(`delete ${title(object)}`)
  }
}

async function patchAll(patch: ScenarioTarget & {merge?: Record<string, unknown> | undefined; strategic?: Record<string, unknown> | undefined; status?: Record<string, unknown> | undefined}, ctx: ActionContext): Promise<void> {
  if (patch.merge !== undefined) await mergeAll(patch, patch.merge, 'change', ctx, `?${BY_HAND}`)
  for (const object of patch.strategic === undefined && patch.status === undefined ? [] : await select(patch, ctx)) {
    const path = await pathOf(object, ctx)
    if (patch.status !== undefined) {
      await must(ctx.api, {method: 'PATCH', path: `${path}/status`, body: {status: patch.status}, contentType: MERGE}, `change the status of ${title(object)}`)
      ctx.say(`change the status of ${title(object)}`)
    }
    if (patch.strategic === undefined) continue
    const call = {method: 'PATCH' as const, body: patch.strategic, contentType: 'application/strategic-merge-patch+json'}
    const after = await must(ctx.api, {...call, path: `${path}?dryRun=All&${BY_HAND}`}, `change ${title(object)}`)
    ctx.remember({did: 'replaced', ref: refOf(object), before: object['spec'], after: (after as KubeObject)['spec']})
    await must(ctx.api, {...call, path: `${path}?${BY_HAND}`}, `change ${title(object)}`)
    ctx.say(`change ${title(object)}`)
  }
}

async function mergeAll(target: ScenarioTarget, patch: Record<string, unknown>, doing: string, ctx: ActionContext, query = ''): Promise<void> {
  for (const object of await select(target, ctx)) {
    ctx.remember({did: 'patched', ref: refOf(object), patch, back: inverse(patch, object)})
    await must(ctx.api, {method: 'PATCH', path: `${await pathOf(object, ctx)}${query}`, body: patch, contentType: MERGE}, `${doing} ${title(object)}`)
    ctx.say(`${doing}: ${title(object)}`)
  }
}

/** What a container says, from a file: lines as they were captured. */
async function giveLog(log: {namespace: string; container: string; file: string}, ctx: ActionContext): Promise<void> {
  const lines = readFileSync(join(ctx.scenario.folder, log.file), 'utf8').trimEnd().split('\n').filter((line) => !line.startsWith('# '))
  const path = join(ctx.folder, `scenario-${ctx.scenario.name}.log`)
  writeFileSync(path, lines.map((line) => `${new Date(ctx.clock.now()).toISOString().replace('Z', '000000Z')} stdout F ${line}\n`).join(''))
  const object = {apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'ClusterLogs', metadata: {name: `scenario-${ctx.scenario.name}`}, spec: {selector: {matchNamespaces: [log.namespace]}, logs: [{containers: [log.container], logsFile: path, previousLogsFile: path, follow: false}]}} as KubeObject
  await applyAll([object], ctx)
}

async function sayEvent(event: ScenarioTarget & {type: string; reason: string; message: string; from: string}, ctx: ActionContext): Promise<void> {
  for (const object of await select(event, ctx)) {
    const now = new Date(ctx.clock.now()).toISOString()
    const namespace = object.metadata.namespace ?? 'default'
    const made = {
      apiVersion: 'v1', kind: 'Event', metadata: {name: `${object.metadata.name}.${ctx.clock.now().toString(16)}`, namespace},
      involvedObject: {apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name, namespace: object.metadata.namespace, uid: object.metadata.uid},
      type: event.type, reason: event.reason, message: event.message, source: {component: event.from}, reportingComponent: event.from, firstTimestamp: now, lastTimestamp: now, count: 1,
    } as KubeObject
    ctx.remember({did: 'made', ref: refOf(made)})
    await must(ctx.api, {method: 'POST', path: `/api/v1/namespaces/${namespace}/events`, body: made}, 'write an event')
    ctx.say(`${event.from} says ${event.reason} of ${title(object)}`)
  }
}

async function waitFor(wait: ScenarioTarget & {gone?: boolean | undefined; path?: string | undefined; is?: string | undefined; seconds: number}, ctx: ActionContext): Promise<void> {
  const until = ctx.clock.now() + wait.seconds * 1000
  for (;;) {
    const found = await select(wait, ctx, {may: 'be absent'})
    const wanted = new RegExp(wait.is ?? '.')
    const done = wait.gone === true ? found.length === 0 : found.length > 0 && found.every((object) => wait.path === undefined || wanted.test(textOf(at(object, wait.path))))
    if (done) return
    if (ctx.clock.now() > until) throw new KpError({code: 'API_ERROR', message: `${wait.kind} ${wait.name ?? ''} did not come so far within ${wait.seconds} seconds`, next: [`kp lab scenario stop ${ctx.scenario.name}`]})
    await ctx.clock.sleep(300, ctx.signal)
  }
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The objects that a target means. @throws KpError where there is none */
export async function select(target: ScenarioTarget, {api, tolerant}: {api: Pick<KubeApi, 'kinds' | 'resource' | 'get'>; tolerant: boolean}, options: {may?: 'be absent'} = {}): Promise<KubeObject[]> {
  const mayBeAbsent = tolerant || options.may === 'be absent'
  const found = (await api.kinds()).find(({kind, apiVersion}) => kind === target.kind && (target.apiVersion === undefined || apiVersion === target.apiVersion))
  if (found === undefined) {
    if (mayBeAbsent) return []
    throw new KpError({code: 'API_ERROR', message: `the cluster does not know ${target.kind}`})
  }
  const {apiVersion, kind} = found
  const resource = await api.resource(apiVersion, kind)
  const base = `${resource?.base ?? ''}${target.namespace === undefined ? '' : `/namespaces/${target.namespace}`}/${resource?.plural ?? ''}`
  if (target.name !== undefined) {
    const object = (await api.get(`${base}/${target.name}`)) as KubeObject | undefined
    if (object === undefined && !mayBeAbsent) throw new KpError({code: 'GATE', message: `there is no ${kind} ${target.namespace === undefined ? '' : `${target.namespace}/`}${target.name}`, next: ['kp status', 'kp up']})
    return object === undefined ? [] : [{...object, apiVersion, kind}]
  }
  const selector = Object.entries(target.labels ?? {}).map(([key, value]) => `${key}=${value}`).join(',')
  const list = (await api.get(`${base}?labelSelector=${encodeURIComponent(selector)}`)) as {items?: KubeObject[]} | undefined
  const items = (list?.items ?? []).map((item) => ({...item, apiVersion, kind})).toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
  if (items.length === 0 && !mayBeAbsent) throw new KpError({code: 'GATE', message: `there is no ${kind} with ${selector === '' ? 'any label' : selector}`, next: ['kp status', 'kp up']})
  return items
}

async function read(ref: Ref, ctx: ActionContext): Promise<KubeObject | undefined> {
  const path = await ctx.api.pathOf(ref)
  return path === undefined ? undefined : ((await ctx.api.get(path)) as KubeObject | undefined)
}

async function pathOf(ref: Ref, ctx: ActionContext): Promise<string> {
  return (await ctx.api.pathOf(ref)) ?? ''
}

async function must(api: KubeApi, call: Parameters<KubeApi['request']>[0], doing: string, fine: number[] = []): Promise<unknown> {
  const answer = await api.request(call)
  if (answer.status >= 300 && !fine.includes(answer.status)) throw apiError(answer, doing)
  return answer.body
}

/** The name of an object. */
export function refOf({apiVersion, kind, metadata}: KubeObject): Ref {
  return {apiVersion, kind, metadata: {name: metadata.name, ...(metadata.namespace === undefined ? {} : {namespace: metadata.namespace})}}
}

function title({kind, metadata}: Ref): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`
}

function words(set: Record<string, string | null>): string {
  return Object.entries(set).map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`)).join(' ')
}

/** An object without what the server writes. */
function bare(object: KubeObject): object {
  const {status: _, ...rest} = object as KubeObject & {status?: unknown}
  const {uid: _uid, resourceVersion: _version, generation: _generation, creationTimestamp: _created, managedFields: _managed, deletionTimestamp: _deleted, ...metadata} = object.metadata
  return {...rest, metadata}
}

/** The merge patch that puts back what a merge patch will change. */
export function inverse(patch: Record<string, unknown>, live: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(patch).map(([key, value]) => {
      const now = (live as Record<string, unknown> | undefined)?.[key]
      return [key, isMap(value) && isMap(now) ? inverse(value, now) : (now ?? null)]
    }),
  )
}

/** What of it still has to be put back: the fields that are as the patch left them. */
export function remaining(patch: Record<string, unknown>, back: Record<string, unknown>, live: unknown): Record<string, unknown> | undefined {
  const left = Object.entries(patch).flatMap(([key, value]): [string, unknown][] => {
    const now = (live as Record<string, unknown> | undefined)?.[key]
    const before = back[key]
    if (isMap(value) && isMap(before)) {
      const inner = remaining(value, before, now)
      return inner === undefined ? [] : [[key, inner]]
    }
    return isDeepStrictEqual(now ?? null, value) || (isMap(value) && isMap(now)) ? [[key, before]] : []
  })
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
