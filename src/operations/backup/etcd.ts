/** Snapshots of etcd by its own tools: taken, and proven by a throw-away etcd that is made from them. */
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {PlatformContext} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import {writeFileAtomic} from '../../render/files.ts'
import {isHealthy, keysOf, scratchServer, snapshotRestore, snapshotSave, snapshotStatus, valueOf} from '../../tools/etcdctl.ts'
import {freePorts} from '../../tools/free-port.ts'
import type {Scope} from './expected.ts'
import {judgeMarker, MARKER, markerNamespace, readMarker} from './marker.ts'
import type {MarkerVerdict} from './marker.ts'

/** A snapshot in kp's own folder. */
export interface EtcdSnapshot {
  path: string
  takenAt: number
  bytes: number
}

/** What was in etcd at the moment of a snapshot, noted beside it. */
interface Sidecar {
  revision: number
  keys: number
  digest: string
}

/** What a look into the restored etcd gave. */
export interface EtcdLook {
  ok: boolean
  keys: number
  revision: number
  missing: string[]
  surplus: string[]
  marker: MarkerVerdict | undefined
  problems: string[]
  restoreSeconds: number
}

const HEALTHY_MS = 180_000
const LOOK_MS = 300
const NAMED = 20

/** Why kp takes no snapshots of etcd here; undefined where it does. */
export function whyNoEtcd(ctx: PlatformContext): string | undefined {
  if (ctx.lab !== undefined) return undefined
  return ctx.spec.provider.type === 'eks' ? 'AWS runs the etcd of EKS, and keeps it' : 'kp does not run the etcd of this cluster: on a node of its control plane, etcdctl snapshot save FILE'
}

/** UID of the cluster. */
export async function clusterUid(ctx: Pick<PlatformContext, 'cluster'>): Promise<string> {
  const uid = (await (await ctx.cluster()).get('v1', 'Namespace', 'kube-system'))?.metadata.uid
  if (uid === undefined) throw new KpError({code: 'API_ERROR', message: 'the cluster does not say which one it is: there is no namespace kube-system'})
  return uid
}

const folderOf = ({paths}: Pick<PlatformContext, 'paths'>): string => join(paths.environment, 'etcd-snapshots')
const stampOf = (time: number): string => `${new Date(time).toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`
const timeOf = (stamp: string): number => Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
const sidecarOf = (path: string): string => `${path}.json`
const digestOf = (keys: readonly string[]): string => createHash('sha256').update(keys.join('\n')).digest('hex')

async function endpointOf(ctx: PlatformContext): Promise<string> {
  const address = (await ctx.lab?.status())?.etcd
  if (address === undefined) throw new KpError({code: 'STEP_FAILED', message: 'the lab does not say where its etcd is', doing: 'look at etcd', next: ['kp lab status']})
  return address
}

/** Takes one, and reads it back. */
export async function saveEtcd(ctx: PlatformContext): Promise<EtcdSnapshot & {keys: number}> {
  const endpoint = await endpointOf(ctx)
  const uid = (await clusterUid(ctx)).slice(0, 8)
  const folder = folderOf(ctx)
  mkdirSync(folder, {recursive: true, mode: 0o700})
  const takenAt = ctx.clock.now()
  const path = join(folder, `${uid}-${stampOf(takenAt)}.db`)
  await snapshotSave(ctx.exec, endpoint, path)
  // It holds every Secret of the cluster.
  chmodSync(path, 0o600)
  const {revision} = await snapshotStatus(ctx.exec, path)
  const keys = (await keysOf(ctx.exec, endpoint, revision)) ?? []
  const sidecar: Sidecar = {revision, keys: keys.length, digest: digestOf(keys)}
  await writeFileAtomic(sidecarOf(path), `${JSON.stringify(sidecar)}\n`, 0o600)
  for (const file of readdirSync(folder)) if (file.endsWith('.db.json') && !existsSync(join(folder, file.slice(0, -'.json'.length)))) rmSync(join(folder, file))
  return {path, takenAt, bytes: statSync(path).size, keys: keys.length}
}

/** Those of this cluster, newest first. */
export async function etcdSnapshots(ctx: PlatformContext): Promise<EtcdSnapshot[]> {
  const folder = folderOf(ctx)
  if (!existsSync(folder)) return []
  const uid = (await clusterUid(ctx)).slice(0, 8)
  return readdirSync(folder)
    .flatMap((file): EtcdSnapshot[] => {
      const found = /^(?<uid>[0-9a-f]+)-(?<time>\d{8}T\d{6}Z)\.db$/.exec(file)?.groups
      const path = join(folder, file)
      return found?.['uid'] === uid ? [{path, takenAt: timeOf(found['time'] ?? ''), bytes: statSync(path).size}] : []
    })
    .toSorted((a, b) => b.takenAt - a.takenAt)
}

