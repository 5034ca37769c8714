/**
 * What is kept of the objects of a list. A cluster of twenty thousand pods is so some tens of megabytes, not hundreds: of
 * pods nothing is kept of commands, variables, mounts, probes, what follows from the rest, and what a ServiceAccount mounts;
 * and what many of them have alike is kept once. Who needs more of one object reads it by `get`.
 */
import type {KubeMeta, KubeObject} from '../tools/kube-api.ts'

const META = new Set(['managedFields', 'selfLink', 'generateName'])
const SPEC = new Set(['tolerations', 'affinity', 'topologySpreadConstraints', 'dnsPolicy', 'schedulerName', 'enableServiceLinks', 'preemptionPolicy', 'terminationGracePeriodSeconds', 'serviceAccount'])
const CONTAINER = new Set(['command', 'args', 'env', 'envFrom', 'volumeMounts', 'lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe', 'terminationMessagePath', 'terminationMessagePolicy', 'imagePullPolicy'])
const STATUS = new Set(['podIPs', 'hostIPs', 'qosClass'])
const CONTAINER_STATUS = new Set(['imageID', 'containerID', 'volumeMounts', 'allocatedResources', 'resources', 'user'])
/** Of a pod, what its siblings have alike. */
const ALIKE = new Set(['labels', 'annotations', 'ownerReferences', 'containers', 'initContainers', 'volumes', 'securityContext'])

type Fields = Record<string, unknown>

/** Makes what slims the objects of one list. They are for reading: parts of them are shared. */
export function slimmer(): (object: KubeObject) => KubeObject {
  const known = new Map<string, unknown>()
  const once = (value: unknown): unknown => {
    const text = JSON.stringify(value)
    const found = known.get(text)
    if (found !== undefined) return found
    known.set(text, value)
    return value
  }
  const shared = (holder: Fields): Fields => Object.fromEntries(Object.entries(holder).map(([key, value]) => [key, ALIKE.has(key) ? once(value) : value]))
  return (object) => {
    const metadata = without(object.metadata as unknown as Fields, META)
    if (object.kind !== 'Pod' || object.apiVersion !== 'v1') return {...object, metadata: metadata as unknown as KubeMeta}
    const {spec, status, ...rest} = object as KubeObject & {spec?: Fields; status?: Fields}
    return {
      ...rest,
      metadata: shared(metadata) as unknown as KubeMeta,
      ...(spec === undefined ? {} : {spec: shared(slimSpec(spec))}),
      ...(status === undefined ? {} : {status: slimStatus(status)}),
    }
  }
}

// Made anew and not deleted from: what was deleted from takes more room than before.
function without(holder: Fields, fields: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(holder).filter(([key]) => !fields.has(key)))
}

function slimSpec(spec: Fields): Fields {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !SPEC.has(key)).map(([key, value]) => {
    if (key === 'containers' || key === 'initContainers') return [key, (value as Fields[]).map((one) => without(one, CONTAINER))]
    return [key, key === 'volumes' ? (value as Fields[]).filter((one) => one['projected'] === undefined) : value]
  }))
}

function slimStatus(status: Fields): Fields {
  return Object.fromEntries(Object.entries(status).filter(([key]) => !STATUS.has(key)).map(([key, value]) => [key, key.endsWith('ontainerStatuses') ? (value as Fields[]).map((one) => without(one, CONTAINER_STATUS)) : value]))
}
