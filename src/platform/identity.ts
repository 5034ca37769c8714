/**
 * Which cluster belongs to this environment: the UID of kube-system, kept in
 * `.kp/` (not in Git) and in a ConfigMap of the cluster that names platform and environment.
 */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ManifestContext, PlatformContext} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import {writeFileAtomic} from '../render/files.ts'
import {changedImmutable, fixedFields} from '../spec/immutable.ts'
import type {KubeObject} from '../tools/kube-api.ts'

/** Where the record is in the cluster. */
export const RECORD = {namespace: 'kube-system', name: 'kp-platform'} as const

/** What kp knows of the environment's cluster. */
export interface IdentityRecord {
  /** UID of the namespace kube-system. */
  uid: string
  cluster: string
}

/** The file under `.kp/` that holds the record. */
export function recordPath(environmentDir: string): string {
  return join(environmentDir, 'cluster.json')
}

/** The local record; undefined where there is none. */
export function readRecord(environmentDir: string): IdentityRecord | undefined {
  const path = recordPath(environmentDir)
  if (!existsSync(path)) return undefined
  try {
    const record = JSON.parse(readFileSync(path, 'utf8')) as IdentityRecord
    return typeof record.uid === 'string' ? record : undefined
  } catch {
    return undefined
  }
}

/** What is seen of the cluster's identity. */
export interface IdentityLook {
  uid: string
  local: IdentityRecord | undefined
  /** Platform and environment that the cluster names; undefined where it names none. */
  inCluster: {platform: string; environment: string; fixed: object | undefined} | undefined
  /** Who built last, as it is written down; see `build-record.ts`. */
  built: string | undefined
}

/** Reads both sides. */
export async function lookAtIdentity(ctx: PlatformContext): Promise<IdentityLook> {
  const cluster = await ctx.cluster()
  const system = await cluster.get('v1', 'Namespace', 'kube-system')
  if (system?.metadata.uid === undefined) throw new KpError({code: 'API_ERROR', message: 'the cluster has no namespace kube-system', next: ['kp doctor']})
  const record = await cluster.get('v1', 'ConfigMap', RECORD.name, RECORD.namespace)
  const data = record?.['data'] as {platform?: string; environment?: string; fixed?: string; built?: string} | undefined
  return {
    uid: system.metadata.uid,
    local: readRecord(ctx.paths.environment),
    inCluster: data?.platform === undefined ? undefined : {platform: data.platform, environment: data.environment ?? '', fixed: parseFixed(data.fixed)},
    built: data?.built,
  }
}

/**
 * Refuses a cluster that is not this environment's.
 * @throws KpError WRONG_CLUSTER
 */
export function requireOwnCluster(ctx: PlatformContext, look: IdentityLook): void {
  const wrong = whyWrongCluster(ctx, look)
  if (wrong !== undefined) throw wrong
}

/** Why a cluster is not this environment's; undefined where it is, or nobody says otherwise. */
export function whyWrongCluster(ctx: PlatformContext, look: IdentityLook): KpError | undefined {
  const {environment, platform} = ctx.spec
  if (look.local !== undefined && look.local.uid !== look.uid) {
    return new KpError({
      code: 'WRONG_CLUSTER',
      message: `this is not the cluster of environment ${environment.name}: another cluster answers under the name ${environment.cluster}`,
      details: [`expected kube-system UID ${look.local.uid}`, `found    kube-system UID ${look.uid}`],
      next: ['kp kubeconfig, to see where kp connects to', 'kp bind, if the cluster was rebuilt on purpose'],
    })
  }
  if (look.inCluster !== undefined && (look.inCluster.platform !== platform || look.inCluster.environment !== environment.name)) {
    return new KpError({
      code: 'WRONG_CLUSTER',
      message: `this cluster belongs to the platform ${look.inCluster.platform}, environment ${look.inCluster.environment}, not to ${platform}, ${environment.name}`,
      next: ['kp kubeconfig, to see where kp connects to', 'use the repository of that platform, or another cluster'],
    })
  }
  return undefined
}

/**
 * Refuses a kp.yaml in which something was changed that a cluster cannot change.
 * @throws KpError IMMUTABLE
 */
export function requireUnchanged(ctx: PlatformContext, look: IdentityLook): void {
  if (look.inCluster?.fixed === undefined) return
  const changes = changedImmutable(look.inCluster.fixed, ctx.spec)
  if (changes.length === 0) return
  throw new KpError({
    code: 'IMMUTABLE',
    message: `kp.yaml changes what cannot be changed in a cluster that exists: ${changes.map((change) => change.field).join(', ')}`,
    details: changes.map((change) => `${change.field}: built with ${change.before}, kp.yaml says ${change.after}`),
    next: ['put the old value back into kp.yaml', ...new Set(changes.map((change) => `or ${change.instead}`))],
  })
}

function parseFixed(text: string | undefined): object | undefined {
  try {
    const fixed = JSON.parse(text ?? '') as unknown
    return typeof fixed === 'object' && fixed !== null ? fixed : undefined
  } catch {
    return undefined
  }
}

/** The record as an object of the cluster. */
export function recordObject(ctx: ManifestContext): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: RECORD.name, namespace: RECORD.namespace},
    data: {platform: ctx.spec.platform, environment: ctx.spec.environment.name, fixed: JSON.stringify(fixedFields(ctx.spec))},
  }
}

/** Remembers the cluster in `.kp/`. */
export async function bindTo(ctx: PlatformContext, uid: string): Promise<void> {
  await writeFileAtomic(recordPath(ctx.paths.environment), `${JSON.stringify({uid, cluster: ctx.spec.environment.cluster})}\n`)
}
