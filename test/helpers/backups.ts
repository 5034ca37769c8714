/** Backups and restores of tests: objects of velero, waited for, and what is compared. */
import {createHash} from 'node:crypto'
import type {TestPlatform} from './platform.ts'

/** Times that a busy machine needs. */
const WAIT_MS = 120_000

/** A namespace with what an application has: settings, a secret, a volume, pods, a way in. */
export function application(namespace: string, mark: string): string {
  return [
    {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace, labels: {mark}}},
    {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'settings', namespace}, data: {mark}},
    {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'login', namespace}, stringData: {mark}},
    {apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name: 'data', namespace}, spec: {accessModes: ['ReadWriteOnce'], resources: {requests: {storage: '1Gi'}}}},
    {apiVersion: 'v1', kind: 'Service', metadata: {name: 'shop', namespace}, spec: {selector: {app: 'shop'}, ports: [{port: 80}]}},
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {name: 'shop', namespace},
      spec: {
        replicas: 1,
        selector: {matchLabels: {app: 'shop'}},
        template: {metadata: {labels: {app: 'shop'}}, spec: {containers: [{name: 'shop', image: 'registry.k8s.io/pause:3.10', volumeMounts: [{name: 'data', mountPath: '/data'}]}], volumes: [{name: 'data', persistentVolumeClaim: {claimName: 'data'}}]}},
      },
    },
  ].map((object) => JSON.stringify(object)).join('\n')
}

/** Applies an object, and waits until velero is done with it. @returns its status */
export async function run(platform: TestPlatform, kind: 'Backup' | 'Restore', name: string, spec: Record<string, unknown>): Promise<Record<string, unknown> & {phase?: string}> {
  await platform.kubectl(['apply', '-f', '-'], JSON.stringify({apiVersion: 'velero.io/v1', kind, metadata: {name, namespace: 'velero'}, spec}))
  return until(`${kind} ${name} comes to its end`, async () => {
    const object = JSON.parse(await platform.kubectl(['-n', 'velero', 'get', `${kind.toLowerCase()}s.velero.io`, name, '-o', 'json'])) as {status?: Record<string, unknown> & {phase?: string}}
    return object.status !== undefined && /^(?:Completed|PartiallyFailed|Failed|FailedValidation)$/.test(object.status.phase ?? '') ? object.status : undefined
  })
}

/** Asks until there is an answer. @throws Error after two minutes */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + WAIT_MS
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`${what}: not within ${WAIT_MS / 1000} seconds`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

const KINDS = 'configmaps,secrets,services,deployments.apps,persistentvolumeclaims'
/** What every namespace has of itself. */
const OF_ITSELF = new Set(['ConfigMap/kube-root-ca.crt'])

/** What of a namespace is a person's: each object with what it says, without what the cluster writes into it. */
export async function contentOf(platform: TestPlatform, namespace: string): Promise<Record<string, unknown>> {
  const {items} = JSON.parse(await platform.kubectl(['-n', namespace, 'get', KINDS, '-o', 'json'])) as {items: Loose[]}
  return Object.fromEntries(items.filter(({kind, metadata}) => !OF_ITSELF.has(`${kind}/${metadata.name}`)).map((object) => [`${object.kind}/${object.metadata.name}`, said(object)]))
}

interface Loose {
  kind: string
  metadata: {name: string; labels?: Record<string, string>}
  data?: unknown
  spec?: Record<string, unknown>
}

/** A Secret is compared by its digest: its value is in no output of a test. */
function said({kind, data, spec = {}}: Loose): unknown {
  const {clusterIP: _ip, clusterIPs: _ips, volumeName: _volume, dataSource: _source, dataSourceRef: _ref, ...rest} = spec
  return kind === 'Secret' ? createHash('sha256').update(JSON.stringify(data)).digest('hex') : {data, spec: rest}
}

/** Where the first lab keeps its backups, as a location of another one: read-only, with its credentials. */
export async function shareStore(from: TestPlatform, to: TestPlatform, credentials: string): Promise<void> {
  const location = JSON.parse(await from.kubectl(['-n', 'velero', 'get', 'backupstoragelocation', 'default', '-o', 'json'])) as {spec: {objectStorage: unknown; config: unknown}}
  await to.kubectl(['apply', '-f', '-'], [
    {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'first-store', namespace: 'velero'}, stringData: {cloud: credentials}},
    {apiVersion: 'velero.io/v1', kind: 'BackupStorageLocation', metadata: {name: 'first', namespace: 'velero'}, spec: {provider: 'aws', accessMode: 'ReadOnly', objectStorage: location.spec.objectStorage, config: location.spec.config, credential: {name: 'first-store', key: 'cloud'}, backupSyncPeriod: '5s'}},
  ].map((object) => JSON.stringify(object)).join('\n'))
}
