/** What machines of one's own lack beside a cluster: volumes, and addresses for load balancers. Objects in kp's own words. Pure. */
import type {EnvironmentSpec, ProviderOf} from '../../spec/types.ts'

/** An object of the cluster. */
export interface HostObject {
  apiVersion: string
  kind: string
  metadata: {name: string; namespace?: string; labels?: Record<string, string>}
  [field: string]: unknown
}

const LOCAL_PATH_IMAGE = 'rancher/local-path-provisioner:v0.0.32'
const HELPER_IMAGE = 'busybox:1.37'
const VIP_CONTROLLER_IMAGE = 'ghcr.io/kube-vip/kube-vip-cloud-provider:v0.0.12'
const STORAGE_NAMESPACE = 'local-path-storage'
/** Below this folder of a node are its volumes. */
const VOLUMES = '/var/lib/kp/volumes'
const EVERYWHERE = [{operator: 'Exists'}]

type Rules = {apiGroups: string[]; resources: string[]; verbs: string[]}[]

/** Images come from a mirror where there is one. */
function imageOf(spec: Pick<EnvironmentSpec, 'images'>, image: string): string {
  return spec.images.mirror === undefined ? image : `${spec.images.mirror}/${image.replace(/^ghcr\.io\//, '')}`
}

/** Volumes in a folder of the node: as quick as its disk, and gone with it. */
export function localPathObjects(spec: EnvironmentSpec): HostObject[] {
  const at = {namespace: STORAGE_NAMESPACE}
  const name = 'local-path-provisioner'
  const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'helper-pod'}, spec: {priorityClassName: 'system-node-critical', tolerations: EVERYWHERE, containers: [{name: 'helper-pod', image: imageOf(spec, HELPER_IMAGE)}]}}
  return [
    // Its helper pods make folders on the node.
    {apiVersion: 'v1', kind: 'Namespace', metadata: {name: STORAGE_NAMESPACE, labels: {'pod-security.kubernetes.io/enforce': 'privileged'}}},
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name, ...at}},
    ...access(name, STORAGE_NAMESPACE, [
      {apiGroups: [''], resources: ['nodes', 'persistentvolumeclaims', 'configmaps', 'pods', 'pods/log'], verbs: ['get', 'list', 'watch']},
      {apiGroups: [''], resources: ['persistentvolumes'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete']},
      {apiGroups: [''], resources: ['events'], verbs: ['create', 'patch']},
      {apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get', 'list', 'watch']},
    ]),
    {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: {name, ...at}, rules: [{apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete']}]},
    {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: {name, ...at}, roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name}, subjects: [{kind: 'ServiceAccount', name, namespace: STORAGE_NAMESPACE}]},
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'local-path-config', ...at},
      data: {
        'config.json': JSON.stringify({nodePathMap: [{node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [VOLUMES]}]}),
        setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
        teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
        'helperPod.yaml': JSON.stringify(pod),
      },
    },
    deployment(name, STORAGE_NAMESPACE, {
      image: imageOf(spec, LOCAL_PATH_IMAGE),
      command: ['local-path-provisioner', 'start', '--config', '/etc/config/config.json'],
      env: [{name: 'POD_NAMESPACE', valueFrom: {fieldRef: {fieldPath: 'metadata.namespace'}}}, {name: 'CONFIG_MOUNT_PATH', value: '/etc/config/'}],
      volumeMounts: [{name: 'config', mountPath: '/etc/config/'}],
    }, [{name: 'config', configMap: {name: 'local-path-config'}}]),
  ]
}

/** Who gives addresses to Services of type LoadBalancer: kube-vip's controller, by the ranges of kp.yaml. kube-vip itself answers for them. */
export function vipControllerObjects(spec: EnvironmentSpec, addresses: readonly string[]): HostObject[] {
  const name = 'kube-vip-cloud-provider'
  const namespace = 'kube-system'
  const ranges = addresses.filter((text) => !text.includes('/'))
  const networks = addresses.filter((text) => text.includes('/'))
  return [
    {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name, namespace}},
    ...access(name, namespace, [
      {apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update', 'list', 'patch']},
      {apiGroups: [''], resources: ['configmaps', 'endpoints', 'services/status', 'leases'], verbs: ['*']},
      {apiGroups: [''], resources: ['nodes', 'services'], verbs: ['list', 'get', 'watch', 'update', 'patch']},
      {apiGroups: [''], resources: ['events'], verbs: ['create', 'patch', 'update']},
    ]),
    {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'kubevip', namespace}, data: {...(ranges.length === 0 ? {} : {'range-global': ranges.join(',')}), ...(networks.length === 0 ? {} : {'cidr-global': networks.join(',')})}},
    deployment(name, namespace, {image: imageOf(spec, VIP_CONTROLLER_IMAGE), command: ['/kube-vip-cloud-provider', '--leader-elect-resource-name=kube-vip-cloud-controller']}, []),
  ]
}

