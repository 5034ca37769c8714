/** What a component must create with given values: for checks, the offline image list and the lab's stand-in. */
import type {BudgetEntry, CrdEntry, OtherEntry, ServiceEntry, WebhookEntry, When, WorkloadEntry} from './schema.ts'
import type {Component, Value, Values} from './types.ts'
import {isMap, valueAt} from './values.ts'

/** An object of the cluster, named. */
export interface ObjectName {
  apiVersion: string
  kind: string
  name: string
  /** Absent for kinds of the whole cluster. */
  namespace?: string
}

/** A workload with what the values make of it. */
export interface ResolvedWorkload extends Omit<WorkloadEntry, 'namespace' | 'containers' | 'volumes'> {
  namespace: string
  volumes: {name: string; size: string; storageClass?: string}[]
  containers: {name: string; image: string; ports: Record<string, number>}[]
  resources: Values | undefined
  topologySpread: Value[] | undefined
}

/** All that a component must create with given values. `atRuntime` kinds are in `crds` too. */
export interface ComponentObjects {
  workloads: ResolvedWorkload[]
  services: (ServiceEntry & {namespace: string})[]
  budgets: (BudgetEntry & {namespace: string})[]
  crds: CrdEntry[]
  webhooks: WebhookEntry[]
  others: OtherEntry[]
}

const API_VERSIONS: Record<string, string> = {
  Namespace: 'v1', ServiceAccount: 'v1', ConfigMap: 'v1', Secret: 'v1', Service: 'v1',
  Deployment: 'apps/v1', DaemonSet: 'apps/v1', StatefulSet: 'apps/v1',
  CronJob: 'batch/v1', Job: 'batch/v1',
  Role: 'rbac.authorization.k8s.io/v1', RoleBinding: 'rbac.authorization.k8s.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1', ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1', PriorityClass: 'scheduling.k8s.io/v1', IngressClass: 'networking.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1', APIService: 'apiregistration.k8s.io/v1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1', MutatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  ValidatingAdmissionPolicy: 'admissionregistration.k8s.io/v1', ValidatingAdmissionPolicyBinding: 'admissionregistration.k8s.io/v1',
  StorageClass: 'storage.k8s.io/v1', CSIDriver: 'storage.k8s.io/v1', ServiceMonitor: 'monitoring.coreos.com/v1',
}
const CLUSTER_KINDS = new Set([
  'Namespace', 'ClusterRole', 'ClusterRoleBinding', 'PriorityClass', 'IngressClass', 'CustomResourceDefinition', 'APIService', 'StorageClass', 'CSIDriver',
  'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'GatewayClass', 'ClusterIssuer',
  'ValidatingPolicy', 'Installation', 'APIServer', 'Goldmane', 'Whisker', 'FelixConfiguration', 'IngressClassParams',
])

/** The API version of an object of the catalog. */
export function apiVersionOf(kind: string, given?: string): string {
  return given ?? API_VERSIONS[kind] ?? 'v1'
}

/** What the component must create with these values; namespaces filled in, conditions decided, numbers and images as the values say. */
export function resolveObjects(component: Component, values: Values): ComponentObjects {
  const there = (entry: {when?: When | undefined}): boolean => holds(entry.when, values)
  const placed = <T extends {namespace?: string | undefined}>(entry: T): T & {namespace: string} => ({...entry, namespace: entry.namespace ?? component.namespace})
  return {
    workloads: component.workloads.filter(there).map((entry) => resolveWorkload(entry, component.namespace, values)),
    services: component.services.filter(there).map(placed),
    budgets: component.budgets.filter(there).map((entry) => placed(resolveBudget(entry, values))),
    crds: component.crds.filter(there),
    webhooks: component.webhooks.filter(there),
    others: component.others.filter(there).map((entry) => (CLUSTER_KINDS.has(entry.kind) ? entry : placed(entry))),
  }
}

/**
 * The names of all objects that a component must create with these values.
 * @param options.atRuntime also kinds that the component itself makes when it starts
 */
export function objectNames(component: Component, values: Values, options: {atRuntime?: boolean} = {}): ObjectName[] {
  const objects = resolveObjects(component, values)
  const name = (kind: string, entry: {name: string; namespace?: string | undefined; apiVersion?: string | undefined}): ObjectName => ({
    apiVersion: apiVersionOf(kind, entry.apiVersion),
    kind,
    name: entry.name,
    ...(entry.namespace === undefined || CLUSTER_KINDS.has(kind) ? {} : {namespace: entry.namespace}),
  })
  return [
    ...objects.others.map((entry) => name(entry.kind, entry)),
    ...objects.crds.filter((entry) => !entry.atRuntime || options.atRuntime === true).map((entry) => name('CustomResourceDefinition', entry)),
    ...objects.workloads.map((entry) => name(entry.kind, entry)),
    ...objects.services.map((entry) => name('Service', entry)),
    ...objects.budgets.map((entry) => name('PodDisruptionBudget', entry)),
    ...objects.webhooks.map((entry) => name(entry.kind, entry)),
  ]
}

/**
 * Every image that a component needs with these values, sorted, each once: the offline list.
 * @param mirror `images.mirror` of kp.yaml, the place of the images that no workload names
 */
export function componentImages(component: Component, values: Values, mirror?: string): string[] {
  const workloads = resolveObjects(component, values).workloads.flatMap((entry) => entry.containers.map(({image}) => image))
  const extra = component.extraImages.filter((entry) => holds(entry.when, values)).map(({image}) => relocateImage(image, mirror))
  return [...new Set([...workloads, ...extra])].toSorted()
}

