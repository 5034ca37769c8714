/** Nodes, pods and budgets for the simulation of drains. */
import type {DrainInput} from '../../src/operations/drain/simulate.ts'
import type {PodObject, PodSpec} from '../../src/operations/drain/pods.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'

/** A node of a zone. */
export function node(name: string, {zone = 'a', cpu = '4', labels = {}, ...spec}: {zone?: string; cpu?: string; labels?: Record<string, string>; taints?: object[]; unschedulable?: boolean} = {}): KubeObject {
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: {name, labels: {'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone, ...labels}},
    spec,
    status: {allocatable: {cpu, memory: '16Gi', pods: '110'}},
  }
}

/** Copies of a Deployment, one on each of the nodes named. */
export function deployment(name: string, nodes: string[], {cpu = '500m', ready = true, kind = 'ReplicaSet', spec = {}}: {cpu?: string; ready?: boolean; kind?: string; spec?: PodSpec} = {}): PodObject[] {
  return nodes.map((on, index) => ({
    apiVersion: 'v1', kind: 'Pod',
    metadata: {name: `${name}-5d4f-${index}`, namespace: 'shop', uid: `${name}-${index}`, labels: {app: name, 'pod-template-hash': '5d4f'}, ownerReferences: [{apiVersion: 'apps/v1', kind, name: `${name}-5d4f`, uid: `rs-${name}`, controller: true}]},
    spec: {...(on === '' ? {} : {nodeName: on}), containers: [{resources: {requests: {cpu, memory: '128Mi'}}}], ...spec},
    status: {phase: on === '' ? 'Pending' : 'Running', conditions: [{type: 'Ready', status: ready ? 'True' : 'False'}]},
  }))
}

/** A budget as its controller has counted it. */
export function budget(name: string, {minAvailable, maxUnavailable, expected, healthy = expected, policy, labels = {}}: {minAvailable?: number; maxUnavailable?: number; expected: number; healthy?: number; policy?: string; labels?: Record<string, string>}): KubeObject {
  const desired = minAvailable ?? Math.max(0, expected - (maxUnavailable ?? 0))
  return {
    apiVersion: 'policy/v1', kind: 'PodDisruptionBudget',
    metadata: {name, namespace: 'shop', generation: 1, labels},
    spec: {selector: {matchLabels: {app: name}}, ...(minAvailable === undefined ? {} : {minAvailable}), ...(maxUnavailable === undefined ? {} : {maxUnavailable}), ...(policy === undefined ? {} : {unhealthyPodEvictionPolicy: policy})},
    status: {observedGeneration: 1, expectedPods: expected, currentHealthy: healthy, desiredHealthy: desired, disruptionsAllowed: Math.max(0, healthy - desired)},
  }
}

/** Everything that a simulation looks at. */
export function drainInput(more: Partial<DrainInput>): DrainInput {
  return {nodes: [], pods: [], budgets: [], claims: [], volumes: [], namespaces: [{apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'shop'}}], csiNodes: [], simulated: true, ...more}
}
