/** Builder: a step that keeps a set of objects as they are written. */
import {ownLabels, PLATFORM_LABEL} from '../../checks/labels.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {describeObject, lookAtObjects, wantedNow} from '../../checks/objects.ts'
import type {ObjectsLook} from '../../checks/objects.ts'
import {nameOf} from '../../checks/cluster.ts'
import {earlierChoices} from '../../checks/earlier-choices.ts'
import {KpError} from '../../engine/errors.ts'
import type {Difference, RemovalOptions, Risk} from '../../engine/types.ts'
import type {KubeMeta, KubeObject} from '../../tools/kube-api.ts'
import {deleteObject} from '../../tools/kubectl.ts'
import {onCluster} from './on-cluster.ts'
import {describeRepair, repairObjects} from './repair.ts'

/** What a set is. */
export interface ManifestSet {
  id: string
  title: string
  objects(ctx: ManifestContext): KubeObject[]
  /** False for what only the lab needs and the repository does not hold. */
  render?: boolean
  appliesTo?: PlatformStep['appliesTo']
  verify?: string[]
  after?: string[]
  risk?: Risk
  settleMs?: number
  retry?: PlatformStep['retry']
  /** Kinds that the set has had for another choice of kp.yaml: what is left of them is taken away too. */
  prunes?: {apiVersion: string; kind: string}[]
  /** Its objects belong to no choice of the phase: what is left of them goes at once, also while an earlier choice still stands. */
  ofNoChoice?: true
  /** Who of others uses objects that kp.yaml does not want any more, by name: as long as there is any, they are not deleted. */
  usersOf?(ctx: PlatformContext, surplus: SetLook['surplus']): Promise<string[]>
}

/** Label that ties an object to its set, so that what is no longer wanted is found. */
const SET_LABEL = 'kp.dev/set'
const FIELD_MANAGER = 'kp'

interface SetLook {
  /** How many objects are wanted. */
  count: number
  look: ObjectsLook
  surplus: {apiVersion: string; kind: string; metadata: KubeMeta}[]
}

/** A step that creates, repairs and prunes a set of objects by server-side apply. */
export function manifestSet(set: ManifestSet): PlatformStep {
  const label = set.id.replaceAll('/', '.')
  const wantedObjects = (ctx: ManifestContext): KubeObject[] => set.objects(ctx).map((object) => labelled(object, ctx, label))
  const look = async (ctx: PlatformContext): Promise<SetLook> => {
    const cluster = await ctx.cluster()
    const objects = wantedObjects(ctx)
    return {
      count: objects.length,
      look: await lookAtObjects(cluster, wantedNow(objects), {fieldManager: FIELD_MANAGER, cache: ctx.looked}),
      surplus: await findSurplus(ctx, set, objects, label),
    }
  }
  return onCluster({
    id: set.id,
    title: set.title,
    risk: set.risk ?? 'none',
    objects: wantedObjects,
    ...(set.render === false ? {} : {manifests: wantedObjects}),
    ...(set.appliesTo === undefined ? {} : {appliesTo: set.appliesTo}),
    ...(set.verify === undefined ? {} : {verify: set.verify}),
    ...(set.after === undefined ? {} : {after: set.after}),
    ...(set.settleMs === undefined ? {} : {settleMs: set.settleMs}),
    ...(set.retry === undefined ? {} : {retry: set.retry}),
    async probe(ctx) {
      const found = await look(ctx)
      const {count} = found
      const differences: Difference[] = [...found.look.differences, ...found.surplus.map((object) => ({object: describeObject(object), seen: 'is no longer wanted'}))]
      if (differences.length === 0) return {state: 'satisfied', observed: `${count} ${count === 1 ? 'object is' : 'objects are'} as wanted`}
      const absent = found.look.missing.length === count && found.surplus.length === 0
      return {
        state: absent ? 'absent' : 'drifted',
        observed: absent ? `none of ${count} ${count === 1 ? 'object' : 'objects'} is there` : `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'} in ${count} objects`,
        differences,
        data: found,
      }
    },
    plan(ctx, probe) {
      const found = probe.data as SetLook | undefined
      const lines = found === undefined ? wantedObjects(ctx).map((object) => `create ${describeObject(object)}`) : [...describeRepair(found.look), ...found.surplus.map((object) => `delete ${describeObject(object)}`)]
      const file = set.render === false ? `<${label}.yaml>` : `clusters/${ctx.spec.environment.name}/${set.id}.yaml`
      return Promise.resolve({lines, commands: [`kubectl apply --server-side --field-manager=${FIELD_MANAGER} -f ${file}`]})
    },
    async apply(ctx, probe) {
      const found = (probe.data as SetLook | undefined) ?? (await look(ctx))
      await repairObjects(ctx, found.look, {fieldManager: FIELD_MANAGER, doing: set.title})
      for (const object of found.surplus) await deleteObject(ctx.exec, ctx.access, object, {doing: `delete ${describeObject(object)}, which is no longer wanted`})
    },
    async standing(ctx, options) {
      return {deletes: (await standingObjects(ctx, wantedObjects(ctx), label, options)).map(describeObject), keeps: [], blockers: []}
    },
    async undo(ctx, options) {
      for (const object of (await standingObjects(ctx, wantedObjects(ctx), label, options)).toReversed()) {
        await deleteObject(ctx.exec, ctx.access, object, {doing: `delete ${describeObject(object)}`})
      }
    },
  })
}

