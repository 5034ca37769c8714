/** Takes a drill back: what it changed, the last change first, as far as nobody else has changed the same since. Safe to do again. */
import type {PlatformContext} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'
import {isDeepStrictEqual} from 'node:util'
import {KubeApi} from '../../tools/kube-api.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {act, gone, refOf, remaining, undo} from '../scenarios/actions.ts'
import type {ActionContext} from '../scenarios/actions.ts'
import type {Change, Ref} from '../scenarios/memory.ts'
import {repairEtcd} from './etcd.ts'
import type {ActiveDrill} from './memory.ts'
import type {Undone} from './types.ts'

/** How long the API server is waited for: the fault may have been its end. */
const API_MS = 60_000

/** What taking back needs of the platform. */
export type UndoContext = Pick<PlatformContext, 'access' | 'clock' | 'exec' | 'lab' | 'paths'>

/** How actions act here: as the lab's administrator, elsewhere as kp. Not stopped by a second Ctrl-C: a fault that stays is worse. */
export function actionContext(ctx: UndoContext, drill: {name: string; folder: string; names: Record<string, string>}, options: {tolerant: boolean; remember(change: Change): void; say(text: string): void}): ActionContext {
  const {signal} = new AbortController()
  const {lab} = ctx
  return {
    api: new KubeApi({...(lab === undefined ? ctx.access : {kubeconfig: lab.adminKubeconfig}), userAgent: 'kp-drill', clock: ctx.clock, signal, timeoutMs: 15_000}),
    clock: ctx.clock,
    signal,
    scenario: {name: drill.name, folder: drill.folder, parameters: {}} as ActionContext['scenario'],
    names: drill.names,
    folder: lab?.folder ?? ctx.paths.environment,
    root: ctx.paths.root,
    tolerant: options.tolerant,
    endProgram: (program) => lab?.endProgram(program) ?? Promise.resolve(),
    startPrograms: () => lab?.start(() => undefined, signal) ?? Promise.resolve(),
    remember: options.remember,
    say: options.say,
  }
}

/** Takes everything back, looks whether something is left, and says both. */
export async function undoDrill(ctx: UndoContext, active: ActiveDrill): Promise<Undone> {
  const done: string[] = []
  const actions = actionContext(ctx, {name: active.drill, folder: '', names: active.names}, {tolerant: true, remember: () => undefined, say: (text) => void done.push(text)})
  const changes = backward(active.changes)
  await repairEtcd(ctx, active.id)
  // Without the API server nothing else can be taken back.
  for (const change of changes) if (change.did === 'ended') await undo(change, actions)
  await waitForApi(actions)
  for (const action of active.first) await act(action, actions)
  for (const change of changes) if (change.did !== 'ended') await undo(change, actions)
  for (const action of active.last) await act(action, actions)
  await gone(active.changes, actions)
  return {done, left: await leftOf(active.changes, actions)}
}

/** The last first, without what the drill made and deleted itself, or what goes with a namespace of its own. */
function backward(changes: Change[]): Change[] {
  const made = new Set(changes.flatMap((change) => (change.did === 'made' ? [JSON.stringify(change.ref)] : [])))
  const namespaces = new Set(changes.flatMap((change) => (change.did === 'made' && change.ref.kind === 'Namespace' ? [change.ref.metadata.name] : [])))
  const own = (ref: Ref): boolean => made.has(JSON.stringify(ref)) || namespaces.has(ref.metadata.namespace ?? '')
  // A pod of a controller is made anew by it.
  const controlled = ({kind, metadata}: KubeObject): boolean => kind === 'Pod' && ((metadata['ownerReferences'] as unknown[] | undefined) ?? []).length > 0
  return changes.toReversed().filter((change) => !(change.did === 'deleted' && (own(refOf(change.object)) || controlled(change.object))) && !(change.did === 'made' && change.ref.kind !== 'Namespace' && namespaces.has(change.ref.metadata.namespace ?? '')))
}

async function waitForApi({api, clock, signal}: ActionContext): Promise<void> {
  for (let waited = 0; ; waited += 500) {
    const answer = await api.request({path: '/readyz', timeoutMs: 2000}).catch((error: unknown) => asKpError(error))
    if ('status' in answer && answer.status === 200) return
    if (waited >= API_MS) throw answer instanceof Error ? answer : new Error('the API server is not ready')
    await clock.sleep(500, signal)
  }
}

/** What of the changes is still so. */
export async function leftOf(changes: Change[], ctx: Pick<ActionContext, 'api'>): Promise<string[]> {
  const left: string[] = []
  const live = async (ref: Ref): Promise<KubeObject | undefined> => {
    const path = await ctx.api.pathOf(ref)
    return path === undefined ? undefined : ((await ctx.api.get(path)) as KubeObject | undefined)
  }
  for (const change of backward(changes)) {
    switch (change.did) {
      case 'made':
        if ((await live(change.ref)) !== undefined) left.push(`${title(change.ref)} of the drill`)
        break
      case 'deleted':
        if ((await live(change.object)) === undefined) left.push(`${title(change.object)} is missing`)
        break
      case 'patched': {
        const object = await live(change.ref)
        if (object !== undefined && remaining(change.patch, change.back, object) !== undefined && !settled(change, object)) left.push(`${title(change.ref)} is as the drill left it`)
        break
      }
      case 'replaced': {
        const object = await live(change.ref)
        if (object !== undefined && isDeepStrictEqual(object['spec'], change.after)) left.push(`${title(change.ref)} is as the drill left it`)
        break
      }
      case 'ended':
      case 'filed':
    }
  }
  return left
}

/** A patch that is taken back looks as before: what was there, or nothing. */
function settled({back}: {back: Record<string, unknown>}, live: unknown): boolean {
  return Object.entries(back).every(([key, value]) => {
    const now = (live as Record<string, unknown> | undefined)?.[key]
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return settled({back: value as Record<string, unknown>}, now)
    return isDeepStrictEqual(now ?? null, value)
  })
}

function title({kind, metadata}: Ref): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`
}
