/** Phase 6: the way in, and the demo application. */
import type {PlatformPhase} from '../../context.ts'
import {allowSolver, frontDoor} from '../shared/front-door.ts'
import {labService} from '../shared/lab-service.ts'
import {labStages} from '../shared/lab-stages.ts'
import {networkPolicies} from '../shared/network-policies.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {wayOf} from './controllers/index.ts'
import {demo, demoPolicies, demoRoute} from './demo.ts'
import {dnsSteps} from './external-dns.ts'
import {gateway} from './gateway.ts'
import {testHostHints} from './test-host.ts'
import {conflictPitfalls} from './pitfalls-conflicts.ts'
import {pitfalls} from './pitfalls.ts'
import {usersOf} from './users.ts'

export const ingress: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.ingress.enabled ? true : 'phases.ingress.enabled is false'),
  dependsOn: () => ['cert-manager'],
  steps(ctx) {
    const door = frontDoor(ctx)
    const {install, rules} = wayOf(ctx)
    const installed = install.slice(-1).map(({id}) => id)
    return [
      ...install,
      ...[
        ...(rules === undefined ? [] : [networkPolicies({id: 'ingress/network-policies', namespace: door.namespace, rules: (one) => [...rules(one), ...(door.api === 'gateway' ? allowSolver(one) : [])]})]),
        labStages('ingress/simulation', door.component),
      ].map((step) => ({...step, after: installed})),
      ...(door.api === 'gateway' ? [gateway] : []),
      demo,
      demoPolicies,
      demoRoute,
      ...dnsSteps(ctx),
      labService({id: 'ingress/lab-front-door', title: 'Open a real front door beside the lab', service: 'front-door', after: ['ingress/gateway', 'ingress/demo-route'], verify: ['ingress.demo-answers', 'ingress.http-redirect']}),
    ]
  },
  users: usersOf,
  hints: testHostHints,
  checks,
  pitfalls: [...pitfalls, ...conflictPitfalls],
}
