/** An API server of objects in memory, for the real cluster reader: lists, reads, refusals. */
import {ClusterReader} from '../../src/checks/cluster.ts'
import type {ApiResource, KubeAnswer, KubeApi, KubeObject, KubeRequest} from '../../src/tools/kube-api.ts'
import {apiError} from '../../src/tools/kube-api.ts'

/** What a fake API server holds and answers. */
export interface FakeApiOptions {
  objects: KubeObject[]
  /** Kinds that it knows without an object of them: `apps/v1 Deployment`. */
  kinds?: readonly string[]
  /** Kinds that it refuses to show, as above: 403. */
  refused?: ReadonlySet<string>
  /** Answers by the beginning of a path (`/readyz`), or to a dry run by `dry-run <kind>`; the longest that fits counts. A body may be made of what was sent. A status of 300 or more is a refusal. */
  answers?: Record<string, {status?: number; body: unknown}>
  /** Name or address of the API server; default 127.0.0.1. */
  host?: string
}

/** The reader, and which kinds and paths were asked for. */
export interface FakeApi {
  reader: ClusterReader
  /** `apps/v1 Deployment`. */
  kinds: Set<string>
  paths: Set<string>
}

/** Kinds that every API server knows. */
const BUILT_IN = [
  'v1 Namespace', 'v1 Node', 'v1 Pod', 'v1 Service', 'v1 Endpoints', 'v1 ConfigMap', 'v1 Secret', 'v1 Event', 'v1 ServiceAccount', 'v1 PersistentVolume', 'v1 PersistentVolumeClaim',
  'v1 ResourceQuota', 'v1 LimitRange', 'apps/v1 Deployment', 'apps/v1 DaemonSet', 'apps/v1 StatefulSet', 'apps/v1 ReplicaSet', 'batch/v1 Job', 'batch/v1 CronJob',
  'policy/v1 PodDisruptionBudget', 'autoscaling/v2 HorizontalPodAutoscaler', 'networking.k8s.io/v1 NetworkPolicy', 'networking.k8s.io/v1 Ingress', 'networking.k8s.io/v1 IngressClass',
  'discovery.k8s.io/v1 EndpointSlice', 'storage.k8s.io/v1 StorageClass', 'storage.k8s.io/v1 CSIDriver', 'storage.k8s.io/v1 CSINode', 'storage.k8s.io/v1 VolumeAttachment', 'coordination.k8s.io/v1 Lease',
  'rbac.authorization.k8s.io/v1 Role', 'rbac.authorization.k8s.io/v1 RoleBinding', 'rbac.authorization.k8s.io/v1 ClusterRole', 'rbac.authorization.k8s.io/v1 ClusterRoleBinding',
  'apiextensions.k8s.io/v1 CustomResourceDefinition', 'apiregistration.k8s.io/v1 APIService', 'scheduling.k8s.io/v1 PriorityClass',
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration', 'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding', 'networking.k8s.io/v1 ServiceCIDR',
]

