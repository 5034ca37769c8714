/** Each gate passes, fails with a fix, or says that it does not know; and never passes for want of data. */
import {gzipSync} from 'node:zlib'
import {describe, expect, it} from 'vitest'
import type {Component} from '../../../../src/components/types.ts'
import {simulateDrain} from '../../../../src/operations/drain/simulate.ts'
import {judgeProofs} from '../../../../src/operations/upgrade/gates/backup.ts'
import {addonChanges, judgeComponents} from '../../../../src/operations/upgrade/gates/components.ts'
import {judgeDrain} from '../../../../src/operations/upgrade/gates/drain.ts'
import {combine} from '../../../../src/operations/upgrade/gates/from-checks.ts'
import {requireWaivers} from '../../../../src/operations/upgrade/gates/index.ts'
import {judgeLease} from '../../../../src/operations/upgrade/gates/lock.ts'
import {deprecatedIn, manifestOf, removedApisGate, writtenBy} from '../../../../src/operations/upgrade/gates/removed-apis.ts'
import {judgeSkew} from '../../../../src/operations/upgrade/gates/skew.ts'
import type {GateContext} from '../../../../src/operations/upgrade/types.ts'
import {complainAboutLoss} from '../../../../src/operations/upgrade/loss.ts'
import {namedIn} from '../../../../src/operations/upgrade/manifests.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {budget, deployment, drainInput, node} from '../../../helpers/drain-world.ts'
import {fakeApi} from '../../../helpers/fake-api.ts'
import {tempFolder} from '../../../helpers/temp.ts'

const kubelet = (name: string, version: string, {ready = 'True', runtime = 'containerd://2.1.4'} = {}): KubeObject => ({apiVersion: 'v1', kind: 'Node', metadata: {name}, status: {nodeInfo: {kubeletVersion: version, containerRuntimeVersion: runtime}, conditions: [{type: 'Ready', status: ready}]}})

describe('version skew', () => {
  it('passes, fails with the node, and knows nothing without a version', () => {
    expect(judgeSkew([kubelet('a', 'v1.35.4')], '1.36').status).toBe('pass')
    expect(judgeSkew([kubelet('a', 'v1.32.0')], '1.36')).toMatchObject({status: 'fail', reason: expect.stringContaining('4 minors older') as string})
    expect(judgeSkew([kubelet('a', 'v1.37.0')], '1.36').status).toBe('fail')
    expect(judgeSkew([kubelet('a', 'v1.35.4', {ready: 'False'})], '1.36')).toMatchObject({status: 'fail', fix: expect.stringContaining('kubectl describe node a') as string})
    expect(judgeSkew([kubelet('a', 'v1.35.4', {runtime: 'containerd://1.7.2'})], '1.36').status).toBe('fail')
    expect(judgeSkew([kubelet('a', 'v1.35.4', {runtime: 'containerd://1.7.2'})], '1.35').status).toBe('pass')
    expect([judgeSkew([kubelet('a', '')], '1.36').status, judgeSkew([], '1.36').status]).toEqual(['unknown', 'unknown'])
  })
})

const MANIFEST = '---\n# Source: x\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: old\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n'
const record = (manifest: string, version = '1', status = 'deployed'): KubeObject => ({apiVersion: 'v1', kind: 'Secret', metadata: {name: `sh.helm.release.v1.shop.v${version}`, namespace: 'shop', labels: {owner: 'helm', name: 'shop', version, status}}, data: {release: Buffer.from(gzipSync(JSON.stringify({manifest})).toString('base64')).toString('base64')}})
const METRICS = {'/metrics': {body: 'apiserver_requested_deprecated_apis{group="policy",removed_release="1.40",resource="x",subresource="",version="v1beta1"} 1\n'}}

function removed(objects: KubeObject[], more: Partial<Parameters<typeof fakeApi>[0]> = {}): ReturnType<typeof removedApisGate.run> {
  const {reader} = fakeApi({objects, answers: METRICS, ...more})
  const ctx = {cluster: () => Promise.resolve(reader), paths: {root: tempFolder()}} as unknown as GateContext['ctx']
  return removedApisGate.run({ctx, target: {from: '1.35.4', fromMinor: '1.35', to: '1.36.3', toMinor: '1.36', kind: 'minor'}, drain: {reason: ''}})
}

