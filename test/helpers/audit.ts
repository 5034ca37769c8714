/** The API server's own record of who changed what: the proof of what kp writes and does not write. */
import {closeSync, openSync, readSync, statSync} from 'node:fs'
import {randomUUID} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {RECORD} from '../../src/platform/identity.ts'
import type {KubeApi} from '../../src/tools/kube-api.ts'

/** One request, as the API server wrote it down. */
export interface AuditEntry {
  verb: string
  requestURI: string
  user: {username: string; groups?: string[]}
  userAgent?: string
  objectRef?: {resource?: string; subresource?: string; namespace?: string; name?: string; apiGroup?: string}
  responseStatus?: {code?: number}
  requestReceivedTimestamp: string
}

/** The user name of kp and all its tools in a lab. */
export const KP = 'kp'

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])
/** Questions in the form of a create. */
const REVIEWS = new Set(['subjectaccessreviews', 'selfsubjectaccessreviews', 'localsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews', 'tokenreviews'])

/** Whether a request of that user (default kp) can have changed something. */
export function isWrite(entry: AuditEntry, user: string = KP): boolean {
  if (entry.user.username !== user || !WRITES.has(entry.verb)) return false
  if (new URL(entry.requestURI, 'https://api').searchParams.getAll('dryRun').includes('All')) return false
  return !REVIEWS.has(entry.objectRef?.resource ?? '')
}

/** Whether a request is about kp's own lock. */
export function isLease(entry: AuditEntry): boolean {
  const {resource, namespace, name} = entry.objectRef ?? {}
  return resource === 'leases' && namespace === 'kube-system' && name === 'kp'
}

/** kp writes down who built last, whatever was built. */
export function isBuildRecord({verb, objectRef}: AuditEntry): boolean {
  return verb === 'patch' && objectRef?.resource === 'configmaps' && objectRef.namespace === RECORD.namespace && objectRef.name === RECORD.name
}

/** `patch deployments cert-manager/cert-manager (kubectl/v1.35.4 …)`. */
export function describeEntry(entry: AuditEntry): string {
  const {resource = entry.requestURI, subresource, namespace, name} = entry.objectRef ?? {}
  return `${entry.verb} ${resource}${subresource === undefined ? '' : `/${subresource}`} ${[namespace, name].filter(Boolean).join('/')} (${entry.userAgent?.split(' ')[0]}) → ${entry.responseStatus?.code}`
}

/** Reads the audit log of a lab. */
export interface AuditLog {
  /** A place in the log. */
  mark(): number
  /** Everything since then. The log is proven to be alive first. */
  since(mark: number): Promise<AuditEntry[]>
  /** The writes of kp since then. */
  writes(mark: number): Promise<AuditEntry[]>
}

/**
 * Opens an audit log.
 * @param admin a client that is not kp, by whose dry run the log is proven to be alive
 */
export function openAudit(path: string, admin: KubeApi): AuditLog {
  const since = async (mark: number): Promise<AuditEntry[]> => {
    const beacon = `audit-${randomUUID()}`
    await admin.request({method: 'POST', path: `/api/v1/namespaces/default/configmaps?dryRun=All&fieldManager=${beacon}`, body: {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: beacon}}})
    for (let tries = 0; tries < 200; tries++) {
      const text = readFrom(path, mark)
      // The last line may be half written: all before it is whole.
      const entries = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEntry)
      const index = entries.findIndex((entry) => entry.requestURI.includes(beacon))
      if (index !== -1) return entries.slice(0, index)
      await sleep(25)
    }
    throw new Error(`the audit log ${path} does not show a request that was just made`)
  }
  return {
    mark: () => statSync(path).size,
    since,
    writes: async (mark) => (await since(mark)).filter((entry) => isWrite(entry)),
  }
}

function readFrom(path: string, offset: number): string {
  const size = statSync(path).size - offset
  if (size <= 0) return ''
  const buffer = Buffer.alloc(size)
  const file = openSync(path, 'r')
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, size, offset)).toString('utf8')
  } finally {
    closeSync(file)
  }
}
