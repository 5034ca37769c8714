/** What people do to objects behind kp's back, and what kp must say of it. */
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {describeObject} from '../../src/checks/objects.ts'
import {resourceArg} from '../../src/tools/kubectl.ts'
import {isRecord} from './snapshot.ts'

/** One thing done by hand to one object. */
export interface Drift {
  step: string
  object: KubeObject
  /** `Deployment cert-manager/cert-manager`. */
  name: string
  /** `delete`, or what was changed. */
  how: string
  /** Arguments of kubectl. */
  args: string[]
  /** What the field that kp names must look like; undefined where the whole object is missing. */
  field?: RegExp
}

/** A way to change objects of some kinds. */
interface Change {
  how: string
  kinds: string[]
  /** kubectl's arguments and the field that is then wrong; undefined where the object has no such field. */
  make(object: KubeObject): {args: string[]; field: RegExp} | undefined
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet']
/** Kinds whose deletion takes others with them. */
const CASCADING = new Set(['CustomResourceDefinition', 'Namespace'])

interface PodSpec {
  securityContext?: {runAsNonRoot?: boolean}
  containers: {name: string; image: string}[]
}

function specOf<T>(object: KubeObject): T {
  return (object['spec'] ?? {}) as T
}

function firstContainer(object: KubeObject): {name: string; image: string} {
  const [container] = specOf<{template: {spec: PodSpec}}>(object).template.spec.containers
  if (container === undefined) throw new Error(`${describeObject(object)} has no container`)
  return container
}

const patch = (how: string, kinds: string[], body: object | ((object: KubeObject) => object | undefined), field: RegExp): Change => ({
  how,
  kinds,
  make(object) {
    const made = typeof body === 'function' ? (body as (object: KubeObject) => object | undefined)(object) : body
    return made === undefined ? undefined : {args: ['patch', ...at(object), `--type=${Array.isArray(made) ? 'json' : 'merge'}`, '-p', JSON.stringify(made)], field}
  },
})

const CHANGES: Change[] = [
  {
    how: 'kubectl scale',
    kinds: ['Deployment', 'StatefulSet'],
    make(object) {
      const {replicas} = specOf<{replicas?: number}>(object)
      // A StatefulSet that grew leaves a volume behind: that one shrinks.
      return replicas === undefined ? undefined : {args: ['scale', ...at(object), `--replicas=${object.kind === 'StatefulSet' ? replicas - 1 : replicas + 1}`], field: /^spec\.replicas$/}
    },
  },
  {how: 'kubectl set image', kinds: WORKLOADS, make: (object) => ({args: ['set', 'image', ...at(object), `${firstContainer(object).name}=example.com/changed:1`], field: /^spec\.template\.spec\.containers\[.+\]\.image$/})},
  {how: 'kubectl set env', kinds: WORKLOADS, make: (object) => ({args: ['set', 'env', ...at(object), 'BY_HAND=yes'], field: /^spec\.template\.spec\.(containers|initContainers)\[.+\]\.env/})},
  {how: 'kubectl set resources', kinds: WORKLOADS, make: (object) => ({args: ['set', 'resources', ...at(object), `--containers=${firstContainer(object).name}`, '--requests=cpu=7m'], field: /^spec\.template\.spec\.containers\[.+\]\.resources/})},
  patch('a field taken away', WORKLOADS, (object) => (specOf<{template: {spec: PodSpec}}>(object).template.spec.securityContext?.runAsNonRoot === undefined ? undefined : [{op: 'remove', path: '/spec/template/spec/securityContext/runAsNonRoot'}]), /^spec\.template\.spec\.securityContext/),
  patch('a selector added', ['Service'], {spec: {selector: {'by-hand': 'yes'}}}, /^spec\.selector/),
  patch('another target port', ['Service'], [{op: 'replace', path: '/spec/ports/0/targetPort', value: 1234}], /^spec\.ports\[.+\]\.targetPort$/),
  patch('another port', ['Service'], [{op: 'replace', path: '/spec/ports/0/port', value: 1234}], /^spec\.ports\[.+\]/),
  patch('a key added', ['ConfigMap'], {data: {'by-hand': 'yes'}}, /^data\.by-hand$|^data$/),
  patch('another value', ['ConfigMap'], ({data}) => (Object.keys((data ?? {})).length === 0 ? undefined : {data: {[Object.keys(data as object)[0] ?? '']: 'changed'}}), /^data[.[]/),
  patch('a field added', ['ServiceAccount'], {automountServiceAccountToken: false}, /^automountServiceAccountToken$/),
  patch('a rule added', ['Role', 'ClusterRole'], [{op: 'add', path: '/rules/-', value: {apiGroups: [''], resources: ['secrets'], verbs: ['*']}}], /^rules/),
  patch('another rule', ['Role', 'ClusterRole'], [{op: 'replace', path: '/rules/0/verbs', value: ['*']}], /^rules/),
  {how: 'kubectl set subject', kinds: ['RoleBinding', 'ClusterRoleBinding'], make: (object) => ({args: ['set', 'subject', ...at(object), '--user=mallory'], field: /^subjects/})},
  patch('a short name added', ['CustomResourceDefinition'], ({metadata}) => ({spec: {names: {shortNames: [`byhand${metadata.name.replaceAll(/[^a-z]/g, '')}`.slice(0, 60)]}}}), /^spec\.names\.shortNames/),
  patch('a column added', ['CustomResourceDefinition'], [{op: 'add', path: '/spec/versions/0/additionalPrinterColumns', value: [{name: 'By hand', type: 'string', jsonPath: '.metadata.name'}]}], /^spec\.versions/),
  patch('another budget', ['PodDisruptionBudget'], (object) => ({spec: specOf<{minAvailable?: unknown}>(object).minAvailable === undefined ? {maxUnavailable: 7} : {minAvailable: 7}}), /^spec\.(min|max)/),
  patch('another timeout', ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'], [{op: 'replace', path: '/webhooks/0/timeoutSeconds', value: 29}], /^webhooks\[.+\]\.timeoutSeconds$/),
  patch('another failure policy', ['ValidatingAdmissionPolicy'], {spec: {failurePolicy: 'Ignore'}}, /^spec\.failurePolicy$/),
  patch('other actions', ['ValidatingAdmissionPolicyBinding'], {spec: {validationActions: ['Warn']}}, /^spec\.validationActions/),
  patch('another job label', ['ServiceMonitor', 'PodMonitor'], {spec: {jobLabel: 'by-hand'}}, /^spec\.jobLabel$/),
  patch('another interval', ['PrometheusRule'], [{op: 'add', path: '/spec/groups/0/interval', value: '7m'}], /^spec\.groups/),
  patch('another retention', ['Prometheus', 'Alertmanager'], {spec: {retention: '7h'}}, /^spec\.retention$/),
  patch('a key added', ['Secret'], {data: {'by-hand': 'eWVz'}}, /^data/),
  patch('more tries', ['Job'], {spec: {backoffLimit: 9}}, /^spec\.backoffLimit$/),
  patch('all ingress allowed', ['NetworkPolicy'], {spec: {ingress: [{}]}}, /^spec\.ingress/),
  patch('other pods', ['NetworkPolicy'], {spec: {podSelector: {matchLabels: {'by-hand': 'yes'}}}}, /^spec\.podSelector/),
  patch('another duration', ['Certificate'], {spec: {duration: '48h'}}, /^spec\.duration$/),
  patch('another issuer', ['ClusterIssuer', 'Issuer'], {spec: {selfSigned: {crlDistributionPoints: ['http://by-hand.test']}}}, /^spec\.selfSigned/),
  patch('another delay', ['Stage'], {spec: {weight: 77}}, /^spec\.weight$/),
  {how: 'kubectl taint', kinds: ['Node'], make: (object) => ({args: ['taint', 'node', object.metadata.name, 'by-hand=yes:PreferNoSchedule'], field: /^spec\.taints/})},
  {how: 'kubectl label over', kinds: ['Node'], make: (object) => ({args: ['label', ...at(object), 'node-role=by-hand', '--overwrite'], field: /^metadata\.labels.*node-role/})},
  {how: 'kubectl annotate over', kinds: ['StorageClass'], make: (object) => ({args: ['annotate', ...at(object), 'storageclass.kubernetes.io/is-default-class=false', '--overwrite'], field: /^metadata\.annotations.*is-default-class/})},
  patch('no expansion', ['StorageClass'], {allowVolumeExpansion: false}, /^allowVolumeExpansion$/),
  patch('another deletion policy', ['VolumeSnapshotClass'], {deletionPolicy: 'Retain'}, /^deletionPolicy$/),
  patch('a description added', ['GatewayClass'], {spec: {description: 'by hand'}}, /^spec\.description$/),
  patch('other replicas', ['EnvoyProxy'], {spec: {provider: {kubernetes: {envoyDeployment: {replicas: 9}}}}}, /envoyDeployment\.replicas$/),
  patch('another port', ['Gateway'], [{op: 'replace', path: '/spec/listeners/0/port', value: 8080}], /^spec\.listeners/),
  patch('another host', ['HTTPRoute'], {spec: {hostnames: ['by-hand.test']}}, /^spec\.hostnames/),
  patch('more copies', ['HorizontalPodAutoscaler'], {spec: {maxReplicas: 77}}, /^spec\.maxReplicas$/),
  patch('only to read', ['BackupStorageLocation'], {spec: {accessMode: 'ReadOnly'}}, /^spec\.accessMode$/),
  patch('another time', ['Schedule'], {spec: {schedule: '7 7 * * *'}}, /^spec\.schedule$/),
  patch('another explanation', ['Metric'], [{op: 'replace', path: '/spec/metrics/0/help', value: 'by hand'}], /^spec\.metrics/),
  patch('another use', ['ClusterResourceUsage'], [{op: 'replace', path: '/spec/usages/0/usage/cpu', value: {value: '7m'}}], /^spec\.usages/),
  {how: 'kubectl label over', kinds: ['Namespace'], make: (object) => ({args: ['label', ...at(object), 'app.kubernetes.io/managed-by=by-hand', '--overwrite'], field: /^metadata\.labels.*managed-by/})},
]

/** All ways to change that object. The label by which the platform's own record is found is not tried: a foreign record is refused. */
export function changesOf(step: string, object: KubeObject): Drift[] {
  const base = {step, object, name: describeObject(object)}
  const own = CHANGES.filter((change) => change.kinds.includes(object.kind) && !(isRecord(object) && change.how === 'another value'))
  return own.flatMap((change) => {
    const made = change.make(object)
    return made === undefined ? [] : [{...base, how: change.how, ...made}]
  })
}

/** Its deletion. */
export function deletionOf(step: string, object: KubeObject): Drift {
  return {step, object, name: describeObject(object), how: 'delete', args: ['delete', ...at(object)]}
}

/** Whether its deletion takes others with it. */
export function takesOthersWithIt(object: KubeObject): boolean {
  return CASCADING.has(object.kind)
}

function at(object: KubeObject): string[] {
  return [resourceArg(object), ...(object.metadata.namespace === undefined ? [] : ['-n', object.metadata.namespace])]
}