describe('removed APIs', () => {
  it('are found in the newest revision of a helm release, and said where', async () => {
    expect(await removed([record(MANIFEST)])).toMatchObject({status: 'fail', problems: [{what: 'PodDisruptionBudget old is policy/v1beta1, which 1.25 took away', source: 'helm release shop/shop', fix: expect.stringContaining('policy/v1') as string}]})
    expect((await removed([record(MANIFEST), record('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}', '2')])).status).toBe('pass')
  })

  it('are found in what the API server counts', async () => {
    const answers = {'/metrics': {body: 'apiserver_requested_deprecated_apis{group="resource.k8s.io",removed_release="1.36",resource="deviceclasses",subresource="",version="v1beta1"} 1\n'}}
    expect(await removed([], {answers})).toMatchObject({status: 'fail', reason: '1 object uses an API that 1.36 does not have'})
    expect(deprecatedIn(answers['/metrics'].body, '1.35')).toEqual([])
  })

  it('that only an annotation still names are a warning', async () => {
    const annotations = {'kubectl.kubernetes.io/last-applied-configuration': '{"apiVersion":"autoscaling/v2beta2","kind":"HorizontalPodAutoscaler"}'}
    expect(await removed([{apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: {name: 'web', namespace: 'shop', annotations}}])).toMatchObject({status: 'warn', problems: [{source: expect.stringContaining('it may be old') as string}]})
    expect(writtenBy({name: 'web'}, 'HorizontalPodAutoscaler', '1.36')).toBeUndefined()
  })

  it('are unknown where Secrets are not shown, or the metrics', async () => {
    expect(await removed([], {refused: new Set(['v1 Secret'])})).toMatchObject({status: 'unknown', reason: expect.stringContaining('releases of helm') as string})
    expect((await removed([], {answers: {'/metrics': {status: 403, body: {}}}})).status).toBe('unknown')
  })

  it('are read from lists and in-line names; a record that is no release holds nothing', () => {
    expect(namedIn('apiVersion: v1\nkind: List\nitems:\n- apiVersion: batch/v1beta1\n  kind: CronJob\n  metadata:\n    name: nightly\n- apiVersion: v1\n  kind: Secret\n  metadata:\n    name: s\n')).toEqual([{apiVersion: 'batch/v1beta1', kind: 'CronJob', name: 'nightly'}, {apiVersion: 'v1', kind: 'Secret', name: 's'}])
    expect(namedIn(MANIFEST).map(({name}) => name)).toEqual(['old', 'fine'])
    expect(manifestOf({apiVersion: 'v1', kind: 'Secret', metadata: {name: 'x'}, data: {release: '####'}})).toBe('')
  })
})

const component = (more: object): Component => ({id: 'ingress-nginx', title: 'ingress-nginx', chart: {name: 'x', repository: 'y', version: '1.0.0'}, perKubernetes: {}, breaks: [], tested: {kubernetes: '>=1.34 <1.37', source: 'docs'}, ...more}) as unknown as Component

describe('components', () => {
  it('that are known to break fail, those that are untested warn', () => {
    expect(judgeComponents([component({})], '1.36').status).toBe('pass')
    expect(judgeComponents([component({tested: {kubernetes: '>=1.34 <1.36', source: 'docs'}})], '1.36').status).toBe('warn')
    expect(judgeComponents([component({breaks: [{kubernetes: '>=1.36', reason: 'it asks for an API that is gone', source: 'docs'}]})], '1.36')).toMatchObject({status: 'fail', fix: expect.stringContaining('components.ingress-nginx') as string})
  })

  it('whose version goes with the minor are part of the upgrade', () => {
    expect(addonChanges([component({perKubernetes: {'1.36': '2.0.0'}}), component({id: 'same'})], '1.35', '1.36')).toEqual([{component: 'ingress-nginx', from: '1.0.0', to: '2.0.0'}])
  })
})

describe('drains', () => {
  const judge = (input: Parameters<typeof drainInput>[0]): ReturnType<typeof judgeDrain> => judgeDrain(simulateDrain(drainInput(input), [['n1'], ['n2']]))
  const nodes = [node('n1', {zone: 'a'}), node('n2', {zone: 'a'})]

  it('pass, fail with the budget, its pod and the fix, and are unknown for what is not modelled', () => {
    const pods = deployment('web', ['n1', 'n2'])
    expect(judge({nodes, pods, budgets: [budget('web', {maxUnavailable: 1, expected: 2})]}).status).toBe('pass')
    const blocked = judge({nodes, pods, budgets: [budget('web', {minAvailable: 2, expected: 2})]})
    expect(blocked).toMatchObject({status: 'fail', fix: expect.stringMatching(/^kubectl -n shop patch poddisruptionbudget web/) as string})
    expect(blocked.problems).toHaveLength(1)
    expect(blocked.problems?.[0]).toMatchObject({source: 'drain of n1, n2'})
    expect(judge({nodes, pods: deployment('web', ['n1'], {spec: {schedulerName: 'volcano'}})}).status).toBe('unknown')
    expect(judge({nodes: [node('n1', {zone: 'a'}), node('n2', {zone: 'b'})], pods: []}).status).toBe('warn')
  })
})

