/** An upgrade that was begun: so that the same command goes on with it, and what was there before is known at its end. */
import {existsSync, readFileSync, rmSync} from 'node:fs'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import type {PlatformContext} from '../../context.ts'
import {writeFileAtomic} from '../../render/files.ts'

/** What is kept. Where to go is decided by it, what is done by looking. */
export interface UpgradeRecord {
  from: string
  to: string
  /** ISO 8601. */
  startedAt: string
  run: string
  /** Names of the objects that were there: `Deployment demo/demo`. */
  objects: string[]
}

const pathOf = ({paths}: Pick<PlatformContext, 'paths'>): string => join(paths.environment, 'upgrade.json')

/** The upgrade that was begun and not ended; undefined where there is none. */
export function unfinishedUpgrade(ctx: Pick<PlatformContext, 'paths'>): UpgradeRecord | undefined {
  if (!existsSync(pathOf(ctx))) return undefined
  try {
    const record = JSON.parse(readFileSync(pathOf(ctx), 'utf8')) as Partial<UpgradeRecord>
    return typeof record.to === 'string' && Array.isArray(record.objects) ? (record as UpgradeRecord) : undefined
  } catch {
    return undefined
  }
}

/** Writes it down before the first change. */
export async function beginUpgrade(ctx: Pick<PlatformContext, 'paths'>, record: UpgradeRecord): Promise<void> {
  await mkdir(ctx.paths.environment, {recursive: true})
  await writeFileAtomic(pathOf(ctx), `${JSON.stringify(record)}\n`, 0o600)
}

/** Forgets it. */
export function endUpgrade(ctx: Pick<PlatformContext, 'paths'>): void {
  rmSync(pathOf(ctx), {force: true})
}