/** Where an image lies in a mirror: the mirror takes the place of its registry. */
export function relocateImage(image: string, mirror: string | undefined): string {
  if (mirror === undefined) return image
  const [first = '', ...rest] = image.split('/')
  const hasRegistry = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')
  return `${mirror.replace(/\/+$/, '')}/${hasRegistry ? rest.join('/') : image}`
}

/** Whether a condition of the catalog holds with these values. */
export function holds(when: When | undefined, values: Values): boolean {
  if (when === undefined) return true
  const value = valueAt(values, when.value)
  return value === undefined || value === null ? when.default : value === true
}

function resolveWorkload(entry: WorkloadEntry, namespace: string, values: Values): ResolvedWorkload {
  const at = (path: string | undefined): Value | undefined => (path === undefined ? undefined : valueAt(values, path))
  const replicas = at(entry.values.replicas)
  const resources = at(entry.values.resources)
  const topologySpread = at(entry.values.topologySpread)
  const tolerations = at(entry.values.tolerations)
  const nodeSelector = at(entry.values.nodeSelector)
  const affinity = at(entry.values.affinity)
  const priorityClassName = at(entry.values.priorityClassName)
  return {
    ...entry,
    namespace: entry.namespace ?? namespace,
    replicas: typeof replicas === 'number' ? replicas : entry.replicas,
    containers: entry.containers.map((container) => ({name: container.name, image: imageOf(container, values), ports: container.ports})),
    volumes: entry.volumes.filter((volume) => holds(volume.when, values)).map((volume) => resolveVolume(volume, values)),
    pod: {
      ...entry.pod,
      ...(Array.isArray(tolerations) ? {tolerations: tolerations as Record<string, unknown>[]} : {}),
      ...(isMap(nodeSelector) ? {nodeSelector: nodeSelector as Record<string, string>} : {}),
      ...(isMap(affinity) ? {affinity} : {}),
      ...(typeof priorityClassName === 'string' ? {priorityClassName} : {}),
    },
    resources: isMap(resources) ? requirements(resources) : undefined,
    topologySpread: Array.isArray(topologySpread) ? topologySpread : undefined,
  }
}

/** A claim of each pod, with size and class as the values say. */
function resolveVolume({name, size, values: paths}: WorkloadEntry['volumes'][number], values: Values): ResolvedWorkload['volumes'][number] {
  const given = paths.size === undefined ? undefined : valueAt(values, paths.size)
  const storageClass = paths.storageClass === undefined ? undefined : valueAt(values, paths.storageClass)
  return {name, size: typeof given === 'string' ? given : size, ...(typeof storageClass === 'string' && storageClass !== '' ? {storageClass} : {})}
}

/** Some charts say `memory: {request, limit}` where Kubernetes says `requests: {memory}` and `limits: {memory}`. */
function requirements(resources: Values): Values {
  if (resources['requests'] !== undefined || resources['limits'] !== undefined) return resources
  const of = (which: 'request' | 'limit'): Values => Object.fromEntries(Object.entries(resources).flatMap(([name, value]) => (isMap(value) && typeof value[which] === 'string' && value[which] !== '' ? [[name, value[which]]] : [])))
  const [requests, limits] = [of('request'), of('limit')]
  return {...(Object.keys(requests).length === 0 ? {} : {requests}), ...(Object.keys(limits).length === 0 ? {} : {limits})}
}

/** A container's image: the variant that the values ask for, at the place that they name. */
function imageOf({image, imageWhen, values: paths}: WorkloadEntry['containers'][number], values: Values): string {
  const wanted = imageWhen !== undefined && holds(imageWhen, values) ? imageWhen.image : image
  const registry = paths.registry === undefined ? undefined : valueAt(values, paths.registry)
  if (typeof registry === 'string' && registry !== '') return relocateImage(wanted, registry)
  const folder = paths.folder === undefined ? undefined : valueAt(values, paths.folder)
  if (typeof folder === 'string' && folder !== '') return `${folder.replace(/\/+$/, '')}/${wanted.split('/').at(-1)}`
  const repository = paths.repository === undefined ? undefined : valueAt(values, paths.repository)
  if (typeof repository !== 'string' || repository === '') return wanted
  const base = wanted.replace(/[:@].*$/, '').split('/').at(-1) ?? ''
  // A chart may append to the repository: `operator` becomes `operator-generic`.
  const last = repository.split('/').at(-1) ?? ''
  const suffix = base.startsWith(`${last}-`) && paths.suffixed === true ? base.slice(last.length) : ''
  return `${repository}${suffix}${/[:@].*$/.exec(wanted.slice(wanted.lastIndexOf('/')))?.[0] ?? ''}`
}

function resolveBudget(entry: BudgetEntry, values: Values): BudgetEntry {
  const {minAvailable, maxUnavailable, ...rest} = entry
  const given = (path: string | undefined, fallback: number | string | undefined): number | string | undefined => {
    const value = path === undefined ? undefined : valueAt(values, path)
    return typeof value === 'number' || typeof value === 'string' ? value : fallback
  }
  const min = given(entry.values.minAvailable, minAvailable)
  const max = given(entry.values.maxUnavailable, maxUnavailable)
  return {...rest, ...(min === undefined ? {} : {minAvailable: min}), ...(max === undefined ? {} : {maxUnavailable: max})}
}
