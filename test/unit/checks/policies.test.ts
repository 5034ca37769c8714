/** The rules about pods, and who refused one. */
import {describe, expect, it} from 'vitest'
import {POD_RULES, rulesOf} from '../../../src/checks/policies/pod-rules.ts'
import {whoRefused} from '../../../src/checks/policies/refusal.ts'
import {brokenRules} from '../../../src/checks/policies/report.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'
import {POD_SAMPLES, SAFE_POD} from '../../helpers/pod-samples.ts'

const deployment = (spec: unknown): KubeObject => ({apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web', namespace: 'shop'}, spec: {template: {spec}}})

describe('the rules about pods', () => {
  it('are seventeen: eleven of level baseline and six more', () => {
    expect(POD_RULES.filter(({level}) => level === 'baseline')).toHaveLength(11)
    expect(POD_RULES.filter(({level}) => level === 'restricted')).toHaveLength(6)
    expect(rulesOf('baseline')).toHaveLength(11)
    expect(rulesOf('restricted')).toHaveLength(17)
    expect(rulesOf('privileged')).toEqual([])
    expect(new Set(POD_RULES.map(({id}) => id)).size).toBe(17)
  })

  it('let a safe pod through', () => {
    expect(brokenRules(deployment(SAFE_POD), POD_RULES)).toEqual([])
  })

  it.each(POD_SAMPLES)('$what breaks $breaks', ({pod, breaks}) => {
    expect(brokenRules(deployment(pod), POD_RULES).map(({id}) => id)).toEqual(breaks)
  })

  it('each rule has a sample that breaks it alone or first', () => {
    const broken = new Set(POD_SAMPLES.flatMap(({breaks}) => breaks))
    expect(POD_RULES.map(({id}) => id).filter((id) => !broken.has(id))).toEqual([])
  })

  it('look into jobs of a schedule', () => {
    const job: KubeObject = {apiVersion: 'batch/v1', kind: 'CronJob', metadata: {name: 'n'}, spec: {jobTemplate: {spec: {template: {spec: {...SAFE_POD, hostNetwork: true}}}}}}
    expect(brokenRules(job, POD_RULES).map(({fields}) => fields)).toEqual([['hostNetwork']])
  })
})

describe('who refused', () => {
  it.each([
    ['pods "bad" is forbidden: violates PodSecurity "restricted:latest": privileged (container "c" must not set securityContext.privileged=true)', 'Pod Security Admission (restricted:latest)'],
    ["pods \"bad\" is forbidden: ValidatingAdmissionPolicy 'kp-disallow-host-path' with binding 'kp-disallow-host-path-enforce' denied request: Paths", 'policy kp-disallow-host-path'],
    ['admission webhook "validation.gatekeeper.sh" denied the request: [kp-baseline] Privileged containers are not allowed', 'Gatekeeper, constraint kp-baseline'],
    ['admission webhook "vpol.validate.kyverno.svc-fail" denied the request: Policy disallow-privileged-containers failed: Privileged mode is disallowed.', 'Kyverno, policy disallow-privileged-containers'],
    ['pods "kp-dry-run" is forbidden: exceeded quota: kp-team, requested: requests.cpu=2, used: requests.cpu=600m, limited: requests.cpu=1', 'quota kp-team'],
    ['pods "x" is forbidden: failed quota: kp-team: must specify limits.cpu for: c', 'quota kp-team'],
  ])('%s', (message, by) => {
    expect(whoRefused(message)?.by).toBe(by)
  })

  it('nobody, where a permission or a namespace is missing', () => {
    expect(whoRefused('pods is forbidden: User "kp" cannot create resource "pods" in API group "" in the namespace "shop"')).toBeUndefined()
    expect(whoRefused('namespaces "shop" not found')).toBeUndefined()
  })
})
