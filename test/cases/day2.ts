/** Cases of the checks of phase 18. */
import {createHash} from 'node:crypto'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {budgetObjects} from '../../src/steps/18-day2/budgets.ts'
import {installed} from '../../src/steps/18-day2/installed.ts'
import type {PlatformContext} from '../../src/context.ts'
import {tempFolder} from '../helpers/temp.ts'
import {changed, condition, minutesAgo, NOW, thing, withMore, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'

const ADMISSION = 'admissionregistration.k8s.io/v1'
const world = (...objects: World['objects']): World => ({objects})
const budget = (name: string, spec: Record<string, unknown>, status: Record<string, unknown>): ReturnType<typeof thing> => thing('policy/v1', 'PodDisruptionBudget', name, {spec, status})
const WELL = {expectedPods: 2, currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1}
const pod = (name: string, labels: Record<string, string>, status: Record<string, unknown> = {}): ReturnType<typeof thing> => thing('v1', 'Pod', name, {status}, {labels})
const everyBudget = (ctx: PlatformContext): World['objects'] => [...installed(ctx).budgets.map(({namespace, name}) => budget(`${namespace}/${name}`, {}, WELL)), ...budgetObjects(ctx)]

/** A certificate of a test, valid until 2036; and one that ends on 2026-12-10, twelve days after the time of the cases. */
const LONG = `-----BEGIN CERTIFICATE-----
MIIBdDCCARmgAwIBAgIUIcI31nTv6VwKzEqcahzbZ/tyKQgwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjgxNjE4MjlaFw0zNjExMjUxNjE4Mjla
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATfO8hn
/RQDpW8uvN+oyEtYYwo9E04r9DpfyFts0G09skxyVQxi9KXnvano0wNDsl6f2jqb
Ol8KTYW7PIRd5Tw6o1MwUTAdBgNVHQ4EFgQUXq424Y+eryz9T5LavfXOuySGHZQw
HwYDVR0jBBgwFoAUXq424Y+eryz9T5LavfXOuySGHZQwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNJADBGAiEAzJ3ziGsM1+HTdjkb+4CeIawNZwnN1dxACOsY
ULhUPR4CIQDeq8UIUb5FVrM+NiFCcL61A/a4yJBaPf4NvygTNQ0kdw==
-----END CERTIFICATE-----
`
const SHORT = `-----BEGIN CERTIFICATE-----
MIIBczCCARmgAwIBAgIUV+P/qHGlXXXgY2VCjebLwF52SPswCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjgxNjE4MjlaFw0yNjEyMTAxNjE4Mjla
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQK8sn5
3sliLd7WTpYCA09Uq9cBz5rtypk2PYXUGKz3D5Pc1WrrgE8x+2NRyczO0G6vv+kt
4T2p+1ujobDQF1GQo1MwUTAdBgNVHQ4EFgQUDgtqd1EL5ugplP3nIF+Ky79FSdgw
HwYDVR0jBBgwFoAUDgtqd1EL5ugplP3nIF+Ky79FSdgwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNIADBFAiBW+XjgADW1SBb2CJ4FSVd0OEOK9nJQkkrAyDr9
iNzEQQIhAINDBP9qo7/TbtcG4oztlTu4DOyz28ajE10gHpTTR49p
-----END CERTIFICATE-----
`
const MIDDLE = `-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgIUbzmUh5k4ckufxw0GdP/MoCo5AHowCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjgxNjE4MzBaFw0yNjEyMjAxNjE4MzBa
MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARefX+4
IBOcvtgs+NoCtPkN5SBNJqi43WIO/aU2GTBF8v90nd75o4Y05423539VtHxQKx8i
hE8KLClKmmCF2Ccko1MwUTAdBgNVHQ4EFgQUpTlBJKVcxNUvQV86Zctd16QiLjEw
HwYDVR0jBBgwFoAUpTlBJKVcxNUvQV86Zctd16QiLjEwDwYDVR0TAQH/BAUwAwEB
/zAKBggqhkjOPQQDAgNHADBEAiB495AxZAyMcwMTQDvbk1LNacgwBzipfFQNARHa
RnOalAIgNeniBjYQr8lFDyOeVBwjYHCiO1v2/bWqpBGSDOSp8wM=
-----END CERTIFICATE-----
`
const encoded = (text: string): string => Buffer.from(text).toString('base64')
const tls = (name: string, pem: string, annotations = {}): ReturnType<typeof thing> => thing('v1', 'Secret', name, {type: 'kubernetes.io/tls', data: {'tls.crt': encoded(pem)}}, {annotations})
const webhook = (pem: string): ReturnType<typeof thing> => thing(ADMISSION, 'ValidatingWebhookConfiguration', 'acme', {webhooks: [{clientConfig: {caBundle: encoded(pem)}}]})

/** A folder with snapshots of three clusters: a good one, one that is old, one that is not whole. */
function withSnapshots(ctx: PlatformContext): Partial<PlatformContext> {
  const folder = tempFolder()
  mkdirSync(join(folder, 'etcd-snapshots'))
  const data = Buffer.alloc(1024, 7)
  const save = (uid: string, minutes: number, hashed: Buffer | string): void => {
    const stamp = `${minutesAgo(minutes).replaceAll(/[-:]/g, '').slice(0, 15)}Z`
    writeFileSync(join(folder, 'etcd-snapshots', `${uid}-${stamp}.db`), Buffer.concat([data, createHash('sha256').update(hashed).digest()]))
  }
  save('0123abcd', 60, data)
  save('0000000a', 10 * 60, data)
  save('0000000b', 60, 'another')
  return {paths: {...ctx.paths, environment: folder}, lab: {} as NonNullable<PlatformContext['lab']>}
}
const ofCluster = (uid: string): ((world: World) => World) => changed('Namespace', () => ({metadata: {name: 'kube-system', uid: `${uid}-1`}}))
const kubeSystem = thing('v1', 'Namespace', 'kube-system', {}, {uid: '0123abcd-4567'})

const workload = (kind: string, name: string, container: Record<string, unknown>, spec: Record<string, unknown> = {}, labels: Record<string, string> = {}): ReturnType<typeof thing> =>
  thing('apps/v1', kind, name, {spec: {replicas: 2, template: {metadata: {labels: {app: 'shop'}}, spec: {containers: [container]}}, ...spec}}, {labels})
const GOOD = {name: 'shop', readinessProbe: {httpGet: {}}, resources: {requests: {cpu: '1', memory: '1Gi'}, limits: {memory: '1Gi'}}}
const service = thing('v1', 'Service', 'shop/shop', {spec: {selector: {app: 'shop'}}})

export const day2Cases: CheckCase[] = [
  {
    check: 'day2.budgets',
    platform: {phases: {chaos: {enabled: true, namespaces: ['demo']}}},
    passes: (ctx) => world(...everyBudget(ctx), ...installed(ctx).workloads.map(({kind, namespace, name}) => thing('apps/v1', kind, `${namespace}/${name}`))),
    fails: [
      {what: 'one of a chart is gone', change: without('PodDisruptionBudget', 'cert-manager/cert-manager'), observed: /PodDisruptionBudget cert-manager\/cert-manager does not exist/},
      {what: 'one of kp is gone', change: without('PodDisruptionBudget', 'chaos-mesh/kp-chaos-controller-manager'), observed: /PodDisruptionBudget chaos-mesh\/kp-chaos-controller-manager does not exist/},
    ],
    skips: [{what: 'kp.yaml wants none', platform: {phases: {day2: {budgets: false}}}, observed: /budgets is off/}],
  },
  {
    check: 'day2.drains',
    passes: () => world(budget('demo/demo', {maxUnavailable: 1, selector: {matchLabels: {app: 'demo'}}}, WELL), pod('demo/demo-1', {app: 'demo'})),
    fails: [
      {what: 'one lets none go', change: changed('PodDisruptionBudget', () => ({spec: {minAvailable: 2}, status: {...WELL, disruptionsAllowed: 0}})), observed: /lets none of 2 pods go: minAvailable is 2/},
      {what: 'a pod has two', change: withMore(budget('demo/other', {maxUnavailable: 1, selector: {matchExpressions: [{key: 'app', operator: 'In', values: ['demo']}]}}, WELL)), observed: /demo and other are both about pod demo\/demo-1/},
    ],
  },
  {
    check: 'day2.stuck',
    passes: () => world(kubeSystem, thing('apps/v1', 'Deployment', 'demo/demo', {status: {conditions: [condition('Progressing')]}}), pod('demo/demo-1', {}, {containerStatuses: [{name: 'demo', state: {running: {}}}]})),
    fails: [
      {what: 'a namespace does not go', change: withMore(thing('v1', 'Namespace', 'old', {}, {deletionTimestamp: minutesAgo(30)})), observed: /namespace old is in deletion since/},
      {what: 'a rollout does not get on', change: changed('Deployment', () => ({status: {conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')]}})), observed: /rollout of Deployment demo\/demo does not get on/},
      {what: 'a container crashes', change: changed('Pod', () => ({status: {containerStatuses: [{name: 'demo', state: {waiting: {reason: 'CrashLoopBackOff'}}}]}})), observed: /container demo is in CrashLoopBackOff/},
      {what: 'a job of kp failed', change: (given, ctx) => withMore(thing('batch/v1', 'Job', 'kp/test', {status: {conditions: [condition('Failed')]}}, {labels: {'kp.dev/platform': ctx.spec.platform}, creationTimestamp: minutesAgo(30)}))(given), observed: /Job kp\/test failed/},
    ],
  },
  {
    check: 'day2.etcd-snapshot',
    context: withSnapshots,
    passes: () => world(kubeSystem),
    fails: [
      {what: 'the cluster is another one', change: ofCluster('ffff0000'), observed: /no snapshot of this cluster/},
      {what: 'it is old', change: ofCluster('0000000a'), observed: /600 minutes old: more than backup\.rpo 6h/},
      {what: 'it is not whole', change: ofCluster('0000000b'), observed: /not whole: its data does not fit the hash/},
    ],
    skips: [{what: 'kp.yaml wants none', platform: {phases: {day2: {etcdSnapshots: {enabled: false}}}}, observed: /etcdSnapshots\.enabled is false/}],
  },
  {
    check: 'day2.certificates',
    passes: () => world(tls('shop/tls', LONG), tls('shop/renewed', SHORT, {'cert-manager.io/certificate-name': 'renewed'}), webhook(LONG), thing(ADMISSION, 'MutatingWebhookConfiguration', 'acme', {webhooks: [{}]})),
    fails: [
      {what: 'a Secret ends in days', change: withMore(tls('shop/old', SHORT)), observed: /Secret shop\/old ends in 12 days/},
      {what: 'the bundle of a webhook ends in days', change: changed('ValidatingWebhookConfiguration', () => ({webhooks: [{clientConfig: {caBundle: encoded(SHORT)}}]})), observed: /ValidatingWebhookConfiguration acme ends in 12 days/},
      {what: 'one ends within the threshold', change: withMore(tls('shop/next', MIDDLE)), observed: /shop\/next ends in 22 days/, status: 'warn'},
    ],
  },
  {
    check: 'day2.readiness',
    passes: () => world(workload('Deployment', 'shop/shop', GOOD), workload('Deployment', 'velero/other', {name: 'system'}), workload('Deployment', 'demo/own', {name: 'kp'}, {}, {'kp.dev/platform': 'acme'})),
    fails: [
      {what: 'there is no probe', change: changed('Deployment', () => ({spec: {template: {spec: {containers: [{...GOOD, readinessProbe: undefined}]}}}}), 'shop/shop'), observed: /Deployment shop\/shop has no readiness probe/},
      {what: 'there are no limits', change: withMore(workload('DaemonSet', 'shop/agent', {name: 'agent'})), observed: /DaemonSet shop\/agent has no requests, no memory limit/},
    ],
  },
  {
    check: 'day2.single-copies',
    passes: () => world(workload('Deployment', 'shop/shop', GOOD), service),
    fails: [{what: 'it runs once', change: changed('Deployment', (one) => ({spec: {...(one['spec'] as object), replicas: 1}})), observed: /Deployment shop\/shop runs once/}],
  },
]

if (NOW !== Date.parse('2026-11-28T12:00:00Z')) throw new Error('the certificates of these cases end at times that belong to another day')
