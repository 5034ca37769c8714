/** What users see while traffic is divided: requests to both clusters by their weights, as DNS would send them. */
import type {PlatformContext} from '../../context.ts'
import type {Clock} from '../../engine/clock.ts'
import {askHost} from '../../tools/ask-host.ts'
import {requestTargets} from '../requests.ts'
import type {RequestTarget} from '../requests.ts'

/** Requests to one cluster. */
export interface SideCount {
  sent: number
  failed: number
}

/** What came of them. */
export interface Soak {
  seconds: number
  from: SideCount
  to: SideCount
}

const EVERY_MS = 200
const PATIENCE_MS = 3000

/** How it is asked; a test asks otherwise. */
export type Ask = (target: RequestTarget) => Promise<number>

const askOnce: Ask = async ({scheme, address, port, host, path}) => (await askHost({scheme, address, port, host, path, timeoutMs: PATIENCE_MS, headers: {'user-agent': 'kp-migrate'}})).status

/**
 * Which side the n-th request goes to, so that after a hundred each has its share, spread evenly. Pure.
 * @param weight per cent that go to the new cluster
 */
export function sideOf(n: number, weight: number): 'from' | 'to' {
  return Math.floor(((n + 1) * weight) / 100) > Math.floor((n * weight) / 100) ? 'to' : 'from'
}

/** Sends them until the time is over, or the new cluster fails too often. */
export async function soak({from, to, weight, seconds, clock, signal, mostFailed, ask = askOnce}: {from: readonly RequestTarget[]; to: readonly RequestTarget[]; weight: number; seconds: number; clock: Clock; signal: AbortSignal; mostFailed: number; ask?: Ask}): Promise<Soak> {
  const began = clock.now()
  const counts: Soak = {seconds: 0, from: {sent: 0, failed: 0}, to: {sent: 0, failed: 0}}
  const underWay = new Set<Promise<void>>()
  for (let n = 0; clock.now() - began < seconds * 1000 && !signal.aborted; n += 1) {
    const side = sideOf(n, weight)
    const targets = side === 'to' ? to : from
    const target = targets[n % Math.max(1, targets.length)]
    if (target !== undefined) {
      counts[side].sent += 1
      const request: Promise<void> = ask(target).then((status) => void (status >= 500 && (counts[side].failed += 1)), () => void (counts[side].failed += 1)).finally(() => underWay.delete(request))
      underWay.add(request)
    }
    if (counts.to.failed > mostFailed) break
    await clock.sleep(EVERY_MS, signal)
  }
  await Promise.all(underWay)
  counts.seconds = Math.round((clock.now() - began) / 100) / 10
  return counts
}

/** The targets of some hosts in a cluster. */
export async function targetsFor(ctx: PlatformContext, hosts: readonly string[]): Promise<RequestTarget[]> {
  return (await requestTargets(ctx)).filter(({host}) => hosts.includes(host))
}
