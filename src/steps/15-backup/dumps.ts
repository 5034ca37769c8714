/** Database dumps as objects: a volume, a CronJob that dumps and reads back, and the way in and out for it. */
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {cronOf} from '../../spec/cron.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {databasesOf} from '../shared/databases.ts'
import type {Database} from '../shared/databases.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {dumpTool} from './dump-tools.ts'
import type {DumpTool} from './dump-tools.ts'

/** Folder of the dumps in the pods. */
const FOLDER = '/dumps'
/** Longest time of a dump. */
const DEADLINE_SECONDS = 3600
const SECURITY = {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}}
const RESOURCES = {requests: {cpu: '50m', memory: '128Mi'}, limits: {memory: '512Mi'}}
/** Minutes after the full hour: backups of the cluster begin at it. */
const MINUTE = 20

type Spec = Pick<ManifestContext, 'spec'>

/** Name of everything about the dumps of a database. */
export const dumpsName = ({id}: Pick<Database, 'id'>): string => `${id}-dumps`
/** Labels of the pods that dump or restore. */
export const DUMP_PODS = {'app.kubernetes.io/name': 'database-dumps', 'app.kubernetes.io/part-of': 'kp-backup'}

/** The databases that are dumped. */
export function dumped({spec}: Spec): Database[] {
  return spec.phases.backup.databases.enabled ? databasesOf(spec) : []
}

/** Whether anything is to be dumped, or why not. */
export function wantsDumps(ctx: Spec): true | string {
  if (!ctx.spec.phases.backup.databases.enabled) return 'phases.backup.databases.enabled is false'
  return dumped(ctx).length > 0 ? true : 'the platform has no database that can be dumped'
}

/** What a script of dumps begins with: the first error ends it, and half a dump is never called one. */
const BEGIN = 'set -euo pipefail'

/** The dump: written under another name until it is whole. */
function dumpScript({dump, ending}: DumpTool): string {
  return [BEGIN, `rm -f ${FOLDER}/*.part`, `FILE=${FOLDER}/$(date -u +%Y%m%dT%H%M%SZ).${ending}.part`, dump, 'test -s "$FILE"', 'ls -l "$FILE"'].join('\n')
}

/** Reads it back, gives it its name, and deletes what is over its time; the newest always stays. */
function keepScript({verify, ending}: DumpTool, spec: ManifestContext['spec']): string {
  const {databases} = spec.phases.backup
  return [
    BEGIN,
    `PART=$(ls -1t ${FOLDER}/*.${ending}.part | head -n 1)`,
    'FILE="$PART"',
    ...(databases.verify ? [verify, 'echo "read back: $FILE"'] : []),
    'mv "$PART" "${PART%.part}"',
    `sha256sum "\${PART%.part}" > "\${PART%.part}.sha256"`,
    `NEWEST=$(ls -1t ${FOLDER}/*.${ending} | head -n 1)`,
    `find ${FOLDER} -type f -mmin +${Math.ceil(durationSeconds(databases.retention) / 60)} ! -path "$NEWEST*" -delete`,
    `df -h ${FOLDER}`,
  ].join('\n')
}

/** Where the database is, for the scripts. The password comes from the Secret, into the environment alone. */
export function environmentOf({host, port, user, secret}: Database): Record<string, unknown>[] {
  return [
    {name: 'HOST', value: host},
    {name: 'PORT', value: String(port)},
    {name: 'USER', value: user},
    {name: 'PASSWORD', valueFrom: {secretKeyRef: secret}},
    {name: 'POD_IP', valueFrom: {fieldRef: {fieldPath: 'status.podIP'}}},
  ]
}

/** The pod of a dump or a restore: its containers run scripts with the tools of the database. */
export function dumpPod(ctx: Spec, database: Database, scripts: {init: Record<string, string>; main: Record<string, string>}): Record<string, unknown> {
  const tool = dumpTool(database)
  const image = relocateImage(tool.image, ctx.spec.images.mirror)
  const container = ([name, script]: [string, string]): Record<string, unknown> => ({
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['bash', '-c', script],
    env: environmentOf(database),
    resources: RESOURCES,
    securityContext: SECURITY,
    volumeMounts: [{name: 'dumps', mountPath: FOLDER}, {name: 'tmp', mountPath: '/tmp'}],
  })
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: {runAsNonRoot: true, runAsUser: tool.uid, runAsGroup: tool.uid, fsGroup: tool.uid, seccompProfile: {type: 'RuntimeDefault'}},
    initContainers: Object.entries(scripts.init).map(container),
    containers: Object.entries(scripts.main).map(container),
    volumes: [{name: 'dumps', persistentVolumeClaim: {claimName: dumpsName(database)}}, {name: 'tmp', emptyDir: {}}],
  }
}

function claim({spec}: Spec, database: Database): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {name: dumpsName(database), namespace: database.namespace},
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(database.storageClass === undefined ? {} : {storageClassName: database.storageClass}),
      resources: {requests: {storage: spec.phases.backup.databases.volume}},
    },
  }
}

function cronJob(ctx: Spec, database: Database): KubeObject {
  const tool = dumpTool(database)
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: {name: dumpsName(database), namespace: database.namespace},
    spec: {
      schedule: cronOf(ctx.spec.phases.backup.databases.every, MINUTE),
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 1800,
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 2,
      jobTemplate: {
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: DEADLINE_SECONDS,
          template: {
            metadata: {labels: DUMP_PODS},
            spec: dumpPod(ctx, database, {init: {dump: dumpScript(tool)}, main: {keep: keepScript(tool, ctx.spec)}}),
          },
        },
      },
    },
  }
}

/** Dumps and restores talk to the database, and a database that follows a restore talks back. */
function policies(ctx: Spec, {namespace}: Database): KubeObject[] {
  if (!ctx.spec.phases.cni.defaultDeny) return []
  const own = [{podSelector: {matchLabels: DUMP_PODS}}]
  const policy = (name: string, spec: Record<string, unknown>): KubeObject => ({apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: {name, namespace}, spec})
  return [
    policy('allow-dumps', {podSelector: {matchLabels: DUMP_PODS}, policyTypes: ['Ingress', 'Egress'], ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}, {ports: [{protocol: 'UDP', port: 53}, {protocol: 'TCP', port: 53}]}]}),
    policy('allow-from-dumps', {podSelector: {}, policyTypes: ['Ingress'], ingress: [{from: own}]}),
  ]
}

/** Volume and CronJob of each database. */
export const dumps: PlatformStep = manifestSet({
  id: 'backup/dumps',
  title: 'Schedule the database dumps',
  appliesTo: wantsDumps,
  objects: (ctx) => dumped(ctx).flatMap((database) => [claim(ctx, database), cronJob(ctx, database), ...policies(ctx, database)]),
})
