/** The values and the objects of a component on one platform. */
import type {EnvironmentSpec} from '../spec/types.ts'
import {durationSeconds} from '../spec/units.ts'
import {backupValues} from './backup-values.ts'
import {autoscalingValues} from './autoscaling-values.ts'
import {externalDnsValues, ingressValues} from './ingress-values.ts'
import {loggingValues} from './logging/values.ts'
import {meshValues} from './mesh-values.ts'
import {metricsValues} from './metrics-values.ts'
import {policyValues} from './policy-values.ts'
import {resolveObjects} from './objects.ts'
import type {ComponentObjects} from './objects.ts'
import {secretsValues} from './secrets-values.ts'
import {annotatedRoles} from './terraform/pod-roles.ts'
import type {Catalog, CniValues, RenderedValues, ValuesContext} from './types.ts'
import {renderValues} from './values.ts'

/** What of a platform decides the values of its components. */
export interface ValuesPlatform {
  spec: EnvironmentSpec
  catalog: Catalog
  provider: {apiServer?(): {host: string; port: number}}
}

/** What the values templates of components may name, from the spec. */
export function valuesContext({spec, catalog, provider}: ValuesPlatform): ValuesContext {
  return {
    provider: spec.provider.type,
    cluster: spec.environment.cluster,
    environment: spec.environment.name,
    domain: spec.domain,
    podCidr: spec.network.podCidr,
    serviceCidr: spec.network.serviceCidr,
    zones: spec.network.zones,
    apiServer: apiServerOf(provider),
    monitoring: spec.phases.monitoring.enabled,
    certificates: spec.phases['cert-manager'].enabled,
    metrics: metricsValues(spec),
    logging: loggingValues(spec),
    autoscaling: autoscalingValues(spec),
    secrets: secretsValues(spec),
    mesh: meshValues(spec),
    gitopsInterval: `${durationSeconds(spec.phases.gitops.interval)}s`,
    cni: cniValues({spec, provider}),
    gpuPools: spec.nodePools.filter((pool) => pool.gpu !== undefined).map(({name}) => name),
    spotPools: spec.nodePools.filter((pool) => pool.capacity === 'spot').map(({name}) => name),
    ingress: ingressValues(spec),
    policies: policyValues(spec, catalog),
    externalDns: externalDnsValues(spec),
    backup: backupValues(spec),
    awsRoles: annotatedRoles(spec),
    ...(spec.provider.type === 'bare-metal' && spec.provider.storage === 'topolvm' && spec.provider.volumeGroup !== undefined ? {volumeGroup: spec.provider.volumeGroup} : {}),
    ...(spec.images.mirror === undefined ? {} : {imageMirror: spec.images.mirror}),
  }
}

function apiServerOf(provider: ValuesPlatform['provider']): {host: string; port: number} {
  return provider.apiServer?.() ?? {host: 'kubernetes.default.svc', port: 443}
}

/** What `phases.cni` means to the charts of the network plugins. */
function cniValues({spec, provider}: Pick<ValuesPlatform, 'spec' | 'provider'>): CniValues {
  const {routing, encryption, hubble, kubeProxyReplacement} = spec.phases.cni
  const native = routing === 'native'
  return {
    kubeProxyReplacement,
    ...(kubeProxyReplacement ? {healthzBindAddress: '0.0.0.0:10256', apiServer: apiServerOf(provider)} : {}),
    routingMode: native ? 'native' : 'tunnel',
    ...(native ? {nativeCidr: spec.network.podCidr, nodeRoutes: true} : {}),
    encryption: encryption === 'wireguard',
    hubble,
    bgp: spec.provider.type === 'bare-metal' && spec.provider.loadBalancer === 'cilium-bgp',
    ...(spec.phases.mesh.enabled ? {exclusive: false, hostSocketsOnly: true} : {}),
    calico: native ? {encapsulation: 'None', bgp: 'Enabled'} : {encapsulation: 'VXLAN', bgp: 'Disabled'},
  }
}

/** The values of a component: kp's with those of kp.yaml over them. */
export function platformValues(platform: ValuesPlatform, component: string): RenderedValues {
  return renderValues(platform.catalog.get(component), valuesContext(platform), platform.spec.components[component]?.values)
}

/** The objects that a component must create on this platform. */
export function platformObjects(platform: ValuesPlatform, component: string): ComponentObjects {
  return resolveObjects(platform.catalog.get(component), platformValues(platform, component).values)
}
