/** Repairs objects: applies what is missing or differs, and takes away what was set by hand. Nothing else is touched. */
import type {PlatformContext} from '../../context.ts'
import {removalPatch} from '../../checks/difference.ts'
import type {FieldDifference} from '../../checks/difference.ts'
import {describeObject, keyOf, noteApplied} from '../../checks/objects.ts'
import type {ObjectDrift, ObjectsLook} from '../../checks/objects.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects, patchObject} from '../../tools/kubectl.ts'

/** kubectl where it sends whole objects. */
const SENDS_ALL = /^kubectl-(?:client-side-apply|create|replace)$/

/** Kinds that others need to exist first. */
const FIRST = ['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'ServiceAccount', 'Secret', 'ConfigMap', 'StorageClass']

/** Makes the objects of a look as wanted. What was set by hand goes first: where it is in a list is known only as long as nothing else changed. */
export async function repairObjects(ctx: PlatformContext, look: ObjectsLook, options: {fieldManager: string; doing: string}): Promise<void> {
  for (const {wanted, live, fields, refused} of look.drifted) {
    const patch = removalPatch(fields, refused === undefined || live === undefined ? undefined : {live, wanted})
    if (patch.length === 0) continue
    const taking = {doing: `take back what was set by hand in ${describeObject(wanted)}`, fieldManager: options.fieldManager}
    const disowning = disown(live, fields)
    try {
      await patchObject(ctx.exec, ctx.access, wanted, [...patch, ...disowning], taking)
    } catch (error) {
      // Somebody wrote in between, and the owners stand in another order: the next look finds what is left.
      if (disowning.length === 0 || !(error instanceof KpError) || !/\btest\b/i.test(error.tool?.output ?? '')) throw error
      await patchObject(ctx.exec, ctx.access, wanted, patch, taking)
    }
  }
  const toApply = [...look.missing, ...look.drifted.filter(needsApply)].map((drift) => drift.wanted)
  for (const objects of inWaves(toApply)) {
    await applyObjects(ctx.exec, ctx.access, objects, {doing: options.doing, fieldManager: options.fieldManager})
    noteApplied(ctx.looked, objects.map(keyOf))
  }
}

/**
 * Who sent a whole object owns also what the server filled in, and that comes back when it is taken out: with the
 * repair such a manager owns nothing any more. Operations of a JSON patch.
 */
export function disown(live: KubeObject | undefined, fields: FieldDifference[]): {op: 'test' | 'remove'; path: string; value?: string}[] {
  const managers = new Set(fields.flatMap(({surplus, by}) => (surplus && by !== undefined && SENDS_ALL.test(by) ? [by] : [])))
  const entries = (live?.metadata.managedFields ?? []).map((entry, index) => ({entry, path: `/metadata/managedFields/${index}`}))
  // The last first, so that indexes stay right.
  return entries.toReversed().flatMap(({entry, path}) => (managers.has(entry.manager) && entry.operation === 'Update' && entry.subresource === undefined ? [{op: 'test' as const, path: `${path}/manager`, value: entry.manager}, {op: 'remove' as const, path}] : []))
}

/** What a repair would do, for plans. */
export function describeRepair(look: ObjectsLook): string[] {
  return [...look.missing.map((drift) => `create ${describeObject(drift.wanted)}`), ...look.drifted.flatMap(describeOne)]
}

function describeOne({wanted, fields, refused}: ObjectDrift): string[] {
  const object = describeObject(wanted)
  const [surplus, wrong] = [fields.filter((field) => field.wanted === undefined), fields.filter((field) => field.wanted !== undefined)]
  return [
    ...(wrong.length > 0 || (refused !== undefined && surplus.length === 0) ? [`set ${firstNames(wrong) || 'fields'} of ${object}`] : []),
    ...(surplus.length > 0 ? [`take ${firstNames(surplus)} out of ${object}`] : []),
  ]
}

function firstNames(fields: {field: string}[]): string {
  return `${fields.slice(0, 3).map(({field}) => field).join(', ')}${fields.length > 3 ? ` and ${fields.length - 3} more` : ''}`
}

function needsApply(drift: ObjectDrift): boolean {
  return drift.refused !== undefined || drift.fields.some((field) => !field.surplus)
}

/** Definitions and what others need first, then the rest: kubectl cannot apply an object whose kind it makes in the same call. */
function inWaves(objects: KubeObject[]): KubeObject[][] {
  const first = objects.filter((object) => FIRST.includes(object.kind)).toSorted((a, b) => FIRST.indexOf(a.kind) - FIRST.indexOf(b.kind))
  const rest = objects.filter((object) => !FIRST.includes(object.kind))
  const waves = first.some(({kind}) => kind === 'CustomResourceDefinition') ? [first, rest] : [[...first, ...rest]]
  return waves.filter((wave) => wave.length > 0)
}
