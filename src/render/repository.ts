/** The platform repository on the disk, held against what kp.yaml renders to. */
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {PlatformContext} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import {renderContent} from './content.ts'
import type {RenderedFile} from './content.ts'
import {sweepTemporaries, writeFileAtomic} from './files.ts'

/** Names the digests of what kp wrote, so that a change by hand is told from an old rendering. Kept in Git. */
export const RENDER_RECORD = '.kp-render.json'

/** A file that is not as rendered. */
export interface FileChange {
  path: string
  /** `edited`: somebody changed it by hand since kp wrote it. */
  kind: 'create' | 'update' | 'delete' | 'edited'
  before: string | undefined
  after: string | undefined
}

/** What was found. */
export interface RepositoryLook {
  files: RenderedFile[]
  changes: FileChange[]
  /** The record does not say that these are kp's files: it is gone, or a kill left it as it was in the middle. */
  staleRecord: boolean
}

interface RenderRecord {
  /** Digests of the files as kp wrote them. */
  files: Record<string, string>
  /** Digests of the files that kp is about to write: a kill in the middle leaves either. */
  pending?: Record<string, string>
}

/** What rendering needs of a platform. */
export type RenderPlatform = Pick<PlatformContext, 'environments' | 'catalog' | 'home' | 'phases' | 'providerFor' | 'paths'>

/** Compares the repository with its rendering. Reads only. */
export function lookAtRepository(ctx: RenderPlatform): Promise<RepositoryLook> {
  const files = renderContent(ctx)
  const record = readRecord(ctx.paths.root)
  const changes: FileChange[] = []
  for (const {path, text} of files) {
    const before = readIfThere(join(ctx.paths.root, path))
    if (before === text) continue
    if (before === undefined) changes.push({path, kind: 'create', before, after: text})
    else changes.push({path, kind: isOurs(record, path, before) ? 'update' : 'edited', before, after: text})
  }
  const wanted = new Set(files.map((file) => file.path))
  for (const path of new Set([...Object.keys(record.files), ...Object.keys(record.pending ?? {})])) {
    if (wanted.has(path)) continue
    const before = readIfThere(join(ctx.paths.root, path))
    if (before !== undefined) changes.push({path, kind: isOurs(record, path, before) ? 'delete' : 'edited', before, after: undefined})
  }
  return Promise.resolve({files, changes, staleRecord: !isSame(record, {files: digestsOf(files)})})
}

/**
 * Writes what is not as rendered.
 * @throws KpError EDITED_BY_HAND where a file was changed by hand and `force` is not given; then nothing is written
 */
export async function writeRepository(ctx: RenderPlatform, look: RepositoryLook, options: {force: boolean}): Promise<string[]> {
  const edited = look.changes.filter((change) => change.kind === 'edited')
  if (edited.length > 0 && !options.force) throw editedByHand(edited)
  const root = ctx.paths.root
  const record = readRecord(root)
  const digests = digestsOf(look.files)
  sweepTemporaries(new Set([root, ...look.files.map((file) => join(root, dirname(file.path)))]), Date.now())
  if (look.changes.length > 0) await writeRecord(root, {files: {...record.files, ...ownDigests(record, look)}, pending: digests})
  for (const change of look.changes) {
    if (change.after === undefined) rmSync(join(root, change.path), {force: true})
    else await writeFileAtomic(join(root, change.path), change.after)
  }
  if (!isSame(record, {files: digests}) || look.changes.length > 0) await writeRecord(root, {files: digests})
  return look.changes.map((change) => change.path)
}

function editedByHand(edited: FileChange[]): KpError {
  return new KpError({
    code: 'EDITED_BY_HAND',
    message: `${edited.length === 1 ? `${edited[0]?.path} was` : `${edited.length} rendered files were`} edited by hand: kp does not overwrite ${edited.length === 1 ? 'it' : 'them'}`,
    doing: 'render the platform repository',
    details: edited.flatMap((change) => [change.path, ...firstDifferences(change)]).slice(0, 20),
    next: ['put the change into kp.yaml (components.<id>.values), then run the same command again', 'kp render --force, to throw the edits away'],
  })
}

/** The first lines that differ, as a short diff. */
export function firstDifferences(change: FileChange, most = 4): string[] {
  const [before, after] = [(change.before ?? '').split('\n'), (change.after ?? '').split('\n')]
  const lines: string[] = []
  for (let index = 0; index < Math.max(before.length, after.length) && lines.length < most; index++) {
    if (before[index] === after[index]) continue
    if (before[index] !== undefined) lines.push(`  line ${index + 1} - ${before[index]}`)
    if (after[index] !== undefined) lines.push(`  line ${index + 1} + ${after[index]}`)
  }
  return lines
}

function isOurs(record: RenderRecord, path: string, text: string): boolean {
  const digest = digestOf(text)
  return record.files[path] === digest || record.pending?.[path] === digest
}

/** What kp wrote of the files that are to change, also in a run that was killed: it stays known as kp's until it is written anew. */
function ownDigests(record: RenderRecord, look: RepositoryLook): Record<string, string> {
  return Object.fromEntries(look.changes.flatMap(({path, before}) => (before !== undefined && isOurs(record, path, before) ? [[path, digestOf(before)]] : [])))
}

function digestsOf(files: RenderedFile[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file.path, digestOf(file.text)]))
}

function isSame(one: RenderRecord, other: RenderRecord): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function readRecord(root: string): RenderRecord {
  const text = readIfThere(join(root, RENDER_RECORD))
  if (text === undefined) return {files: {}}
  try {
    const record = JSON.parse(text) as RenderRecord
    return typeof record.files === 'object' && record.files !== null ? record : {files: {}}
  } catch {
    return {files: {}}
  }
}

function writeRecord(root: string, record: RenderRecord): Promise<void> {
  return writeFileAtomic(join(root, RENDER_RECORD), `${JSON.stringify(record, null, 1)}\n`)
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
