/** What is in a folder, to tell whether somebody wrote into it. */
import {createHash} from 'node:crypto'
import {readFileSync, readdirSync} from 'node:fs'
import {join, relative, sep} from 'node:path'

/** Digest of every file, by path. @param leaveOut paths that do not count; what is below them neither */
export function listFiles(folder: string, leaveOut: (path: string) => boolean = () => false): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (at: string): void => {
    for (const entry of readdirSync(at, {withFileTypes: true})) {
      const path = join(at, entry.name)
      const name = relative(folder, path).replaceAll(sep, '/')
      if (leaveOut(name)) continue
      if (entry.isDirectory()) visit(path)
      else if (entry.isFile()) found.set(name, createHash('sha256').update(readFileSync(path)).digest('hex'))
    }
  }
  visit(folder)
  return found
}

/** Paths that are not the same in both: `+ new`, `- gone`, `~ changed`. */
export function changedFiles(before: Map<string, string>, after: Map<string, string>): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  return paths.filter((path) => before.get(path) !== after.get(path)).map((path) => `${!before.has(path) ? '+' : !after.has(path) ? '-' : '~'} ${path}`)
}
