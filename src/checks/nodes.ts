/** What is read of a node in more than one place. */
import type {KubeMeta, KubeObject} from '../tools/kube-api.ts'

/** Whether its condition Ready is true. */
export function isNodeReady(node: KubeObject): boolean {
  return (node['status'] as {conditions?: {type: string; status: string}[]} | undefined)?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True') === true
}

/** Whether it is of the control plane, by the label that kubeadm gives. */
export function isControlPlane(metadata: KubeMeta | undefined): boolean {
  return metadata?.labels?.['node-role.kubernetes.io/control-plane'] !== undefined
}
