/** Phase 15: backups, database dumps, and the way back. */
import type {ManifestContext, PlatformContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {bucketOf, storePorts} from '../shared/backup-store.ts'
import {componentStep} from '../shared/component.ts'
import {labService} from '../shared/lab-service.ts'
import {labStages} from '../shared/lab-stages.ts'
import {needsApi} from '../shared/needs-api.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'
import type {TrafficRule} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {about} from './about.ts'
import {bucketCheck, bucketFiles, bucketFirst, bucketSteps} from './bucket.ts'
import {checks} from './checks.ts'
import {dumps} from './dumps.ts'
import {firstBackup} from './first-backup.ts'
import {firstDumps} from './first-dumps.ts'
import {credentials, location, schedule} from './location.ts'
import {ownStore, VELERO_NAMESPACE, VELERO_PODS} from './names.ts'
import {pitfalls} from './pitfalls.ts'
import {restoreFiles} from './restore-jobs.ts'

export const backup: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.backup.enabled ? true : 'phases.backup.enabled is false'),
  dependsOn: (ctx) => ['node-pools', 'cni', ...databases(ctx)],
  steps: (ctx) => [...bucketSteps(ctx), ...inCluster(ctx).map(needsApi)],
  files: (ctx) => [...restoreFiles(ctx), ...bucketFiles(ctx)],
  checks: [...checks, bucketCheck],
  pitfalls,
}

/** What is done in the cluster. */
function inCluster(ctx: ManifestContext): PlatformStep[] {
  return [
    {...credentials, after: ['control-plane']},
    componentStep({id: 'backup/release', title: 'Install velero', component: 'velero', podSecurity: 'restricted', verify: ['backup.ready'], after: ['backup/credentials', ...PODS_CAN_RUN]}),
    ...[simulation, networkPolicies({id: 'backup/network-policies', namespace: VELERO_NAMESPACE, rules: (one) => [allowApiServer(), storeRule(one)]})].map((step) => ({...step, after: ['backup/release']})),
    labService({id: 'backup/object-store', title: 'Run an object store beside the lab', service: 'object-store', appliesTo: hasOwnStore, buckets: (one) => [bucketOf(one)], after: ['control-plane']}),
    labService({id: 'backup/server', title: 'Run the real velero beside the lab', service: 'velero', appliesTo: hasOwnStore, after: ['backup/object-store', 'backup/release', ...KINDS]}),
    {...location, after: ['backup/simulation', 'backup/network-policies', 'backup/server', ...bucketFirst(ctx)]},
    {...schedule, after: ['backup/location']},
    // The backup is of all that stands by then.
    {...dumps, after: [...databases(ctx), ...PODS_CAN_RUN]},
    {...firstDumps, after: ['backup/dumps']},
    // A claim without its volume, as that of a pod that is only being made, would spoil it.
    {...firstBackup, after: ['backup/schedule', 'backup/first-dumps', 'node-pools', 'cni', ...KEEPERS]},
  ]
}

const hasOwnStore = (ctx: PlatformContext): true | string => (ownStore(ctx) ? true : 'kp.yaml names a store elsewhere')

/** Only where the real server could not work. */
const stages = labStages('backup/simulation', 'velero')
const simulation: PlatformStep = {...stages, appliesTo: (ctx) => (ownStore(ctx) ? 'velero itself runs beside the lab' : (stages.appliesTo?.(ctx) ?? true))}

/** Whose kinds a backup must hold: velero looks for kinds when it starts, and then every five minutes. */
const KINDS = ['gitops/release', 'mesh/kinds', 'mesh/control-plane', 'operators', 'secrets']

/** Phases whose pods keep data: their claims have volumes once they are done. Phases that are off are none to wait for. */
const KEEPERS = ['monitoring', 'logging', 'operators', 'secrets']

/** What is to be dumped must be there. */
const databases = ({phases}: Pick<ManifestContext, 'phases'>): string[] => phases.filter(({id}) => id === 'operators').map(({id}) => id)

/** The server asks the object store, wherever that is: its address is no pod's. */
function storeRule(ctx: Pick<ManifestContext, 'spec'>): TrafficRule {
  return {name: 'allow-object-store', pods: VELERO_PODS, egress: [{ports: storePorts(ctx).map((port) => ({protocol: 'TCP', port}))}]}
}
