/** Kubelets and runtimes that the new control plane still works with. */
import type {KubeObject} from '../../../tools/kube-api.ts'
import type {Gate, GateAnswer, GateProblem} from '../types.ts'
import {minorsBetween} from '../versions.ts'

/** A kubelet may be so many minors older. */
const OLDEST = 3

interface NodeInfo {
  nodeInfo?: {kubeletVersion?: string; containerRuntimeVersion?: string}
  conditions?: {type: string; status: string}[]
}

/** See the file's head. */
export const skewGate: Gate = {
  id: 'version-skew',
  title: 'Every kubelet and every container runtime works with the new control plane',
  async run({ctx, target}) {
    return judgeSkew(await (await ctx.cluster()).listKnown('v1', 'Node'), target.toMinor)
  },
}

/** Pure. */
export function judgeSkew(nodes: readonly KubeObject[], toMinor: string): GateAnswer {
  const problems: GateProblem[] = []
  const silent: string[] = []
  for (const node of nodes) {
    const {nodeInfo, conditions = []} = (node['status'] ?? {}) as NodeInfo
    const {name} = node.metadata
    const kubelet = nodeInfo?.kubeletVersion ?? ''
    const between = minorsBetween(kubelet, toMinor)
    if (Number.isNaN(between)) silent.push(name)
    if (between > OLDEST) problems.push({what: `the kubelet of ${name} is ${kubelet}, ${between} minors older than ${toMinor}`, source: `Node ${name}`, fix: `kp upgrade --to ${kubelet.replace(/^v?(\d+\.\d+).*$/, '$1')} does not help: bring the node to the control plane's minor first: kp node patch ${name}`})
    if (between < 0) problems.push({what: `the kubelet of ${name} is ${kubelet}, newer than ${toMinor}: no kubelet may be newer than the API server`, source: `Node ${name}`, fix: `replace the node by one with an older kubelet: kp node replace ${name}`})
    if (minorsBetween('1.36', toMinor) >= 0 && nodeInfo?.containerRuntimeVersion?.startsWith('containerd://1.') === true) problems.push({what: `${name} runs ${nodeInfo?.containerRuntimeVersion}: the kubelet of ${toMinor} wants containerd 2`, source: `Node ${name}`, fix: `kp node replace ${name}, with a machine image that has containerd 2`})
    if (conditions.find(({type}) => type === 'Ready')?.status !== 'True') problems.push({what: `${name} is not ready`, source: `Node ${name}`, fix: `kubectl describe node ${name}; kp diagnose node-pools`})
  }
  if (nodes.length === 0) return {status: 'unknown', reason: 'the cluster shows no node', fix: 'kp verify node-pools'}
  if (problems.length > 0) return {status: 'fail', reason: problems.length === 1 ? (problems[0]?.what ?? '') : `${problems.length} problems with nodes, the first: ${problems[0]?.what}`, fix: problems[0]?.fix ?? null, problems}
  if (silent.length > 0) return {status: 'unknown', reason: `no kubelet version is known of ${silent.join(', ')}`, fix: 'kp verify node-pools'}
  return {status: 'pass', reason: `${nodes.length} nodes, none older than three minors before ${toMinor}`, fix: null}
}
