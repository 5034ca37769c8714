import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {KubeApi} from '../../../src/tools/kube-api.ts'
import {serve} from '../../helpers/http.ts'
import {tempFolder} from '../../helpers/temp.ts'

/** @param timeoutMs short where the test waits for it to run out */
function client(url: string, now: () => number = () => 0, timeoutMs = 20_000): KubeApi {
  const kubeconfig = join(tempFolder(), 'kubeconfig')
  writeFileSync(kubeconfig, JSON.stringify({apiVersion: 'v1', kind: 'Config', 'current-context': 'x', clusters: [{name: 'x', cluster: {server: url}}], users: [{name: 'x', user: {token: 't'}}], contexts: [{name: 'x', context: {cluster: 'x', user: 'x'}}]}))
  return new KubeApi({kubeconfig, userAgent: 'kp/test', clock: {now, sleep: () => Promise.resolve()}, signal: new AbortController().signal, timeoutMs})
}

const CORE = {items: [{metadata: {name: ''}, versions: [{version: 'v1', resources: [{resource: 'nodes', scope: 'Cluster', responseKind: {kind: 'Node'}}]}]}]}

test('a discovery that failed is not kept: the next look succeeds', async () => {
  let broken = true
  const {url} = await serve((request, response) => {
    if (broken) return void response.writeHead(500).end('{"message":"broken"}')
    response.end(JSON.stringify(request.url === '/api' ? CORE : {items: []}))
  })
  const api = client(url)
  await expect(api.resource('v1', 'Node')).rejects.toMatchObject({code: 'API_ERROR'})
  await expect(api.kinds()).rejects.toMatchObject({code: 'API_ERROR'})
  broken = false
  await expect(api.kinds()).resolves.toEqual([{apiVersion: 'v1', kind: 'Node', namespaced: false}])
  await expect(api.resource('v1', 'Node')).resolves.toMatchObject({plural: 'nodes'})
})

test('a server that gives no answer is not asked again at once, but is after a while', async () => {
  let now = 0
  let silent = true
  const {url, paths} = await serve((_, response) => {
    if (!silent) response.end('{}')
  })
  const api = client(url, () => now, 1000)
  await expect(api.get('/first')).rejects.toMatchObject({code: 'CLUSTER_UNREACHABLE'})
  await expect(api.get('/second')).rejects.toMatchObject({code: 'CLUSTER_UNREACHABLE'})
  expect(paths).toEqual(['/first'])
  silent = false
  now = 11_000
  await expect(api.get('/third')).resolves.toEqual({})
})

test('what is written is always sent: a lock must not be lost over the silence of another read', async () => {
  const {url, paths} = await serve((request, response) => {
    if (request.url === '/lease') response.end('{}')
  })
  const api = client(url, () => 0, 1000)
  await expect(api.get('/first')).rejects.toMatchObject({code: 'CLUSTER_UNREACHABLE'})
  await expect(api.request({method: 'PUT', path: '/lease', body: {}})).resolves.toMatchObject({status: 200})
  expect(paths).toEqual(['/first', '/lease'])
})

test('429 and 503 are waited for as the server asks', async () => {
  const answers = [429, 503, 200]
  const {url, paths} = await serve((_, response) => void response.writeHead(answers.shift() ?? 500, {'retry-after': '1'}).end('{}'))
  await expect(client(url).request({path: '/busy'})).resolves.toMatchObject({status: 200})
  expect(paths).toHaveLength(3)
})
