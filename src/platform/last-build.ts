/** Who built the cluster last, as this checkout remembers it: `kp status` does not ask the cluster. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../context.ts'
import {cacheFile} from './caches.ts'

/** The last build of a cluster. */
export interface BuildRecord {
  /** Digest of the environment in kp.yaml. */
  digest: string
  /** `anna@host7` */
  by: string
  at: string
  /** As typed: `kp up`. */
  command: string
  /** Id of the run; its journal is in the checkout that made it. */
  run: string
}

/** Its file among the caches. */
export const LAST_BUILD = 'last-build.json'

/** The record, as it is in the cluster's ConfigMap; undefined where nobody wrote one. Remembered for `kp status`, which does not ask the cluster. */
export function readBuild(ctx: Pick<PlatformContext, 'cacheFile'>, text: string | undefined): BuildRecord | undefined {
  const record = parseBuild(text)
  const cache = ctx.cacheFile(LAST_BUILD)
  if (record !== undefined && cache.read() !== text) cache.write(text ?? '')
  return record
}

/**
 * The last build that this checkout saw.
 * @param environmentDir folder of the environment under `.kp/`
 */
export function lastSeenBuild(environmentDir: string): BuildRecord | undefined {
  return parseBuild(cacheFile(environmentDir, LAST_BUILD).read())
}

/** Whether a run was made by this checkout. */
export function madeHere(runsFolder: string, record: BuildRecord): boolean {
  return existsSync(join(runsFolder, record.run))
}

/** A record as it is written down; undefined where it is none. */
export function parseBuild(text: string | undefined): BuildRecord | undefined {
  try {
    const record = JSON.parse(text ?? '') as BuildRecord
    return typeof record.digest === 'string' && typeof record.run === 'string' ? record : undefined
  } catch {
    return undefined
  }
}
