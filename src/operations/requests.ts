/** What users see while something is done: requests from outside, sent steadily, and how long nobody got a good answer. */
import type {PlatformContext} from '../context.ts'
import type {Clock} from '../engine/clock.ts'
import {askHost} from '../tools/ask-host.ts'
import {readJsonAt} from '../tools/loopback.ts'

/** Whom to ask, and where. */
export interface RequestTarget {
  scheme: 'http' | 'https'
  host: string
  path: string
  /** Address and port that are asked. */
  address: string
  port: number
}

/** What came of the requests of a span of time. */
export interface RequestCount {
  sent: number
  failed: number
  /** The longest time without a good answer of one host; 0 where every request got one. */
  longestGapMs: number
}

/** Requests that go on until they are stopped. */
export interface RequestWatch {
  /** Hosts that have answered once: only these count. */
  hosts(): string[]
  /** Hosts that never gave a good answer. */
  silent(): string[]
  /** Since the watch began. */
  total(): RequestCount
  /** Begins a span; what it returns counts from there to when it is called. */
  mark(): () => RequestCount
  /** By host, since the watch began. */
  byHost(): Record<string, RequestCount>
  /** What the last request that failed got; undefined where none did. */
  lastFailure(): string | undefined
  /** Waits until each host was asked once, or its patience is over. */
  ready(): Promise<void>
  /** Sends no more, waits for what is under way. */
  stop(): Promise<RequestCount>
}

/** How it is asked. */
export interface WatchOptions {
  targets: readonly RequestTarget[]
  clock: Clock
  /** Between two requests to one host; default 250 ms. */
  everyMs?: number
  /** After which a request has failed; default 3 s. */
  patienceMs?: number
  /** Default: a connection of its own for each request, as a new user would make. @returns the status code */
  ask?: (target: RequestTarget, patienceMs: number) => Promise<number>
}

const EVERY_MS = 250
const PATIENCE_MS = 3000
/** So many at most: more tell no more, and cost the machine that is measured. */
const MOST_HOSTS = 5
const MOST_UNDER_WAY = 40

/** What is known of one host. */
interface Seen {
  answered: boolean
  sent: number
  failed: number
  /** When the last request that got a good answer was sent. */
  lastGood: number
  /** Since when there is no good answer; undefined while all is well. */
  gapFrom: number | undefined
  gaps: {from: number; to: number}[]
}

/** Begins to ask. */
export function watchRequests({targets, clock, everyMs = EVERY_MS, patienceMs = PATIENCE_MS, ask = askOnce}: WatchOptions): RequestWatch {
  const stopped = new AbortController()
  const seen = new Map<string, Seen>(targets.map(({host}) => [host, {answered: false, sent: 0, failed: 0, lastGood: clock.now(), gapFrom: undefined, gaps: []}]))
  const underWay = new Set<Promise<void>>()
  let failure: string | undefined
  const send = async (target: RequestTarget, one: Seen): Promise<void> => {
    const at = clock.now()
    const status = await ask(target, patienceMs).catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    const good = typeof status === 'number' && status < 500
    if (!good && !one.answered) return
    one.answered = true
    one.sent += 1
    if (good) {
      if (one.gapFrom !== undefined && at > one.gapFrom) {
        one.gaps.push({from: one.gapFrom, to: clock.now()})
        one.gapFrom = undefined
      }
      one.lastGood = Math.max(one.lastGood, at)
      return
    }
    one.failed += 1
    failure = `${target.host}: ${typeof status === 'number' ? `status ${status}` : status}`
    // An answer that came late does not open a gap that is closed already.
    if (at >= one.lastGood) one.gapFrom ??= one.lastGood
    else one.gaps.push({from: at, to: clock.now()})
  }
  const loops = targets.map(async (target) => {
    const one = seen.get(target.host)
    while (!stopped.signal.aborted && one !== undefined) {
      if (underWay.size < MOST_UNDER_WAY) {
        const request: Promise<void> = send(target, one).finally(() => underWay.delete(request))
        underWay.add(request)
      }
      await clock.sleep(everyMs, stopped.signal)
    }
  })
  const hosts = (): string[] => [...seen].filter(([, {answered}]) => answered).map(([host]) => host)
  const total = (): RequestCount => sum([...seen.values()].map((one) => countOf(one, {sent: 0, failed: 0, at: 0}, clock.now())))
  return {
    hosts,
    silent: () => [...seen.keys()].filter((host) => !hosts().includes(host)),
    total,
    mark() {
      const since = new Map([...seen].map(([host, {sent, failed}]) => [host, {sent, failed, at: clock.now()}]))
      return () => sum([...seen].map(([host, one]) => countOf(one, since.get(host) ?? {sent: 0, failed: 0, at: 0}, clock.now())))
    },
    byHost: () => Object.fromEntries([...seen].filter(([, {answered}]) => answered).map(([host, one]) => [host, countOf(one, {sent: 0, failed: 0, at: 0}, clock.now())])),
    lastFailure: () => failure,
    async ready() {
      const until = clock.now() + patienceMs
      while (hosts().length < seen.size && clock.now() < until) await clock.sleep(50)
    },
    async stop() {
      stopped.abort()
      await Promise.all([...loops, ...underWay])
      return total()
    },
  }
}

