/** Asks chart repositories and registries whether they are there and what they have. */
import {parse} from 'yaml'
import type {ChartNetwork} from './charts.ts'

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: {method: string; headers?: Record<string, string>; signal: AbortSignal; redirect: 'follow'}) => Promise<Response>

const LIMIT_MS = 3000
/** An index may be long. */
const READ_LIMIT_MS = 15_000
/** Docker Hub answers its API elsewhere than its name says. */
const API_HOSTS: Record<string, string> = {'docker.io': 'registry-1.docker.io'}

/**
 * The network behind a resolver; proxies and own certificates are the process's. Every repository is asked once, when it is
 * first needed or all side by side by `probeAll`, for 3 s at most. Reading what a
 * mirror holds may take 15 s.
 */
export function chartNetwork(fetch: Fetch, limitMs: number = LIMIT_MS): ChartNetwork & {probeAll(repositories: Iterable<string>): Promise<void>} {
  const asked = new Map<string, Promise<boolean>>()
  const indexes = new Map<string, Promise<Index | undefined>>()
  const reachable = (repository: string): Promise<boolean> => {
    const place = repository.replace(/\/+$/, '')
    // One question a registry, whatever is in it.
    const key = place.startsWith('oci://') ? (/^oci:\/\/[^/]+/.exec(place)?.[0] ?? place) : place
    let answer = asked.get(key)
    if (answer === undefined) {
      answer = ask(fetch, key, limitMs)
      asked.set(key, answer)
    }
    return answer
  }
  return {
    reachable,
    async probeAll(repositories) {
      await Promise.all([...repositories].map(reachable))
    },
    async versions(repository, chart) {
      if (repository.startsWith('oci://')) return ociVersions(fetch, repository, chart)
      let index = indexes.get(repository)
      if (index === undefined) {
        index = readIndex(fetch, repository)
        indexes.set(repository, index)
      }
      const entries = (await index)?.entries
      return entries === undefined ? undefined : (entries[chart] ?? []).map(({version}) => String(version))
    },
  }
}

interface Index {
  entries: Record<string, {version: string | number}[]>
}

async function ask(fetch: Fetch, place: string, limitMs: number): Promise<boolean> {
  const url = place.startsWith('oci://') ? `${registryUrl(place)}/v2/` : `${place}/index.yaml`
  const response = await attempt(fetch, url, {method: place.startsWith('oci://') ? 'GET' : 'HEAD'}, limitMs)
  if (response === undefined) return false
  // A registry that wants a login is there; a proxy that refuses (403) is not the registry.
  return response.ok || (place.startsWith('oci://') ? response.status === 401 : response.status === 405)
}

async function readIndex(fetch: Fetch, repository: string): Promise<Index | undefined> {
  const response = await attempt(fetch, `${repository}/index.yaml`, {method: 'GET'}, READ_LIMIT_MS)
  if (response === undefined || !response.ok) return undefined
  try {
    const index: unknown = parse(await response.text(), {logLevel: 'silent'})
    return typeof index === 'object' && index !== null && 'entries' in index ? (index as Index) : undefined
  } catch {
    return undefined
  }
}

/** Tags of a chart in a registry; `unknown` where it asks for a login, which helm may have. */
async function ociVersions(fetch: Fetch, repository: string, chart: string): Promise<string[] | 'unknown' | undefined> {
  const path = repository.replace(/^oci:\/\/[^/]+\/?/, '')
  const response = await attempt(fetch, `${registryUrl(repository)}/v2/${path === '' ? '' : `${path}/`}${chart}/tags/list`, {method: 'GET'}, READ_LIMIT_MS)
  if (response === undefined) return undefined
  if (response.status === 404) return []
  if (!response.ok) return response.status === 401 || response.status === 403 ? 'unknown' : undefined
  const body = (await response.json().catch(() => undefined)) as {tags?: string[] | null} | undefined
  // Tags cannot hold a plus sign; helm writes an underscore.
  return body === undefined ? 'unknown' : (body.tags ?? []).map((tag) => tag.replaceAll('_', '+'))
}

async function attempt(fetch: Fetch, url: string, init: {method: string}, limitMs: number): Promise<Response | undefined> {
  try {
    return await fetch(url, {...init, signal: AbortSignal.timeout(limitMs), redirect: 'follow'})
  } catch {
    return undefined
  }
}

function registryUrl(place: string): string {
  const host = /^oci:\/\/([^/]+)/.exec(place)?.[1] ?? ''
  return `https://${API_HOSTS[host] ?? host}`
}
