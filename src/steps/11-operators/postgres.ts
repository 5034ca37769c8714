/** PostgreSQL as objects: instances with a replica each, and where its base backups and its log go. Pure. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {Applies} from '../../engine/types.ts'
import {cronOf} from '../../spec/cron.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {bucketOf, credential, storeRegion} from '../shared/backup-store.ts'
import {secretObject} from '../shared/secret-object.ts'
import {has, namespaceOf} from './names.ts'
import {resources, spread, ZONE} from './parts.ts'
import type {Settings} from './parts.ts'

/** Name of the Cluster, of its ObjectStore and of its ScheduledBackup. */
export const POSTGRES = 'postgres'
/** The kinds of the backup. */
export const STORE = {apiVersion: 'barmancloud.cnpg.io/v1', kind: 'ObjectStore'}
const PLUGIN = 'barman-cloud.cloudnative-pg.io'
const SECRET = 'postgres-backup'
const KEYS = {id: 'access-key-id', key: 'secret-access-key'}
const DAY_SECONDS = 86_400
/** Minute of the hour: backups of the cluster and dumps have others. */
const MINUTE = 40

type Spec = Pick<ManifestContext, 'spec'>

/** Whether PostgreSQL is backed up to the object store, or why not. */
export function wantsBackup(ctx: Spec): Applies {
  const {backup, 'cert-manager': certificates} = ctx.spec.phases
  const wanted = has('postgres')(ctx)
  if (wanted !== true) return wanted
  if (!backup.enabled) return 'phases.backup.enabled is false'
  return certificates.enabled ? true : 'phases.cert-manager is off: the plugin that writes the backups wants certificates'
}

/** Where base backups and the log go: beside the backups of the cluster, never below them, where Velero suffers nothing else. */
function objectStore(ctx: Spec): KubeObject {
  const {endpoint, secret} = ctx.spec.phases.backup.store
  const ref = (key: string): Record<string, string> => ({name: SECRET, key})
  return {
    ...STORE,
    metadata: {name: POSTGRES},
    spec: {
      retentionPolicy: `${Math.max(1, Math.ceil(durationSeconds(ctx.spec.phases.backup.retention) / DAY_SECONDS))}d`,
      configuration: {
        destinationPath: `s3://${bucketOf(ctx)}/${ctx.spec.environment.cluster}-postgres`,
        ...(endpoint === undefined ? {} : {endpointURL: endpoint}),
        s3Credentials: secret === undefined ? {inheritFromIAMRole: true} : {accessKeyId: ref(KEYS.id), secretAccessKey: ref(KEYS.key)},
        data: {compression: 'gzip'},
        wal: {compression: 'gzip', maxParallel: 4},
      },
      instanceSidecarConfiguration: {
        resources: resources('20m', '128Mi'),
        env: [
          {name: 'AWS_DEFAULT_REGION', value: storeRegion(ctx)},
          // Stores that are not AWS know no checksums of the newer kind.
          ...(endpoint === undefined ? [] : [{name: 'AWS_REQUEST_CHECKSUM_CALCULATION', value: 'when_required'}, {name: 'AWS_RESPONSE_CHECKSUM_VALIDATION', value: 'when_required'}]),
        ],
      },
    },
  }
}

function schedule(ctx: Spec): KubeObject {
  return {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'ScheduledBackup',
    metadata: {name: POSTGRES},
    // Six fields: the first are seconds.
    spec: {schedule: `0 ${cronOf(ctx.spec.phases.backup.every, MINUTE)}`, cluster: {name: POSTGRES}, method: 'plugin', pluginConfiguration: {name: PLUGIN}, immediate: true, backupOwnerReference: 'cluster'},
  }
}

/** The objects of PostgreSQL. */
export function postgres(ctx: ManifestContext, settings: Settings, kind: {apiVersion: string; kind: string}): KubeObject[] {
  const backed = wantsBackup(ctx) === true
  return [
    ...(backed ? [objectStore(ctx)] : []),
    {
      ...kind,
      metadata: {name: POSTGRES},
      spec: {
        instances: settings.instances,
        enableSuperuserAccess: true,
        enablePDB: settings.instances > 1,
        storage: {size: settings.volume, ...(settings.storageClass === undefined ? {} : {storageClass: settings.storageClass})},
        resources: resources('100m', '512Mi'),
        affinity: {enablePodAntiAffinity: true, topologyKey: ZONE, podAntiAffinityType: 'preferred'},
        topologySpreadConstraints: spread({'cnpg.io/cluster': POSTGRES, 'cnpg.io/podRole': 'instance'}),
        ...(backed ? {plugins: [{name: PLUGIN, enabled: true, isWALArchiver: true, parameters: {barmanObjectName: POSTGRES}}]} : {}),
      },
    },
    ...(backed ? [schedule(ctx)] : []),
  ]
}

/** Credentials of the store for the instances, where kp.yaml names some. */
export const backupCredentials: PlatformStep = secretObject({
  id: 'operators/postgres-backup-credentials',
  title: 'Hand the credentials of the object store to PostgreSQL',
  secret(ctx) {
    const wanted = wantsBackup(ctx)
    if (wanted !== true) return wanted
    const {secret} = ctx.spec.phases.backup.store
    if (secret === undefined) return 'PostgreSQL takes the role of its pods'
    return {
      name: SECRET,
      namespace: namespaceOf(ctx, 'postgres'),
      keys: {
        [KEYS.id]: {entry: secret, make: (file) => credential(file, 'aws_access_key_id')},
        [KEYS.key]: {entry: secret, make: (file) => credential(file, 'aws_secret_access_key')},
      },
    }
  },
})
