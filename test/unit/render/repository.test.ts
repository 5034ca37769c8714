import {existsSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {beforeEach, describe, expect, test} from 'vitest'
import {loadCatalog} from '../../../src/components/load.ts'
import {platformPaths} from '../../../src/platform/find.ts'
import {sweepTemporaries, writeFileAtomic} from '../../../src/render/files.ts'
import {lookAtRepository, RENDER_RECORD, writeRepository} from '../../../src/render/repository.ts'
import type {RenderPlatform} from '../../../src/render/repository.ts'
import {tempFolder} from '../../helpers/temp.ts'

const HOME = fileURLToPath(new URL('../../..', import.meta.url))
const render = async (platform: RenderPlatform): Promise<string[]> => writeRepository(platform, await lookAtRepository(platform), {force: false})

let platform: RenderPlatform
let root: string

/** A platform without environments: README, .gitignore and the runbooks are rendered. */
beforeEach(async () => {
  root = tempFolder()
  platform = {environments: [], catalog: loadCatalog(join(HOME, 'templates')), home: HOME, phases: [], providerFor: () => { throw new Error('no environment') }, paths: platformPaths(root, 'lab')}
})

const record = (): {files: Record<string, string>; pending?: Record<string, string>} => JSON.parse(readFileSync(join(root, RENDER_RECORD), 'utf8'))
const setRecord = (value: object): void => writeFileSync(join(root, RENDER_RECORD), JSON.stringify(value))

describe('a rendering that was killed', () => {
  test('before its end: the record says what was about to be written, and is put right though all files are', async () => {
    await render(platform)
    const whole = record()
    setRecord({files: {}, pending: whole.files})
    const look = await lookAtRepository(platform)
    expect(look).toMatchObject({changes: [], staleRecord: true})
    await writeRepository(platform, look, {force: false})
    expect(record()).toEqual(whole)
    expect(await lookAtRepository(platform)).toMatchObject({changes: [], staleRecord: false})
  })

  test('twice, with kp.yaml changed in between: what the first wrote is not taken for an edit by hand', async () => {
    await render(platform)
    const {files} = record()
    const digest = files['README.md'] ?? ''
    // The first killed run wrote README.md, which an older kp.yaml made different; its record was never finished.
    setRecord({files: {...files, 'README.md': 'older'}, pending: files})
    writeFileSync(join(root, '.gitignore'), 'x')
    const look = await lookAtRepository(platform)
    const renamed = {...look, files: look.files.map((file) => (file.path === 'README.md' ? {...file, text: 'newer'} : file)), changes: [{path: 'README.md', kind: 'update' as const, before: readFileSync(join(root, 'README.md'), 'utf8'), after: 'newer'}]}
    // The second is killed right after its record: what it names next can be asked of the record alone.
    rmSync(join(root, 'README.md'))
    writeFileSync(join(root, 'README.md'), renamed.changes[0]?.before ?? '')
    const failing = {...renamed, changes: [...renamed.changes, {path: 'README.md/below', kind: 'create' as const, before: undefined, after: ''}]}
    await expect(writeRepository(platform, failing, {force: false})).rejects.toThrow()
    expect(record().files['README.md']).toBe(digest)
  })

  test('what a killed run wrote for an older kp.yaml, and nobody wants now, is removed', async () => {
    await render(platform)
    const {files} = record()
    await writeFileAtomic(join(root, 'clusters', 'old.yaml'), 'old')
    const {createHash} = await import('node:crypto')
    setRecord({files, pending: {...files, 'clusters/old.yaml': createHash('sha256').update('old').digest('hex')}})
    expect(await render(platform)).toEqual(['clusters/old.yaml'])
    expect(existsSync(join(root, 'clusters', 'old.yaml'))).toBe(false)
  })

  test('leaves half-written files: the next one takes them away', async () => {
    await render(platform)
    const dead = spawnSync('true').pid
    for (const path of ['README.md', RENDER_RECORD, 'runbooks/x.md']) writeFileSync(join(root, `${path}.${dead}.tmp`), 'ha')
    rmSync(join(root, 'README.md'))
    await render(platform)
    expect(readdirSync(root, {recursive: true}).filter((path) => String(path).endsWith('.tmp'))).toEqual([])
  })
})

describe('sweepTemporaries', () => {
  test('leaves alone what a live process writes now, and everything else', () => {
    const names = [`a.${process.pid}.tmp`, 'b.tmp', 'c.yaml', 'tmp', '.9.tmpx']
    for (const name of names) writeFileSync(join(root, name), '')
    sweepTemporaries([root, join(root, 'nowhere')], Date.now())
    expect(readdirSync(root).toSorted()).toEqual(names.toSorted())
  })

  test('removes what was left long ago, though the pid is in use again', () => {
    const path = join(root, `lock.${process.pid}.stale`)
    writeFileSync(path, '')
    utimesSync(path, 1, 1)
    sweepTemporaries([root], Date.now())
    expect(readdirSync(root)).toEqual([])
  })
})
