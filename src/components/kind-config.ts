/** The configuration of a kind cluster. Pure. */
import {stringify} from 'yaml'
import {parseTaint, POOL_LABEL} from '../spec/pools.ts'
import type {EnvironmentSpec, ProviderOf} from '../spec/types.ts'

/** Ports of the ingress controller on the nodes, as kp's values set them for kind. */
const INGRESS_PORTS = [
  {name: 'http', containerPort: 80},
  {name: 'https', containerPort: 443},
] as const

interface KindNode {
  role: 'control-plane' | 'worker'
  image?: string
  labels: Record<string, string>
  extraPortMappings?: {containerPort: number; hostPort: number; protocol: 'TCP'}[]
  kubeadmConfigPatches?: string[]
}

/** A cluster of kind, `kind.x-k8s.io/v1alpha4`. */
export function kindConfig(spec: EnvironmentSpec, settings: ProviderOf<'kind'>, zones: readonly string[]): Record<string, unknown> {
  const {network, phases, nodePools} = spec
  const image = settings.image === undefined ? {} : {image: settings.image}
  const ports = {http: settings.httpPort, https: settings.httpsPort}
  const workers = nodePools.flatMap((pool) => Array.from({length: pool.min}, () => pool))
  const nodes: KindNode[] = [
    {
      role: 'control-plane',
      ...image,
      labels: {...zoneLabels(zones[0]), 'ingress-ready': 'true'},
      // The machine's own ports lead to this node, so that names of the ingress can be opened here.
      extraPortMappings: INGRESS_PORTS.map(({name, containerPort}) => ({containerPort, hostPort: ports[name], protocol: 'TCP'})),
    },
    ...workers.map((pool, index): KindNode => {
      const own = pool.zones ?? zones
      return {
        role: 'worker',
        ...image,
        labels: {...zoneLabels(own[index % own.length]), [POOL_LABEL]: pool.name, ...pool.labels},
        ...(pool.taints.length === 0 ? {} : {kubeadmConfigPatches: [taintsPatch(pool.taints)]}),
      }
    }),
  ]
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: spec.environment.cluster,
    networking: {
      podSubnet: network.podCidr,
      serviceSubnet: network.serviceCidr,
      ...(phases.cni.enabled ? {disableDefaultCNI: true} : {}),
      ...(phases.cni.enabled && phases.cni.plugin === 'cilium' && phases.cni.kubeProxyReplacement ? {kubeProxyMode: 'none'} : {}),
    },
    nodes,
  }
}

function zoneLabels(zone: string | undefined): Record<string, string> {
  return zone === undefined ? {} : {'topology.kubernetes.io/region': 'local', 'topology.kubernetes.io/zone': zone}
}

/** kind has no field for taints: kubeadm registers them. Its fields of that are the same in all versions that kind uses. */
function taintsPatch(taints: readonly string[]): string {
  return stringify({kind: 'JoinConfiguration', nodeRegistration: {taints: taints.map(parseTaint)}})
}
