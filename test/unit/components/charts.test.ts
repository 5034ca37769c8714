import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {resolveChart} from '../../../src/components/charts.ts'
import type {ChartNetwork, ChartSettings} from '../../../src/components/charts.ts'
import {KpError} from '../../../src/engine/errors.ts'
import {component, ROOT} from './samples.ts'

const thing = component()
const oci = component({chart: {name: 'thing', repository: 'oci://reg.example.com/charts/', version: '1.2.3'}})
const silent: ChartNetwork = {reachable: () => Promise.resolve(false), versions: () => Promise.resolve(undefined)}
const open: ChartNetwork = {reachable: () => Promise.resolve(true), versions: () => Promise.resolve(['1.2.3', '1.1.0'])}
let base: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'kp-charts-'))
})
afterEach(() => rm(base, {recursive: true, force: true}))

function settings(fields: Partial<ChartSettings> = {}): ChartSettings {
  return {provider: 'eks', base, kubernetes: '1.35', standIn: `${ROOT}/lab/standin`, network: silent, ...fields}
}

async function failure(fields: Partial<ChartSettings>, chart = thing): Promise<KpError> {
  const error = await resolveChart(chart, settings(fields)).then((found) => found, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(KpError)
  expect((error as KpError).next.length).toBeGreaterThan(0)
  return error as KpError
}

/** A package as helm makes it, as far as it matters here. */
function tgz(files: Record<string, string>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const header = Buffer.alloc(512)
    header.write(name)
    header.write(Buffer.byteLength(text).toString(8).padStart(11, '0'), 124)
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512)
    body.write(text)
    return [header, body]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

async function mirror(files: Record<string, string | Buffer>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(base, 'mirror', name, '..'), {recursive: true})
    await writeFile(join(base, 'mirror', name), content)
  }
  await mkdir(join(base, 'mirror'), {recursive: true})
  return 'mirror'
}

const PACKAGE = tgz({'thing/README.md': 'x'.repeat(700), 'thing/charts/sub/Chart.yaml': 'name: sub\nversion: 0.1.0\n', 'thing/Chart.yaml': 'name: thing\nversion: v1.2.3\n'})

describe('without a mirror', () => {
  it('takes the repository where it answers', async () => {
    expect(await resolveChart(thing, settings({network: open}))).toEqual({kind: 'repository', chart: 'thing', repo: 'https://charts.example.com', version: 'v1.2.3', identity: 'https://charts.example.com/thing@v1.2.3', said: 'chart thing v1.2.3 from https://charts.example.com'})
    expect(await resolveChart(oci, settings({network: open}))).toMatchObject({kind: 'repository', chart: 'oci://reg.example.com/charts/thing', version: '1.2.3'})
  })

  it('takes the version for the minor of Kubernetes', async () => {
    expect(await resolveChart({...thing, perKubernetes: {'1.31': 'v1.1.0'}}, settings({network: open, kubernetes: '1.31'}))).toMatchObject({version: 'v1.1.0'})
  })

  it('takes the stand-in in a lab, and says why', async () => {
    const found = await resolveChart(thing, settings({provider: 'lab'}))
    expect(found).toMatchObject({kind: 'stand-in', chart: `${ROOT}/lab/standin`, said: 'stand-in for chart thing v1.2.3: https://charts.example.com is out of reach'})
    expect(found.identity).toMatch(/^stand-in:[0-9a-f]{32}$/)
    expect(found).not.toHaveProperty('version')
  })

  it('fails elsewhere, with what to do', async () => {
    expect(await failure({})).toMatchObject({code: 'PREREQUISITE_MISSING', message: 'the chart repository https://charts.example.com is out of reach'})
  })
})