/** Control planes carry no traffic of applications. */
const WORKERS = {matchExpressions: [{key: 'node-role.kubernetes.io/control-plane', operator: 'DoesNotExist'}]}

/** Cilium gives the addresses of kp.yaml and answers for them in the network of the hosts. */
export function ciliumAddressObjects(addresses: readonly string[]): HostObject[] {
  return [
    ciliumPool(addresses),
    {apiVersion: 'cilium.io/v2alpha1', kind: 'CiliumL2AnnouncementPolicy', metadata: {name: 'kp'}, spec: {loadBalancerIPs: true, nodeSelector: WORKERS}},
  ]
}

/** What the workers tell which routers. */
type BgpSettings = NonNullable<ProviderOf<'bare-metal'>['bgp']>

/** Cilium gives the addresses of kp.yaml, and each worker tells the routers that it leads to them. */
export function ciliumBgpObjects(addresses: readonly string[], {asn, peers}: BgpSettings): HostObject[] {
  const advertised = {advertise: 'kp'}
  return [
    ciliumPool(addresses),
    // Of every Service that has an address; a selector that is not there would choose none.
    {apiVersion: 'cilium.io/v2', kind: 'CiliumBGPAdvertisement', metadata: {name: 'kp', labels: advertised}, spec: {advertisements: [{advertisementType: 'Service', service: {addresses: ['LoadBalancerIP']}, selector: {matchExpressions: [{key: 'kp.dev/no-bgp', operator: 'DoesNotExist'}]}}]}},
    {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumBGPPeerConfig',
      metadata: {name: 'kp'},
      // While an agent starts anew the routers keep its routes: its data path goes on.
      spec: {gracefulRestart: {enabled: true, restartTimeSeconds: 120}, families: [{afi: 'ipv4', safi: 'unicast', advertisements: {matchLabels: advertised}}]},
    },
    {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumBGPClusterConfig',
      metadata: {name: 'kp'},
      spec: {nodeSelector: WORKERS, bgpInstances: [{name: 'kp', localASN: asn, peers: peers.map((peer) => ({name: `router-${peer.address.replaceAll('.', '-')}`, peerASN: peer.asn, peerAddress: peer.address, peerConfigRef: {name: 'kp'}}))}]},
    },
  ]
}

function ciliumPool(addresses: readonly string[]): HostObject {
  const blocks = addresses.map((text) => {
    const [start, stop] = text.split('-')
    return text.includes('/') ? {cidr: text} : {start, stop}
  })
  return {apiVersion: 'cilium.io/v2', kind: 'CiliumLoadBalancerIPPool', metadata: {name: 'kp'}, spec: {blocks}}
}

function access(name: string, namespace: string, rules: Rules): HostObject[] {
  return [
    {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: {name: `kp:${name}`}, rules},
    {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: {name: `kp:${name}`}, roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `kp:${name}`}, subjects: [{kind: 'ServiceAccount', name, namespace}]},
  ]
}

function deployment(name: string, namespace: string, container: Record<string, unknown>, volumes: object[]): HostObject {
  const labels = {app: name}
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name, namespace},
    spec: {
      replicas: 1,
      selector: {matchLabels: labels},
      template: {
        metadata: {labels},
        spec: {
          serviceAccountName: name,
          priorityClassName: 'system-cluster-critical',
          tolerations: [{key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule', operator: 'Exists'}],
          containers: [{name, ...container, resources: {requests: {cpu: '10m', memory: '32Mi'}, limits: {memory: '128Mi'}}}],
          volumes,
        },
      },
    },
  }
}
