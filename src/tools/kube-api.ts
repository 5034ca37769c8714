/**
 * A small client of the Kubernetes API for kp's own reads, dry runs, Lease and
 * record. Credentials (certificates, tokens, exec plugins) are read by the
 * official client library; changes to the platform go through helm and kubectl.
 */
import type {Agent, RequestOptions} from 'node:https'
import {KpError} from '../engine/errors.ts'
import type {Clock} from '../engine/clock.ts'

/** An object as the API has it. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: KubeMeta
  [field: string]: unknown
}

/** The metadata that kp reads. */
export interface KubeMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  creationTimestamp?: string
  deletionTimestamp?: string
  finalizers?: string[]
  ownerReferences?: {apiVersion: string; kind: string; name: string; uid: string; controller?: boolean}[]
  managedFields?: {manager: string; operation: string; subresource?: string; time?: string; fieldsV1?: Record<string, unknown>}[]
}

/** An answer of the API server that is not an error of the connection. */
export interface KubeAnswer {
  status: number
  body: unknown
}

/** How a request is made. */
export interface KubeRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  contentType?: string
  accept?: string
  /** Milliseconds; default that of the client. */
  timeoutMs?: number
  /** True for what must still be done when the run was stopped at once: giving the lock back. */
  evenIfStopped?: boolean
}

/** The kind of thing that a resource of the API is. */
export interface ApiResource {
  /** Path up to and with the version: `/apis/apps/v1`. */
  base: string
  plural: string
  namespaced: boolean
  /** Whether it can be listed; a review cannot. */
  listed: boolean
}

export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const BUSY_TRIES = 6
const TIMEOUT_MS = 30_000
/** A server that did not answer one read is not asked again for so long: fifty reads would wait one after the other. */
const SILENT_MS = 10_000

/** Options of a client. */
export interface KubeApiOptions {
  kubeconfig: string
  /** A context of that file; default its current one. */
  context?: string
  /** Shown in the audit log: `kp/0.1.0`. */
  userAgent: string
  clock: Clock
  signal: AbortSignal
  /** How long an answer is waited for, in milliseconds; default 30 seconds. */
  timeoutMs?: number
}

/** A client for one cluster. */
export class KubeApi {
  readonly #options: KubeApiOptions
  #target: Promise<{server: URL; options: RequestOptions}> | undefined
  #resources: Promise<Map<string, ApiResource>> | undefined
  #silent: {since: number; error: KpError} | undefined

  constructor(options: KubeApiOptions) {
    this.#options = options
  }

