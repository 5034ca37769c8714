/**
 * The cluster reader: at most one read of a kind per look. Probes and checks of
 * one run share it; after a change it is told to look anew.
 */
import {KpError} from '../engine/errors.ts'
import {apiError, METADATA_LIST} from '../tools/kube-api.ts'
import type {KubeApi, KubeMeta, KubeObject} from '../tools/kube-api.ts'
import {keepYoungSpace, makeCollector} from './garbage.ts'
import {slimmer, withoutManagers} from './slim.ts'

/** What of a kind is read: everything, unless something here says less. Who reads less reads much faster where there is much. */
export interface ListOptions {
  labelSelector?: string
  /** What the server can sort out by fields: of pods `status.phase` and `spec.nodeName`, of events `reason` and `type`. */
  fieldSelector?: string
  /** One namespace alone. */
  namespace?: string
  /** Of pods also what nothing else is told by: where they may run, and how they are ended. */
  whole?: true
}

/** Pods that neither run nor have ended well: all that can wait for an image, a volume, a node. */
export const STUCK_PODS: ListOptions = {fieldSelector: 'status.phase!=Running,status.phase!=Succeeded'}

/** Objects of one request. More make it no faster, and need more memory at once. */
const PAGE = '250'

/** Reads of one cluster, coalesced. */
export class ClusterReader {
  readonly api: KubeApi
  #reads = new Map<string, Promise<unknown>>()

  constructor(api: KubeApi) {
    this.api = api
    keepYoungSpace()
  }

  /** Forgets what was read: called after every change. */
  lookAnew(): void {
    this.#reads.clear()
  }

  /**
   * Metadata of all objects of a kind, by `namespace/name` (or `name`).
   * @returns undefined where the server does not know the kind
   * @throws KpError where the list is refused or the server does not answer
   */
  metadata(apiVersion: string, kind: string, options: ListOptions = {}): Promise<Map<string, KubeMeta> | undefined> {
    return this.#once(`meta ${apiVersion}/${kind}?${keyOf(options)}`, async () => {
      const items = await this.#list(apiVersion, kind, options, METADATA_LIST)
      return items === undefined ? undefined : new Map(items.map((item) => [nameOf(item.metadata), item.metadata]))
    })
  }

  /**
   * All objects of a kind, whole but for who set which of their fields (`managedFields`: half of their bytes); of pods,
   * of which there are most, also without what nothing is told by: see `slim.ts`. Same rules as `metadata`.
   */
  list(apiVersion: string, kind: string, options: ListOptions = {}): Promise<KubeObject[] | undefined> {
    return this.#once(`list ${apiVersion}/${kind}?${keyOf(options)}`, () => this.#list(apiVersion, kind, options))
  }

  /**
   * All objects of a kind that must be known to the server.
   * @throws KpError API_ERROR where it is not
   */
  async listKnown(apiVersion: string, kind: string, options: ListOptions = {}): Promise<KubeObject[]> {
    const items = await this.list(apiVersion, kind, options)
    if (items === undefined) throw new KpError({code: 'API_ERROR', message: `the cluster does not know ${kind} (${apiVersion})`})
    return items
  }

  /** One object; undefined where it, or its kind, does not exist. */
  get(apiVersion: string, kind: string, name: string, namespace?: string): Promise<KubeObject | undefined> {
    return this.#once(`get ${apiVersion}/${kind} ${namespace ?? ''}/${name}`, async () => {
      const path = await this.api.pathOf({apiVersion, kind, metadata: {name, ...(namespace === undefined ? {} : {namespace})}})
      return path === undefined ? undefined : ((await this.api.get(path)) as KubeObject | undefined)
    })
  }

  /** A path that is not an object: `/readyz?verbose`, `/version`. */
  raw(path: string): Promise<unknown> {
    return this.#once(`raw ${path}`, () => this.api.get(path))
  }

  async #list(apiVersion: string, kind: string, options: ListOptions, accept?: string): Promise<KubeObject[] | undefined> {
    const resource = await this.api.resource(apiVersion, kind)
    if (resource === undefined) return undefined
    const {namespace, whole, ...selectors} = options
    const query = new URLSearchParams({limit: PAGE, ...selectors})
    const where = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`
    const items: KubeObject[] = []
    const slim = whole === true ? withoutManagers : slimmer()
    let collect: (() => void) | undefined
    for (;;) {
      const answer = await this.api.request({path: `${resource.base}${where}/${resource.plural}?${query.toString()}`, ...(accept === undefined ? {} : {accept})})
      if (answer.status === 404) return undefined
      if (answer.status === 410 && query.has('continue')) {
        // The snapshot that the pages came from is gone: start again.
        query.delete('continue')
        items.length = 0
        continue
      }
      if (answer.status >= 300) throw apiError(answer, `list ${resource.plural}`)
      const list = answer.body as {metadata?: {continue?: string}; items?: KubeObject[]}
      for (const item of list.items ?? []) items.push(accept === undefined ? slim({...item, apiVersion, kind}) : {...item, apiVersion, kind})
      if (!list.metadata?.continue) return items
      collect ??= makeCollector()
      collect()
      query.set('continue', list.metadata.continue)
    }
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#reads.get(key)
    if (known !== undefined) return known as Promise<T>
    const promise = read()
    this.#reads.set(key, promise)
    // A failed read is not kept: the next one may succeed.
    promise.catch(() => this.#reads.delete(key))
    return promise
  }
}

function keyOf({labelSelector = '', fieldSelector = '', namespace = '', whole}: ListOptions): string {
  return fieldSelector === '' && namespace === '' && whole === undefined ? labelSelector : [labelSelector, fieldSelector, namespace, whole === true ? 'whole' : ''].join('&')
}

/** `namespace/name`, or `name` for what has no namespace. */
export function nameOf(metadata: {name: string; namespace?: string}): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
}
