/** Files that name the process that works on something, so that what a dead process left can be told from work in progress. */
import {randomBytes} from 'node:crypto'
import {link, mkdir, readFile, readdir, rename, rm, stat, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {Clock} from '../../engine/clock.ts'
import {findByEnvironment, identifySelf, isAlive} from '../../engine/processes.ts'
import type {ProcessIdentity} from '../../engine/processes.ts'

/** What a claim file holds. */
export interface Claim {
  holder: ProcessIdentity
  /** ISO 8601. */
  since: string
}

/** Gives a claim back. */
export type Release = () => Promise<void>

/** Programs that work in an own folder have its path in this variable, so that they are found after a kill. */
export const OWN_FOLDER_VARIABLE = 'KP_OWN_FOLDER'

/** A claim of another host is believed for this long, since nobody here can ask whether its process lives. */
const FOREIGN_CLAIM_MS = 24 * 3_600_000
/** A claim that its maker has not written yet is believed for this long. */
const EMPTY_CLAIM_MS = 5000

/**
 * Claims a file for this process, at once or not at all. A claim of a dead process is taken over.
 * @returns how to give it back, or the claim of the live process that has it
 */
export async function claim(path: string, clock: Clock): Promise<{release: Release} | {held: Claim}> {
  await mkdir(dirname(path), {recursive: true})
  const mine = JSON.stringify({holder: identifySelf(), since: new Date(clock.now()).toISOString()} satisfies Claim)
  for (;;) {
    if (await createFile(path, mine)) return {release: () => giveBack(path, mine)}
    const seen = await readClaim(path)
    if (seen === undefined) continue
    if (lives(seen, clock)) return {held: seen.claim ?? {holder: UNKNOWN_HOLDER, since: new Date(seen.mtimeMs).toISOString()}}
    await takeAway(path, seen.text)
  }
}

/**
 * Claims a file, waiting for a live holder to give it back.
 * @param options.onWait told once, with the claim that is waited for
 * @throws the signal's reason when it is aborted
 */
export async function waitForClaim(
  path: string,
  {clock, signal, onWait}: {clock: Clock; signal?: AbortSignal | undefined; onWait?: ((held: Claim) => void) | undefined},
): Promise<Release> {
  for (let first = true; ; first = false) {
    signal?.throwIfAborted()
    const result = await claim(path, clock)
    if ('release' in result) return result.release
    if (first) onWait?.(result.held)
    await clock.sleep(300, signal)
  }
}

/** The live claim on a file; undefined where there is none, or its maker is dead. Changes nothing. */
export async function liveClaim(path: string, clock: Clock): Promise<Claim | undefined> {
  const seen = await readClaim(path)
  return seen !== undefined && lives(seen, clock) ? seen.claim : undefined
}

/** Makes an empty folder `.tmp-…` in a parent, with a claim beside it; `remove` takes away whatever is left of both. */
export async function makeOwnFolder(parent: string, clock: Clock): Promise<{path: string; remove: Release}> {
  const path = join(parent, `.tmp-${randomBytes(6).toString('hex')}`)
  const claimed = await claim(`${path}.claim`, clock)
  if ('held' in claimed) return makeOwnFolder(parent, clock)
  await mkdir(path)
  return {
    path,
    async remove() {
      await rm(path, {recursive: true, force: true})
      await claimed.release()
    },
  }
}

/** Removes the `.tmp-…` folders whose makers are dead, and ends the programs that still work in them. */
export async function sweepOwnFolders(parent: string, clock: Clock): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!/^\.tmp-[0-9a-f]+\.claim$/.test(name)) continue
    const path = join(parent, name)
    const seen = await readClaim(path)
    if (seen === undefined || lives(seen, clock)) continue
    const folder = path.slice(0, -'.claim'.length)
    await endProgramsIn(folder, clock)
    await rm(folder, {recursive: true, force: true})
    await rm(path, {force: true})
  }
}

/** Programs start others: looks until none is left, for a while. */
async function endProgramsIn(folder: string, clock: Clock): Promise<void> {
  for (let looks = 0; looks < 50; looks++) {
    const pids = findByEnvironment(OWN_FOLDER_VARIABLE, folder)
    if (pids.length === 0) return
    for (const pid of pids) endAtOnce(pid)
    await clock.sleep(20)
  }
}

function endAtOnce(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // ended by itself in the meantime
  }
}

interface SeenClaim {
  text: string
  mtimeMs: number
  claim: Claim | undefined
}

const UNKNOWN_HOLDER: ProcessIdentity = {host: 'unknown', boot: 'unknown', pid: 0, start: 'unknown'}

async function createFile(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, {flag: 'wx'})
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function readClaim(path: string): Promise<SeenClaim | undefined> {
  try {
    const {mtimeMs} = await stat(path)
    const text = await readFile(path, 'utf8')
    return {text, mtimeMs, claim: parseClaim(text)}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parseClaim(text: string): Claim | undefined {
  try {
    const value = JSON.parse(text) as Partial<Claim>
    return typeof value.holder?.pid === 'number' && typeof value.since === 'string' ? (value as Claim) : undefined
  } catch {
    return undefined
  }
}

function lives(seen: SeenClaim, clock: Clock): boolean {
  if (seen.claim === undefined) return clock.now() - seen.mtimeMs < EMPTY_CLAIM_MS
  return isAlive(seen.claim.holder) ?? clock.now() - seen.mtimeMs < FOREIGN_CLAIM_MS
}

/** Removes a dead claim; where somebody was quicker and the file is theirs by now, puts it back. */
async function takeAway(path: string, dead: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`
  try {
    await rename(path, aside)
    if ((await readFile(aside, 'utf8')) !== dead) await link(aside, path).catch(() => undefined)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  } finally {
    await rm(aside, {force: true})
  }
}

async function giveBack(path: string, mine: string): Promise<void> {
  const seen = await readFile(path, 'utf8').catch(() => undefined)
  if (seen === mine) await rm(path, {force: true})
}
