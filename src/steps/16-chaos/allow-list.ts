/** The allow-list as annotations of namespaces, which are not kp's: one annotation is set or taken away, and nothing else. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {Difference} from '../../engine/types.ts'
import {editNode as edit} from '../../tools/kubectl.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {allowed, INJECT} from './names.ts'

interface Look {
  /** Namespaces that lack the annotation, and those that have it and should not. */
  missing: string[]
  surplus: string[]
  /** Named in kp.yaml and not in the cluster. */
  absent: string[]
}

/** Which namespaces have the annotation. */
export async function annotated(ctx: Pick<PlatformContext, 'cluster'>): Promise<{names: Set<string>; open: Set<string>}> {
  const all = await (await ctx.cluster()).listKnown('v1', 'Namespace')
  const open = all.filter(({metadata}) => metadata.annotations?.[INJECT] === 'enabled')
  return {names: new Set(all.map(({metadata}) => metadata.name)), open: new Set(open.map(({metadata}) => metadata.name))}
}

async function look(ctx: PlatformContext): Promise<Look> {
  const {names, open} = await annotated(ctx)
  const wanted = allowed(ctx)
  return {missing: wanted.filter((name) => names.has(name) && !open.has(name)), surplus: [...open].filter((name) => !wanted.includes(name)), absent: wanted.filter((name) => !names.has(name))}
}

const annotate = (ctx: PlatformContext, name: string, value: string): Promise<unknown> =>
  edit(ctx.exec, ctx.access, ['annotate', 'namespace', name, '--overwrite', `${INJECT}${value}`], {doing: `${value === '-' ? 'close' : 'open'} namespace ${name} for faults`})

/** Opens the namespaces of the list, and closes every other one. */
export const allowList: PlatformStep = onCluster({
  id: 'chaos/allow-list',
  title: 'Open the namespaces of the allow-list for faults',
  risk: 'none',
  verify: ['chaos.allow-list'],
  async probe(ctx) {
    const found = await look(ctx)
    const differences: Difference[] = [
      ...found.missing.map((name) => ({object: `Namespace ${name}`, field: `metadata.annotations.${INJECT}`, wanted: 'enabled'})),
      ...found.surplus.map((name) => ({object: `Namespace ${name}`, field: `metadata.annotations.${INJECT}`, seen: 'enabled'})),
    ]
    if (differences.length === 0) return {state: 'satisfied', observed: found.absent.length === 0 ? `open for faults: ${allowed(ctx).join(', ')}` : `not there yet: ${found.absent.join(', ')}`}
    const none = found.surplus.length === 0 && found.missing.length + found.absent.length === allowed(ctx).length
    return {state: none ? 'absent' : 'drifted', observed: differences.length === 1 ? '1 namespace differs' : `${differences.length} namespaces differ`, differences, data: found}
  },
  plan(_, probe) {
    const {missing, surplus} = (probe.data as Look | undefined) ?? {missing: [], surplus: []}
    return Promise.resolve({
      lines: [...missing.map((name) => `open Namespace ${name} for faults`), ...surplus.map((name) => `close Namespace ${name}: kp.yaml does not name it`)],
      commands: [...missing.map((name) => `kubectl annotate namespace ${name} ${INJECT}=enabled`), ...surplus.map((name) => `kubectl annotate namespace ${name} ${INJECT}-`)],
    })
  },
  async apply(ctx, probe) {
    const {missing, surplus} = (probe.data as Look | undefined) ?? (await look(ctx))
    for (const name of missing) await annotate(ctx, name, '=enabled')
    for (const name of surplus) await annotate(ctx, name, '-')
  },
  async standing(ctx) {
    return {deletes: [...(await annotated(ctx)).open].map((name) => `the annotation ${INJECT} of Namespace ${name}`), keeps: [], blockers: []}
  },
  async undo(ctx) {
    for (const name of (await annotated(ctx)).open) await annotate(ctx, name, '-')
  },
})
