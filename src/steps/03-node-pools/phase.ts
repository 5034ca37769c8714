/** Phase 3: nodes, and the storage that comes with them. */
import type {PlatformPhase} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {labStages} from '../shared/lab-stages.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {keepPools} from './keep-pools.ts'
import {healthPitfalls} from './pitfalls-health.ts'
import {machinePitfalls} from './pitfalls-machines.ts'
import {workloadPitfalls} from './pitfalls-workloads.ts'
import {pitfalls} from './pitfalls.ts'
import {specialPools} from './special-pools.ts'
import {labPools, snapshotClass, storageClass} from './steps.ts'

export const nodePools: PlatformPhase = {
  ...about,
  dependsOn: () => ['control-plane'],
  steps: (ctx) => [
    ...labPools(ctx),
    keepPools,
    ...specialPools,
    storageClass,
    componentStep({
      id: 'node-pools/snapshot-controller',
      title: 'Install the volume snapshot controller',
      component: 'snapshot-controller',
      appliesTo: (platform) => (platform.spec.phases['node-pools'].snapshots ? true : 'phases.node-pools.snapshots is off'),
    }),
    labStages('node-pools/simulation', 'snapshot-controller'),
    snapshotClass,
  ],
  checks,
  pitfalls: [...pitfalls, ...healthPitfalls, ...workloadPitfalls, ...machinePitfalls],
}
