/** Phase 18: what upgrades and maintenance stand on. */
import type {PlatformPhase} from '../../context.ts'
import {about} from './about.ts'
import {budgets} from './budgets.ts'
import {checks} from './checks.ts'
import {etcdSnapshot} from './etcd-snapshots.ts'
import {pitfalls} from './pitfalls.ts'
import {calendarFile, maintenanceWindow} from './window.ts'

export const day2: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.day2.enabled ? true : 'phases.day2.enabled is false'),
  // Budgets are about what the phases before it install, in their namespaces.
  dependsOn: (ctx) => ctx.phases.filter(({id, number}) => number > 0 && number < about.number && id !== 'control-plane').map(({id}) => id),
  steps: () => [
    {...maintenanceWindow, after: ['control-plane']},
    budgets,
    // Last: the snapshot is of all that was built.
    etcdSnapshot,
  ],
  files: (ctx) => [calendarFile(ctx)],
  checks,
  pitfalls,
}