/**
 * The hosts of the platform as they can be asked from here: in the lab those that its front door leads somewhere, elsewhere those
 * of its routes, at the addresses of their load balancers. `[]` where nobody can be asked.
 */
export async function requestTargets(ctx: PlatformContext): Promise<RequestTarget[]> {
  return (ctx.lab === undefined ? await targetsOfCluster(ctx) : await targetsOfDoor(ctx)).slice(0, MOST_HOSTS)
}

interface DoorRoutes {
  ports: {http: number; https: number}
  routes: {scheme: 'http' | 'https'; host: string; path: string; leadsTo: string}[]
}

async function targetsOfDoor(ctx: PlatformContext): Promise<RequestTarget[]> {
  const place = ctx.lab?.services.place('front-door')
  if (place === undefined) return []
  const said = (await readJsonAt(place.port, '/routes')) as DoorRoutes | undefined
  return targetsOfRoutes(said)
}

/** One target a host, by HTTPS where there is some; names with a star have nobody to ask for. Pure. */
export function targetsOfRoutes(said: DoorRoutes | undefined): RequestTarget[] {
  const found = new Map<string, RequestTarget>()
  for (const {scheme, host, path, leadsTo} of said?.routes ?? []) {
    if (host.includes('*') || !leadsTo.startsWith('Service ')) continue
    const known = found.get(host)
    if (known === undefined || (known.scheme === 'http' && scheme === 'https')) found.set(host, {scheme, host, path, address: '127.0.0.1', port: said?.ports[scheme] ?? 0})
  }
  return [...found.values()]
}

interface Routed {
  spec?: {hostnames?: string[]; parentRefs?: {name: string; namespace?: string}[]; rules?: {host?: string}[]; tls?: unknown[]}
  status?: {addresses?: {value: string}[]; loadBalancer?: {ingress?: {ip?: string; hostname?: string}[]}}
}

async function targetsOfCluster(ctx: PlatformContext): Promise<RequestTarget[]> {
  const cluster = await ctx.cluster()
  const [routes, gateways, ingresses] = await Promise.all([cluster.list('gateway.networking.k8s.io/v1', 'HTTPRoute'), cluster.list('gateway.networking.k8s.io/v1', 'Gateway'), cluster.list('networking.k8s.io/v1', 'Ingress')])
  const addressOf = new Map((gateways ?? []).map((gateway) => [`${gateway.metadata.namespace}/${gateway.metadata.name}`, (gateway as Routed).status?.addresses?.[0]?.value]))
  const found = new Map<string, RequestTarget>()
  const add = (host: string | undefined, address: string | undefined, secure: boolean): void => {
    if (host === undefined || address === undefined || host.includes('*') || found.has(host)) return
    found.set(host, {scheme: secure ? 'https' : 'http', host, path: '/', address, port: secure ? 443 : 80})
  }
  for (const route of routes ?? []) {
    const {hostnames = [], parentRefs = []} = (route as Routed).spec ?? {}
    const address = parentRefs.map(({name, namespace}) => addressOf.get(`${namespace ?? route.metadata.namespace}/${name}`)).find((one) => one !== undefined)
    for (const host of hostnames) add(host, address, true)
  }
  for (const ingress of ingresses ?? []) {
    const {spec, status} = ingress as Routed
    const first = status?.loadBalancer?.ingress?.[0]
    for (const {host} of spec?.rules ?? []) add(host, first?.ip ?? first?.hostname, (spec?.tls ?? []).length > 0)
  }
  return [...found.values()]
}

function countOf({sent, failed, gaps, gapFrom}: Seen, since: {sent: number; failed: number; at: number}, now: number): RequestCount {
  const all = gapFrom === undefined ? gaps : [...gaps, {from: gapFrom, to: now}]
  const within = all.filter(({to}) => to > since.at).map(({from, to}) => to - Math.max(from, since.at))
  return {sent: sent - since.sent, failed: failed - since.failed, longestGapMs: Math.round(Math.max(0, ...within))}
}

function sum(counts: RequestCount[]): RequestCount {
  return counts.reduce((all, {sent, failed, longestGapMs}) => ({sent: all.sent + sent, failed: all.failed + failed, longestGapMs: Math.max(all.longestGapMs, longestGapMs)}), {sent: 0, failed: 0, longestGapMs: 0})
}

async function askOnce({scheme, host, path, address, port}: RequestTarget, patienceMs: number): Promise<number> {
  const {status} = await askHost({scheme, address, port, host, path, timeoutMs: patienceMs, headers: {'user-agent': 'kp-requests'}})
  return status
}
