/** What makes what suffer: from each object to those that need it. Pure. */
import {refName, refOf} from '../../engine/facts.ts'
import type {FactObject, Facts, ObjectRef} from '../../engine/facts.ts'

/** Edges from a cause to what suffers from it, by `Kind namespace/name`. */
export type Relations = ReadonlyMap<string, ReadonlySet<string>>

interface PodSpec {
  nodeName?: string
  serviceAccountName?: string
  imagePullSecrets?: {name: string}[]
  volumes?: {persistentVolumeClaim?: {claimName: string}; configMap?: {name: string}; secret?: {secretName: string}; projected?: {sources?: {configMap?: {name: string}; secret?: {name: string}}[]}}[]
  containers?: {env?: {valueFrom?: {configMapKeyRef?: {name: string}; secretKeyRef?: {name: string}}}[]; envFrom?: {configMapRef?: {name: string}; secretRef?: {name: string}}[]}[]
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job']

/** The relations among all objects that were gathered. */
export function relationsOf(facts: Facts, kinds: readonly string[]): Relations {
  const edges = new Map<string, Set<string>>()
  const add = (cause: ObjectRef, effect: ObjectRef): void => {
    const from = refName(cause)
    const to = refName(effect)
    if (from === to) return
    const known = edges.get(from)
    if (known === undefined) edges.set(from, new Set([to]))
    else known.add(to)
  }
  owners(facts, kinds, add)
  pods(facts, add)
  storage(facts, add)
  services(facts, add)
  certificates(facts, add)
  components(facts, add)
  for (const {id, through = []} of facts.checks) for (const object of through) add(object, {kind: 'Check', name: id})
  return edges
}

type Add = (cause: ObjectRef, effect: ObjectRef) => void

/** What an object owns makes it suffer: pod, ReplicaSet, Deployment. */
function owners(facts: Facts, kinds: readonly string[], add: Add): void {
  for (const kind of kinds) {
    for (const object of facts.all(kind)) {
      for (const owner of object.metadata.ownerReferences ?? []) add(refOf(object), {kind: owner.kind, name: owner.name, ...at(object)})
    }
  }
}

function at(object: FactObject): {namespace?: string} {
  return object.metadata.namespace === undefined ? {} : {namespace: object.metadata.namespace}
}

function pods(facts: Facts, add: Add): void {
  const waiting = facts.all('Pod').filter((pod) => specOf(pod).nodeName === undefined)
  for (const pod of facts.all('Pod')) {
    const spec = specOf(pod)
    const namespace = at(pod)
    if (spec.nodeName !== undefined) add({kind: 'Node', name: spec.nodeName}, refOf(pod))
    for (const ref of used(spec)) add({...ref, ...namespace}, refOf(pod))
    add({kind: 'Namespace', name: pod.metadata.namespace ?? ''}, refOf(pod))
  }
  // Where a node is away, others have no room: whoever waits for a node waits for it too.
  for (const node of facts.all('Node')) for (const pod of waiting) add(refOf(node), refOf(pod))
  for (const kind of ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job']) {
    for (const owner of facts.all(kind)) {
      for (const limit of ['ResourceQuota', 'LimitRange']) for (const one of facts.all(limit)) if (one.metadata.namespace === owner.metadata.namespace) add(refOf(one), refOf(owner))
      const template = (owner['spec'] as {template?: {spec?: PodSpec}} | undefined)?.template?.spec
      if (template !== undefined) for (const ref of used(template)) add({...ref, ...at(owner)}, refOf(owner))
    }
  }
}

function specOf(pod: FactObject): PodSpec {
  const spec: unknown = pod['spec'] ?? {}
  return spec as PodSpec
}

/** The claims, ConfigMaps, Secrets and accounts that a pod names. */
export function used(spec: PodSpec): ObjectRef[] {
  const refs: ObjectRef[] = []
  const add = (kind: string, name: string | undefined): void => {
    if (name !== undefined) refs.push({kind, name})
  }
  add('ServiceAccount', spec.serviceAccountName)
  for (const secret of spec.imagePullSecrets ?? []) add('Secret', secret.name)
  for (const volume of spec.volumes ?? []) {
    add('PersistentVolumeClaim', volume.persistentVolumeClaim?.claimName)
    add('ConfigMap', volume.configMap?.name)
    add('Secret', volume.secret?.secretName)
    for (const source of volume.projected?.sources ?? []) {
      add('ConfigMap', source.configMap?.name)
      add('Secret', source.secret?.name)
    }
  }
  for (const container of spec.containers ?? []) {
    for (const {valueFrom} of container.env ?? []) {
      add('ConfigMap', valueFrom?.configMapKeyRef?.name)
      add('Secret', valueFrom?.secretKeyRef?.name)
    }
    for (const from of container.envFrom ?? []) {
      add('ConfigMap', from.configMapRef?.name)
      add('Secret', from.secretRef?.name)
    }
  }
  return refs
}

function storage(facts: Facts, add: Add): void {
  for (const claim of facts.all('PersistentVolumeClaim')) {
    const spec = (claim['spec'] ?? {}) as {storageClassName?: string; volumeName?: string}
    if (spec.storageClassName !== undefined) add({kind: 'StorageClass', name: spec.storageClassName}, refOf(claim))
    if (spec.volumeName !== undefined) add({kind: 'PersistentVolume', name: spec.volumeName}, refOf(claim))
  }
  for (const one of facts.all('StorageClass')) {
    const {provisioner} = one as unknown as {provisioner?: string}
    if (provisioner !== undefined) add({kind: 'CSIDriver', name: provisioner}, refOf(one))
  }
}

/** Pod → Service → route; Gateway → route; class → Gateway. */
function services(facts: Facts, add: Add): void {
  const byNamespace = Map.groupBy(facts.all('Pod'), (pod) => pod.metadata.namespace ?? '')
  for (const service of facts.all('Service')) {
    const namespace = service.metadata.namespace ?? ''
    const selector = Object.entries((service['spec'] as {selector?: Record<string, string>} | undefined)?.selector ?? {})
    if (selector.length === 0) continue
    const selects = (labels: Record<string, string> = {}): boolean => selector.every(([key, value]) => labels[key] === value)
    for (const pod of byNamespace.get(namespace) ?? []) if (selects(pod.metadata.labels)) add(refOf(pod), refOf(service))
    for (const kind of WORKLOADS) {
      for (const workload of facts.all(kind)) {
        const template = (workload['spec'] as {template?: {metadata?: {labels?: Record<string, string>}}} | undefined)?.template
        if (workload.metadata.namespace === namespace && selects(template?.metadata?.labels)) add(refOf(workload), refOf(service))
      }
    }
  }
  for (const kind of ['HTTPRoute', 'GRPCRoute']) {
    for (const route of facts.all(kind)) {
      const spec = (route['spec'] ?? {}) as {parentRefs?: {name: string; namespace?: string; kind?: string}[]; rules?: {backendRefs?: {name: string; namespace?: string; kind?: string}[]}[]}
      for (const parent of spec.parentRefs ?? []) add({kind: parent.kind ?? 'Gateway', name: parent.name, namespace: parent.namespace ?? route.metadata.namespace ?? ''}, refOf(route))
      for (const backend of (spec.rules ?? []).flatMap((rule) => rule.backendRefs ?? [])) add({kind: backend.kind ?? 'Service', name: backend.name, namespace: backend.namespace ?? route.metadata.namespace ?? ''}, refOf(route))
    }
  }
  for (const gateway of facts.all('Gateway')) {
    const spec = (gateway['spec'] ?? {}) as {gatewayClassName?: string; listeners?: {tls?: {certificateRefs?: {name: string; namespace?: string}[]}}[]}
    if (spec.gatewayClassName !== undefined) add({kind: 'GatewayClass', name: spec.gatewayClassName}, refOf(gateway))
    for (const secret of (spec.listeners ?? []).flatMap((listener) => listener.tls?.certificateRefs ?? [])) add({kind: 'Secret', name: secret.name, namespace: secret.namespace ?? gateway.metadata.namespace ?? ''}, refOf(gateway))
  }
  for (const ingress of facts.all('Ingress')) {
    const spec = (ingress['spec'] ?? {}) as {ingressClassName?: string; tls?: {secretName?: string}[]; rules?: {http?: {paths?: {backend?: {service?: {name: string}}}[]}}[]}
    if (spec.ingressClassName !== undefined) add({kind: 'IngressClass', name: spec.ingressClassName}, refOf(ingress))
    for (const {secretName} of spec.tls ?? []) if (secretName !== undefined) add({kind: 'Secret', name: secretName, ...at(ingress)}, refOf(ingress))
    for (const path of (spec.rules ?? []).flatMap((rule) => rule.http?.paths ?? [])) if (path.backend?.service !== undefined) add({kind: 'Service', name: path.backend.service.name, ...at(ingress)}, refOf(ingress))
  }
  for (const api of facts.all('APIService')) {
    const service = (api['spec'] as {service?: {name: string; namespace: string}} | undefined)?.service
    if (service !== undefined) add({kind: 'Service', name: service.name, namespace: service.namespace}, refOf(api))
    if (api.metadata.name.endsWith('metrics.k8s.io')) for (const hpa of facts.all('HorizontalPodAutoscaler')) add(refOf(api), refOf(hpa))
  }
  for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']) {
    for (const configuration of facts.all(kind)) {
      const hooks = (configuration as unknown as {webhooks?: {clientConfig?: {service?: {name: string; namespace: string}}}[]}).webhooks ?? []
      for (const {clientConfig} of hooks) if (clientConfig?.service !== undefined) add({kind: 'Service', name: clientConfig.service.name, namespace: clientConfig.service.namespace}, refOf(configuration))
    }
  }
}

