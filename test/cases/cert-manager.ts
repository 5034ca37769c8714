/** Cases of the checks of phase 5. */
import {answering, changed, condition, EXISTING, minutesAgo, readyComponent, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'

const GROUP = 'cert-manager.io/v1'
const DAY = 24 * 60
const certificate = (name: string, days = 60, conditions = [condition('Ready')]): ReturnType<typeof thing> => thing(GROUP, 'Certificate', name, {status: {notAfter: minutesAgo(-days * DAY), renewalTime: minutesAgo(-(days - 30) * DAY), conditions}})
const issuer = (name: string): ReturnType<typeof thing> => thing(GROUP, 'ClusterIssuer', name, {status: {conditions: [condition('Ready')]}})
const pair = (name: string): ReturnType<typeof thing> => thing('v1', 'Secret', name, {data: {'tls.crt': 'Y2E=', 'tls.key': 'a2V5'}})
const PROBE = 'cert-manager/kp-probe'
const made = (apiVersion: string, kind: string, of: string, minutes: number, status: Record<string, unknown>): ReturnType<typeof thing> =>
  thing(apiVersion, kind, `demo/${of}-${minutes}`, {status}, {creationTimestamp: minutesAgo(minutes), annotations: {'cert-manager.io/certificate-name': of}})
const order = (of: string, state: string, minutes: number): ReturnType<typeof thing> => made('acme.cert-manager.io/v1', 'Order', of, minutes, {state, reason: 'no such host'})
const challenge = (of: string, state: string, minutes: number): ReturnType<typeof thing> => made('acme.cert-manager.io/v1', 'Challenge', of, minutes, {state, reason: 'no such host'})
const request = (of: string, minutes: number, ...conditions: Record<string, unknown>[]): ReturnType<typeof thing> => made(GROUP, 'CertificateRequest', of, minutes, {conditions})
const writing = (name: string, secretName: string): ReturnType<typeof thing> => thing(GROUP, 'Certificate', name, {spec: {secretName}})
const DNS01 = {
  ...EXISTING,
  secrets: {'dns-key-id': 'env:DNS_KEY_ID', 'dns-secret': 'env:DNS_SECRET'},
  phases: {'cert-manager': {issuer: 'dns01' as const, dns01: {provider: 'route53' as const, secret: 'dns-secret', route53: {accessKeyId: 'dns-key-id', region: 'eu-central-1'}}}},
}

export const certManagerCases: CheckCase[] = [
  {
    check: 'cert-manager.ready',
    passes: (ctx) => ({objects: readyComponent(ctx, 'cert-manager')}),
    fails: [
      {what: 'the webhook is gone', change: without('Deployment', 'cert-manager/cert-manager-webhook'), observed: /cert-manager-webhook does not exist/},
      {what: 'the controller is not ready', change: changed('Deployment', (one) => ({status: {observedGeneration: one.metadata.generation, availableReplicas: 0, updatedReplicas: 1}}), 'cert-manager/cert-manager'), observed: /0 of \d replicas are ready/},
      {what: 'nobody has looked at the last change', change: changed('Deployment', (one) => ({metadata: {...one.metadata, generation: 9}}), 'cert-manager/cert-manager'), observed: /has not seen generation 9 yet/},
    ],
  },
  {
    check: 'cert-manager.crds',
    passes: (ctx) => ({objects: readyComponent(ctx, 'cert-manager')}),
    fails: [
      {what: 'one kind is gone', change: without('CustomResourceDefinition', 'issuers.cert-manager.io'), observed: /issuers\.cert-manager\.io does not exist/},
      {what: 'a version is not served', change: changed('CustomResourceDefinition', ({spec}) => ({spec: {...(spec as object), versions: [{name: 'v1', served: false}]}}), 'issuers.cert-manager.io'), observed: /issuers\.cert-manager\.io does not serve v1/},
      {what: 'one is not established', change: changed('CustomResourceDefinition', () => ({status: {conditions: [condition('Established', 'False', 'NotAccepted')]}}), 'issuers.cert-manager.io'), observed: /Established=False \(NotAccepted\)/},
    ],
  },
  {
    check: 'cert-manager.api',
    passes: () => ({objects: [], kinds: [`${GROUP} Certificate`]}),
    fails: [{what: 'nobody answers for the webhook', change: answering('dry-run Certificate', {message: 'failed calling webhook "webhook.cert-manager.io": connection refused'}, 500), observed: /failed calling webhook/}],
  },
  {
    check: 'cert-manager.issuer-ready',
    passes: () => ({objects: [issuer('self-signed'), issuer('internal-ca')]}),
    fails: [
      {what: 'it is gone', change: without('ClusterIssuer', 'internal-ca'), observed: /ClusterIssuer internal-ca does not exist/},
      {what: 'its CA is missing', change: changed('ClusterIssuer', () => ({status: {conditions: [condition('Ready', 'False', 'ErrGetKeyPair', 'secret not found')]}}), 'internal-ca'), observed: /internal-ca: Ready=False \(ErrGetKeyPair\) secret not found/},
      {what: 'its kind is not known', change: () => ({objects: []}), observed: /does not know ClusterIssuer/},
    ],
  },
  {
    check: 'cert-manager.dns-credentials',
    platform: DNS01,
    passes: () => ({objects: [thing('v1', 'Secret', 'cert-manager/dns01-credentials', {data: {'access-key-id': 'YQ==', 'secret-access-key': 'Yg=='}})]}),
    fails: [
      {what: 'the Secret is gone', change: without('Secret'), observed: /dns01-credentials does not exist/},
      {what: 'a key is missing', change: changed('Secret', () => ({data: {'access-key-id': 'YQ=='}})), observed: /has no secret-access-key/},
    ],
    skips: [{what: 'the issuer writes no records', platform: {}, observed: /writes no DNS records/}],
  },
  {
    check: 'cert-manager.probe-certificate',
    passes: () => ({objects: [certificate(PROBE), pair(PROBE)]}),
    fails: [
      {what: 'it is gone', change: without('Certificate'), observed: /kp-probe does not exist/},
      {what: 'it is not issued', change: changed('Certificate', () => ({status: {conditions: [condition('Ready', 'False', 'DoesNotExist')]}})), observed: /Ready=False \(DoesNotExist\)/},
      {what: 'it ends soon', change: changed('Certificate', () => ({status: {notAfter: minutesAgo(-5 * DAY), conditions: [condition('Ready')]}})), observed: /ends in 5 days/},
      {what: 'its Secret is empty', change: changed('Secret', () => ({data: {}})), observed: /has no tls\.crt and tls\.key/},
    ],
    skips: [{what: 'Let\'s Encrypt counts', platform: {...EXISTING, phases: {'cert-manager': {issuer: 'letsencrypt-staging'}}}, observed: /no probe certificate is asked for/}],
  },
  {
    check: 'cert-manager.certificates',
    passes: () => ({objects: [certificate(PROBE), certificate('demo/demo-tls')]}),
    fails: [
      {what: 'one ends soon', change: changed('Certificate', () => ({status: {notAfter: minutesAgo(-13 * DAY), conditions: [condition('Ready')]}}), 'demo/demo-tls'), observed: /demo\/demo-tls ends in 13 days/},
      {what: 'one does not say when', change: changed('Certificate', () => ({status: {conditions: [condition('Ready')]}}), 'demo/demo-tls'), observed: /does not say when it ends/},
      {what: 'one is not ready', change: changed('Certificate', () => ({status: {conditions: [condition('Ready', 'False', 'Failed', 'order failed')]}}), 'demo/demo-tls'), observed: /demo-tls: Ready=False \(Failed\) order failed/},
      {what: 'its kind is not known', change: () => ({objects: []}), observed: /does not know Certificate/},
    ],
  },
  {
    check: 'cert-manager.renewal',
    passes: () => ({objects: [certificate(PROBE), certificate('demo/demo-tls', 30.02)]}),
    fails: [
      {what: 'one is overdue', change: changed('Certificate', () => ({status: {renewalTime: minutesAgo(5 * 60), conditions: [condition('Ready')]}}), 'demo/demo-tls'), observed: /demo\/demo-tls should have been renewed 5 hours ago/},
      {what: 'one has been issued for hours', change: changed('Certificate', () => ({status: {conditions: [condition('Ready', 'False'), {...condition('Issuing', 'True', 'Requested', 'waits for the order'), lastTransitionTime: minutesAgo(180)}]}}), 'demo/demo-tls'), observed: /demo\/demo-tls has been issued for 3 hours: waits for the order/},
      {what: 'its kind is not known', change: () => ({objects: []}), observed: /does not know Certificate/},
    ],
  },
  {
    check: 'cert-manager.challenges',
    passes: () => ({objects: [order('one', 'invalid', 90), order('one', 'valid', 60), challenge('one', 'pending', 5)]}),
    fails: [
      {what: 'an order is invalid', change: withMore(order('two', 'invalid', 20)), observed: /Order demo\/two-20 is invalid: no such host/},
      {what: 'a challenge waits', change: withMore(challenge('two', 'pending', 45)), observed: /Challenge demo\/two-45 is pending: no such host/},
      {what: 'a challenge has not begun', change: withMore(challenge('two', '', 45)), observed: /Challenge demo\/two-45 is waiting/},
      {what: 'its kinds are not known', change: () => ({objects: []}), observed: /does not know Order/},
    ],
  },
  {
    check: 'cert-manager.requests',
    passes: () => ({objects: [request('one', 300, condition('Denied')), request('one', 200, condition('Approved'), condition('Ready')), request('old', 3000, condition('Denied'))]}),
    fails: [
      {what: 'one is denied', change: withMore(request('two', 10, condition('Denied', 'True', 'Policy', 'no policy approves it'))), observed: /CertificateRequest demo\/two-10: Denied: no policy approves it/},
      {what: 'one has failed', change: withMore(request('two', 10, condition('Ready', 'False', 'Failed', 'Vault says no'))), observed: /demo\/two-10: failed: Vault says no/},
      {what: 'its kind is not known', change: () => ({objects: []}), observed: /does not know CertificateRequest/},
    ],
  },
  {
    check: 'cert-manager.one-writer',
    passes: () => ({objects: [writing('demo/one', 'one-tls'), writing('demo/two', 'two-tls'), writing('shop/one', 'one-tls')]}),
    fails: [
      {what: 'two write one', change: withMore(writing('demo/three', 'one-tls')), observed: /Secret demo\/one-tls is written by the certificates one and three/},
      {what: 'its kind is not known', change: () => ({objects: []}), observed: /does not know Certificate/},
    ],
  },
]
