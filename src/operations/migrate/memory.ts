/** What a migration is at: its intents and what was done, in a file of the repository's state. The weights themselves are in the clusters. */
import {existsSync, mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {writeFileAtomic} from '../../render/files.ts'

/** One thing that was done, or begun. */
export interface MigrationEntry {
  at: string
  action: 'shift' | 'rollback' | 'finish'
  namespaces: string[]
  /** Per cent of the traffic that go to the new cluster. */
  weight: number
  /** begun: kp was killed, or is at it. */
  state: 'begun' | 'done' | 'taken-back'
  reason?: string
}

/** The migration from one environment to another. */
export interface Migration {
  from: string
  to: string
  entries: MigrationEntry[]
  finished?: string
}

const pathOf = ({paths}: Pick<PlatformContext, 'paths'>, from: string, to: string): string => join(paths.state, 'migrations', `${from}-to-${to}.json`)

/** @throws KpError FILE_SYSTEM where the file cannot be read as one */
export function readMigration(ctx: Pick<PlatformContext, 'paths'>, from: string, to: string): Migration {
  const path = pathOf(ctx, from, to)
  if (!existsSync(path)) return {from, to, entries: []}
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Migration
  } catch (error) {
    throw new KpError({code: 'FILE_SYSTEM', message: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, next: ['look at the weights: kp migrate plan', 'delete the file; the weights are in the clusters'], cause: error})
  }
}

/** Writes it, whole. */
export async function writeMigration(ctx: Pick<PlatformContext, 'paths'>, migration: Migration): Promise<void> {
  mkdirSync(join(ctx.paths.state, 'migrations'), {recursive: true})
  await writeFileAtomic(pathOf(ctx, migration.from, migration.to), `${JSON.stringify(migration, null, 2)}\n`)
}

/** What was begun and not brought to its end. */
export function unfinished({entries}: Migration): MigrationEntry | undefined {
  const last = entries.at(-1)
  return last?.state === 'begun' ? last : undefined
}
