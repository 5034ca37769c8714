/** Fields of objects go from one owner to the next: who applied them last would else hold on to what nobody wants any more. */
import {describeObject} from '../../../checks/objects.ts'
import type {WantedObjects} from '../../../checks/objects.ts'
import type {PlatformContext} from '../../../context.ts'
import {KpError} from '../../../engine/errors.ts'
import {mapParallel} from '../../../engine/graph.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'

const TRIES = 4

/** One operation of a JSON patch. */
interface Operation {
  op: 'test' | 'replace' | 'remove'
  path: string
  value?: string
}

/** Makes one field manager the owner of what another one applied. Values, uids and generations stay as they are. */
export async function handFieldsOver(ctx: PlatformContext, wanted: WantedObjects, from: string, to: string): Promise<void> {
  const api = (await ctx.cluster()).api
  await ctx.change({doing: `hand the fields of ${wanted.keys.length} objects from ${from} to ${to}`, command: `kubectl patch … metadata.managedFields: ${from} → ${to}`}, async () => {
    await mapParallel(wanted.keys, 8, async ({apiVersion, kind, name, namespace}) => {
      const object = {apiVersion, kind, metadata: {name, ...(namespace === undefined ? {} : {namespace})}}
      const path = await api.pathOf(object)
      if (path === undefined) return
      for (let attempt = 1; ; attempt++) {
        const live = (await api.get(path)) as KubeObject | undefined
        const patch = live === undefined ? [] : ownerPatch(live, from, to)
        if (patch.length === 0) return
        const answer = await api.request({method: 'PATCH', path: `${path}?fieldManager=kp`, contentType: 'application/json-patch+json', body: patch})
        if (answer.status < 300 || answer.status === 404) return
        // Somebody wrote in between: look again.
        if (attempt < TRIES && (answer.status === 409 || answer.status === 422)) continue
        throw new KpError({code: 'API_ERROR', message: `${describeObject(object)}: its fields could not be handed to ${to}: ${(answer.body as {message?: string} | undefined)?.message ?? `status ${answer.status}`}`, next: ['run the same command again']})
      }
    })
  })
}

/** What makes `to` the owner of what `from` applied; empty where there is nothing of it. Pure. */
export function ownerPatch(live: KubeObject, from: string, to: string): Operation[] {
  const entries = live.metadata.managedFields ?? []
  const applied = (manager: string): number => entries.findIndex((entry) => entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined)
  const index = applied(from)
  if (index === -1) return []
  const at = `/metadata/managedFields/${index}`
  const same: Operation = {op: 'test', path: `${at}/manager`, value: from}
  // One manager has one entry: where the new owner applied already, the old one's goes.
  return applied(to) === -1 ? [same, {op: 'replace', path: `${at}/manager`, value: to}] : [same, {op: 'remove', path: at}]
}