describe('with a folder as mirror', () => {
  it.each(['thing-v1.2.3.tgz', 'thing-1.2.3.tgz'])('takes the package %s', async (name) => {
    const found = await resolveChart(thing, settings({mirror: await mirror({[name]: PACKAGE})}))
    expect(found).toMatchObject({kind: 'mirror-dir', chart: join(base, 'mirror', name), said: `chart ${name} from the mirror mirror`})
    expect(found.identity).toBe(`sha256:${found.digest}`)
    expect(found).not.toHaveProperty('version')
  })

  it('takes an absolute folder, with or without a slash at its end', async () => {
    await mirror({'thing-1.2.3.tgz': PACKAGE})
    expect((await resolveChart(thing, settings({mirror: `${join(base, 'mirror')}/`}))).chart).toBe(join(base, 'mirror', 'thing-1.2.3.tgz'))
  })

  it('takes an unpacked chart, whose identity is its content', async () => {
    const place = await mirror({'thing/Chart.yaml': 'name: thing\nversion: 1.2.3\n', 'thing/templates/a.yaml': 'a: 1\n'})
    const first = await resolveChart(thing, settings({mirror: place}))
    expect(first).toMatchObject({kind: 'mirror-dir', chart: join(base, 'mirror', 'thing')})
    await mirror({'thing/templates/a.yaml': 'a: 2\n'})
    expect((await resolveChart(thing, settings({mirror: place}))).identity).not.toBe(first.identity)
  })

  it('says which file is missing and which versions are there', async () => {
    const error = await failure({mirror: await mirror({'thing-1.1.0.tgz': 'x', 'thing-extra-1.2.3.tgz': 'x'})})
    expect(error.message).toBe('the chart mirror mirror lacks thing-v1.2.3.tgz')
    expect(error.details).toEqual(['it has thing 1.1.0'])
    expect(error.next[0]).toBe('helm pull thing --repo https://charts.example.com --version v1.2.3 --destination mirror')
    expect((await failure({mirror: await mirror({'thing/Chart.yaml': 'name: thing\nversion: 9.9.9\n'})})).details).toEqual(['it has thing 9.9.9'])
  })

  it('gives a lab the stand-in for what is missing', async () => {
    expect(await resolveChart(thing, settings({provider: 'lab', mirror: await mirror({})}))).toMatchObject({kind: 'stand-in', said: 'stand-in for chart thing v1.2.3: the chart mirror mirror does not have it'})
  })

  it.each([
    ['no gzip', 'not a package', 'is broken: incorrect header check'],
    ['a cut package', PACKAGE.subarray(0, 60), 'is broken: unexpected end of file'],
    ['no Chart.yaml', tgz({'thing/values.yaml': 'a: 1\n'}), 'is broken: there is no Chart.yaml in it'],
    ['an empty Chart.yaml', tgz({'thing/Chart.yaml': ''}), 'is broken: its Chart.yaml names no chart and version'],
    ['another version', tgz({'thing/Chart.yaml': 'name: thing\nversion: 1.2.4\n'}), 'is broken: it holds version 1.2.4, not v1.2.3'],
    ['another chart', tgz({'other/Chart.yaml': 'name: other\nversion: 1.2.3\n'}), 'is broken: it holds the chart other, not thing'],
  ])('says what is wrong with %s, in a lab too', async (_, content, message) => {
    const place = await mirror({'thing-1.2.3.tgz': content})
    for (const provider of ['eks', 'lab'] as const) expect(await failure({provider, mirror: place})).toMatchObject({code: 'PREREQUISITE_MISSING', message: expect.stringContaining(message) as string})
  })

  it('says that the folder is not there or is none', async () => {
    expect((await failure({mirror: 'nowhere'})).message).toBe(`there is no folder ${join(base, 'nowhere')}`)
    await writeFile(join(base, 'file'), '')
    expect(await failure({mirror: 'file', provider: 'lab'})).toMatchObject({code: 'FILE_SYSTEM', message: expect.stringContaining('not a folder') as string})
  })

  it('says that an unpacked chart is broken', async () => {
    expect((await failure({mirror: await mirror({'thing/Chart.yaml': 'a: ['})})).message).toContain('Chart.yaml is broken')
  })
})

describe('with a mirror on the network', () => {
  const has = (versions: string[] | 'unknown' | undefined): ChartNetwork => ({...silent, versions: () => Promise.resolve(versions)})

  it('takes the version that it has, with its own spelling', async () => {
    expect(await resolveChart(thing, settings({mirror: 'https://charts.internal/', network: open}))).toEqual({kind: 'mirror-http', chart: 'thing', repo: 'https://charts.internal', version: '1.2.3', identity: 'https://charts.internal/thing@1.2.3', said: 'chart thing 1.2.3 from the mirror https://charts.internal'})
    expect(await resolveChart(thing, settings({mirror: 'oci://harbor.internal/charts', network: open}))).toMatchObject({kind: 'mirror-oci', chart: 'oci://harbor.internal/charts/thing', version: '1.2.3'})
  })

  it('trusts a registry that wants a login', async () => {
    expect(await resolveChart(thing, settings({mirror: 'oci://harbor.internal/charts', network: has('unknown')}))).toMatchObject({kind: 'mirror-oci', version: 'v1.2.3'})
  })

  it('says what is missing and how to bring it', async () => {
    const error = await failure({mirror: 'oci://harbor.internal/charts', network: has(['1.0.0'])})
    expect(error.message).toBe('the chart mirror oci://harbor.internal/charts lacks thing v1.2.3')
    expect(error.details).toEqual(['it has thing 1.0.0'])
    expect(error.next).toContain('helm push thing-v1.2.3.tgz oci://harbor.internal/charts')
    expect((await failure({mirror: 'http://charts.internal', network: has([])})).next[0]).toContain('then put it into the mirror')
  })

  it('says that it does not answer', async () => {
    expect((await failure({mirror: 'https://charts.internal'})).message).toBe('the chart mirror https://charts.internal does not answer')
  })

  it.each([[undefined, 'does not answer'], [['1.0.0'], 'does not have it']])('gives a lab the stand-in (%s)', async (versions, why) => {
    expect((await resolveChart(thing, settings({provider: 'lab', mirror: 'https://charts.internal', network: has(versions)}))).said).toContain(why)
  })

  it('never asks the chart\'s own repository', async () => {
    const network: ChartNetwork = {...open, reachable: () => Promise.reject(new Error('asked'))}
    expect((await resolveChart(thing, settings({mirror: 'https://charts.internal', network}))).kind).toBe('mirror-http')
  })
})
