/** Repairs objects: applies what is missing or differs, and takes away what was set by hand. Nothing else is touched. */
import type {PlatformContext} from '../../context.ts'
import {removalPatch} from '../../checks/difference.ts'
import {describeObject} from '../../checks/objects.ts'
import type {ObjectDrift, ObjectsLook} from '../../checks/objects.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects, patchObject} from '../../tools/kubectl.ts'

/** Kinds that others need to exist first. */
const FIRST = ['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'ServiceAccount', 'Secret', 'ConfigMap', 'StorageClass']

/** Makes the objects of a look as wanted. */
export async function repairObjects(ctx: PlatformContext, look: ObjectsLook, options: {fieldManager: string; doing: string}): Promise<void> {
  const toApply = [...look.missing, ...look.drifted.filter(needsApply)].map((drift) => drift.wanted)
  for (const objects of inWaves(toApply)) {
    await applyObjects(ctx.exec, ctx.access, objects, {doing: options.doing, fieldManager: options.fieldManager})
  }
  for (const drift of look.drifted) {
    const patch = removalPatch(drift.fields)
    if (patch.length === 0) continue
    await patchObject(ctx.exec, ctx.access, drift.wanted, patch, {doing: `take back what was set by hand in ${describeObject(drift.wanted)}`, fieldManager: options.fieldManager})
  }
}

/** What a repair would do, for plans. */
export function describeRepair(look: ObjectsLook): string[] {
  return [
    ...look.missing.map((drift) => `create ${describeObject(drift.wanted)}`),
    ...look.drifted.map((drift) => `set ${drift.fields.length === 0 ? 'fields' : drift.fields.map((field) => field.field).slice(0, 3).join(', ')}${drift.fields.length > 3 ? ` and ${drift.fields.length - 3} more` : ''} of ${describeObject(drift.wanted)}`),
  ]
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
