/** What kp.yaml means to the roles of Ansible: the variables of all hosts. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'
import {metallbOf} from './metallb.ts'
import {podNetworkPorts} from './ports.ts'

/** By which the speakers of MetalLB see each other. */
const SPEAKERS = 7946

/** The cloud controller of AWS is newer than no Kubernetes that kp builds, and works with all of them. */
const CLOUD_CONTROLLER = 'v1.34.0'

/** The variables, by name. */
export function hostVariables(spec: EnvironmentSpec, apiEndpoint: string): Record<string, unknown> {
  const {environment, kubernetes, network, provider, phases} = spec
  const [apiHost = '', apiPort = '6443'] = apiEndpoint.split(':')
  const aws = provider.type === 'kubeadm-aws'
  const tcp = podNetworkPorts(spec).filter(({protocol}) => protocol === 'tcp').map(({from}) => from).concat(metallbOf(spec) === undefined ? [] : [SPEAKERS])
  return {
    kp_cluster: environment.cluster,
    kp_kubernetes_minor: kubernetes.version,
    ...(kubernetes.patch === undefined ? {} : {kp_kubernetes_patch: kubernetes.patch}),
    kp_pod_cidr: network.podCidr,
    kp_service_cidr: network.serviceCidr,
    kp_api_endpoint: `${apiHost}:${apiPort}`,
    kp_api_names: [...new Set([apiHost, ...(provider.type === 'bare-metal' ? provider.hosts.filter(({role}) => role === 'control-plane').flatMap(({name, address}) => [name, address]) : []), 'localhost', '127.0.0.1'])].filter((name) => name !== ''),
    kp_encryption: phases['control-plane'].encryption,
    kp_kube_proxy: !(phases.cni.plugin === 'cilium' && phases.cni.kubeProxyReplacement),
    kp_cloud_provider: aws ? 'aws' : '',
    ...(aws ? {kp_cloud_controller_version: CLOUD_CONTROLLER} : {}),
    ...(spec.images.mirror === undefined ? {} : {kp_image_registry: spec.images.mirror}),
    ...(provider.type === 'bare-metal' && provider.apiLoadBalancer === 'kube-vip' ? {kp_kube_vip: {address: apiHost, port: Number(apiPort), services: provider.loadBalancer === 'kube-vip'}} : {}),
    ...(provider.type === 'bare-metal' && provider.storage === 'topolvm' && provider.volumeGroup !== undefined ? {kp_volume_group: provider.volumeGroup} : {}),
    ...(provider.type === 'bare-metal' ? {kp_time_servers: provider.timeServers} : {}),
    kp_tcp_ports: {node: tcp, api: [6443], control_plane: [6443, 2379, 2380]},
  }
}