/** Issuer → Certificate → Secret; the Secret of a CA → Issuer. */
function certificates(facts: Facts, add: Add): void {
  for (const certificate of facts.all('Certificate')) {
    const spec = (certificate['spec'] ?? {}) as {secretName?: string; issuerRef?: {kind?: string; name?: string}}
    const kind = spec.issuerRef?.kind ?? 'Issuer'
    if (spec.issuerRef?.name !== undefined) add({kind, name: spec.issuerRef.name, ...(kind === 'Issuer' ? at(certificate) : {})}, refOf(certificate))
    if (spec.secretName !== undefined) add(refOf(certificate), {kind: 'Secret', name: spec.secretName, ...at(certificate)})
  }
  for (const kind of ['Issuer', 'ClusterIssuer']) {
    for (const issuer of facts.all(kind)) {
      const secret = (issuer['spec'] as {ca?: {secretName?: string}} | undefined)?.ca?.secretName
      // The Secret of a ClusterIssuer is beside its controller, whose namespace its name alone does not tell.
      if (secret !== undefined) for (const holder of facts.all('Secret')) if (holder.metadata.name === secret && (kind === 'ClusterIssuer' || holder.metadata.namespace === issuer.metadata.namespace)) add(refOf(holder), refOf(issuer))
    }
  }
}

/** A controller that is away leaves its kinds without an answer. */
function components(facts: Facts, add: Add): void {
  const definitions = new Map(facts.all('CustomResourceDefinition').map((one) => [one.metadata.name, one]))
  for (const component of facts.components) {
    for (const name of component.definitions) {
      const kind = (definitions.get(name)?.['spec'] as {names?: {kind?: string}} | undefined)?.names?.kind
      if (kind === undefined) continue
      for (const object of facts.all(kind)) {
        for (const workload of component.workloads) add(workload, refOf(object))
        add({kind: 'CustomResourceDefinition', name}, refOf(object))
      }
    }
  }
}

/** Everything that suffers from an object, at any distance. */
export function affectedBy(relations: Relations, start: readonly string[]): Set<string> {
  const reached = new Set<string>()
  const queue = [...start]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const next of relations.get(name) ?? []) {
      if (reached.has(next)) continue
      reached.add(next)
      queue.push(next)
    }
  }
  return reached
}
