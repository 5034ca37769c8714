/** Backups without velero: a cluster of objects, an archive with chosen content, and who was asked what. */
import {createWriteStream} from 'node:fs'
import {createGzip} from 'node:zlib'
import {pipeline} from 'node:stream/promises'
import {pack} from 'tar-stream'
import type {KubeObject} from '../../src/tools/kube-api.ts'

/** A file as `velero backup download` gives it out. */
export async function writeArchive(path: string, objects: KubeObject[], resourceOf: (object: KubeObject) => string): Promise<void> {
  const archive = pack()
  archive.entry({name: 'metadata/version'}, '1.1.0\n')
  for (const object of objects) {
    const {name, namespace} = object.metadata
    const text = JSON.stringify(object)
    const within = namespace === undefined ? 'cluster' : `namespaces/${namespace}`
    archive.entry({name: `resources/${resourceOf(object)}/${within}/${name}.json`}, text)
    archive.entry({name: `resources/${resourceOf(object)}/v1-preferredversion/${within}/${name}.json`}, text)
  }
  archive.finalize()
  await pipeline(archive, createGzip(), createWriteStream(path))
}
