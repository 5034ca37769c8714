/** A whole drill with the real world but for the cluster: an API server in memory, a front door that answers, files on the disk. */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from 'vitest'
import {ClusterReader} from '../../../../src/checks/cluster.ts'
import type {PlatformContext} from '../../../../src/context.ts'
import {systemClock} from '../../../../src/engine/clock.ts'
import {planDrill} from '../../../../src/operations/drill/index.ts'
import {readDrillFile} from '../../../../src/operations/drill/load.ts'
import {drillFolder, openDrillMemory} from '../../../../src/operations/drill/memory.ts'
import {readRecords} from '../../../../src/operations/drill/records.ts'
import {recordDrill} from '../../../../src/operations/drill/result.ts'
import {performDrill} from '../../../../src/operations/drill/world.ts'
import {KubeApi} from '../../../../src/tools/kube-api.ts'
import {RESULT_SCHEMAS} from '../../../../src/ui/schemas/index.ts'
import {startApiServer} from '../../../helpers/api-server.ts'
import type {ApiServer} from '../../../helpers/api-server.ts'

const DRILL = `name: config-lost
title: A setting is lost
runbook: pod-crash.md
hypothesis: {says: The setting is lost and nobody notices., lostSeconds: 30, recoverSeconds: 60}
target: {kind: object, object: ConfigMap, namespace: demo, name: setting}
steady: [{field: {kind: ConfigMap, namespace: demo, name: "\${name}", path: data.mode, is: "^on$"}}]
signals: [{field: {kind: ConfigMap, namespace: demo, name: "\${name}", path: data.mode, is: "^on$"}}]
fault: {any: [{patch: {kind: ConfigMap, namespace: demo, name: "\${name}", merge: {data: {mode: "off"}}}}]}
holdSeconds: 2
alertWaitSeconds: 1
samples: 2
waitForUsers: false
limitSeconds: 60
`
let folder: string
let api: ApiServer
let door: Server
let ctx: PlatformContext

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kp-world-'))
  api = await startApiServer(folder, [
    {apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false},
    {apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false},
    {apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true},
  ], [
    {apiVersion: 'v1', kind: 'Node', metadata: {name: 'n1'}, status: {conditions: [{type: 'Ready', status: 'True'}]}},
    {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'kube-system', uid: 'u1'}},
    {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'setting', namespace: 'demo'}, data: {mode: 'on'}},
  ])
  // While the setting is off, every other user gets an error.
  let asked = 0
  door = createServer((_, response) => {
    asked += 1
    const off = (api.get('ConfigMap', 'setting', 'demo')?.['data'] as {mode?: string} | undefined)?.mode === 'off'
    response.writeHead(off && asked % 2 === 0 ? 503 : 200).end()
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const {signal} = new AbortController()
  ctx = {
    spec: {domain: 'd', platform: 'p', slos: [], environment: {name: 'dev', cluster: 'c', protected: false}, phases: {chaos: {enabled: false, namespaces: []}, monitoring: {enabled: false}, slo: {enabled: false}, ingress: {demo: {enabled: false, host: ''}}}},
    access: {kubeconfig: api.kubeconfig}, clock: systemClock, signal, phases: [], provider: {title: 'a test', simulated: false}, paths: {root: folder, environment: folder}, env: {USER: 'anna'},
    exec: {run: () => Promise.reject(new Error('nothing is run'))}, emit: () => undefined, changed: () => undefined, stopping: () => false,
    cluster: () => Promise.resolve(new ClusterReader(new KubeApi({kubeconfig: api.kubeconfig, userAgent: 'test', clock: systemClock, signal}))),
  } as unknown as PlatformContext
})
afterEach(async () => {
  door.closeAllConnections()
  door.close()
  await api.close()
  rmSync(folder, {recursive: true, force: true})
})

async function play(text: string): Promise<{result: Awaited<ReturnType<typeof recordDrill>>; deadMan: string[]; writtenBefore: boolean}> {
  writeFileSync(join(folder, 'drill.yaml'), text)
  const id = '20261128T120000Z-abcd'
  const deadMan: string[] = []
  let writtenBefore = false
  const found = await planDrill(ctx, readDrillFile('drill.yaml', folder), {id})
  const plan = {...found, users: [{scheme: 'http' as const, host: 'demo.test', path: '/', address: '127.0.0.1', port: (door.address() as AddressInfo).port}]}
  const outcome = await performDrill(ctx, {...plan, guards: async () => (await found.guards()).filter(({id: guard}) => guard !== 'data')}, {
    id,
    tell({what}) {
      if (what === 'fault') writtenBefore = openDrillMemory(drillFolder(ctx)).read()?.changes.length === 1
    },
    startDeadMan: () => (deadMan.push('started'), {end: () => void deadMan.push('ended')}),
  })
  return {result: await recordDrill(ctx, plan, {id, startedAt: Date.now(), outcome}), deadMan, writtenBefore}
}

it('holds: the fault is made, seen, taken back, and written down', {timeout: 120_000}, async () => {
  const {result, deadMan, writtenBefore} = await play(DRILL)
  expect([result.verdict, ...result.reasons]).toEqual(['held'])
  expect(RESULT_SCHEMAS.drill.parse(result)).toEqual(result)
  expect(writtenBefore).toBe(true)
  expect(deadMan).toEqual(['started', 'ended'])
  expect(result).toMatchObject({target: 'ConfigMap demo/setting', undone: true, ttdSeconds: null, by: expect.stringMatching(/^anna@/)})
  expect(result.signalSeconds).not.toBeNull()
  expect(result.requests.failed).toBeGreaterThan(0)
  expect(api.get('ConfigMap', 'setting', 'demo')?.['data']).toEqual({mode: 'on'})
  expect(api.writes).toEqual(['PATCH /api/v1/namespaces/demo/configmaps/setting', 'PATCH /api/v1/namespaces/demo/configmaps/setting'])
  expect(openDrillMemory(drillFolder(ctx)).read()).toBeUndefined()
  expect(readRecords(drillFolder(ctx)).map(({verdict}) => verdict)).toEqual(['held'])
  expect(readFileSync(result.record ?? '', 'utf8')).toContain('# A setting is lost: held')
})

it('deviates where users lose more than was said', {timeout: 120_000}, async () => {
  const {result} = await play(DRILL.replace('lostSeconds: 30', 'lostSeconds: 0'))
  expect(result.verdict).toBe('deviated')
  expect(result.reasons.join()).toMatch(/users lost as much as/)
  expect(api.get('ConfigMap', 'setting', 'demo')?.['data']).toEqual({mode: 'on'})
})

it('is not started where its target is not there', {timeout: 60_000}, async () => {
  const {result} = await play(DRILL.replace('name: setting', 'name: other'))
  expect(result).toMatchObject({verdict: 'not-started', target: 'none', record: null})
  expect(api.writes).toEqual([])
})