/** A namespace belongs to no set: several steps keep it, others put their work into it, and none deletes it as no longer wanted. */
function labelled(object: KubeObject, ctx: ManifestContext, label: string): KubeObject {
  const set = object.kind === 'Namespace' ? {} : {[SET_LABEL]: label}
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: {...ownLabels(ctx), ...set, ...object.metadata.labels},
    },
  }
}

/** Objects of this set, by label, that are not wanted any more. */
async function findSurplus(ctx: PlatformContext, set: ManifestSet, objects: KubeObject[], label: string): Promise<SetLook['surplus']> {
  const wanted = new Set(objects.map((object) => `${object.apiVersion}/${object.kind}/${nameOf(object.metadata)}`))
  const surplus = (await labelledObjects(ctx, [...objects, ...(set.prunes ?? [])], label)).filter(({apiVersion, kind, metadata}) => metadata.deletionTimestamp === undefined && !wanted.has(`${apiVersion}/${kind}/${nameOf(metadata)}`))
  if (surplus.length === 0) return []
  // The objects of an earlier choice stay as long as its release does: the phase's last step takes them away together.
  const phase = set.id.split('/')[0] ?? ''
  if (set.ofNoChoice !== true && (await earlierChoices(ctx, phase)).length > 0) return []
  const users = (await set.usersOf?.(ctx, surplus)) ?? []
  if (users.length > 0) throw stillUsed(surplus, users)
  return surplus
}

/** What kp.yaml does not want any more is used by others: they come first. */
function stillUsed(surplus: SetLook['surplus'], users: string[]): KpError {
  return new KpError({
    code: 'GATE',
    message: `kp.yaml does not want ${surplus.map(describeObject).join(', ')} any more, but ${users.length === 1 ? `${users[0]} uses` : `${users.length} objects use`} it`,
    details: users.length > 10 ? [...users.slice(0, 10), `and ${users.length - 10} more`] : users,
    next: ['put the old value back into kp.yaml', 'or lead them to another one first, then run the same command again'],
  })
}

/** What of a set is there, also while it is on its way out. A namespace holds what others put into it: it is nobody's to delete here. */
async function standingObjects(ctx: PlatformContext, objects: KubeObject[], label: string, options?: RemovalOptions): Promise<SetLook['surplus']> {
  return (await labelledObjects(ctx, objects, label)).filter((object) => object.kind !== 'Namespace' && options?.only?.has(describeObject(object)) !== false)
}

/** Objects of the set's kinds that carry its label. */
async function labelledObjects(ctx: PlatformContext, objects: {apiVersion: string; kind: string}[], label: string): Promise<SetLook['surplus']> {
  const cluster = await ctx.cluster()
  const kinds = new Map(objects.map((object) => [`${object.apiVersion}/${object.kind}`, {apiVersion: object.apiVersion, kind: object.kind}]))
  const found = await Promise.all([...kinds.values()].map(async ({apiVersion, kind}) => [...((await cluster.metadata(apiVersion, kind))?.values() ?? [])].map((metadata) => ({apiVersion, kind, metadata}))))
  return found.flat().filter(({metadata: {labels}}) => labels?.[SET_LABEL] === label && labels[PLATFORM_LABEL] === ctx.spec.platform)
}
