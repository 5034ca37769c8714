/** What a backup holds, read from the file that velero gives out. */
import {createReadStream} from 'node:fs'
import {createGunzip} from 'node:zlib'
import {pipeline} from 'node:stream/promises'
import {extract} from 'tar-stream'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** Where an object is. */
export interface ObjectPlace {
  /** `deployments.apps`, `configmaps`. */
  resource: string
  /** Absent for what has none. */
  namespace?: string
  name: string
}

/** The content of a backup. */
export interface Archive {
  /** Every object, by `placeKey`. */
  places: Map<string, ObjectPlace>
  /** Whole objects, those that were asked for. */
  objects: Map<string, KubeObject>
}

/** The key of an object: `deployments.apps shop/web`. */
export const placeKey = ({resource, namespace, name}: ObjectPlace): string => `${resource} ${namespace === undefined ? name : `${namespace}/${name}`}`

/** Where a file of the archive belongs; undefined for what is no object, and for the second copy in another version. */
export function placeOf(path: string): ObjectPlace | undefined {
  const found = /^(?:\.\/)?resources\/(?<resource>[^/]+)\/(?:cluster|namespaces\/(?<namespace>[^/]+))\/(?<name>[^/]+)\.json$/.exec(path)?.groups
  if (found === undefined) return undefined
  const {resource = '', namespace, name = ''} = found
  return {resource, name, ...(namespace === undefined ? {} : {namespace})}
}

/**
 * Reads it, an object after the other.
 * @param wants which objects are kept whole: all of a large cluster would not fit
 * @throws KpError TOOL_RUBBISH where the file is no whole archive: a store that lies
 */
export async function readArchive(file: string, wants: (place: ObjectPlace) => boolean): Promise<Archive> {
  const archive: Archive = {places: new Map(), objects: new Map()}
  const unpack = extract()
  const reading = pipeline(createReadStream(file), createGunzip(), unpack)
  // Its error is thrown below; until then nobody waits for it.
  reading.catch(() => {})
  try {
    for await (const entry of unpack) {
      const place = entry.header.type === 'file' ? placeOf(entry.header.name) : undefined
      if (place === undefined) {
        entry.resume()
        continue
      }
      const key = placeKey(place)
      archive.places.set(key, place)
      if (!wants(place)) {
        entry.resume()
        continue
      }
      const parts: Buffer[] = []
      for await (const part of entry) parts.push(part as Buffer)
      archive.objects.set(key, JSON.parse(Buffer.concat(parts).toString('utf8')) as KubeObject)
    }
    await reading
  } catch (error) {
    throw new KpError({
      code: 'TOOL_RUBBISH',
      message: `what the store gave out is no whole backup: ${error instanceof Error ? error.message : String(error)}`,
      doing: 'read the content of a backup',
      next: ['kp backup list, for another one', 'kp verify backup, to look at the store'],
      cause: error,
    })
  }
  return archive
}
