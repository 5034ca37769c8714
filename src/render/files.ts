/** Files that are either whole or as they were. */
import {closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

/**
 * Writes a file through a temporary one beside it and a rename: a kill or a full disk leaves the old one.
 * @throws the file system's error
 */
export async function writeFileAtomic(path: string, text: string | Uint8Array, mode = 0o644): Promise<void> {
  mkdirSync(dirname(path), {recursive: true})
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = openSync(temporary, 'w', mode)
    try {
      // Not writeSync: on a disk that is nearly full it writes a part and says nothing.
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, {force: true})
    throw withPath(error, path)
  }
}

/** A failed write names no path by itself: which of the disks is full? */
function withPath(error: unknown, path: string): unknown {
  return error instanceof Error && (error as NodeJS.ErrnoException).path === undefined ? Object.assign(error, {path}) : error
}

/** What a write that is under way may take. */
const LONGEST_WRITE_MS = 60_000

/** Removes the half-written files that a killed kp left in these folders (not below them). A write that is under way is left alone. */
export function sweepTemporaries(folders: Iterable<string>, now: number): void {
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      const pid = /\.(\d+)\.(?:tmp|stale)$/.exec(name)?.[1]
      if (pid !== undefined && !isUnderWay(join(folder, name), Number(pid), now)) rmSync(join(folder, name), {force: true})
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A pid may be another program's by now: a file that was left long ago is nobody's. */
function isUnderWay(path: string, pid: number, now: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const age = now - (statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0)
  return age < LONGEST_WRITE_MS
}
