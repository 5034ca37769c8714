/** Runs drills in a test's platform, with somebody who looks whether the fault is really there: kubectl, not the drill. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {expect} from 'vitest'
import type {DrillResult} from '../../src/ui/results.ts'
import type {TestPlatform} from './platform.ts'
import type {KpResult} from './run-kp.ts'

/** A drill that was done, and what kubectl saw. */
export interface SeenDrill {
  result: DrillResult
  kp: KpResult
  /** What was asked right after the fault, while it was there. */
  during: string
}

/** A moment that a drill's own events name. */
export interface DrillMoment {
  moment: string
  /** Seconds after it. */
  after?: number
}

/** What a line of a drill with --json names as a moment; undefined for all others. */
export function momentOf(line: string): string | undefined {
  try {
    return (JSON.parse(line) as {data?: {moment?: string}}).data?.moment
  } catch {
    return undefined
  }
}

/** Does a drill; asks `look` by kubectl from the fault on, until it shows it or the drill takes it back. */
export async function doDrill(platform: TestPlatform, args: string[], look: () => Promise<string>, shows?: RegExp): Promise<SeenDrill> {
  let during: Promise<string> | undefined
  let over = false
  const lookOn = async (): Promise<string> => {
    for (;;) {
      // Where the API server itself is away kubectl fails: that is seen too.
      const seen = await look().catch((error: Error) => error.message)
      if (over || shows?.test(seen) === true) return seen
      await sleep(300)
    }
  }
  const kp = await platform.start(['drill', ...args, '--yes', '--json'], {
    timeoutMs: 420_000,
    onLine(line) {
      const moment = momentOf(line)
      if (moment === 'fault') during ??= shows === undefined ? sleep(1500).then(look) : lookOn()
      if (moment === 'remedy' || moment === 'undo') over = true
    },
  }).done
  over = true
  return {result: kp.json<DrillResult>(), kp, during: (await during) ?? 'no fault was made'}
}

/** Ends kp with SIGKILL at a moment of a drill. @returns whether it was still at work */
export async function killDrill(platform: TestPlatform, args: string[], {moment, after = 1}: DrillMoment): Promise<boolean> {
  let ended: Promise<void> | undefined
  const kp = platform.start(['drill', ...args, '--yes', '--json'], {
    timeoutMs: 420_000,
    onLine(line) {
      if (momentOf(line) !== moment || ended !== undefined) return
      ended = sleep(after * 1000).then(() => void kp.child.kill('SIGKILL'))
    },
  })
  const result = await kp.done
  await ended
  return result.signal === 'SIGKILL'
}

/** The drill that is written down as not taken back; undefined where there is none. */
export function activeDrill(platform: TestPlatform, environment = 'lab'): {drill: string; injected: boolean} | undefined {
  const path = join(platform.root, '.kp', 'environments', environment, 'drills', 'active.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as {drill: string; injected: boolean}) : undefined
}

/** What kubectl says of everything that a drill could leave behind. */
export async function traces(platform: TestPlatform): Promise<string> {
  const [nodes, pods, namespaces, policies, deployment] = await Promise.all([
    platform.kubectl(['get', 'nodes', '-o', 'jsonpath={range .items[*]}{.metadata.name}={.metadata.labels.lab\\.kp\\.dev/fault}{.metadata.annotations.lab\\.kp\\.dev/unplugged} {end}']),
    platform.kubectl(['get', 'pods', '-n', 'demo', '-o', 'jsonpath={range .items[*]}{.metadata.annotations.lab\\.kp\\.dev/fault}{.metadata.annotations.lab\\.kp\\.dev/http-errors}{end}']),
    platform.kubectl(['get', 'namespaces', '-o', 'name']),
    platform.kubectl(['-n', 'demo', 'get', 'networkpolicy', '-o', 'name']),
    platform.kubectl(['-n', 'demo', 'get', 'deployment', 'demo', '-o', 'jsonpath={.spec.template.spec.containers[0].image}']),
  ])
  const left = [
    ...nodes.trim().split(' ').filter((one) => !one.endsWith('=')),
    ...(pods === '' ? [] : [`pods of the demo: ${pods}`]),
    ...namespaces.split('\n').filter((name) => name.includes('kp-drill-')),
    ...(policies === '' || policies.includes('allow-dns') ? [] : ['allow-dns is missing']),
    ...(deployment.includes('.invalid') ? [deployment] : []),
  ]
  return left.join(', ')
}

/** A verdict with its reasons: what a failed expectation shall say. */
export const verdictOf = ({verdict, reasons}: DrillResult): string => [verdict, ...reasons].join(': ')

/** All nodes ready, and nothing of a drill: looked at by kubectl. */
export async function expectWell(platform: TestPlatform): Promise<void> {
  expect(await traces(platform)).toBe('')
  await expect.poll(async () => (await platform.kubectl(['get', 'nodes', '--no-headers'])).split('\n').filter((line) => line !== '' && !/ Ready /.test(line)), {timeout: 60_000, interval: 1000}).toEqual([])
}
