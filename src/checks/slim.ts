/**
 * What is kept of the objects of a list. A cluster of twenty thousand pods is so some tens of megabytes, not hundreds: of
 * pods nothing is kept of commands, variables, mounts, probes, what follows from the rest, and what a ServiceAccount mounts;
 * and what many of them have alike is kept once. Who needs more of one object reads it by `get`.
 */
import {isDeepStrictEqual} from 'node:util'
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
  const before = new Map<string, unknown>()
  const once = (key: string, value: unknown): unknown => {
    // Siblings mostly follow each other in a list: to compare costs no memory, to write down does.
    const last = before.get(key)
    if (isDeepStrictEqual(value, last)) return last
    const text = JSON.stringify(value)
    const found = known.get(text) ?? value
    if (found === value) known.set(text, value)
    before.set(key, found)
    return found
  }
  const share = (holder: Fields): Fields => {
    for (const key of ALIKE) if (holder[key] !== undefined) holder[key] = once(key, holder[key])
    return holder
  }
  return (object) => {
    const metadata = without(object.metadata as unknown as Fields, META)
    if (object.kind !== 'Pod' || object.apiVersion !== 'v1') return {...object, metadata: metadata as unknown as KubeMeta}
    const {spec, status} = object as KubeObject & {spec?: Fields; status?: Fields}
    const slim: KubeObject = {...object, metadata: share(metadata) as unknown as KubeMeta}
    if (spec !== undefined) slim['spec'] = share(slimSpec(spec))
    if (status !== undefined) slim['status'] = slimStatus(status)
    return slim
  }
}

/** An object without who set which of its fields. */
export function withoutManagers(object: KubeObject): KubeObject {
  return {...object, metadata: without(object.metadata as unknown as Fields, META) as unknown as KubeMeta}
}

// Made anew and not deleted from: what was deleted from takes more room than before.
function without(holder: Fields, fields: ReadonlySet<string>): Fields {
  const left: Fields = {}
  for (const key in holder) if (!fields.has(key)) left[key] = holder[key]
  return left
}

function slimSpec(spec: Fields): Fields {
  const slim = without(spec, SPEC)
  for (const key of ['containers', 'initContainers']) if (slim[key] !== undefined) slim[key] = (slim[key] as Fields[]).map((one) => without(one, CONTAINER))
  if (slim['volumes'] !== undefined) slim['volumes'] = (slim['volumes'] as Fields[]).filter((one) => one['projected'] === undefined)
  return slim
}

function slimStatus(status: Fields): Fields {
  const slim = without(status, STATUS)
  // That all is well is told by Ready, since when by PodScheduled; of the rest only what is not.
  if (Array.isArray(slim['conditions'])) slim['conditions'] = (slim['conditions'] as Fields[]).filter(({type, status: value}) => type === 'Ready' || type === 'PodScheduled' || value !== 'True')
  for (const key in slim) if (key.endsWith('ontainerStatuses')) slim[key] = (slim[key] as Fields[]).map((one) => without(one, CONTAINER_STATUS))
  return slim
}
