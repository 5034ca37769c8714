/** Phase 4: what a connectivity test's Jobs prove, and how other plugins are found. */
import {describe, expect, it} from 'vitest'
import type {ClusterReader} from '../../../src/checks/cluster.ts'
import type {ManifestContext} from '../../../src/context.ts'
import {judgeTest} from '../../../src/steps/04-cni/checks-connectivity.ts'
import {connectivitySteps, jobName, PARTS} from '../../../src/steps/04-cni/connectivity.ts'
import {findTraces} from '../../../src/steps/04-cni/plugins.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'

function context(fields: {mirror?: string; defaultDeny?: boolean; connectivityTest?: boolean} = {}): ManifestContext {
  const {mirror, defaultDeny = true, connectivityTest = true} = fields
  return {spec: {platform: 'acme', images: mirror === undefined ? {} : {mirror}, phases: {cni: {defaultDeny, connectivityTest}, monitoring: {enabled: false}}}} as unknown as ManifestContext
}

function objects(ctx: ManifestContext): KubeObject[] {
  return connectivitySteps.filter((step) => (step.appliesTo as (one: ManifestContext) => unknown)(ctx) === true).flatMap((step) => (step as unknown as {objects?: (one: ManifestContext) => KubeObject[]}).objects?.(ctx) ?? step.manifests?.(ctx) ?? [])
}

const job = (type?: string): KubeObject => ({apiVersion: 'batch/v1', kind: 'Job', metadata: {name: 'after-1', namespace: 'kp-connectivity'}, status: type === undefined ? {} : {completionTime: '2026-11-21T10:00:00Z', conditions: [{type, status: 'True', message: 'Job has reached the specified backoff limit'}]}})
const pod = (codes: Record<string, number>, name = 'after-1-x', at = '2026-11-21T10:00:00Z'): KubeObject => ({apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace: 'kp-connectivity', creationTimestamp: at}, status: {initContainerStatuses: Object.entries(codes).map(([container, exitCode]) => ({name: container, state: {terminated: {exitCode}}}))}})

describe('the connectivity test', () => {
  it('passes only where the Job is complete', () => {
    expect(judgeTest(PARTS.after, job('Complete'), [])).toMatchObject({status: 'pass', observed: 'only what is named answered, at 2026-11-21T10:00:00Z'})
    expect(judgeTest(PARTS.after, job(), [])).toMatchObject({status: 'fail', observed: 'Job kp-connectivity/after-1 has no result yet: it has no pod yet'})
    expect(judgeTest(PARTS.after, job(), [pod({dns: 1})]).observed).toContain('it tries again: not true: names are resolved')
  })

  it('says by exit codes which question failed', () => {
    expect(judgeTest(PARTS.before, job('Failed'), [pod({dns: 0, service: 1})])).toMatchObject({status: 'fail', observed: 'not true: a Service is reached (container service of pod after-1-x ended with 1)'})
    expect(judgeTest(PARTS.after, job('Failed'), [pod({dns: 0, service: 0, 'api-server': 0, unnamed: 1})]).observed).toContain('a port that no rule names answers: the rules are not enforced')
    expect(judgeTest(PARTS.before, job('Failed'), [pod({unnamed: 1})]).observed).toContain('a second port of a Service does not answer, without any rule')
    expect(judgeTest(PARTS.after, job('Failed'), []).observed).toBe('Job kp-connectivity/after-1 failed: Job has reached the specified backoff limit')
  })

  it('shows what the last try said, with the others as evidence', () => {
    const pods = [pod({service: 1}, 'second', '2026-11-21T10:00:05Z'), pod({dns: 9}, 'first', '2026-11-21T10:00:00Z')]
    const result = judgeTest(PARTS.after, job('Failed'), pods)
    expect(result.observed).toContain('of pod second ended with 1')
    expect(result.evidence).toHaveLength(2)
  })

  it('is another Job where the image is another, since a Job cannot be changed', () => {
    expect(jobName(context(), PARTS.after)).toBe(jobName(context(), PARTS.after))
    expect(jobName(context(), PARTS.after)).not.toBe(jobName(context({mirror: 'harbor.example.com/mirror'}), PARTS.after))
  })

  it('does only what kp.yaml asks for', () => {
    const ids = (ctx: ManifestContext): string[] => connectivitySteps.filter((step) => (step.appliesTo as (one: ManifestContext) => unknown)(ctx) === true).map(({id}) => id)
    expect(ids(context())).toEqual(['cni/connectivity-before', 'cni/connectivity-policies', 'cni/connectivity-after'])
    expect(ids(context({defaultDeny: false}))).toEqual(['cni/connectivity-before'])
    expect(ids(context({connectivityTest: false}))).toEqual([])
    expect(objects(context()).filter(({kind}) => kind === 'NetworkPolicy').map(({metadata}) => metadata.name)).toEqual(['default-deny', 'allow-dns', 'allow-api-server', 'allow-client', 'allow-server'])
  })
})

describe('findTraces', () => {
  const cluster = (names: Record<string, [namespace: string | undefined, name: string][]>): ClusterReader =>
    ({metadata: (_: string, kind: string) => Promise.resolve(new Map((names[kind] ?? []).map(([namespace, name]) => [`${namespace ?? ''}/${name}`.replace(/^\//, ''), {name, ...(namespace === undefined ? {} : {namespace})}])))}) as unknown as ClusterReader

  it('finds a plugin by its agent, and once', async () => {
    const found = await findTraces(cluster({DaemonSet: [['kube-system', 'aws-node'], ['kube-system', 'kube-proxy']], ConfigMap: [['kube-system', 'amazon-vpc-cni']]}))
    expect(found).toEqual([{name: 'aws-vpc-cni', by: 'DaemonSet kube-system/aws-node', running: true}])
  })

  it('finds what a plugin left behind', async () => {
    expect(await findTraces(cluster({ConfigMap: [['kube-flannel', 'kube-flannel-cfg']]}))).toEqual([{name: 'flannel', by: 'ConfigMap kube-flannel/kube-flannel-cfg', running: false}])
    expect(await findTraces(cluster({CustomResourceDefinition: [[undefined, 'ippools.crd.projectcalico.org']]}))).toEqual([{name: 'calico', by: 'CustomResourceDefinition ippools.crd.projectcalico.org', running: false}])
    expect(await findTraces(cluster({ConfigMap: [['other', 'cilium-config']]}))).toEqual([])
  })
})
