/** Makes Kubernetes objects of a component's entry, as small as an API server takes them. */
import type {BudgetEntry, CrdEntry, OtherEntry, ServiceEntry, WebhookEntry} from './schema.ts'
import type {ComponentObjects, ResolvedWorkload} from './objects.ts'
import type {Component, Value, Values} from './types.ts'
import {apiVersionOf, relocateImage, resolveObjects} from './objects.ts'
import {isMap, mergeValues, toYaml, valueAt} from './values.ts'

const CONTAINER_SECURITY = {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}}
const POD_SECURITY = {runAsNonRoot: true, runAsUser: 65_532, seccompProfile: {type: 'RuntimeDefault'}}
const BOUND_KINDS = new Set(['ClusterRoleBinding', 'RoleBinding'])

/** All objects that a component must create with these values; labels and namespaces of the release are the chart's part. */
export function standInObjects(component: Component, values: Values): Values[] {
  const objects = resolveObjects(component, values)
  return [
    ...objects.others.map((entry) => otherObject(entry, component, objects, values)),
    ...objects.crds.map(crdObject),
    ...objects.workloads.map(workloadObject),
    ...objects.services.map((entry) => serviceObject(entry, objects, values)),
    ...objects.budgets.map((entry) => budgetObject(entry, objects)),
    ...objects.webhooks.map((entry) => webhookObject(entry, component, objects)),
  ]
}

function workloadObject(entry: ResolvedWorkload): Values {
  const {topologySpread, resources, pod} = entry
  return {
    ...head(entry.kind, entry, entry.labels),
    spec: {
      ...(entry.kind === 'DaemonSet' ? {} : {replicas: entry.replicas}),
      ...(entry.kind === 'StatefulSet' ? {serviceName: entry.service ?? entry.name, podManagementPolicy: 'Parallel'} : {}),
      ...(entry.volumes.length === 0 ? {} : {volumeClaimTemplates: entry.volumes.map(claimTemplate)}),
      selector: {matchLabels: entry.labels},
      template: {
        metadata: {labels: {...entry.labels, ...entry.podLabels}},
        spec: {
          serviceAccountName: entry.account,
          ...(pod as Values),
          ...(topologySpread === undefined ? {} : {topologySpreadConstraints: topologySpread}),
          securityContext: POD_SECURITY,
          containers: entry.containers.map((container, index) => ({
            name: container.name,
            image: container.image,
            imagePullPolicy: 'IfNotPresent',
            ports: Object.entries(container.ports).map(([name, containerPort]) => ({name, containerPort, protocol: name.endsWith('-udp') ? 'UDP' : 'TCP'})),
            ...(resources === undefined || index > 0 ? {} : {resources}),
            ...(entry.volumes.length === 0 || index > 0 ? {} : {volumeMounts: entry.volumes.map(({name}) => ({name, mountPath: `/volumes/${name}`}))}),
            securityContext: CONTAINER_SECURITY,
          })),
        },
      },
    },
  }
}

function claimTemplate({name, size, storageClass}: ResolvedWorkload['volumes'][number]): Values {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {name},
    spec: {accessModes: ['ReadWriteOnce'], resources: {requests: {storage: size}}, ...(storageClass === undefined ? {} : {storageClassName: storageClass})},
  }
}

function serviceObject(entry: ServiceEntry, objects: ComponentObjects, values: Values): Values {
  const annotations = entry.annotations === undefined ? undefined : valueAt(values, entry.annotations)
  const {metadata, ...rest} = head('Service', entry)
  return {
    ...rest,
    metadata: {...(metadata as Values), ...(isMap(annotations) && Object.keys(annotations).length > 0 ? {annotations} : {})},
    spec: {
      type: entry.type,
      ...(entry.headless ? {clusterIP: 'None'} : {}),
      selector: labelsOf(entry, objects),
      ports: entry.ports.map(({name, port, targetPort}) => ({...(name === undefined ? {} : {name}), port, targetPort: targetPort ?? port, protocol: 'TCP'})),
    },
  }
}

function budgetObject(entry: BudgetEntry, objects: ComponentObjects): Values {
  return {
    ...head('PodDisruptionBudget', entry),
    spec: {
      ...(entry.minAvailable === undefined ? {} : {minAvailable: entry.minAvailable}),
      ...(entry.maxUnavailable === undefined ? {} : {maxUnavailable: entry.maxUnavailable}),
      selector: {matchLabels: labelsOf(entry, objects)},
    },
  }
}

function webhookObject(entry: WebhookEntry, component: Component, objects: ComponentObjects): Values {
  const service = objects.services.find(({name}) => name === entry.service)
  return {
    ...head(entry.kind, entry),
    webhooks: entry.calls.map(({name, path, port, failurePolicy, timeoutSeconds, rules, namespaceSelector}) => ({
      name,
      clientConfig: {service: {name: entry.service, namespace: service?.namespace ?? component.namespace, path, port}},
      failurePolicy,
      timeoutSeconds,
      matchPolicy: 'Equivalent',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      rules: rules as unknown as Value,
      ...(namespaceSelector === undefined ? {} : {namespaceSelector: namespaceSelector as Values}),
    })),
  }
}

