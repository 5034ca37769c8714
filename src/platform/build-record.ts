/**
 * Who built the cluster last, and from which kp.yaml: kept in the record of the cluster, so that a second
 * operator sees that this checkout is behind.
 */
import {hostname, userInfo} from 'node:os'
import type {PlatformContext} from '../context.ts'
import {digestEnvironment} from '../spec/digest.ts'
import {apiError} from '../tools/kube-api.ts'
import {RECORD} from './identity.ts'
import {madeHere, parseBuild, readBuild} from './last-build.ts'
import type {BuildRecord} from './last-build.ts'

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
    const known = parseBuild((object?.['data'] as {built?: string} | undefined)?.built)
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
