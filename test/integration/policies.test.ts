/** What policies and quotas do on a cluster: refused is refused, and verify says by whom and with which numbers. */
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {phases} from '../../src/steps/index.ts'
import type {VerifyResult} from '../../src/ui/results.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

/** Of the phases only those that are looked at, and what they stand on. */
const LEAN = Object.fromEntries(phases.filter(({number}) => number > 4).map(({id}) => [id, {enabled: false}]))

const SECURED = {securityContext: {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}}}
const SAFE = {allowPrivilegeEscalation: false, capabilities: {drop: ['ALL']}}
const IMAGE = 'registry.k8s.io/pause:3.10'

/** A privileged pod that keeps every other rule. */
const privileged = (namespace: string): string => JSON.stringify({apiVersion: 'v1', kind: 'Pod', metadata: {name: 'root', namespace}, spec: {...SECURED, containers: [{name: 'root', image: IMAGE, securityContext: {privileged: true, capabilities: {drop: ['ALL']}}}]}})

/** A Deployment that keeps the rules, with half a CPU for each pod. */
const halfCpus = (replicas: number): string => JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {name: 'web', namespace: 'shop'},
  spec: {replicas, selector: {matchLabels: {app: 'web'}}, template: {metadata: {labels: {app: 'web'}}, spec: {...SECURED, containers: [{name: 'web', image: IMAGE, securityContext: SAFE, resources: {requests: {cpu: '500m', memory: '32Mi'}, limits: {memory: '64Mi'}}}]}}},
})

describe('policies and quotas', () => {
  let platform: TestPlatform

  beforeAll(async () => {
    platform = await openTestPlatform({
      name: 'policies',
      build: 'fresh',
      spec: {
        phases: {
          ...LEAN,
          cni: {connectivityTest: false},
          // Two guards: the level of Pod Security Admission in one namespace, kp's policies in the other.
          security: {namespaces: [{name: 'shop'}, {name: 'agents', podSecurity: 'privileged'}], enforceNamespaces: ['agents']},
          cost: {opencost: false, teams: [{name: 'shop', namespaces: ['shop'], cpu: 1, memory: '1Gi', pods: 10}]},
        },
      },
    })
  }, 240_000)

  afterAll(() => platform?.close(), 60_000)

  /** What a check says now. */
  async function looked(id: string): Promise<{status: string; observed?: string}> {
    const {checks} = (await platform.kp(['verify', '--check', id, '--json', '--wait', '5'])).json<VerifyResult>()
    const found = checks.find((one) => one.id === id)
    return {status: found?.status ?? 'not there', observed: found?.observed ?? ''}
  }

  /** Looks until a check says it, at most for 20 seconds. */
  async function says(id: string, status: string, observed: RegExp): Promise<void> {
    await expect.poll(() => looked(id), {timeout: 20_000, interval: 1000}).toEqual({status, observed: expect.stringMatching(observed)})
  }

  it('refuse a privileged pod, and verify says by whom', async () => {
    await expect(platform.kubectl(['apply', '-f', '-'], privileged('shop'))).rejects.toThrow(/violates PodSecurity "restricted:latest": .*privileged/)
    await expect(platform.kubectl(['apply', '-f', '-'], privileged('agents'))).rejects.toThrow(/ValidatingAdmissionPolicy 'kp-disallow-privileg[\w-]+' with binding '[^']+' denied request/)
    await says('security.privileged-pod-refused', 'pass', /^refused by .*Pod Security.*shop.*policy kp-disallow-privileg[\w-]+ in agents/)
  }, 60_000)

  it('let it through where the level was taken away, which verify tells and kp step heals', async () => {
    await platform.kubectl(['label', 'namespace', 'shop', 'pod-security.kubernetes.io/enforce-'])
    await says('security.privileged-pod-refused', 'fail', /^accepted in shop$/)
    await platform.kpOk(['step', 'security', '--yes'])
    await says('security.privileged-pod-refused', 'pass', /shop/)
  }, 90_000)

  it('keep a Deployment within its quota: it is accepted, its pods are refused, and verify quotes it', async () => {
    await platform.kubectl(['apply', '-f', '-'], halfCpus(3))
    await says('cost.quota-enforced', 'pass', /^FailedCreate on ReplicaSet shop\/web-\w+: pods "web-[\w-]+" is forbidden: exceeded quota: kp-team, requested: requests\.cpu=500m, used: requests\.cpu=1, limited: requests\.cpu=1; a pod beyond the quota is refused in shop$/)
    expect(await platform.kubectl(['-n', 'shop', 'get', 'pods', '-o', 'name'])).toMatch(/^(?:pod\/web-\S+\n){2}$/)
    await platform.kubectl(['-n', 'shop', 'delete', 'resourcequota', 'kp-team'])
    await says('cost.quota-enforced', 'fail', /^a pod beyond the quota is accepted in shop$/)
  }, 90_000)
})