describe('backups', () => {
  const now = Date.parse('2026-11-28T12:00:00Z')
  const wanted = {now, rpo: '6h', kinds: ['objects'] as const, cluster: 'uid', hasBackup: true}
  const proof = {kind: 'objects' as const, at: '2026-11-28T11:00:00Z', takenAt: '2026-11-28T10:00:00Z', backup: 'daily', objects: 12, ok: true, cluster: 'uid'}

  it('count when they were proven, are young enough, and are of this cluster', () => {
    expect(judgeProofs([proof], wanted).status).toBe('pass')
    expect(judgeProofs([], wanted)).toMatchObject({status: 'fail', fix: 'kp backup create, then kp backup verify'})
    expect(judgeProofs([{...proof, takenAt: '2026-11-28T01:00:00Z'}], wanted).reason).toContain('backup.rpo is 6h')
    expect(judgeProofs([{...proof, ok: false, reason: 'a volume is missing'}], wanted).reason).toContain('a volume is missing')
    expect(judgeProofs([{...proof, cluster: 'another'}], wanted).status).toBe('fail')
    expect(judgeProofs([{...proof, kind: 'etcd'}], wanted).status).toBe('fail')
    expect(judgeProofs([{...proof, takenAt: '2026-11-29T10:00:00Z'}], wanted).status).toBe('unknown')
  })
})

describe('what checks say', () => {
  it('is what counts most; no answer at all is not-applicable, and unknown is never passed over', () => {
    const said = (status: 'pass' | 'fail' | 'unknown' | 'warn' | 'not-applicable') => ({id: status, status, observed: `it is ${status}`})
    expect(combine([said('pass'), said('unknown')], '').status).toBe('unknown')
    expect(combine([said('warn'), said('fail'), said('unknown')], '')).toMatchObject({status: 'fail', fix: 'kp explain fail'})
    expect(combine([said('pass'), said('warn')], '').status).toBe('warn')
    expect(combine([], 'there is nothing')).toEqual({status: 'not-applicable', reason: 'there is nothing', fix: null})
  })
})

describe('the lock', () => {
  const lease = (holder: object, more: object = {}): KubeObject => ({apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {name: 'kp', annotations: {'kp.dev/holder': JSON.stringify({pid: 7, host: 'other', command: 'kp up', ...holder})}}, spec: {holderIdentity: 'other/7', leaseDurationSeconds: 15, renewTime: '2026-11-28T12:00:00Z', ...more}})
  const now = Date.parse('2026-11-28T12:00:05Z')

  it('is free, ours, of somebody who is gone, or of somebody at work', () => {
    const judge = (object: KubeObject | undefined, alive: boolean | undefined, at = now): string => judgeLease(object, {now: at, self: 1, alive: () => alive}).status
    expect(judge(undefined, undefined)).toBe('pass')
    expect(judge(lease({}, {holderIdentity: ''}), true)).toBe('pass')
    expect(judge(lease({pid: 1}), true)).toBe('pass')
    expect(judge(lease({}), false)).toBe('pass')
    expect(judge(lease({}), undefined)).toBe('fail')
    expect(judge(lease({}), undefined, now + 120_000)).toBe('pass')
    expect(judge(lease({}), true, now + 120_000)).toBe('fail')
  })
})

describe('waivers', () => {
  it('name a gate and a reason', () => {
    expect([...requireWaivers(['backup'], 'a test cluster')]).toEqual([['backup', 'a test cluster']])
    expect(() => requireWaivers(['bakcup'], 'a test cluster')).toThrow('did you mean "backup"')
    expect(() => requireWaivers(['backup'], undefined)).toThrow('with a reason')
    expect(() => requireWaivers([], 'for nothing')).toThrow('--reason is for --waive')
  })
})

describe('what users lose', () => {
  const allowed = {share: 0.01, gapMs: 5000}

  it('stops the upgrade beyond the budget, and not before there is enough to tell', () => {
    expect(complainAboutLoss({sent: 1000, failed: 5, longestGapMs: 400}, allowed)).toBeUndefined()
    expect(complainAboutLoss({sent: 1000, failed: 20, longestGapMs: 400}, allowed)).toContain('20 of 1000 requests failed, 2 %')
    expect(complainAboutLoss({sent: 10, failed: 1, longestGapMs: 400}, allowed)).toBeUndefined()
    expect(complainAboutLoss({sent: 10, failed: 3, longestGapMs: 9000}, allowed)).toContain('9 seconds')
  })
})
