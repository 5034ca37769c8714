/**
 * The upstream charts themselves, from a mirror. KP_TEST_MIRROR names a folder of packages (helm pull) that holds at
 * least cert-manager and gateway-helm; without it there is nothing to install and these tests are skipped.
 */
import {copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {describe, expect, it, onTestFinished} from 'vitest'
import {describeEntry, isLease} from '../helpers/audit.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {changesOf, deletionOf, takesOthersWithIt} from '../helpers/drift.ts'
import {driftRound, expectNothingToDo} from '../helpers/drift-round.ts'
import {serve} from '../helpers/http.ts'
import {keptObjects} from '../helpers/kept-objects.ts'
import {serveCharts} from '../helpers/oci-registry.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {takeSnapshot} from '../helpers/snapshot.ts'
import {tempFolder} from '../helpers/temp.ts'

const mirror = process.env['KP_TEST_MIRROR'] ?? ''
const packages = mirror === '' ? [] : readdirSync(mirror).filter((name) => name.endsWith('.tgz'))
if (mirror === '') console.log('skipped: KP_TEST_MIRROR names no folder of packaged charts')

/** Charts of the platform that kp makes by itself; what else a mirror holds is for other choices. */
const OWN = new Set([
  'cert-manager', 'cilium', 'fluent-bit', 'gateway-crds-helm', 'gateway-helm', 'kube-prometheus-stack', 'metrics-server', 'opencost', 'opensearch', 'opensearch-dashboards',
  'prometheus-operator-crds', 'reloader', 'sealed-secrets', 'snapshot-controller', 'velero',
])

/** `cert-manager-v1.21.1.tgz` is cert-manager v1.21.1. */
const charts = packages.flatMap((file) => {
  const [, name, version] = /^(.+?)-(v?\d.*)\.tgz$/.exec(file) ?? []
  return name === undefined || version === undefined || !OWN.has(name) ? [] : [{file, name, version}]
})

/** What a run said of where its charts come from. */
function sources(stdout: string): string[] {
  return stdout.split('\n').flatMap((line) => /\S+\s+\S+\s+((?:chart|stand-in for chart) .*)$/.exec(line)?.[1] ?? [])
}

async function build(options: {name: string; spec?: Record<string, unknown>; mirror(work: string, platform: TestPlatform): string | Promise<string>; env?: Record<string, string>}): Promise<{platform: TestPlatform; said: string[]; env: Record<string, string>}> {
  const platform = await openTestPlatform({name: options.name, build: 'none', ...(options.spec === undefined ? {} : {spec: options.spec})})
  onTestFinished(() => platform.close(), 120_000)
  const work = join(dirname(platform.root), 'mirror')
  mkdirSync(work)
  platform.setSpec(['charts', 'mirror'], await options.mirror(work, platform))
  const env = options.env ?? {}
  const up = await platform.kpOk(['up', '--yes'], {env, timeoutMs: 600_000})
  return {platform, said: sources(up.stdout), env}
}

/** Nothing fails, nothing is left to do, and doing it again writes nothing. */
async function expectRight(platform: TestPlatform, env: Record<string, string>): Promise<void> {
  const {summary, checks} = (await platform.kp(['verify', '--json'], {env})).json<{summary: Record<string, number>; checks: {id: string; status: string; observed: string}[]}>()
  expect(checks.filter(({status}) => status === 'fail' || status === 'unknown')).toEqual([])
  expect(summary['pass']).toBeGreaterThan(30)
  await platform.kpOk(['plan', '--exit-code'], {env})
  const mark = platform.audit().mark()
  await platform.kpOk(['up', '--yes'], {env})
  expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
}

const WHOLE = 900_000

describe.skipIf(!charts.some(({name}) => name === 'cert-manager') || !charts.some(({name}) => name === 'gateway-helm'))('charts of a mirror', () => {
  it('in a folder, on 1.35: installed, verified, planned, and repaired', {timeout: WHOLE}, async () => {
    const {platform, said} = await build({name: 'folder', mirror: () => mirror})
    for (const {file} of charts) expect(said).toContain(`chart ${file} from the mirror ${mirror}`)
    const real = new Set(charts.map(({name}) => name))
    expect(said.filter((line) => line.startsWith('stand-in')).filter((line) => real.has(/chart (\S+)/.exec(line)?.[1] ?? ''))).toEqual([])
    await expectRight(platform, {})

    const chosen = chance(printedSeed('drift of real charts'))
    let before = await takeSnapshot(platform.admin())
    const kept = (await keptObjects(platform, before)).filter(({step}) => /\/(release|kinds|gateway-api|snapshot-controller)$/.test(step))
    expect(kept.length).toBeGreaterThanOrEqual(4)
    await driftRound(platform, before, kept.map(({step, objects}) => chosen.pick(objects.flatMap((object) => changesOf(step, object)))))
    before = await takeSnapshot(platform.admin())
    await driftRound(platform, before, kept.flatMap(({step, objects}) => {
      const alone = objects.filter((object) => !takesOthersWithIt(object))
      return alone.length === 0 ? [] : [deletionOf(step, chosen.pick(alone))]
    }))
    await expectNothingToDo(platform)
  })

  it('in a folder, on 1.36', {timeout: WHOLE}, async () => {
    const {platform} = await build({name: 'next', spec: {kubernetes: {version: '1.36'}}, mirror: () => mirror})
    await expectRight(platform, {})
  })

  it('only some of them: the others have stand-ins, and each says which it is', {timeout: WHOLE}, async () => {
    const some = charts.filter(({name}) => ['cert-manager', 'gateway-helm'].includes(name))
    const {platform, said} = await build({
      name: 'some',
      mirror(work) {
        for (const {file} of some) copyFileSync(join(mirror, file), join(work, file))
        return '../mirror'
      },
    })
    expect(said.filter((line) => line.startsWith('chart ')).toSorted()).toEqual(some.map(({file}) => `chart ${file} from the mirror ../mirror`).toSorted())
    expect(said.filter((line) => line.startsWith('stand-in')).length).toBeGreaterThanOrEqual(3)
    await expectRight(platform, {})
  })

  it('in a chart repository over HTTP', {timeout: WHOLE}, async () => {
    let folder = ''
    const {url, paths} = await serve((request, response) => {
      const path = join(folder, basename(request.url ?? ''))
      if (existsSync(path)) response.end(readFileSync(path))
      else response.writeHead(404).end()
    })
    const {platform, said} = await build({
      name: 'http',
      async mirror(work, {helm}) {
        folder = work
        for (const file of packages) copyFileSync(join(mirror, file), join(work, file))
        await helm(['repo', 'index', work])
        return url
      },
    })
    for (const {name, version} of charts) expect(said).toContain(`chart ${name} ${version} from the mirror ${url}`)
    for (const {file} of charts) expect(paths).toContain(`/${file}`)
    await expectRight(platform, {})
  })

  it('in a registry (OCI) with an authority of its own', {timeout: WHOLE}, async () => {
    const registry = await serveCharts(mirror, charts, tempFolder())
    const {platform, said, env} = await build({name: 'oci', mirror: () => registry.url, env: {NODE_EXTRA_CA_CERTS: registry.ca, SSL_CERT_FILE: registry.ca}})
    for (const {name, version} of charts) expect(said).toContain(`chart ${name} ${version} from the mirror ${registry.url}`)
    await expectRight(platform, env)
  })
})