function crdObject(entry: CrdEntry): Values {
  const [plural = '', ...rest] = entry.name.split('.')
  const annotations = {...entry.annotations, ...(entry.keep ? {'helm.sh/resource-policy': 'keep'} : {})}
  return {
    apiVersion: apiVersionOf('CustomResourceDefinition'),
    kind: 'CustomResourceDefinition',
    metadata: {name: entry.name, ...(Object.keys(annotations).length === 0 ? {} : {annotations})},
    spec: {
      group: rest.join('.'),
      scope: entry.scope,
      names: {kind: entry.kind, listKind: `${entry.kind}List`, plural, singular: entry.kind.toLowerCase(), ...(entry.shortNames.length === 0 ? {} : {shortNames: entry.shortNames})},
      versions: entry.versions.map((name) => ({
        name,
        served: true,
        storage: name === (entry.storage ?? entry.versions[0]),
        schema: {openAPIV3Schema: crdSchema(entry)},
        ...(entry.status ? {subresources: {status: {}}} : {}),
        ...(Object.keys(entry.columns).length === 0
          ? {}
          : {additionalPrinterColumns: Object.entries(entry.columns).map(([title, jsonPath]) => ({name: title, type: 'string', jsonPath}))}),
      })),
    },
  }
}

/** Anything below spec and status, but the required fields must be there. A kind that requires no spec keeps any field at the top. */
function crdSchema(entry: CrdEntry): Values {
  const required = [...new Set(entry.required.map((path) => path.split('.')[0] ?? ''))]
  const inSpec = entry.required.filter((path) => path.startsWith('spec.')).map((path) => path.slice('spec.'.length))
  const open = !required.includes('spec')
  return {
    type: 'object',
    ...(open ? {'x-kubernetes-preserve-unknown-fields': true} : {}),
    ...(required.length === 0 ? {} : {required}),
    properties: {
      apiVersion: {type: 'string'},
      kind: {type: 'string'},
      metadata: {type: 'object'},
      ...(open ? {} : {spec: {type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...(inSpec.length === 0 ? {} : {required: inSpec})}}),
      ...Object.fromEntries([...entry.fields, ...(entry.status ? ['status'] : [])].map((field) => [field, {type: 'object', 'x-kubernetes-preserve-unknown-fields': true}])),
    },
  }
}

function otherObject(entry: OtherEntry, component: Component, objects: ComponentObjects, values: Values): Values {
  const object = fromValues(entry, {...head(entry.kind, entry, {}, entry.apiVersion), ...((entry.body ?? {}) as Values)}, values)
  if (BOUND_KINDS.has(entry.kind) && object['roleRef'] === undefined) {
    const [account = 'default', namespace = component.namespace] = (entry.account ?? objects.workloads[0]?.account ?? '').split('/').toReversed()
    object['roleRef'] = {apiGroup: 'rbac.authorization.k8s.io', kind: entry.kind.replace('Binding', ''), name: entry.role ?? entry.name}
    object['subjects'] = [{kind: 'ServiceAccount', name: account, namespace}]
  }
  if ((entry.kind === 'ClusterRole' || entry.kind === 'Role') && object['rules'] === undefined) object['rules'] = entry.kind === 'Role' ? leaseRules() : kindRules(component)
  if (entry.spec !== undefined) object['spec'] = specIn(values, entry.spec)
  if (entry.kind === 'ConfigMap' && object['data'] === undefined) object['data'] = {}
  return object
}

/** The spec of an object as the values have it. */
function specIn(values: Values, path: string): Values {
  const written = valueAt(values, path)
  return isMap(written) ? Object.fromEntries(Object.entries(written).filter(([key]) => key !== 'enabled')) : {}
}

/** The object with what the values say of it. */
function fromValues(entry: OtherEntry, object: Values, values: Values): Values {
  const given = Object.entries(entry.fields).flatMap(([field, path]) => {
    const value = valueAt(values, path)
    return value === undefined || value === null ? [] : [{field, value}]
  })
  if (entry.image !== undefined) {
    const registry = valueAt(values, entry.image.registry)
    given.push({field: 'spec.image', value: relocateImage(entry.image.image, typeof registry === 'string' && registry !== '' ? registry : undefined)})
  }
  const texts = Object.entries(entry.texts).map(([key, path]) => {
    const text = toYaml(valueAt(values, path) ?? {})
    return [key, entry.kind === 'Secret' ? Buffer.from(text).toString('base64') : text]
  })
  const whole = texts.length === 0 ? object : {...object, data: Object.fromEntries(texts) as Values}
  return given.reduce<Values>((made, {field, value}) => mergeValues(made, field.split('.').reduceRight<Value>((below, key) => ({[key]: below}), value) as Values), whole)
}

/** Leader election, and nothing else. */
function leaseRules(): Value[] {
  return [{apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update']}]
}

/** Reading the component's own kinds, and nothing else. */
function kindRules(component: Component): Value[] {
  const groups = Map.groupBy(component.crds, ({name}) => name.slice(name.indexOf('.') + 1))
  const rules = [...groups].map(([group, entries]) => ({apiGroups: [group], resources: entries.map(({name}) => name.slice(0, name.indexOf('.'))), verbs: ['get', 'list', 'watch']}))
  return rules.length > 0 ? rules : [{apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch']}]
}

function head(kind: string, entry: {name: string; namespace?: string | undefined}, labels: Record<string, string> = {}, apiVersion?: string): Values {
  return {
    apiVersion: apiVersionOf(kind, apiVersion),
    kind,
    metadata: {name: entry.name, ...(entry.namespace === undefined ? {} : {namespace: entry.namespace}), ...(Object.keys(labels).length === 0 ? {} : {labels})},
  }
}

function labelsOf({workload, selector}: {workload?: string | undefined; selector?: Record<string, string> | undefined}, objects: ComponentObjects): Values {
  const found = selector ?? objects.workloads.find(({name}) => name === workload)?.labels
  return isMap(found) ? found : {}
}
