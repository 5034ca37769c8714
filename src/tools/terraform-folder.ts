/** The folder in which kp works on a stack: its files, and whether the program was made ready for them. */
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

/** Pins of the providers, as terraform writes them. */
export const LOCK_FILE = '.terraform.lock.hcl'
/** What the folder was made ready for. */
const READY_FILE = '.kp-ready'

/** A file of the folder. */
export interface FolderFile {
  name: string
  text: string
}

/** Writes the files of a stack and takes away those of an earlier kp.yaml. What the program itself keeps there stays. */
export function layFolder(folder: string, files: readonly FolderFile[]): void {
  mkdirSync(folder, {recursive: true})
  const wanted = new Set(files.map(({name}) => name))
  for (const name of readdirSync(folder)) {
    if (!wanted.has(name) && /\.(tf|tftpl|tfvars\.json)$/.test(name)) rmSync(join(folder, name), {force: true})
  }
  for (const {name, text} of files) {
    const path = join(folder, name)
    if (readIfThere(path) !== text) writeFileSync(path, text)
  }
}

/** Takes over the pins of the repository, where it has any: a team agrees on them there. */
export function takePins(folder: string, repository: string, others: readonly string[]): void {
  const own = join(folder, LOCK_FILE)
  const pins = readIfThere(join(repository, LOCK_FILE)) ?? readIfThere(own) ?? others.map((other) => readIfThere(join(other, LOCK_FILE))).find((text) => text !== undefined)
  if (pins !== undefined && readIfThere(own) !== pins) writeFileSync(own, pins)
}

/** The digest of files. */
export function filesDigest(files: readonly FolderFile[]): string {
  const hash = createHash('sha256')
  for (const {name, text} of files) hash.update(`${name}\0${text}\0`)
  return hash.digest('hex')
}

/** Whether the program was made ready for this backend and these pins. */
export function isReady(folder: string, program: string): boolean {
  return existsSync(join(folder, '.terraform')) && readIfThere(join(folder, READY_FILE)) === readiness(folder, program)
}

/** Remembers that it was. */
export function markReady(folder: string, program: string): void {
  writeFileSync(join(folder, READY_FILE), readiness(folder, program))
}

function readiness(folder: string, program: string): string {
  return filesDigest([{name: 'program', text: program}, ...['state.tf', 'versions.tf', LOCK_FILE].map((name) => ({name, text: readIfThere(join(folder, name)) ?? ''}))])
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
