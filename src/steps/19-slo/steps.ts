/** Steps of phase 19. */
import {sloGroups} from '../../components/slo-rules.ts'
import type {PlatformStep} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {hasSlos, ruleName, rulesNamespace} from './names.ts'

/** The rules of every objective, each an object that the Prometheus operator reads. */
export const rules: PlatformStep = manifestSet({
  id: 'slo/rules',
  title: 'Write the rules of the objectives',
  appliesTo: hasSlos,
  verify: ['slo.rules'],
  after: ['monitoring/release'],
  objects: (ctx) =>
    ctx.spec.slos.map((slo) => ({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {name: ruleName(slo.name), namespace: rulesNamespace(ctx)},
      spec: {groups: sloGroups(ctx.spec, slo)},
    })),
})
