/** Rules about GPUs, spot nodes and the network plugin's own limits. */
import type {Problem} from '../issues.ts'
import {providerHas} from '../provider-facts.ts'
import type {EnvironmentSpec} from '../types.ts'
import {doubt, wrong} from './finding.ts'

/** Families of instance types with NVIDIA GPUs: g4dn, g5, g6, p3, p4d, p5 … */
const GPU_TYPE = /^(g[3-9]|p[2-9])[a-z0-9-]*\./
/** Cilium refuses longer names. */
const LONGEST_CILIUM_NAME = 32

/** Pools say that they have GPUs exactly where they have some. */
export function gpusFit(spec: EnvironmentSpec): Problem[] {
  if (!providerHas.aws(spec.provider)) return []
  return spec.nodePools.flatMap((pool, i) => {
    const has = GPU_TYPE.test(pool.instanceType)
    if (has && pool.gpu === undefined) return [doubt(['nodePools', i, 'instanceType'], `${pool.instanceType} has GPUs: without gpu: {count: N} no pod can ask for them`)]
    if (!has && pool.gpu !== undefined) return [doubt(['nodePools', i, 'gpu'], `${pool.instanceType} has no NVIDIA GPU`, ['nodePools', i, 'instanceType'])]
    return []
  })
}

/** What empties spot nodes can do so there. */
export function spotHandlerFits(spec: EnvironmentSpec): Problem[] {
  const {spotHandler} = spec.phases['node-pools']
  const path = ['phases', 'node-pools', 'spotHandler']
  const spot = spec.nodePools.some(({capacity}) => capacity === 'spot')
  if (spotHandler === 'none') return []
  if (spotHandler === 'karpenter') {
    const by = spec.phases.autoscaling.nodes === 'karpenter'
    return [doubt(path, by ? 'karpenter empties spot nodes once phases.autoscaling installs it; until then nothing does' : 'karpenter comes with phases.autoscaling.nodes: karpenter; node-termination-handler works without', ['phases', 'autoscaling', 'nodes'])]
  }
  if (!providerHas.aws(spec.provider) && spec.provider.type !== 'lab') {
    return [wrong(path, `node-termination-handler asks the metadata service of EC2, which ${spec.provider.type} has not`, ['provider', 'type'])]
  }
  return spot ? [] : [doubt(path, 'has nothing to do: no pool has capacity: spot', ['nodePools'])]
}

/** The network plugin can work with the names and the API server of this cluster. */
export function pluginFits(spec: EnvironmentSpec): Problem[] {
  const {cni} = spec.phases
  const found: Problem[] = []
  if (!cni.enabled || cni.plugin !== 'cilium') return found
  const {cluster} = spec.environment
  // More than 63 letters fit nowhere, which another rule says.
  if (cluster.length > LONGEST_CILIUM_NAME && cluster.length <= 63) {
    found.push(wrong(['phases', 'cni', 'plugin'], `cilium takes cluster names of at most ${LONGEST_CILIUM_NAME} letters, and "${cluster}" has ${cluster.length}: shorten environments[].cluster, or use calico`))
  }
  const values = spec.components['cilium']?.values ?? {}
  if (cni.kubeProxyReplacement && spec.provider.type === 'existing' && (values['k8sServiceHost'] === undefined || values['k8sServicePort'] === undefined)) {
    found.push(wrong(['phases', 'cni', 'kubeProxyReplacement'], 'needs the address of the API server, since no Service leads to it while Cilium starts: components.cilium.values.k8sServiceHost and k8sServicePort'))
  }
  return found
}
