/** What a chart really creates, as small as tests need it. */
import {parseAllDocuments} from 'yaml'
import type {ComponentEntry} from '../src/components/schema.ts'

/** What a chart creates. Details are there only for charts that were rendered. */
export interface ChartFacts {
  chart: string
  version: string
  /** `Kind namespace/name`, sorted; what hooks make has a star behind it. */
  objects: string[]
  workloads?: Record<string, {replicas?: number; selector: Record<string, string>; account: string; containers: Record<string, {image: string; ports: Record<string, number>}>; volumes?: Record<string, string>}>
  services?: Record<string, {selector: Record<string, string>; headless: boolean; ports: {name?: string; port: number; targetPort: number | string}[]}>
  budgets?: Record<string, {minAvailable?: number | string; maxUnavailable?: number | string; selector: Record<string, string>}>
  crds?: Record<string, {kind: string; scope: string; storage: string; served: string[]; shortNames: string[]; status: boolean; required: string[]}>
  webhooks?: Record<string, {name: string; service: string; path: string; port: number; failurePolicy: string; rules: unknown; namespaceSelector?: unknown}[]>
  bindings?: Record<string, {role: string; accounts: string[]}>
}

type Loose = any

/** Kinds that charts make and that have no namespace. */
const CLUSTER_WIDE = /^(?:Cluster\w+|CustomResourceDefinition|\w+WebhookConfiguration|ValidatingAdmissionPolicy\w*|MutatingAdmissionPolicy\w*|Namespace|PriorityClass|IngressClass|GatewayClass|StorageClass|CSIDriver|APIService|ValidatingPolicy|VolumeSnapshotClass)$/

/** Charts may leave the namespace to the release. */
function inRelease(object: Loose, namespace: string): Loose {
  return object.metadata.namespace !== undefined || CLUSTER_WIDE.test(object.kind) || object.apiVersion.startsWith('operator.tigera.io/') ? object : {...object, metadata: {...object.metadata, namespace}}
}

/** Facts of a rendered manifest. */
export function factsOf(entry: ComponentEntry, manifest: string): ChartFacts {
  const objects = parseAllDocuments(manifest, {logLevel: 'silent'})
    .map((document) => ('toJS' in document ? (document.toJS()) : null))
    .filter((object) => object !== null && object.kind !== undefined)
    .flatMap((object) => (object.kind === 'List' ? (object.items ?? []) : [object]))
    .map((object) => inRelease(object, entry.namespace))
  const facts: Required<ChartFacts> = {chart: entry.chart.name, version: entry.chart.version, objects: [], workloads: {}, services: {}, budgets: {}, crds: {}, webhooks: {}, bindings: {}}
  for (const object of objects) {
    const name = nameOf(object)
    const hook = object.metadata.annotations?.['helm.sh/hook'] !== undefined
    facts.objects.push(hook ? `${name} *` : name)
    const {spec} = object
    if (['Deployment', 'DaemonSet', 'StatefulSet'].includes(object.kind)) facts.workloads[name] = workload(spec)
    if (object.kind === 'Service') facts.services[name] = {selector: spec.selector ?? {}, headless: spec.clusterIP === 'None', ports: (spec.ports ?? []).map((port: Loose) => ({...(port.name === undefined ? {} : {name: port.name}), port: port.port, targetPort: port.targetPort ?? port.port}))}
    if (object.kind === 'PodDisruptionBudget') facts.budgets[name] = {...(spec.minAvailable === undefined ? {} : {minAvailable: spec.minAvailable}), ...(spec.maxUnavailable === undefined ? {} : {maxUnavailable: spec.maxUnavailable}), selector: spec.selector.matchLabels}
    if (object.kind === 'CustomResourceDefinition') facts.crds[object.metadata.name] = definition(spec)
    if (String(object.kind).endsWith('WebhookConfiguration')) facts.webhooks[name] = object.webhooks.map(webhook)
    if (/^(Cluster)?RoleBinding$/.test(object.kind)) facts.bindings[name] = {role: object.roleRef.name, accounts: (object.subjects ?? []).map((subject: Loose) => `${subject.namespace ?? object.metadata.namespace}/${subject.name}`)}
  }
  facts.objects.sort()
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value === 'string' || Object.keys(value).length > 0)) as unknown as ChartFacts
}

