/** Everything that a run of kp leaves behind, in a form in which two runs can be compared. */
import {createHash} from 'node:crypto'
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import type {TestPlatform} from './platform.ts'
import {forgetControllerUid, isRecord} from './snapshot.ts'

/** What was found, each as `what it is` → `what it is like`. */
export type Traces = Map<string, string>

/** Kinds that controllers make, with names or contents of chance: of these the owner and the number count. */
const DERIVED = new Set(['Pod', 'EndpointSlice', 'Endpoints', 'ReplicaSet', 'ControllerRevision', 'Lease'])
/**
 * Records of what went on, and measurements, which are not the same twice; and the addresses of Services: the API server leaves the one of a
 * request that was cut off to its own repair, minutes later. The Services themselves are compared.
 */
const LEFT_OUT = /^(events(\.events\.k8s\.io)?|componentstatuses|ipaddresses\.networking\.k8s\.io|(nodes|pods)\.metrics\.k8s\.io)$/

/** Takes the traces of a platform: cluster, repository, `.kp`, state folder, temporary folder, processes. */
export async function takeTraces(platform: TestPlatform, temporary: string): Promise<Traces> {
  const traces: Traces = new Map()
  if (existsSync(platform.lab.adminKubeconfig)) for (const [name, text] of await objectTraces(platform)) traces.set(name, text)
  for (const path of filesBelow(platform.root)) {
    if (path.startsWith('.git/')) continue
    if (path.startsWith('.kp/')) add(traces, `file ${withoutTime(path.replace(/^\.kp\/runs\/[^/]+/, '.kp/runs/RUN'))}`, 'there')
    else traces.set(`file ${path}`, createHash('sha256').update(readFileSync(join(platform.root, path))).digest('hex'))
  }
  for (const path of readIfThere(join(platform.stateDir, 'labs'))) traces.set(`lab folder ${path}`, 'there')
  for (const path of readIfThere(platform.lab.folder)) traces.set(`lab file ${path}`, 'there')
  for (const path of readIfThere(temporary)) traces.set(`temporary ${path}`, 'there')
  for (const name of processesOf(platform.stateDir)) traces.set(`process ${name}`, String(Number(traces.get(`process ${name}`) ?? 0) + 1))
  return traces
}

/** The differences of two traces, one a line. */
export function compareTraces(expected: Traces, found: Traces): string[] {
  const names = [...new Set([...expected.keys(), ...found.keys()])].toSorted()
  return names.flatMap((name) => {
    const [before, after] = [expected.get(name), found.get(name)]
    if (before === after) return []
    if (before === undefined) return [`surplus: ${name}`]
    if (after === undefined) return [`missing: ${name}`]
    return [`other:   ${name}\n${firstDifference(before, after)}`]
  })
}

async function objectTraces(platform: TestPlatform): Promise<Traces> {
  const listed = await platform.kubectl(['api-resources', '--verbs=list', '--output=name'])
  const kinds = listed.split('\n').filter((kind) => kind !== '' && !LEFT_OUT.test(kind))
  const text = await platform.kubectl(['get', kinds.join(','), '--all-namespaces', '--output=json'])
  const traces: Traces = new Map()
  const counted = new Map<string, number>()
  for (const object of (JSON.parse(text) as {items: KubeObject[]}).items) {
    const {kind} = object
    const metadata = {...object.metadata, name: withoutTime(object.metadata.name)}
    // The name of a volume is the uid of its claim; the claim's name says whose it is.
    if (kind === 'PersistentVolume') continue
    // A backup in whose middle Velero itself was killed is a record of that, like an event; one that is complete counts.
    if (kind === 'Backup' && (object['status'] as {phase?: string} | undefined)?.phase === 'Failed') continue
    const place = `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}`
    const owner = metadata.ownerReferences?.[0]
    if (DERIVED.has(kind) && owner !== undefined && kind !== 'Lease') {
      const name = `${place}of ${owner.kind} ${owner.name}`
      counted.set(name, (counted.get(name) ?? 0) + 1)
    } else {
      add(traces, place + metadata.name, DERIVED.has(kind) ? 'there' : JSON.stringify(wantedPart(object), sortKeys, 1))
    }
  }
  for (const [name, count] of counted) traces.set(name, String(count))
  return traces
}

/** Adds what may have the name of another, once the moments are taken out of names. Files of runs are many. */
function add(traces: Traces, name: string, value: string): void {
  traces.set(traces.has(name) && !name.includes('/runs/') ? `${name}, one more` : name, value)
}

/** A name without the moment at which it was given: `platform-20260102030405`, `1a2b3c4d-20260102T030405Z.db`. */
function withoutTime(name: string): string {
  return name.replace(/(?:[0-9a-f]{8}-)?\d{8}T?\d{6}Z?/, 'TIME')
}

/** An object without what the server, or chance, puts into it. */
function wantedPart(object: KubeObject): unknown {
  const {metadata, status: _status, ...rest} = structuredClone(object)
  const labels = {...metadata.labels}
  delete labels['modifiedAt']
  const annotations = {...metadata.annotations}
  delete annotations['lab.kp.dev/load-balancer-address']
  const part: Record<string, unknown> = {...rest, labels, annotations, finalizers: metadata.finalizers, deleted: metadata.deletionTimestamp !== undefined}
  if (object.kind === 'Secret') part['data'] = Object.keys((object['data'] as object | undefined) ?? {}).toSorted()
  if (object.kind === 'ConfigMap' && /^(kube-root-ca\.crt|extension-apiserver-authentication)$/.test(metadata.name)) part['data'] = Object.keys(object['data'] as object)
  // Who built, and when.
  if (isRecord(object)) part['data'] = {...(object['data'] as object), built: 'built' in (object['data'] as object)}
  const spec = part['spec'] as Record<string, unknown> | undefined
  if (spec !== undefined) {
    for (const field of ['clusterIP', 'clusterIPs', 'healthCheckNodePort', 'podCIDR', 'podCIDRs', 'caBundle']) delete spec[field]
    if (object.kind === 'Job') forgetControllerUid(spec)
    // The programs beside the lab listen where a port is free.
    if (object.kind === 'APIService') delete (spec['service'] as {port?: number} | undefined)?.port
    if (object.kind === 'BackupStorageLocation') delete (spec['config'] as {s3Url?: string} | undefined)?.s3Url
    if (object.kind === 'PersistentVolumeClaim') {
      delete spec['volumeName']
      // Which node the scheduler takes is chance.
      delete annotations['volume.kubernetes.io/selected-node']
    }
    if (object.kind === 'Service') {
      for (const port of (spec['ports'] as Record<string, unknown>[] | undefined) ?? []) {
        delete port['nodePort']
        if (metadata.name === 'kubernetes') delete port['targetPort']
        for (const field of metadata.name.startsWith('lab-') ? ['port', 'targetPort'] : []) delete port[field]
      }
    }
  }
  return part
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function firstDifference(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const at = a.findIndex((line, index) => line !== b[index])
  const index = at === -1 ? a.length : at
  return `  - ${a.slice(index, index + 3).join('\n  - ')}\n  + ${b.slice(index, index + 3).join('\n  + ')}`
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

function readIfThere(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

/** Programs whose environment names the state folder. Linux only; elsewhere none. */
export function processesOf(stateDir: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`KP_STATE_DIR=${stateDir}`)) return []
      const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]?.split('/').at(-1) ?? ''
      return program === '' ? [] : [program]
    } catch {
      return []
    }
  })
}
