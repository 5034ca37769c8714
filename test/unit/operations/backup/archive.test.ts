import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {placeOf, readArchive} from '../../../../src/operations/backup/archive.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {writeArchive} from '../../../helpers/backup-world.ts'
import {tempFolder} from '../../../helpers/temp.ts'

const settings: KubeObject = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'settings', namespace: 'shop'}, data: {a: 'b'}}
const other: KubeObject = {...settings, metadata: {name: 'settings', namespace: 'books'}}
const namespace: KubeObject = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'shop'}}
const resourceOf = ({kind}: KubeObject): string => (kind === 'Namespace' ? 'namespaces' : 'configmaps')

describe('the content of a backup', () => {
  it('names every object once, and keeps whole what is wanted', async () => {
    const file = join(tempFolder(), 'backup.tar.gz')
    await writeArchive(file, [settings, other, namespace], resourceOf)
    const {places, objects} = await readArchive(file, (place) => place.namespace === 'shop')
    expect([...places.keys()].toSorted()).toEqual(['configmaps books/settings', 'configmaps shop/settings', 'namespaces shop'])
    expect([...objects]).toEqual([['configmaps shop/settings', settings]])
  })

  it.each([
    ['a file that is cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 40)],
    ['something else', () => Buffer.from('<html>log in</html>')],
    ['nothing', () => Buffer.alloc(0)],
  ])('is refused where the store gives out %s', async (_, spoil) => {
    const file = join(tempFolder(), 'backup.tar.gz')
    await writeArchive(file, [settings, other, namespace], resourceOf)
    writeFileSync(file, spoil(readFileSync(file)))
    await expect(readArchive(file, () => true)).rejects.toMatchObject({code: 'TOOL_RUBBISH', message: expect.stringMatching(/^what the store gave out is no whole backup: /) as string})
  })

  it.each([
    ['resources/pods/namespaces/a/b.json', {resource: 'pods', namespace: 'a', name: 'b'}],
    ['resources/nodes/cluster/n.json', {resource: 'nodes', name: 'n'}],
    ['resources/deployments.apps/v1-preferredversion/namespaces/a/b.json', undefined],
    ['metadata/version', undefined],
  ])('%s', (path, place) => expect(placeOf(path)).toEqual(place))
})
