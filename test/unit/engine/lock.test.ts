import {spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {takeFileLock} from '../../../src/engine/lock.ts'
import type {LockHolder} from '../../../src/engine/lock.ts'
import {bootId, identifyProcess, identifySelf} from '../../../src/engine/processes.ts'
import {tempFolder} from '../../helpers/temp.ts'

const NOW = Date.parse('2026-11-21T12:03:11Z')
const LOCK = fileURLToPath(new URL('../../../src/engine/lock.ts', import.meta.url))

function lockPath(): string {
  return join(tempFolder(), '.kp', 'lock')
}

function holder(overrides: Partial<LockHolder> = {}): LockHolder {
  return {...identifySelf(), command: 'kp up', since: '2026-11-21T12:00:00.000Z', ...overrides}
}

function held(path: string, by: LockHolder | string): string {
  mkdirSync(join(path, '..'), {recursive: true})
  writeFileSync(path, typeof by === 'string' ? by : JSON.stringify(by))
  return path
}

/** A pid that no process has. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

function refusal(take: () => unknown): KpError {
  try {
    take()
  } catch (error) {
    if (error instanceof KpError) return error
    throw error
  }
  throw new Error('the lock was given')
}

/** Nothing but the lock itself may lie in its folder. */
function leftovers(path: string): string[] {
  return readdirSync(join(path, '..')).filter((name) => name !== 'lock')
}

describe('a free lock', () => {
  it('is taken, names its holder, and is given back', () => {
    const path = lockPath()
    const lock = takeFileLock(path, 'kp up', NOW)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({...identifySelf(), command: 'kp up', since: '2026-11-21T12:03:11.000Z'})
    expect(lock.takenOverFrom).toBeUndefined()
    expect(leftovers(path)).toEqual([])
    lock.release()
    expect(existsSync(path)).toBe(false)
    takeFileLock(path, 'kp up', NOW).release()
  })
})

describe('a lock that is held', () => {
  it('by a live process is refused, with its holder and since when', () => {
    const path = lockPath()
    const lock = takeFileLock(path, 'kp up', NOW)
    const error = refusal(() => takeFileLock(path, 'kp step cni', NOW + 1000))
    expect(error).toMatchObject({code: 'LOCKED', exit: 6, message: `another kp is at work: kp up on ${hostname()}, process ${process.pid}, since 2026-11-21T12:03:11.000Z`, details: [`lock: ${path}`]})
    lock.release()
  })

  it('by a dead process of this machine is taken over at once', () => {
    const dead = holder({pid: deadPid()})
    const path = held(lockPath(), dead)
    const lock = takeFileLock(path, 'kp up', NOW)
    expect(lock.takenOverFrom).toEqual(dead)
    expect(leftovers(path)).toEqual([])
    lock.release()
  })

  it('by a process whose pid another one has now is taken over', () => {
    const path = held(lockPath(), holder({pid: process.pid, start: '1'}))
    expect(takeFileLock(path, 'kp up', NOW).takenOverFrom?.start).toBe('1')
  })

  it('since before the machine was started anew is taken over', () => {
    const path = held(lockPath(), holder({boot: 'another boot'}))
    expect(takeFileLock(path, 'kp up', NOW).takenOverFrom?.boot).toBe('another boot')
    expect(bootId()).not.toBe('another boot')
  })

  it('by another machine is refused, and what to do where that machine is no more is said', () => {
    const path = held(lockPath(), holder({host: 'build-7', pid: 1}))
    expect(refusal(() => takeFileLock(path, 'kp up', NOW))).toMatchObject({code: 'LOCKED', message: expect.stringContaining('on build-7, process 1'), next: expect.arrayContaining([`if build-7 is no more: rm ${path}`])})
  })

  it.each([['empty', ''], ['half a file', '{"pid":12'], ['something else', '[]'], ['no holder', '{"pid":"x"}']])('by a broken file (%s) is taken over', (_, text) => {
    const path = held(lockPath(), text)
    const lock = takeFileLock(path, 'kp up', NOW)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({pid: process.pid})
    expect(lock.takenOverFrom).toBeUndefined()
    expect(leftovers(path)).toEqual([])
  })
})

it('a lock that somebody else took in spite of us is not given back by us', () => {
  const path = lockPath()
  const lock = takeFileLock(path, 'kp up', NOW)
  const other = holder({pid: 1, start: identifyProcess(1)?.start ?? '?'})
  held(path, other)
  lock.release()
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(other)
})

it('a folder that cannot be made is the error of the file system', () => {
  const file = join(tempFolder(), 'file')
  writeFileSync(file, '')
  expect(() => takeFileLock(join(file, '.kp', 'lock'), 'kp up', NOW)).toThrow(/ENOTDIR/)
})

/** Processes that all reach for a lock at the same moment; each says what it got, and holds it until all have. */
async function race(path: string, count: number): Promise<string[]> {
  const script = join(tempFolder(), 'reach.mjs')
  const at = Date.now() + 1000
  writeFileSync(
    script,
    `import {takeFileLock} from ${JSON.stringify(LOCK)}
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, ${at} - 10 - Date.now()))
while (Date.now() < ${at}) {}
try {
  takeFileLock(${JSON.stringify(path)}, 'kp up', Date.now())
  console.log('taken')
} catch (error) {
  console.log(error.code)
}
process.stdin.resume()`,
  )
  const children = Array.from({length: count}, () => spawn(process.execPath, [script], {stdio: ['pipe', 'pipe', 'inherit']}))
  const said = await Promise.all(children.map((child) => new Promise<string>((resolve) => child.stdout.once('data', (chunk) => resolve(String(chunk).trim())))))
  for (const child of children) child.stdin.end()
  return said
}

describe('several at once', () => {
  it.each([
    ['a free lock', undefined],
    ['the lock of a dead process', (): LockHolder => holder({pid: deadPid()})],
  ])('that reach for %s: one has it, the others are refused', {timeout: 20_000}, async (_, before) => {
    const path = lockPath()
    if (before !== undefined) held(path, before())
    const results = await race(path, 6)
    expect(results.toSorted()).toEqual(['LOCKED', 'LOCKED', 'LOCKED', 'LOCKED', 'LOCKED', 'taken'])
    expect(leftovers(path)).toEqual([])
  })
})
