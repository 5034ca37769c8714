/** Small shell scripts in the place of programs. */
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

/** Writes an executable shell script. @returns its path */
export function fakeProgram(folder: string, name: string, body: string): string {
  mkdirSync(folder, {recursive: true})
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/bash\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}
