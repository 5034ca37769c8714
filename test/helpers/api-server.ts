/** A small API server over HTTP with objects in memory: discovery, read, create, merge patch, apply, delete. For code that makes its own client. */
import {createServer} from 'node:http'
import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {writeFileSync} from 'node:fs'
import {stringify} from 'yaml'
import type {KubeObject} from '../../src/tools/kube-api.ts'

/** A kind that it knows. */
export interface ServedKind {
  apiVersion: string
  kind: string
  plural: string
  namespaced: boolean
}

/** The server. */
export interface ApiServer {
  /** Path of a kubeconfig that leads to it. */
  kubeconfig: string
  /** By path. */
  objects: Map<string, KubeObject>
  /** What was changed: `PATCH /api/v1/nodes/n1`. */
  writes: string[]
  /** Paths at which it says yes to a patch and changes nothing. */
  stubborn: Set<string>
  put(object: KubeObject): void
  get(kind: string, name: string, namespace?: string): KubeObject | undefined
  close(): Promise<void>
}

/** Starts it. @param folder where the kubeconfig goes */
export async function startApiServer(folder: string, kinds: ServedKind[], objects: KubeObject[] = []): Promise<ApiServer> {
  const store = new Map<string, KubeObject>()
  const writes: string[] = []
  const stubborn = new Set<string>()
  const pathOf = (kind: string, name: string, namespace?: string): string => {
    const found = kinds.find((one) => one.kind === kind)
    return `${found?.apiVersion.includes('/') === true ? `/apis/${found.apiVersion}` : '/api/v1'}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${found?.plural}/${name}`
  }
  const put = (object: KubeObject): void => void store.set(pathOf(object.kind, object.metadata.name, object.metadata.namespace), object)
  for (const object of objects) put(object)
  const server: Server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += String(chunk)))
    request.on('end', () => {
      const [path = ''] = (request.url ?? '').split('?')
      const method = request.method ?? 'GET'
      const say = (status: number, body: unknown): void => void response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body))
      if (path === '/readyz') return say(200, 'ok')
      if (path === '/api' || path === '/apis') return say(200, discovery(kinds.filter(({apiVersion}) => apiVersion.includes('/') === (path === '/apis'))))
      const known = store.get(path)
      if (method !== 'GET') writes.push(`${method} ${path}`)
      const body = text === '' ? undefined : (JSON.parse(text) as KubeObject)
      if (method === 'GET' && known === undefined && kinds.some(({plural}) => path.endsWith(`/${plural}`))) return say(200, {items: [...store].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object)})
      if (method === 'POST' && body !== undefined) {
        store.set(`${path}/${body.metadata.name}`, body)
        return say(201, body)
      }
      if (known === undefined && !(method === 'PATCH' && request.headers['content-type']?.includes('apply') === true)) return say(404, {message: 'not found'})
      if (method === 'DELETE') {
        store.delete(path)
        // What is in a namespace goes with it.
        for (const key of store.keys()) if (/\/namespaces\/[^/]+$/.test(path) && key.includes(`${path.slice(path.indexOf('/namespaces/'))}/`)) store.delete(key)
      }
      if (method === 'PATCH' && !stubborn.has(path)) store.set(path, merged(known ?? {}, body) as KubeObject)
      return say(200, store.get(path) ?? {})
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const kubeconfig = `${folder}/kubeconfig.yaml`
  const {port} = server.address() as AddressInfo
  writeFileSync(kubeconfig, stringify({apiVersion: 'v1', kind: 'Config', 'current-context': 'c', clusters: [{name: 'c', cluster: {server: `http://127.0.0.1:${port}`}}], contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}], users: [{name: 'u', user: {}}]}))
  return {
    kubeconfig, objects: store, writes, stubborn, put,
    get: (kind, name, namespace) => store.get(pathOf(kind, name, namespace)),
    close: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}

function discovery(kinds: ServedKind[]): object {
  const groups = Map.groupBy(kinds, ({apiVersion}) => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''))
  return {items: [...groups].map(([group, of]) => ({metadata: {name: group}, versions: [{version: of[0]?.apiVersion.split('/').at(-1), resources: of.map(({kind, plural, namespaced}) => ({resource: plural, scope: namespaced ? 'Namespaced' : 'Cluster', verbs: ['list'], responseKind: {kind}}))}]}))}
}

function merged(base: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Record<string, unknown> = {...(typeof base === 'object' && base !== null ? (base as Record<string, unknown>) : {})}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merged(result[key], value)
  }
  return result
}