  /**
   * Makes a request. 429 and 503 are waited for as the server asks (`Retry-After`), a few times.
   * @throws KpError CLUSTER_UNREACHABLE where no answer comes
   */
  async request(call: KubeRequest): Promise<KubeAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#once(call)
      const busy = answer.status === 429 || answer.status === 503
      if (!busy || attempt >= BUSY_TRIES || this.#options.signal.aborted) return answer
      await this.#options.clock.sleep(Math.min(answer.retryAfterMs ?? 2 ** attempt * 100, 10_000), this.#options.signal)
    }
  }

  /**
   * Reads an object or a list; undefined where it does not exist.
   * @throws KpError API_ERROR for any other refusal (status 403 and so on)
   */
  async get(path: string, accept?: string): Promise<unknown> {
    const answer = await this.request({path, ...(accept === undefined ? {} : {accept})})
    if (answer.status === 404) return undefined
    if (answer.status >= 300) throw apiError(answer, `read ${path}`)
    return answer.body
  }

  /** The resource of a kind; undefined where the server does not know it. */
  async resource(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const key = `${apiVersion}/${kind}`
    const known = this.#resources
    if (known !== undefined) {
      const found = (await known).get(key)
      if (found !== undefined) return found
    }
    const discovery = this.#discover()
    this.#resources = discovery
    // What failed is not kept: the server may be back at the next look.
    discovery.catch(() => {
      if (this.#resources === discovery) this.#resources = undefined
    })
    return (await discovery).get(key)
  }

  /** Name or address of the API server. */
  async host(): Promise<string> {
    this.#target ??= this.#connect()
    return (await this.#target).server.hostname.replace(/^\[|\]$/g, '')
  }

  /** Every kind whose objects can be listed, each in the version that the server prefers. */
  async kinds(): Promise<{apiVersion: string; kind: string; namespaced: boolean}[]> {
    const found = new Map<string, {apiVersion: string; kind: string; namespaced: boolean}>()
    this.#resources ??= this.#discover()
    for (const [key, resource] of await this.#resources) {
      const [kind = '', version = '', group = ''] = key.split('/').toReversed()
      if (resource.listed && !found.has(`${group}/${kind}`)) found.set(`${group}/${kind}`, {apiVersion: group === '' ? version : `${group}/${version}`, kind, namespaced: resource.namespaced})
    }
    return [...found.values()]
  }

  /** Forgets what the server knows; used after CRDs were installed. */
  forgetResources(): void {
    this.#resources = undefined
  }

  /** The path of an object; undefined where the server does not know its kind. */
  async pathOf(object: {apiVersion: string; kind: string; metadata: {name: string; namespace?: string}}): Promise<string | undefined> {
    const resource = await this.resource(object.apiVersion, object.kind)
    if (resource === undefined) return undefined
    const namespace = resource.namespaced ? `/namespaces/${object.metadata.namespace ?? 'default'}` : ''
    return `${resource.base}${namespace}/${resource.plural}/${encodeURIComponent(object.metadata.name)}`
  }

  /**
   * What the server would make of a server-side apply. Nothing is changed (`dryRun=All`).
   * @returns the answer; its status tells: 200, 201, 404 (no such namespace or kind), 409, 422 …
   */
  async dryRunApply(object: KubeObject, fieldManager: string): Promise<KubeAnswer> {
    const path = await this.pathOf(object)
    if (path === undefined) return {status: 404, body: {message: `the server does not know ${object.kind} of ${object.apiVersion}`}}
    return this.request({
      method: 'PATCH',
      path: `${path}?dryRun=All&force=true&fieldManager=${encodeURIComponent(fieldManager)}`,
      body: object,
      contentType: 'application/apply-patch+yaml',
    })
  }

  async #discover(): Promise<Map<string, ApiResource>> {
    const found = new Map<string, ApiResource>()
    for (const root of ['/api', '/apis']) {
      const answer = await this.get(root, DISCOVERY)
      if (typeof answer === 'string') throw new KpError({code: 'API_ERROR', message: `what answers at ${await this.host()} is no Kubernetes API server: ${answer.trim().slice(0, 60)}`, next: ['kp kubeconfig, to see where kp connects to', 'look whether a proxy or a login page is in between']})
      const groups = (answer as {items?: DiscoveryGroup[]} | undefined)?.items ?? []
      for (const group of groups) {
        const name = group.metadata?.name ?? ''
        for (const version of group.versions ?? []) {
          const apiVersion = name === '' ? version.version : `${name}/${version.version}`
          for (const resource of version.resources ?? []) {
            const kind = resource.responseKind?.kind
            if (kind === undefined || found.has(`${apiVersion}/${kind}`)) continue
            found.set(`${apiVersion}/${kind}`, {
              base: name === '' ? `/api/${version.version}` : `/apis/${apiVersion}`,
              plural: resource.resource,
              namespaced: resource.scope === 'Namespaced',
              listed: resource.verbs?.includes('list') !== false,
            })
          }
        }
      }
    }
    return found
  }

  async #connect(): Promise<{server: URL; options: RequestOptions}> {
    const {KubeConfig} = await import('@kubernetes/client-node/dist/config.js')
    const config = new KubeConfig()
    try {
      config.loadFromFile(this.#options.kubeconfig)
      if (this.#options.context !== undefined) config.setCurrentContext(this.#options.context)
    } catch (error) {
      throw new KpError({
        code: 'CLUSTER_UNREACHABLE',
        message: `the kubeconfig cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        details: [this.#options.kubeconfig],
        next: ['kp kubeconfig', 'kp doctor'],
        cause: error,
      })
    }
    const server = config.getCurrentCluster()?.server
    if (server === undefined) {
      throw new KpError({code: 'CLUSTER_UNREACHABLE', message: 'the kubeconfig names no cluster', details: [this.#options.kubeconfig], next: ['kp doctor']})
    }
    const options: RequestOptions = {headers: {}}
    try {
      // Over plain HTTP (kubectl proxy) nothing secret is sent, and the library would refuse.
      if (!server.startsWith('http:')) await config.applyToHTTPSOptions(options)
    } catch (error) {
      throw new KpError({
        code: 'CREDENTIALS_MISSING',
        message: `the credentials of the kubeconfig cannot be used: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`,
        details: [this.#options.kubeconfig],
        next: ['log in to the cluster again, then run the same command again', 'kp kubeconfig, to see which file it is'],
        cause: error,
      })
    }
    const agent = options.agent as (Agent & {keepAlive?: boolean}) | undefined
    if (agent !== undefined) {
      agent.keepAlive = true
      agent.maxSockets = 16
    }
    return {server: new URL(server), options}
  }

  async #once(call: KubeRequest): Promise<KubeAnswer & {retryAfterMs?: number}> {
    const {clock} = this.#options
    // What is written (the lock), and who sets a limit, has to be sent each time.
    const patient = call.timeoutMs === undefined && (call.method ?? 'GET') === 'GET'
    if (patient && this.#silent !== undefined && clock.now() - this.#silent.since < SILENT_MS) throw this.#silent.error
    try {
      return await this.#send(call)
    } catch (error) {
      if (patient && error instanceof KpError && error.cause instanceof NoAnswer) this.#silent = {since: clock.now(), error}
      throw error
    }
  }

  async #send(call: KubeRequest): Promise<KubeAnswer & {retryAfterMs?: number}> {
    const timeout = call.timeoutMs ?? this.#options.timeoutMs ?? TIMEOUT_MS
    this.#target ??= this.#connect()
    const {server, options} = await this.#target
    const body = call.body === undefined ? undefined : JSON.stringify(call.body)
    const base = server.pathname.replace(/\/$/, '')
    return new Promise((resolve, reject) => {
      // An import would touch every export of the module, and with them load a WebSocket that nobody needs: 20 ms of each start.
      const {request: make} = process.getBuiltinModule(server.protocol === 'http:' ? 'node:http' : 'node:https')
      const request = make(
        {
          ...options,
          hostname: server.hostname,
          port: server.port || (server.protocol === 'http:' ? 80 : 443),
          method: call.method ?? 'GET',
          path: `${base}${call.path}`,
          ...(call.evenIfStopped === true ? {} : {signal: this.#options.signal}),
          headers: {
            ...(options.headers as Record<string, string>),
            'user-agent': this.#options.userAgent,
            accept: call.accept ?? 'application/json',
            ...(body === undefined ? {} : {'content-type': call.contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(body))}),
          },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
            timer.refresh()
          })
          response.on('error', (error) => reject(this.#unreachable(server, error)))
          response.on('end', () => {
            const retryAfter = Number(response.headers['retry-after'])
            resolve({
              status: response.statusCode ?? 0,
              body: parseBody(text),
              ...(Number.isFinite(retryAfter) ? {retryAfterMs: retryAfter * 1000} : {}),
            })
          })
        },
      )
      // Node's own option counts a TLS handshake that never ends twice.
      const timer = setTimeout(() => request.destroy(new NoAnswer(`no answer within ${Math.round(timeout / 1000)} seconds`)), timeout)
      request.on('close', () => clearTimeout(timer))
      request.on('error', (error) => reject(this.#unreachable(server, error)))
      request.end(body)
    })
  }

  #unreachable(server: URL, error: Error): KpError {
    if (this.#options.signal.aborted) return new KpError({code: 'INTERRUPTED', message: 'stopped', cause: error})
    return new KpError({
      code: 'CLUSTER_UNREACHABLE',
      message: `the API server at ${server.host} does not answer: ${error.message}`,
      next: ['kp doctor', 'kp status', 'run the same command again when the API server is back'],
      cause: error,
    })
  }
}

/** The time of a request was up. */
class NoAnswer extends Error {}

/** An answer with a status of 300 or more, as an error. */
export function apiError(answer: KubeAnswer, doing: string): KpError {
  const status = answer.body as {message?: string; reason?: string} | undefined
  if (answer.status === 401) {
    return new KpError({
      code: 'CREDENTIALS_MISSING',
      message: `the API server does not know the credentials of the kubeconfig: 401 ${status?.message ?? ''}`.trim(),
      doing,
      next: ['log in to the cluster again, then run the same command again', 'kp kubeconfig, to see which file it is'],
    })
  }
  return new KpError({
    code: 'API_ERROR',
    message: `the API server refused to ${doing}: ${answer.status} ${status?.reason ?? ''} ${status?.message ?? ''}`.replaceAll(/\s+/g, ' ').trim(),
    doing,
    next: answer.status === 403 ? ['ask for the permission that the message names, then run the same command again'] : ['run the same command again'],
  })
}

function parseBody(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

interface DiscoveryGroup {
  metadata?: {name?: string}
  versions?: {version: string; resources?: {resource: string; scope: string; verbs?: string[]; responseKind?: {kind: string}}[]}[]
}
