/** The lock file of a platform repository: one kp at a time changes it. */
import {linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {KpError} from './errors.ts'
import {identifySelf, isAlive} from './processes.ts'
import type {ProcessIdentity} from './processes.ts'

/** What a lock says about its holder. */
export interface LockHolder extends ProcessIdentity {
  command: string
  /** ISO 8601, UTC. */
  since: string
  /** Id of the run, by which its tools are found after a kill. */
  run?: string
}

/** A lock that is held. */
export interface HeldLock {
  release(): void
  /** The dead holder whose lock was taken over. */
  takenOverFrom?: LockHolder
}

/** A holder in words: `kp up on build-7, process 4711, since 12:03:11`. */
export function describeHolder(holder: LockHolder): string {
  return `${holder.command} on ${holder.host}, process ${holder.pid}, since ${holder.since}`
}

/**
 * Takes the lock file, or takes it over from a dead process of this host.
 * @throws KpError LOCKED where a live process, or one of another host, holds it
 */
export function takeFileLock(path: string, command: string, now: number): HeldLock {
  const holder: LockHolder = {...identifySelf(), command, since: new Date(now).toISOString()}
  mkdirSync(dirname(path), {recursive: true, mode: 0o700})
  let takenOverFrom: LockHolder | undefined
  for (let attempt = 0; attempt < 5; attempt++) {
    if (createLock(path, holder)) {
      return {
        release() {
          const current = readLock(path)
          if (typeof current === 'object' && current.pid === holder.pid && current.start === holder.start) rmSync(path, {force: true})
        },
        ...(takenOverFrom === undefined ? {} : {takenOverFrom}),
      }
    }
    const current = readLock(path)
    if (current === undefined) continue
    const alive = current === 'broken' ? false : isAlive(current)
    if (current !== 'broken' && alive !== false) throw lockedError(current, path, alive === undefined ? [`if ${current.host} is no more: rm ${path}`] : [])
    if (current !== 'broken') takenOverFrom = current
    removeStale(path, current)
  }
  throw new KpError({code: 'LOCKED', message: `the lock ${path} changes hands all the time`, next: ['run the same command again']})
}

/** The error for a lock that somebody else holds. */
export function lockedError(holder: LockHolder, where: string, next: string[] = []): KpError {
  return new KpError({
    code: 'LOCKED',
    message: `another kp is at work: ${describeHolder(holder)}`,
    details: [`lock: ${where}`],
    next: ['wait until it has ended, then run the same command again', ...next, 'kp status'],
  })
}

/** Creates the file with its content in one step (a link), so that nobody ever reads half of it. */
function createLock(path: string, holder: LockHolder): boolean {
  const temporary = `${path}.${holder.pid}.tmp`
  try {
    // Whole or not at all: half a lock would be taken for a broken one.
    writeFileSync(temporary, JSON.stringify(holder), {mode: 0o600})
    linkSync(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // A failed write names no path by itself.
    throw error instanceof Error && !('path' in error) ? Object.assign(error, {path}) : error
  } finally {
    rmSync(temporary, {force: true})
  }
}

function readLock(path: string): LockHolder | 'broken' | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  try {
    const holder = JSON.parse(text) as LockHolder
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? holder : 'broken'
  } catch {
    return 'broken'
  }
}

/** Moves a stale lock away; of two that try, only one moves what both have read. */
function removeStale(path: string, seen: LockHolder | 'broken'): void {
  const aside = `${path}.${process.pid}.stale`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const moved = readLock(aside)
  const same = moved === seen || (typeof moved === 'object' && typeof seen === 'object' && moved.pid === seen.pid && moved.start === seen.start)
  if (!same) {
    // Somebody else took it over between our look and our move: give it back.
    try {
      linkSync(aside, path)
    } catch {
      // taken again already
    }
  }
  rmSync(aside, {force: true})
}