/** Makes the reader of a fake API server. */
export function fakeApi({objects, kinds: more = [], refused = new Set(), answers = {}, host = '127.0.0.1'}: FakeApiOptions): FakeApi {
  const kinds = new Set<string>()
  const paths = new Set<string>()
  const known = new Set([...BUILT_IN, ...more, ...objects.map(({apiVersion, kind}) => `${apiVersion} ${kind}`)])
  const forbidden = (what: string): KubeAnswer => ({status: 403, body: {reason: 'Forbidden', message: `${what} is forbidden: User "kp" cannot list it`}})
  const scripted = (path: string): KubeAnswer | undefined => {
    const found = Object.keys(answers).filter((key) => path.startsWith(key)).toSorted((one, other) => other.length - one.length)[0]
    return found === undefined ? undefined : ({status: 200, ...answers[found]}) as KubeAnswer
  }
  /** Kinds have invented paths: `/fake/<apiVersion with _>/<kind>[/namespace]/[name]`. */
  const baseOf = (apiVersion: string, kind: string): string => `/fake/${apiVersion.replace('/', '_')}/${kind}`
  const answer = (path: string): KubeAnswer => {
    const [at = ''] = path.split('?')
    const said = scripted(path)
    if (said !== undefined) return said
    const query = new URLSearchParams(path.split('?')[1] ?? '')
    const match = /^\/fake\/(?<version>[^/]+)\/(?<kind>[^/]+)\/(?:namespaces\/(?<within>[^/]+)\/list|list|(?<namespace>[^/]*)\/(?<name>.+))$/.exec(at)
    if (match?.groups === undefined) return {status: 404, body: {message: `the fake API server has nothing at ${path}`}}
    const {version = '', kind = '', namespace = '', name, within} = match.groups
    const id = `${version.replace('_', '/')} ${kind}`
    if (refused.has(id)) return forbidden(kind)
    const of = objects.filter((object) => `${object.apiVersion} ${object.kind}` === id)
    if (name === undefined) return {status: 200, body: {items: structuredClone(of.filter((object) => selected(object, query) && (within === undefined || object.metadata.namespace === within)))}}
    const found = of.find(({metadata}) => metadata.name === name && (metadata.namespace ?? '') === namespace)
    return (found === undefined ? {status: 404, body: {}} : {status: 200, body: found})
  }
  const api = {
    request: (call: KubeRequest) => {
      paths.add(call.path)
      const said = answer(call.path)
      return Promise.resolve(typeof said.body === 'function' ? {...said, body: (said.body as (sent: unknown) => unknown)(call.body)} : said)
    },
    get(path: string) {
      paths.add(path)
      const said = answer(path)
      if (said.status === 404) return Promise.resolve(undefined)
      return said.status >= 300 ? Promise.reject(apiError(said, `read ${path}`)) : Promise.resolve(said.body)
    },
    resource(apiVersion: string, kind: string) {
      const id = `${apiVersion} ${kind}`
      if (!known.has(id)) return Promise.resolve(undefined)
      kinds.add(id)
      return Promise.resolve({base: baseOf(apiVersion, kind), plural: 'list', namespaced: true} as unknown as ApiResource)
    },
    pathOf({apiVersion, kind, metadata}: KubeObject) {
      const id = `${apiVersion} ${kind}`
      if (!known.has(id)) return Promise.resolve(undefined)
      kinds.add(id)
      return Promise.resolve(`${baseOf(apiVersion, kind)}/${metadata.namespace ?? ''}/${metadata.name}`)
    },
    dryRunApply(object: KubeObject) {
      const id = `${object.apiVersion} ${object.kind}`
      kinds.add(id)
      paths.add(`dry-run ${object.kind}`)
      if (refused.has(id)) return Promise.resolve(forbidden(object.kind))
      return Promise.resolve(scripted(`dry-run ${object.kind}`) ?? {status: 200, body: object})
    },
    host: () => Promise.resolve(host),
    kinds: () => Promise.resolve([...known].map((id) => ({apiVersion: id.split(' ')[0] ?? '', kind: id.split(' ')[1] ?? '', namespaced: true}))),
    forgetResources: () => undefined,
  }
  return {reader: new ClusterReader(api as unknown as KubeApi), kinds, paths}
}

/** Whether an object is asked for by labels, of the forms `key=value` and `key`, and by fields, of the forms `path=value` and `path!=value`. */
function selected(object: KubeObject, query: URLSearchParams): boolean {
  const labels = (query.get('labelSelector') ?? '').split(',').filter((part) => part !== '')
  const fields = (query.get('fieldSelector') ?? '').split(',').filter((part) => part !== '')
  const fits = fields.every((part) => {
    const [path = '', wanted = ''] = part.split(/!?=/)
    const found = path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object) ?? ''
    return (found === wanted) !== part.includes('!=')
  })
  return fits && labels.every((part) => {
    const [other, unwanted] = part.split('!=')
    if (unwanted !== undefined) return object.metadata.labels?.[other ?? ''] !== unwanted
    const [key = '', value] = part.split('=')
    const found = object.metadata.labels?.[key]
    return value === undefined ? found !== undefined : found === value
  })
}
