/** What must be true after a kill: the next `kp up` ends like a run that was never killed. */
import {existsSync, mkdirSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {expect} from 'vitest'
import {describeEntry, isLease} from './audit.ts'
import {openTestPlatform} from './platform.ts'
import type {TestPlatform} from './platform.ts'
import {compareTraces, takeTraces} from './traces.ts'
import type {Traces} from './traces.ts'

/** A platform whose temporary folder is its own, so that what is left there is seen. */
export interface Victim {
  platform: TestPlatform
  temporary: string
  /** Environment of every kp that runs on it. */
  env: Record<string, string>
}

/** Which phases a victim has: those up to monitoring, or all of the default platform. */
export type Size = 'lean' | 'whole'

/** Makes a platform repository that is not built yet. All have one name, so that their traces can be compared. */
export async function openVictim(size: Size = 'lean'): Promise<Victim> {
  const platform = await openTestPlatform({name: 'killed', build: 'none', lean: size === 'lean'})
  const temporary = join(dirname(platform.root), 'tmp')
  mkdirSync(temporary)
  return {platform, temporary, env: {TMPDIR: temporary, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache')}}
}

interface UpEvent {
  event?: string
  step?: string
  text?: string
  data?: Record<string, unknown>
}

/** Builds to the end. @returns its events */
export async function buildToEnd({platform, env}: Victim): Promise<UpEvent[]> {
  const {stdout} = await platform.kpOk(['up', '--yes', '--json'], {env})
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as UpEvent)
}

/** What a run settled before it began, in words: `lock.takenOver`, `leftover.waiting` … */
export function settled(events: UpEvent[]): string {
  const codes = new Set(events.map(({event}) => event ?? '').filter((code) => code.startsWith('lock.') || code.startsWith('leftover.')))
  return codes.size === 0 ? 'nothing to settle' : [...codes].join(', ')
}

/**
 * Demands that a platform is complete, that nothing is left to do, and that it is the same as the reference.
 * @param but traces that may differ
 */
export async function expectSame(victim: Victim, reference: Traces, but?: RegExp): Promise<void> {
  const {platform, env} = victim
  await platform.kpOk(['plan', '--exit-code', '--json'], {env})
  const mark = platform.audit().mark()
  const again = await buildToEnd(victim)
  expect(again.filter(({event, data}) => event === 'step.started' || (event === 'tool.started' && data?.['mutates'] === true))).toEqual([])
  const writes = (await platform.audit().writes(mark)).filter((entry) => !isLease(entry))
  expect(writes.map(describeEntry)).toEqual([])
  const differences = compareTraces(reference, await takeTraces(platform, victim.temporary))
  expect(differences.filter((difference) => but?.test(difference) !== true)).toEqual([])
}

/** The traces of a platform that is built without a kill; it stays as it is until `close`. */
export async function openReference(size: Size = 'lean'): Promise<{victim: Victim; traces: Traces}> {
  const victim = await openVictim(size)
  await buildToEnd(victim)
  await buildToEnd(victim)
  return {victim, traces: await takeTraces(victim.platform, victim.temporary)}
}

/** Whether nobody holds the lock: no lock file, and a Lease without a holder. */
export async function lockIsFree({platform}: Victim): Promise<boolean> {
  const lease = JSON.parse(await platform.kubectl(['get', 'lease', 'kp', '--namespace=kube-system', '--output=json'])) as {spec: {holderIdentity?: string}}
  return !existsSync(join(platform.root, '.kp', 'lock')) && !lease.spec.holderIdentity
}

/** Makes a platform repository for a piece of work, and takes it away again. */
export async function withVictim(work: (victim: Victim) => Promise<void>, size: Size = 'lean'): Promise<void> {
  const victim = await openVictim(size)
  try {
    await work(victim)
  } finally {
    await victim.platform.close()
  }
}

/** A line of the test's output. */
export function say(line: string): void {
  process.stdout.write(`  ${line}\n`)
}
