/** The routing table: what routes and Ingresses say, in the form in which a request is looked up. Pure. */
import {gatewayEntries} from './table-gateway.ts'
import {ingressEntries} from './table-ingress.ts'
import type {Asked, Entry, PathMatch, Table} from './types.ts'
import {waysOf} from './ways.ts'
import type {Way} from './ways.ts'
import type {World} from './world.ts'

/** Makes the table. */
export function makeTable(world: World): Table {
  const ways = waysOf(world)
  const entries = ways.flatMap((way) => (way.gateway === undefined ? ingressEntries(world, way) : gatewayEntries(world, way, way.gateway)))
  return {ways, entries: entries.toSorted(bySpecificity)}
}

/** The entry that takes a request; undefined where none does. */
export function lookUp({entries, ways}: Table, asked: Asked): {entry: Entry | undefined; way: Way | undefined} {
  const url = new URL(asked.path, 'http://door')
  const listeners = new Map(ways.map((way) => [way, listenerFor(way, asked)]))
  const entry = entries.find((one) => one.scheme === asked.scheme && takesHost(one.host, asked.host) && (one.listener === undefined || listeners.get(one.way)?.includes(one.listener) === true) && takesPath(one.path, url.pathname) && takesMore(one.more, asked, url))
  return {entry, way: entry?.way ?? ways[0]}
}

/** The listeners of a Gateway that a connection comes to: with TLS the one whose name fits best. */
export function listenerFor({gateway}: Way, {scheme, servername, host}: Pick<Asked, 'scheme' | 'servername' | 'host'>): string[] {
  const name = (scheme === 'https' ? servername : host) ?? ''
  const able = (gateway?.listeners ?? []).filter(({protocol, hostname = '*'}) => protocol.toLowerCase() === scheme && takesHost(hostname, name))
  const best = Math.max(...able.map(({hostname = '*'}) => weightOf(hostname)))
  return able.filter(({hostname = '*'}) => weightOf(hostname) === best).map((listener) => listener.name)
}

/** Whether a name of a table takes a host. */
export function takesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : pattern === host
}

/** How much a name says: exact ones most, then by length. */
export function weightOf(host: string): number {
  return host === '*' ? 0 : host.startsWith('*.') ? host.length : 1000 + host.length
}

function takesPath({type, value}: PathMatch, path: string): boolean {
  if (type === 'Exact') return path === value
  if (type === 'RegularExpression') return matchesWhole(value, path)
  const prefix = value.endsWith('/') ? value.slice(0, -1) : value
  return path === prefix || path.startsWith(`${prefix}/`)
}

function matchesWhole(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(text)
  } catch {
    return false
  }
}

function takesMore({method, headers = [], queryParams = []}: Entry['more'], asked: Asked, url: URL): boolean {
  const takes = (type: string | undefined, value: string, seen: string | null | undefined): boolean => seen !== undefined && seen !== null && (type === 'RegularExpression' ? matchesWhole(value, seen) : seen === value)
  return (
    (method === undefined || method === asked.method) &&
    headers.every(({name, value, type}) => takes(type, value, String(asked.headers[name.toLowerCase()] ?? '') || undefined)) &&
    queryParams.every(({name, value, type}) => takes(type, value, url.searchParams.get(name)))
  )
}

/** As the Gateway API wants it: host, exact path, longest path, method, number of headers and of query parameters. */
function bySpecificity(a: Entry, b: Entry): number {
  const rank = ({host, path, more}: Entry): number[] => [weightOf(host), path.type === 'Exact' ? 1 : 0, path.value.length, more.method === undefined ? 0 : 1, more.headers?.length ?? 0, more.queryParams?.length ?? 0]
  const [first, second] = [rank(a), rank(b)]
  const index = first.findIndex((value, at) => value !== second[at])
  return index === -1 ? `${a.route.namespace}/${a.route.name}`.localeCompare(`${b.route.namespace}/${b.route.name}`) : (second[index] ?? 0) - (first[index] ?? 0)
}
