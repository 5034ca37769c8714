/**
 * A small client of the Kubernetes API for kp's own reads, dry runs, Lease and
 * record. Credentials (certificates, tokens, exec plugins) are read by the
 * official client library; changes to the platform go through helm and kubectl.
 */
import {KpError} from '../engine/errors.ts'
import {KubeConnection} from './kube-connection.ts'
import type {KubeAnswer, KubeApiOptions, KubeRequest} from './kube-connection.ts'
import type {KubeObject} from './kube-object.ts'

export type {KubeAnswer, KubeApiOptions, KubeRequest} from './kube-connection.ts'
export type {KubeMeta, KubeObject} from './kube-object.ts'

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

/** A client for one cluster. */
export class KubeApi {
  readonly #connection: KubeConnection
  #resources: Promise<Map<string, ApiResource>> | undefined

  constructor(options: KubeApiOptions) {
    this.#connection = new KubeConnection(options)
  }

  /**
   * Makes a request. 429 and 503 are waited for as the server asks (`Retry-After`), a few times.
   * @throws KpError CLUSTER_UNREACHABLE where no answer comes
   */
  request(call: KubeRequest): Promise<KubeAnswer> {
    return this.#connection.request(call)
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
    return (await this.#lookAnew()).get(key)
  }

  /** Name or address of the API server. */
  host(): Promise<string> {
    return this.#connection.host()
  }

  /** Every kind whose objects can be listed, each in the version that the server prefers. */
  async kinds(): Promise<{apiVersion: string; kind: string; namespaced: boolean}[]> {
    const found = new Map<string, {apiVersion: string; kind: string; namespaced: boolean}>()
    for (const [key, resource] of await (this.#resources ?? this.#lookAnew())) {
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

  /** Asks the server for its kinds. What failed is not kept: the server may be back at the next look. */
  #lookAnew(): Promise<Map<string, ApiResource>> {
    const discovery = this.#discover()
    this.#resources = discovery
    discovery.catch(() => {
      if (this.#resources === discovery) this.#resources = undefined
    })
    return discovery
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
}

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

interface DiscoveryGroup {
  metadata?: {name?: string}
  versions?: {version: string; resources?: {resource: string; scope: string; verbs?: string[]; responseKind?: {kind: string}}[]}[]
}
