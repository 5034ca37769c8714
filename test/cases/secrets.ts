/** Cases of the checks of phase 12. */
import {changed, minutesAgo, NOW, readyComponent, thing, withMore, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'
import type {PlatformContext} from '../../src/context.ts'
import type {ToolCall} from '../../src/engine/types.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'

const vault = {phases: {secrets: {store: 'vault', vault: {unsealKeys: 'keys', token: 'token'}}}, secrets: {keys: 'env:KEYS', token: 'env:TOKEN'}} as never
const csi = {phases: {secrets: {store: 'vault', delivery: 'secrets-store-csi', vault: {unsealKeys: 'keys'}}}, secrets: {keys: 'env:KEYS'}} as never
const awsCsi = {phases: {secrets: {store: 'aws-secrets-manager', delivery: 'secrets-store-csi'}}} as never
const flux = {repository: 'https://git.example.com/p.git', phases: {gitops: {tool: 'flux'}, secrets: {git: 'sops', sops: {age: `age1${'q'.repeat(58)}`, ageKey: 'age'}}}, secrets: {age: 'env:AGE'}} as never

const LABELS = {'app.kubernetes.io/name': 'vault', component: 'server', 'app.kubernetes.io/instance': 'vault'}
const server = (index: number, labels: Record<string, string> = {}): KubeObject =>
  thing('v1', 'Pod', `vault/vault-${index}`, {spec: {nodeName: `node-${index}`}}, {labels: {...LABELS, 'vault-initialized': 'true', 'vault-sealed': 'false', 'vault-active': String(index === 0), ...labels}})
const servers = [0, 1, 2].map((index) => server(index))
const nodes = [0, 1, 2, 3].map((index) => thing('v1', 'Node', `node-${index}`, {}, {labels: {'topology.kubernetes.io/zone': `zone-${index % 3}`}}))
const labelled = (name: string, labels: Record<string, string>) => (world: World): World => ({...world, objects: world.objects.map((one) => (one.kind === 'Pod' && one.metadata.name === name ? {...one, metadata: {...one.metadata, labels: {...one.metadata.labels, ...labels}}} : one))})
const claims = ['data', 'audit'].flatMap((volume) => [0, 1, 2].map((index) => thing('v1', 'PersistentVolumeClaim', `vault/${volume}-vault-${index}`, {status: {phase: 'Bound'}})))
const condition = (type: string, status: string, message = ''): Record<string, unknown> => ({conditions: [{type, status, reason: 'Because', message}]})

/** A Vault that answers what its audit list says. */
const answering = (audit: string) => (ctx: PlatformContext): Partial<PlatformContext> => ({
  provider: {...ctx.provider, simulated: false},
  access: {kubeconfig: 'kubeconfig'},
  secret: () => Promise.resolve({value: 'hvs.token'}),
  exec: {run: (call: ToolCall) => Promise.resolve({exitCode: 0, stdout: call.args.includes('audit') ? audit : '{}', stderr: '', durationMs: 1, commandLine: '', recorded: false})},
})

const ES = 'external-secrets.io/v1'
const storeOf = (status: Record<string, unknown>): KubeObject => thing(ES, 'ClusterSecretStore', 'vault', {status})
const synced = thing(ES, 'ExternalSecret', 'demo/db', {spec: {refreshInterval: '1h0m0s'}, status: {...condition('Ready', 'True'), refreshTime: minutesAgo(10)}})
const KEY = 'sealedsecrets.bitnami.com/sealed-secrets-key'
const key = (days: number, annotations: Record<string, string> = {}): KubeObject => thing('v1', 'Secret', 'kube-system/sealed-secrets-key1', {}, {labels: {[KEY]: 'active'}, annotations, creationTimestamp: new Date(NOW - days * 86_400_000).toISOString()})
const driver = (spec: Record<string, unknown>): KubeObject => thing('storage.k8s.io/v1', 'CSIDriver', 'secrets-store.csi.k8s.io', {spec})
const ofComponent = (id: string) => (ctx: PlatformContext): World => ({objects: readyComponent(ctx, id)})
const unready = (kind: string, name: string): CheckCase['fails'][number] => ({what: `${name} is gone`, change: without(kind, name), observed: /does not exist/})

export const secretsCases: CheckCase[] = [
  {check: 'secrets.vault-ready', platform: vault, passes: ofComponent('vault'), fails: [{what: 'a server is sealed', change: changed('StatefulSet', (one) => ({status: {observedGeneration: one.metadata.generation, readyReplicas: 2}})), observed: /vault\/vault: 2 of 3 replicas are ready/}]},
  {
    check: 'secrets.vault-initialized', platform: vault, passes: () => ({objects: servers}),
    fails: [
      {what: 'nobody has initialized it', change: labelled('vault-1', {'vault-initialized': 'false'}), observed: /vault-1: vault-initialized=false/},
      {what: 'a server has no pod', change: without('Pod', 'vault/vault-2'), observed: /2 of 3 servers/},
    ],
  },
  {check: 'secrets.vault-unsealed', platform: vault, passes: () => ({objects: servers}), fails: [{what: 'one is sealed', change: labelled('vault-1', {'vault-sealed': 'true'}), observed: /Pod vault\/vault-1: vault-sealed=true/}]},
  {
    check: 'secrets.vault-leader', platform: vault, passes: () => ({objects: servers}),
    fails: [
      {what: 'nobody leads', change: labelled('vault-0', {'vault-active': 'false'}), observed: /no server says that it is the leader/},
      {what: 'two lead', change: labelled('vault-1', {'vault-active': 'true'}), observed: /vault-0 and vault-1 both/},
      {what: 'they are even', change: without('Pod', 'vault/vault-2'), observed: /2 servers: an even number/},
    ],
  },
  {
    check: 'secrets.vault-spread', platform: vault, passes: () => ({objects: [...servers, ...nodes]}),
    fails: [
      {what: 'two share a node', change: changed('Pod', () => ({spec: {nodeName: 'node-0'}}), 'vault/vault-1'), observed: /two servers share a node/},
      {what: 'they are in two of three zones', change: changed('Pod', () => ({spec: {nodeName: 'node-3'}}), 'vault/vault-2'), observed: /3 servers are in 2 of 3 zones/},
    ],
  },
  {check: 'secrets.vault-volumes', platform: vault, passes: () => ({objects: claims}), fails: [{what: 'a claim is pending', change: changed('PersistentVolumeClaim', () => ({status: {phase: 'Pending'}}), 'vault/data-vault-1'), observed: /data-vault-1 is Pending/}, unready('PersistentVolumeClaim', 'vault/audit-vault-0')]},
  {
    check: 'secrets.vault-certificate', platform: vault,
    passes: () => ({objects: [thing('cert-manager.io/v1', 'Certificate', 'vault/vault-tls', {status: {...condition('Ready', 'True'), notAfter: new Date(NOW + 90 * 86_400_000).toISOString()}})]}),
    fails: [
      {what: 'it ends soon', change: changed('Certificate', () => ({status: {...condition('Ready', 'True'), notAfter: new Date(NOW + 3 * 86_400_000).toISOString()}})), observed: /ends in 3 days/},
      {what: 'there is none', change: without('Certificate'), observed: /vault-tls does not exist/},
    ],
  },
  {
    check: 'secrets.vault-audit', platform: vault, context: answering('{"file/": {"type": "file"}}'), passes: () => ({objects: servers}), fails: [],
    unknown: [{what: 'nobody leads', change: labelled('vault-0', {'vault-active': 'false'}), observed: /no server of Vault is the leader/}],
  },
  {check: 'secrets.external-secrets-ready', platform: vault, passes: ofComponent('external-secrets'), fails: [unready('Deployment', 'external-secrets/external-secrets-webhook')]},
  {check: 'secrets.external-secrets-crds', platform: vault, passes: ofComponent('external-secrets'), fails: [unready('CustomResourceDefinition', 'externalsecrets.external-secrets.io')]},
  {
    check: 'secrets.stores-valid', platform: vault, passes: () => ({objects: [storeOf(condition('Ready', 'True'))], kinds: [`${ES} SecretStore`]}),
    fails: [
      {what: 'Vault refuses', change: changed('ClusterSecretStore', () => ({status: condition('Ready', 'False', 'permission denied')})), observed: /Ready=False \(Because\) permission denied/},
      {what: 'it is gone', change: without('ClusterSecretStore', 'vault'), observed: /ClusterSecretStore vault does not exist/},
    ],
  },
  {
    check: 'secrets.external-secrets-synced', platform: vault, passes: () => ({objects: [synced]}),
    fails: [
      {what: 'the key is not there', change: changed('ExternalSecret', () => ({status: condition('Ready', 'False', 'could not get secret data from provider')})), observed: /could not get secret data/},
      {what: 'it was not refreshed', change: changed('ExternalSecret', () => ({status: {...condition('Ready', 'True'), refreshTime: minutesAgo(300)}})), observed: /refreshed 300 minutes ago/},
    ],
  },
  {
    check: 'secrets.external-secrets-versions', platform: vault, passes: ofComponent('external-secrets'),
    fails: [{what: 'v1beta1 is stored', change: changed('CustomResourceDefinition', () => ({status: {storedVersions: ['v1beta1', 'v1']}}), 'externalsecrets.external-secrets.io'), observed: /stores v1beta1, which is not served/}],
  },
  {check: 'secrets.csi-ready', platform: csi, passes: ofComponent('secrets-store-csi-driver'), fails: [unready('DaemonSet', 'kube-system/secrets-store-csi-driver')]},
  {check: 'secrets.csi-provider-ready', platform: csi, passes: ofComponent('vault'), fails: [unready('DaemonSet', 'vault/vault-csi-provider')]},
  {check: 'secrets.csi-provider-ready', of: 'AWS', platform: awsCsi, passes: ofComponent('secrets-store-csi-driver-provider-aws'), fails: [unready('DaemonSet', 'kube-system/secrets-store-csi-driver-provider-aws')]},
  {
    check: 'secrets.csi-registered', platform: csi, passes: () => ({objects: [driver({podInfoOnMount: true, requiresRepublish: true})]}),
    fails: [{what: 'it is not asked again', change: changed('CSIDriver', () => ({spec: {podInfoOnMount: true}})), observed: /requiresRepublish is off/}, {what: 'it is gone', change: without('CSIDriver'), observed: /does not exist/}],
  },
  {
    check: 'secrets.csi-nodes', platform: csi, context: (ctx) => ({provider: {...ctx.provider, simulated: false}}),
    passes: () => ({objects: [thing('storage.k8s.io/v1', 'CSINode', 'node-0', {spec: {drivers: [{name: 'secrets-store.csi.k8s.io'}]}})]}),
    fails: [{what: 'a node has not registered it', change: changed('CSINode', () => ({spec: {drivers: []}})), observed: /node node-0 has not registered/}],
  },
  {
    check: 'secrets.csi-classes', platform: csi, passes: () => ({objects: [thing('secrets-store.csi.x-k8s.io/v1', 'SecretProviderClass', 'demo/db', {spec: {provider: 'vault'}})]}),
    fails: [{what: 'one names another provider', change: changed('SecretProviderClass', () => ({spec: {provider: 'azure'}})), observed: /demo\/db names provider azure/}],
  },
  {check: 'secrets.reloader-ready', passes: ofComponent('reloader'), fails: [unready('Deployment', 'reloader/reloader')]},
  {check: 'secrets.sealed-secrets-ready', passes: ofComponent('sealed-secrets'), fails: [unready('Deployment', 'kube-system/sealed-secrets-controller')]},
  {check: 'secrets.sealed-secrets-crds', passes: ofComponent('sealed-secrets'), fails: [unready('CustomResourceDefinition', 'sealedsecrets.bitnami.com')]},
  {
    check: 'secrets.sealed-secrets-key', passes: () => ({objects: [key(3)]}),
    fails: [{what: 'there is none', change: without('Secret'), observed: /no Secret has the label/}, {what: 'it is old', change: changed('Secret', () => key(50)), observed: /is 50 days old/}],
  },
  {check: 'secrets.sealed-secrets-backup', passes: () => ({objects: [key(3, {'kp.dev/backed-up': '2026-11-27'})]}), fails: [{what: 'it is not backed up', change: changed('Secret', () => key(3)), observed: /has no annotation kp\.dev\/backed-up/}], unknown: [{what: 'there is no key', change: without('Secret'), observed: /there is no key yet/}]},
  {
    check: 'secrets.sealed-secrets-opened', passes: () => ({objects: [thing('bitnami.com/v1alpha1', 'SealedSecret', 'demo/db', {status: condition('Synced', 'True')})]}),
    fails: [{what: 'no key opens it', change: changed('SealedSecret', () => ({status: condition('Synced', 'False', 'no key could decrypt secret')})), observed: /demo\/db: no key could decrypt secret/}],
  },
  {
    check: 'secrets.sops-key', platform: flux, passes: () => ({objects: [thing('v1', 'Secret', 'flux-system/sops-age', {data: {'kp.agekey': 'eA=='}})]}),
    fails: [{what: 'it is gone', change: without('Secret'), observed: /sops-age does not exist/}, {what: 'it has another key', change: changed('Secret', () => ({data: {identity: 'eA=='}})), observed: /no key that ends in \.agekey/}],
  },
  {
    check: 'secrets.rotation', passes: (ctx) => ({objects: [thing('v1', 'Secret', 'demo/db', {}, {labels: {'kp.dev/platform': ctx.spec.platform}, creationTimestamp: minutesAgo(60)})]}),
    fails: [{
      what: 'it was written long ago',
      change: (world, ctx) => withMore(thing('v1', 'Secret', 'demo/old', {}, {labels: {'kp.dev/platform': ctx.spec.platform}, creationTimestamp: minutesAgo(60), managedFields: [{manager: 'kp', operation: 'Apply', time: new Date(NOW - 120 * 86_400_000).toISOString(), fieldsV1: {'f:data': {}}}]}))(world),
      observed: /demo\/old was written 120 days ago/,
    }],
  },
]
