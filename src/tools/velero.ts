/** velero, as far as kp uses it. What backups and restores are like is read from the API. */
import type {Exec, ToolResult} from '../engine/types.ts'
import {accessEnv} from './kubectl.ts'
import type {ClusterAccess} from './kubectl.ts'

/** How a backup is made. */
export interface BackupOrder {
  name: string
  /** Schedule whose template it takes. */
  schedule: string
}

/** How a restore is made. */
export interface RestoreOrder {
  name: string
  backup: string
  namespaces: readonly string[]
  /** Where each goes that is not to go back to where it was. */
  mappings: Readonly<Record<string, string>>
  /** Kinds, as `deployments.apps`; default all. */
  resources?: readonly string[]
  /** Whether what is there already is changed; otherwise it is left as it is. */
  overwrite: boolean
  volumes: boolean
  /** ConfigMap with rules by which velero changes what it restores. */
  modifier?: string
  labels: Readonly<Record<string, string>>
}

/** A download waits for the server to sign an address, and then for the store. */
const DOWNLOAD_MS = 10 * 60_000

/** @throws KpError TOOL_MISSING, TOOL_FAILED with what velero says */
export function createBackup(exec: Exec, access: ClusterAccess, {name, schedule}: BackupOrder, doing: string): Promise<ToolResult> {
  return run(exec, access, ['backup', 'create', name, '--from-schedule', schedule], {doing, mutates: true})
}

/** @throws KpError TOOL_MISSING, TOOL_FAILED with what velero says */
export function createRestore(exec: Exec, access: ClusterAccess, order: RestoreOrder, doing: string): Promise<ToolResult> {
  return run(exec, access, restoreArguments(order), {doing, mutates: true})
}

/** The same as a person would type it. */
export function restoreArguments({name, backup, namespaces, mappings, resources, overwrite, volumes, modifier, labels}: RestoreOrder): string[] {
  const pairs = (of: Readonly<Record<string, string>>, sign: string): string => Object.entries(of).map(([key, value]) => `${key}${sign}${value}`).join(',')
  return [
    'restore', 'create', name, '--from-backup', backup, '--include-namespaces', namespaces.join(','),
    ...(Object.keys(mappings).length === 0 ? [] : ['--namespace-mappings', pairs(mappings, ':')]),
    ...(resources === undefined ? [] : ['--include-resources', resources.join(',')]),
    ...(overwrite ? ['--existing-resource-policy', 'update'] : []),
    `--restore-volumes=${volumes}`,
    ...(modifier === undefined ? [] : ['--resource-modifier-configmap', modifier]),
    ...(Object.keys(labels).length === 0 ? [] : ['--labels', pairs(labels, '=')]),
  ]
}

/** Brings everything that a backup holds, as a file. @throws KpError TOOL_FAILED where the store does not give it */
export function downloadBackup(exec: Exec, access: ClusterAccess, name: string, file: string): Promise<ToolResult> {
  return run(exec, access, ['backup', 'download', name, '--output', file, '--force', '--timeout', '2m'], {doing: `fetch the backup ${name} from the store`, mutates: false, timeoutMs: DOWNLOAD_MS})
}

/** What the server noted while it made a backup; the end of it. */
export async function backupLogs(exec: Exec, access: ClusterAccess, name: string, about: 'backup' | 'restore' = 'backup'): Promise<string[]> {
  const {stdout} = await run(exec, access, [about, 'logs', name, '--timeout', '30s'], {doing: `read the log of the ${about} ${name}`, mutates: false, timeoutMs: 60_000})
  return stdout.split('\n').filter((line) => /level=(?:error|warning)/.test(line))
}

function run(exec: Exec, access: ClusterAccess, args: string[], options: {doing: string; mutates: boolean; timeoutMs?: number}): Promise<ToolResult> {
  const context = access.context === undefined ? [] : ['--kubecontext', access.context]
  return exec.run({tool: 'velero', args: [...args, ...context, '--colorized=false'], env: accessEnv(access), timeoutMs: 120_000, ...options})
}
