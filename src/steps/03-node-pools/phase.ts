/** Phase 3: nodes, and the storage that comes with them. */
import type {PlatformPhase, PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {labStages} from '../shared/lab-stages.ts'
import {needsApi} from '../shared/needs-api.ts'
import {stackRepositoryFiles} from '../../checks/terraform/place.ts'
import {about} from './about.ts'
import {maxPodsCheck} from './checks-aws.ts'
import {checks} from './checks.ts'
import {keepPools} from './keep-pools.ts'
import {healthPitfalls} from './pitfalls-health.ts'
import {machinePitfalls} from './pitfalls-machines.ts'
import {workloadPitfalls} from './pitfalls-workloads.ts'
import {pitfalls} from './pitfalls.ts'
import {specialPools} from './special-pools.ts'
import {ebsDriverCheck, wantsEbsDriver} from './ebs.ts'
import {topolvmChecks, topolvmPitfalls, topolvmSteps} from './topolvm.ts'
import {labPools, localVolumes, nodeGroups, snapshotClass, storageClass, workers} from './steps.ts'

/** What is done in the cluster, for its nodes and volumes. */
const onNodes: PlatformStep[] = [
  keepPools,
  ...specialPools,
  localVolumes,
  ...topolvmSteps,
  storageClass,
  componentStep({
    id: 'node-pools/snapshot-controller',
    title: 'Install the volume snapshot controller',
    component: 'snapshot-controller',
    appliesTo: (platform) => (platform.spec.phases['node-pools'].snapshots ? true : 'phases.node-pools.snapshots is off'),
  }),
  labStages('node-pools/simulation', 'snapshot-controller'),
  // After the kinds of snapshots, which its sidecar watches.
  componentStep({id: 'node-pools/ebs-csi-driver', title: 'Install the EBS CSI driver', component: 'aws-ebs-csi-driver', appliesTo: wantsEbsDriver, verify: ['node-pools.ebs-csi-driver']}),
  snapshotClass,
]

export const nodePools: PlatformPhase = {
  ...about,
  // A node of EKS without a pod network never becomes ready, and its group fails for it.
  dependsOn: ({provider, spec}) => (provider.id === 'eks' && spec.phases.cni.enabled ? ['control-plane', 'cni'] : ['control-plane']),
  files: (ctx) => stackRepositoryFiles(ctx, ['node-groups', 'worker-machines']),
  steps: (ctx) => [
    ...labPools(ctx),
    ...nodeGroups(ctx),
    ...workers(ctx),
    ...onNodes.map(needsApi),
  ],
  checks: [...checks, maxPodsCheck, ebsDriverCheck, ...topolvmChecks],
  pitfalls: [...pitfalls, ...healthPitfalls, ...workloadPitfalls, ...machinePitfalls, ...topolvmPitfalls],
}
