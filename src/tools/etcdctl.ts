/** etcdctl and etcdutl, as far as kp uses them: snapshots, and looks into an etcd that was made from one. */
import {KpError} from '../engine/errors.ts'
import type {Exec} from '../engine/types.ts'

/** What a snapshot says of itself. */
export interface SnapshotStatus {
  revision: number
  /** Keys with all their revisions. */
  totalKey: number
  totalSize: number
  hash: number
}

const SAVE_MS = 10 * 60_000
/** Not as a flag: a variable of a person's shell would be in conflict with it, and etcdctl ends there. */
const at = (endpoint: string): Record<string, string> => ({ETCDCTL_ENDPOINTS: endpoint})

/** `etcdctl snapshot save`. @throws KpError TOOL_MISSING, TOOL_FAILED */
export async function snapshotSave(exec: Exec, endpoint: string, file: string): Promise<void> {
  await exec.run({tool: 'etcdctl', args: ['snapshot', 'save', file], mutates: true, doing: 'save a snapshot of etcd', timeoutMs: SAVE_MS, env: at(endpoint)})
}

/** `etcdutl snapshot status`: also whether the file is whole. @throws KpError TOOL_MISSING, TOOL_FAILED */
export async function snapshotStatus(exec: Exec, file: string): Promise<SnapshotStatus> {
  const {stdout} = await exec.run({tool: 'etcdutl', args: ['snapshot', 'status', file, '--write-out', 'json'], mutates: false, doing: 'look whether the snapshot of etcd is whole'})
  return JSON.parse(stdout) as SnapshotStatus
}

/** `etcdutl snapshot restore` into a folder that is not there yet, for one member alone. */
export async function snapshotRestore(exec: Exec, file: string, {folder, peer}: {folder: string; peer: string}): Promise<void> {
  await exec.run({
    tool: 'etcdutl',
    args: ['snapshot', 'restore', file, '--data-dir', folder, '--name', 'scratch', '--initial-cluster', `scratch=${peer}`, '--initial-advertise-peer-urls', peer],
    mutates: false,
    doing: 'restore the snapshot into a throw-away etcd',
    timeoutMs: SAVE_MS,
  })
}

/** Arguments of an etcd over such a folder, on loopback. */
export function scratchServer({folder, client, peer}: {folder: string; client: string; peer: string}): string[] {
  return ['--name', 'scratch', '--data-dir', folder, '--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `scratch=${peer}`, '--log-level', 'error', '--unsafe-no-fsync']
}

/** Whether it answers. A machine that is too busy to ask is not an answer yet. */
export async function isHealthy(exec: Exec, endpoint: string): Promise<boolean> {
  try {
    const {exitCode} = await exec.run({tool: 'etcdctl', args: ['--command-timeout', '5s', 'endpoint', 'health'], mutates: false, doing: 'ask the throw-away etcd', okExitCodes: [0, 1], timeoutMs: 30_000, env: at(endpoint)})
    return exitCode === 0
  } catch (error) {
    if (error instanceof KpError && error.code === 'TOOL_TIMEOUT') return false
    throw error
  }
}

/** All keys, sorted, of now or of a revision; undefined where that revision is compacted away. */
export async function keysOf(exec: Exec, endpoint: string, revision?: number): Promise<string[] | undefined> {
  const args = ['get', '', '--from-key', '--keys-only', ...(revision === undefined ? [] : [`--rev=${revision}`])]
  const {exitCode, stdout} = await exec.run({tool: 'etcdctl', args, mutates: false, doing: 'list the keys of etcd', okExitCodes: [0, 1], env: at(endpoint)})
  return exitCode === 0 ? stdout.split('\n').filter((line) => line !== '') : undefined
}

/** The value of a key as it is stored; undefined where there is none. */
export async function valueOf(exec: Exec, endpoint: string, key: string): Promise<Buffer | undefined> {
  const {stdout} = await exec.run({tool: 'etcdctl', args: ['get', key, '--write-out', 'json'], mutates: false, doing: 'read the marker from etcd', env: at(endpoint)})
  const value = (JSON.parse(stdout) as {kvs?: {value?: string}[]}).kvs?.[0]?.value
  return value === undefined ? undefined : Buffer.from(value, 'base64')
}
