/** Where backups go, and when they are made, as objects. Pure. */
import {BACKUP_SECRET, goDuration} from '../../components/backup-values.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {cronOf} from '../../spec/cron.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {bucketOf, storeRegion} from '../shared/backup-store.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {secretObject} from '../shared/secret-object.ts'
import {LOCATION, ownStore, SCHEDULE, VELERO_API, VELERO_NAMESPACE} from './names.ts'

/** How often velero asks whether the store still answers. */
const VALIDATED_EVERY = '1m0s'

/** Settings of the plugin. A store that is not AWS wants its address, paths instead of host names, and no checksums that only AWS knows. */
function storeConfig({spec}: Pick<ManifestContext, 'spec'>, own: string | undefined): Record<string, string> {
  const {endpoint = own} = spec.phases.backup.store
  return {region: storeRegion({spec}), ...(endpoint === undefined ? {} : {s3Url: endpoint, s3ForcePathStyle: 'true', checksumAlgorithm: ''})}
}

/** Address of the store that runs beside a lab: its port is the lab's own, so that the repository does not hold it. */
const labStore = (ctx: object): string | undefined => (ctx as Partial<Pick<PlatformContext, 'lab'>>).lab?.services.address('object-store')

/** The BackupStorageLocation. */
export function locationObject(ctx: Pick<ManifestContext, 'spec' | 'provider'>): KubeObject {
  const own = ownStore(ctx) ? labStore(ctx) : undefined
  return {
    apiVersion: VELERO_API,
    kind: 'BackupStorageLocation',
    metadata: {name: LOCATION, namespace: VELERO_NAMESPACE},
    spec: {
      provider: 'aws',
      default: true,
      accessMode: 'ReadWrite',
      validationFrequency: VALIDATED_EVERY,
      // Environments may share a bucket.
      objectStorage: {bucket: bucketOf(ctx), prefix: ctx.spec.environment.cluster},
      config: storeConfig(ctx, own),
      ...(ctx.spec.phases.backup.store.secret === undefined || ownStore(ctx) ? {} : {credential: {name: BACKUP_SECRET, key: 'cloud'}}),
    },
  }
}

/** What a backup of the schedule holds. */
export function backupTemplate({spec}: Pick<ManifestContext, 'spec'>): Record<string, unknown> {
  const {retention, snapshots, includeNamespaces, excludeNamespaces} = spec.phases.backup
  return {
    storageLocation: LOCATION,
    ttl: goDuration(retention),
    includedNamespaces: includeNamespaces.length === 0 ? ['*'] : includeNamespaces,
    // Velero sets the kinds of snapshots aside; from then on it leaves out what has no namespace, if it is not told otherwise.
    ...(includeNamespaces.length === 0 ? {includeClusterResources: true} : {}),
    ...(excludeNamespaces.length === 0 ? {} : {excludedNamespaces: excludeNamespaces}),
    snapshotVolumes: snapshots,
    csiSnapshotTimeout: '10m0s',
    itemOperationTimeout: '4h0m0s',
  }
}

/** Credentials of the store, where kp.yaml names some. */
export const credentials: PlatformStep = secretObject({
  id: 'backup/credentials',
  title: 'Hand the credentials of the object store to velero',
  podSecurity: 'restricted',
  verify: ['backup.credentials'],
  secret({spec}) {
    const {secret} = spec.phases.backup.store
    return secret === undefined ? 'velero takes the role of its pod' : {name: BACKUP_SECRET, namespace: VELERO_NAMESPACE, keys: {cloud: {entry: secret}}}
  },
})

const locations = manifestSet({
  id: 'backup/location',
  title: 'Name the place of the backups',
  verify: ['backup.location'],
  objects: (ctx) => [locationObject(ctx)],
})

/** Where backups go. */
export const location: PlatformStep = {...locations, manifests: ({spec, provider, catalog, home, phases}) => locations.manifests?.({spec, provider, catalog, home, phases}) ?? []}

/** When they are made. */
export const schedule: PlatformStep = manifestSet({
  id: 'backup/schedule',
  title: 'Schedule the backups',
  verify: ['backup.schedule'],
  objects: (ctx) => [
    {
      apiVersion: VELERO_API,
      kind: 'Schedule',
      metadata: {name: SCHEDULE, namespace: VELERO_NAMESPACE},
      spec: {schedule: cronOf(ctx.spec.phases.backup.every), useOwnerReferencesInBackup: false, template: backupTemplate(ctx)},
    },
  ],
})
