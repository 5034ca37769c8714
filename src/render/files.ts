/** Files that are either whole or as they were. */
import {closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync} from 'node:fs'
import {dirname} from 'node:path'

/**
 * Writes a file through a temporary one beside it and a rename: a kill or a full disk leaves the old one.
 * @throws the file system's error
 */
export async function writeFileAtomic(path: string, text: string, mode = 0o644): Promise<void> {
  mkdirSync(dirname(path), {recursive: true})
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = openSync(temporary, 'w', mode)
    try {
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, {force: true})
    throw error
  }
}