/**
 * Restores a snapshot into a throw-away etcd, starts it, and compares its keys with those of the moment of the snapshot.
 * Everything goes again.
 * @throws KpError TOOL_MISSING; what is wrong with the snapshot is in the result
 */
export async function lookIntoEtcd(ctx: PlatformContext, snapshot: EtcdSnapshot, scope: Scope, progress: (text: string) => void): Promise<EtcdLook> {
  const folder = mkdtempSync(join(tmpdir(), 'kp-etcd-'))
  const stop = new AbortController()
  let running: Promise<unknown> | undefined
  const began = ctx.clock.now()
  try {
    const {revision} = await snapshotStatus(ctx.exec, snapshot.path)
    const [clientPort = 0, peerPort = 0] = await freePorts(2)
    const [client, peer, data] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`, join(folder, 'data')]
    progress('restoring the snapshot')
    await snapshotRestore(ctx.exec, snapshot.path, {folder: data, peer})
    progress('starting a throw-away etcd from it')
    let ended: KpError | undefined
    running = ctx.exec.run({tool: 'etcd', args: scratchServer({folder: data, client, peer}), mutates: false, doing: 'run a throw-away etcd', timeoutMs: 30 * 60_000, signal: stop.signal, graceMs: 3000}).catch((error: unknown) => void (ended = asKpError(error)))
    await untilHealthy(ctx, client, () => ended)
    const restoreSeconds = Math.round((ctx.clock.now() - began) / 100) / 10
    progress('comparing its keys')
    return {...(await compare(ctx, snapshot, {client, revision, scope})), restoreSeconds}
  } catch (error) {
    const known = asKpError(error)
    if (known.code === 'TOOL_MISSING' || known.code === 'TOOL_OLD' || known.code === 'INTERRUPTED') throw known
    return {ok: false, keys: 0, revision: 0, missing: [], surplus: [], marker: undefined, problems: [`it cannot be restored: ${known.message}`], restoreSeconds: 0}
  } finally {
    stop.abort()
    await running
    rmSync(folder, {recursive: true, force: true})
  }
}

async function untilHealthy(ctx: PlatformContext, client: string, ended: () => KpError | undefined): Promise<void> {
  const until = ctx.clock.now() + HEALTHY_MS
  while (!(await isHealthy(ctx.exec, client))) {
    const error = ended()
    if (error !== undefined) throw error
    if (ctx.clock.now() > until) throw new KpError({code: 'STEP_TIMEOUT', message: `the throw-away etcd did not answer within ${HEALTHY_MS / 1000} seconds`})
    await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }
}

async function compare(ctx: PlatformContext, snapshot: EtcdSnapshot, {client, revision, scope}: {client: string; revision: number; scope: Scope}): Promise<Omit<EtcdLook, 'restoreSeconds'>> {
  const keys = (await keysOf(ctx.exec, client)) ?? []
  const noted = readSidecar(snapshot.path)
  const then = await keysOf(ctx.exec, await endpointOf(ctx), revision)
  const {missing, surplus} = then === undefined ? {missing: [], surplus: []} : differences(then, keys)
  const key = `/registry/configmaps/${markerNamespace(scope)}/${MARKER}`
  const live = await readMarker(ctx, scope)
  const stored = (await valueOf(ctx.exec, client, key))?.toString('latin1')
  const restored = stored === undefined || live === undefined ? undefined : stored.includes(live.value) ? live : Date.parse(live.at) > snapshot.takenAt ? undefined : {value: '', at: live.at}
  const marker = judgeMarker(live, restored, snapshot.takenAt)
  const problems = [
    ...(keys.length === 0 ? ['the restored etcd is empty'] : []),
    ...(noted !== undefined && (noted.keys !== keys.length || noted.digest !== digestOf(keys)) ? [`it has ${keys.length} keys; there were ${noted.keys} when it was taken`] : []),
    ...(missing.length > 0 ? [`${missing.length} keys are missing: ${missing.slice(0, 3).join(', ')}`] : []),
    ...(surplus.length > 0 ? [`${surplus.length} keys were not there then: ${surplus.slice(0, 3).join(', ')}`] : []),
    ...(marker?.ok === false ? [marker.observed] : []),
  ]
  return {ok: problems.length === 0, keys: keys.length, revision, missing: missing.slice(0, NAMED), surplus: surplus.slice(0, NAMED), marker, problems}
}

function readSidecar(path: string): Sidecar | undefined {
  try {
    return JSON.parse(readFileSync(sidecarOf(path), 'utf8')) as Sidecar
  } catch {
    return undefined
  }
}

/** What is in one and not in the other. */
export function differences(then: readonly string[], now: readonly string[]): {missing: string[]; surplus: string[]} {
  const [had, has] = [new Set(then), new Set(now)]
  return {missing: then.filter((key) => !has.has(key)), surplus: now.filter((key) => !had.has(key))}
}
