/** Repairs objects: applies what is missing or differs, and takes away what was set by hand. Nothing else is touched. */
import type {PlatformContext} from '../../context.ts'
import {removalPatch} from '../../checks/difference.ts'
import {describeObject} from '../../checks/objects.ts'
import type {ObjectDrift, ObjectsLook} from '../../checks/objects.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects, patchObject} from '../../tools/kubectl.ts'

/** Kinds that others need to exist first. */
const FIRST = ['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'ServiceAccount', 'Secret', 'ConfigMap', 'StorageClass']

/** Makes the objects of a look as wanted. What was set by hand goes first: where it is in a list is known only as long as nothing else changed. */
export async function repairObjects(ctx: PlatformContext, look: ObjectsLook, options: {fieldManager: string; doing: string}): Promise<void> {
  for (const {wanted, live, fields, refused} of look.drifted) {
    const patch = removalPatch(fields, refused === undefined || live === undefined ? undefined : {live, wanted})
    if (patch.length === 0) continue
    await patchObject(ctx.exec, ctx.access, wanted, patch, {doing: `take back what was set by hand in ${describeObject(wanted)}`, fieldManager: options.fieldManager})
  }
  const toApply = [...look.missing, ...look.drifted.filter(needsApply)].map((drift) => drift.wanted)
  for (const objects of inWaves(toApply)) {
    await applyObjects(ctx.exec, ctx.access, objects, {doing: options.doing, fieldManager: options.fieldManager})
  }
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
  return [first, rest].filter((wave) => wave.length > 0)
}
