/** Cases of the checks of phase 5. */
import {changed, readyComponent, without} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'

export const certManagerCases: CheckCase[] = [
  {
    check: 'cert-manager.ready',
    passes: (ctx) => ({objects: readyComponent(ctx, 'cert-manager')}),
    fails: [
      {what: 'the webhook is gone', change: without('Deployment', 'cert-manager/cert-manager-webhook'), observed: /cert-manager-webhook does not exist/},
      {what: 'the controller is not ready', change: changed('Deployment', (one) => ({status: {observedGeneration: one.metadata.generation, availableReplicas: 0, updatedReplicas: 1}}), 'cert-manager/cert-manager'), observed: /0 of \d replicas are ready/},
    ],
  },
  {
    check: 'cert-manager.crds',
    passes: (ctx) => ({objects: readyComponent(ctx, 'cert-manager')}),
    fails: [{what: 'one kind is gone', change: without('CustomResourceDefinition', 'issuers.cert-manager.io'), observed: /issuers\.cert-manager\.io does not exist/}],
  },
]
