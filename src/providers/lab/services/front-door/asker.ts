/**
 * The steady load of a lab: each host that is led to a Service is asked every few seconds, from outside, as a user would.
 * It is what objectives measure while nobody else calls. A host counts from its first good answer on: before that it was never up.
 */
import type {Clock} from '../../../../engine/clock.ts'
import {askHost} from '../../../../tools/ask-host.ts'
import type {Entry, Table} from './types.ts'

/** What was seen of one host. */
export interface AskedHost {
  scheme: 'http' | 'https'
  host: string
  path: string
  sent: number
  failed: number
  /** The longest time without a good answer, and how long it is since the last. */
  longestGapMs: number
  lastGoodMs: number
  last: string
}

/** Longer than the controllers wait for a pod: who leaves before is counted by nobody. */
const PATIENCE_MS = 35_000
const ASK_EVERY_MS = 2000
/** How it names itself. */
const ASKER = 'kp-lab-visitor'

/** What the asker needs. */
export interface AskerSettings {
  table(): Table
  /** Whether a request that this entry takes would be answered by a pod. */
  answers(entry: Entry): boolean
  ports: {http: number; https: number}
  clock: Clock
  signal: AbortSignal
  /** By host; filled here. */
  seen: Map<string, AskedHost>
}

/** Runs until it is stopped. */
export async function keepAsking({table, answers, ports, clock, signal, seen}: AskerSettings): Promise<void> {
  while (!signal.aborted) {
    const wanted = hostsOf(table())
    for (const host of seen.keys()) if (!wanted.has(host)) seen.delete(host)
    for (const [host, entry] of wanted) {
      if (!seen.has(host) && !answers(entry)) continue
      const place = {scheme: entry.scheme, host, path: entry.path.type === 'RegularExpression' ? '/' : entry.path.value}
      void askOnce(place, ports).then((said) => note(seen, place, said, clock.now()))
    }
    await clock.sleep(ASK_EVERY_MS, signal)
  }
}

type Place = Pick<AskedHost, 'scheme' | 'host' | 'path'>

/** One entry for each host: HTTPS where there is some. Names with a star have nobody to ask for. */
function hostsOf({entries}: Table): Map<string, Entry> {
  const found = new Map<string, Entry>()
  for (const entry of entries) {
    if (entry.action.kind !== 'forward' || entry.host.includes('*')) continue
    const known = found.get(entry.host)
    if (known === undefined || (known.scheme === 'http' && entry.scheme === 'https')) found.set(entry.host, entry)
  }
  return found
}

function note(seen: Map<string, AskedHost>, place: Place, said: string, now: number): void {
  const good = /^[1-4]\d\d$/.test(said)
  const known = seen.get(place.host)
  if (known === undefined) {
    if (good) seen.set(place.host, {...place, sent: 1, failed: 0, longestGapMs: 0, lastGoodMs: now, last: said})
    return
  }
  known.sent += 1
  known.failed += good ? 0 : 1
  known.longestGapMs = Math.max(known.longestGapMs, now - known.lastGoodMs)
  if (good) known.lastGoodMs = now
  known.last = said
}

/** @returns the status, or what went wrong */
function askOnce({scheme, host, path}: Place, ports: {http: number; https: number}): Promise<string> {
  // Whether the certificate is good is asked elsewhere.
  return askHost({scheme, address: '127.0.0.1', port: ports[scheme], host, path, headers: {'user-agent': ASKER}, timeoutMs: PATIENCE_MS}).then(({status}) => String(status), (error: Error) => error.message)
}
