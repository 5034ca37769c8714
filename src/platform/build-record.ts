/**
 * Who built the cluster last, and from which kp.yaml: kept in the record of the cluster, so that a second
 * operator sees that this checkout is behind.
 */
import {existsSync} from 'node:fs'
import {hostname, userInfo} from 'node:os'
import {join} from 'node:path'
import type {PlatformContext} from '../context.ts'
import {digestEnvironment} from '../spec/digest.ts'
import {apiError} from '../tools/kube-api.ts'
import {cacheFile} from './caches.ts'
import {RECORD} from './identity.ts'

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

const CACHE = 'last-build.json'
const FIELD_MANAGER = 'kp-build'

/** Who works here: the account, or the one that a CI system names. */
export function whoami(env: Record<string, string | undefined>): string {
  const name = env['GITHUB_ACTOR'] ?? env['GITLAB_USER_LOGIN'] ?? env['USER'] ?? env['LOGNAME'] ?? env['USERNAME'] ?? account()
  return `${name === undefined || name === '' ? 'unknown' : name}@${hostname()}`
}

/** The account by its number, where the environment does not name it; a number without a name is none. */
function account(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

/** The record, as it is in the cluster's ConfigMap; undefined where nobody wrote one. Remembered for `kp status`, which does not ask the cluster. */
export function readBuild(ctx: Pick<PlatformContext, 'cacheFile'>, text: string | undefined): BuildRecord | undefined {
  const record = parse(text)
  const cache = ctx.cacheFile(CACHE)
  if (record !== undefined && cache.read() !== text) cache.write(text ?? '')
  return record
}

/**
 * The last build that this checkout saw.
 * @param environmentDir folder of the environment under `.kp/`
 */
export function lastSeenBuild(environmentDir: string): BuildRecord | undefined {
  return parse(cacheFile(environmentDir, CACHE).read())
}

/** Whether a run was made by this checkout. */
export function madeHere(runsFolder: string, record: BuildRecord): boolean {
  return existsSync(join(runsFolder, record.run))
}

/** Whether somebody else built the cluster from another kp.yaml since this checkout did. */
export function isBehind(ctx: Pick<PlatformContext, 'paths' | 'spec'>, record: BuildRecord | undefined): record is BuildRecord {
  return record !== undefined && record.digest !== digestEnvironment(ctx.spec) && !madeHere(ctx.paths.runs, record)
}

/**
 * Writes down who built, where that is news: something was changed, or the cluster does not name this kp.yaml yet.
 * @throws KpError where the server refuses
 */
export async function recordBuild(ctx: PlatformContext, run: {id: string; command: string; changed: boolean}): Promise<void> {
  if (ctx.dryRun || (await ctx.presence()).state !== 'running') return
  const cluster = await ctx.cluster()
  const path = `/api/v1/namespaces/${RECORD.namespace}/configmaps/${RECORD.name}`
  const digest = digestEnvironment(ctx.spec)
  if (!run.changed) {
    const object = await cluster.get('v1', 'ConfigMap', RECORD.name, RECORD.namespace)
    const known = parse((object?.['data'] as {built?: string} | undefined)?.built)
    if (known?.digest === digest) return
  }
  const record: BuildRecord = {digest, by: whoami(ctx.env), at: new Date(ctx.clock.now()).toISOString(), command: run.command, run: run.id}
  const built = JSON.stringify(record)
  const answer = await cluster.api.request({method: 'PATCH', path: `${path}?fieldManager=${FIELD_MANAGER}`, contentType: 'application/merge-patch+json', body: {data: {built}}})
  // Without the record of the cluster there is nobody to tell.
  if (answer.status === 404) return
  if (answer.status >= 300) throw apiError(answer, 'write down who built the cluster')
  readBuild(ctx, built)
}

function parse(text: string | undefined): BuildRecord | undefined {
  try {
    const record = JSON.parse(text ?? '') as BuildRecord
    return typeof record.digest === 'string' && typeof record.run === 'string' ? record : undefined
  } catch {
    return undefined
  }
}
