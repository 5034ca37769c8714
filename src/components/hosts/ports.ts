/** The ports that hosts of a cluster must reach of each other: for security groups and for the preflight. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'

/** A port, or a whole protocol. */
export interface HostPort {
  name: string
  description: string
  /** `tcp`, `udp`, or the number of a protocol without ports. */
  protocol: string
  from: number
  /** Last of a range. */
  to?: number
}

/** What every host accepts from every other: the kubelet, and what the pod network of kp.yaml needs. */
export function podNetworkPorts({phases: {cni}, components}: Pick<EnvironmentSpec, 'phases' | 'components'>): HostPort[] {
  const kubelet = tcp('kubelet', 'kubelet, asked by API server and metrics-server', 10_250)
  const own = cni.plugin === 'cilium' ? ciliumPorts(cni, components['cilium']?.values?.['tunnelProtocol'] === 'geneve') : calicoPorts(cni)
  return [kubelet, ...own]
}

function ciliumPorts({routing, encryption, hubble}: EnvironmentSpec['phases']['cni'], geneve: boolean): HostPort[] {
  return [
    tcp('cilium-health', 'Cilium, whether the other node lives', 4240),
    {name: 'icmp', description: 'Cilium, whether the other node lives', protocol: 'icmp', from: 8, to: -1},
    ...(routing === 'overlay' ? [geneve ? udp('geneve', 'Cilium, pods in Geneve', 6081) : udp('vxlan', 'Cilium, pods in VXLAN', 8472)] : []),
    ...(encryption === 'wireguard' ? [udp('wireguard', 'Cilium, pods in WireGuard', 51_871)] : []),
    ...(hubble ? [tcp('hubble', 'Hubble, flows of each node', 4244)] : []),
  ]
}

function calicoPorts({routing, encryption}: EnvironmentSpec['phases']['cni']): HostPort[] {
  return [
    tcp('typha', 'Calico, Typha', 5473),
    ...(routing === 'overlay' ? [udp('vxlan', 'Calico, pods in VXLAN', 4789)] : [tcp('bgp', 'Calico, BGP', 179), {name: 'ipip', description: 'Calico, IP in IP', protocol: '4', from: -1, to: -1}]),
    ...(encryption === 'wireguard' ? [udp('wireguard', 'Calico, pods in WireGuard', 51_820)] : []),
  ]
}

function tcp(name: string, description: string, from: number): HostPort {
  return {name, description, protocol: 'tcp', from}
}

function udp(name: string, description: string, from: number): HostPort {
  return {name, description, protocol: 'udp', from}
}
