/** A node of the lab that comes beside another one for a time. Pure. */
import type {KubeObject} from '../../tools/kube-api.ts'
import {LAB} from './stages.ts'

const KEPT = [LAB.cpu, LAB.memory, LAB.pods, LAB.gpu, LAB.storage] as string[]
const HOST = 'kubernetes.io/hostname'
/** Labels by which kp finds what it keeps itself: this one it does not keep. */
const NOT_OURS = new Set(['kp.dev/set', 'app.kubernetes.io/managed-by', LAB.fault])
/** So far from the address of the other one is that of the new one. */
const ADDRESS_STEP = 80

/** Of the same pool, zone and size, with another kubelet. @param marks annotations by which it is found again */
export function surgeNode(model: KubeObject, {name, kubelet, marks}: {name: string; kubelet: string; marks: Record<string, string>}): KubeObject {
  const {labels = {}, annotations = {}} = model.metadata
  const {taints = []} = (model['spec'] ?? {}) as {taints?: {key: string}[]}
  const own = taints.filter(({key}) => !key.startsWith('node.kubernetes.io/'))
  const address = addressAfter(annotations[LAB.address])
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {...Object.fromEntries(Object.entries(labels).filter(([key]) => !NOT_OURS.has(key))), [HOST]: name},
      annotations: {
        ...Object.fromEntries(Object.entries(annotations).filter(([key]) => KEPT.includes(key))),
        'node.alpha.kubernetes.io/ttl': '0',
        'kwok.x-k8s.io/node': 'fake',
        'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource`,
        [LAB.kubelet]: kubelet,
        ...(address === undefined ? {} : {[LAB.address]: address}),
        ...marks,
      },
    },
    spec: own.length === 0 ? {} : {taints: own},
  }
}

/** `10.0.1.91` after `10.0.1.11`; undefined where there is none: then the lab makes one up. */
function addressAfter(address: string | undefined): string | undefined {
  const [, net, last] = /^(.+\.)(\d+)$/.exec(address ?? '') ?? []
  return last === undefined || Number(last) + ADDRESS_STEP > 254 ? undefined : `${net}${Number(last) + ADDRESS_STEP}`
}