/** Facts of a list of names, where the chart itself is not at hand. */
export function factsOfNames(entry: ComponentEntry, list: {objects: {kind: string; name: string; namespace?: string; hook?: string}[]}): ChartFacts {
  const objects = list.objects.map((object) => `${nameOf({kind: object.kind, metadata: object})}${object.hook === undefined ? '' : ' *'}`)
  return {chart: entry.chart.name, version: entry.chart.version, objects: objects.toSorted()}
}

/** JSON with one line for each fact. */
export function formatFacts(facts: ChartFacts): string {
  const lines = Object.entries(facts).map(([key, value]) => {
    if (typeof value === 'string') return `"${key}": ${JSON.stringify(value)}`
    const inner = Array.isArray(value) ? value.map((item) => `  ${JSON.stringify(item)}`) : Object.keys(value).toSorted().map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify((value as Record<string, unknown>)[name])}`)
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
    return `"${key}": ${open}\n${inner.join(',\n')}\n${close}`
  })
  return `{\n${lines.join(',\n')}\n}\n`
}

function nameOf({kind, metadata}: Loose): string {
  // Some charts write a namespace where there is none.
  return `${kind} ${metadata.namespace === undefined || CLUSTER_WIDE.test(kind) ? '' : `${metadata.namespace}/`}${metadata.name}`
}

function workload(spec: Loose): NonNullable<ChartFacts['workloads']>[string] {
  const pod = spec.template.spec
  const containers = pod.containers.map((container: Loose) => [container.name, {image: container.image, ports: Object.fromEntries((container.ports ?? []).filter((port: Loose) => port.name !== undefined).map((port: Loose) => [port.name, port.containerPort]))}])
  const volumes = Object.fromEntries((spec.volumeClaimTemplates ?? []).map((claim: Loose) => [claim.metadata.name, claim.spec.resources.requests.storage]))
  return {...(spec.replicas === undefined ? {} : {replicas: spec.replicas}), selector: spec.selector.matchLabels, account: pod.serviceAccountName, containers: Object.fromEntries(containers), ...(Object.keys(volumes).length === 0 ? {} : {volumes})}
}

function definition(spec: Loose): NonNullable<ChartFacts['crds']>[string] {
  const stored = spec.versions.find((version: Loose) => version.storage)
  const top: string[] = stored.schema.openAPIV3Schema.required ?? []
  const inSpec: string[] = stored.schema.openAPIV3Schema.properties?.spec?.required ?? []
  return {
    kind: spec.names.kind,
    scope: spec.scope,
    storage: stored.name,
    served: spec.versions.filter((version: Loose) => version.served).map((version: Loose) => version.name),
    shortNames: spec.names.shortNames ?? [],
    status: stored.subresources?.status !== undefined,
    required: [...top.filter((name) => name !== 'metadata'), ...inSpec.map((name) => `spec.${name}`)].toSorted(),
  }
}

function webhook(hook: Loose): NonNullable<ChartFacts['webhooks']>[string][number] {
  const {service} = hook.clientConfig
  return {name: hook.name, service: `${service.namespace}/${service.name}`, path: service.path ?? '/', port: service.port ?? 443, failurePolicy: hook.failurePolicy, rules: hook.rules.map(withoutScope), ...(Object.keys(hook.namespaceSelector ?? {}).length === 0 ? {} : {namespaceSelector: hook.namespaceSelector})}
}

/** `*` is what every rule has that says nothing. */
function withoutScope({scope, ...rule}: Loose): Loose {
  return scope === undefined || scope === '*' ? rule : {...rule, scope}
}
