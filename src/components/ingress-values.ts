/** What `phases.ingress` means to the charts of the ingress controllers and of external-dns. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'
import {dnsCredentials} from './dns-credentials.ts'
import type {ExternalDnsValues, IngressValues} from './types.ts'

/** The address that the lab gives to the Service of an ingress controller. */
export const LAB_ADDRESS = '198.18.0.10'

/** Whether pods have addresses of the VPC, so that a load balancer of AWS reaches them directly. */
export function albTargetType({provider, phases}: Pick<EnvironmentSpec, 'provider' | 'phases'>): 'ip' | 'instance' {
  if (provider.type === 'eks') return phases.cni.enabled && phases.cni.plugin === 'calico' ? 'instance' : 'ip'
  return provider.type === 'existing' && provider.flavour === 'eks' && !phases.cni.enabled ? 'ip' : 'instance'
}

/** How the Service behind a host must be: a load balancer of AWS reaches pods of an overlay network through ports of the nodes only. */
export function exposedServiceType(spec: Pick<EnvironmentSpec, 'provider' | 'phases'>): 'ClusterIP' | 'NodePort' {
  return spec.phases.ingress.controller === 'aws-load-balancer-controller' && albTargetType(spec) === 'instance' ? 'NodePort' : 'ClusterIP'
}

/** Annotations of a Service of type LoadBalancer, by cloud and exposure. */
export function loadBalancerAnnotations({provider, phases}: Pick<EnvironmentSpec, 'provider' | 'phases'>): Record<string, string> {
  const internal = phases.ingress.exposure === 'internal'
  const cloud = provider.type === 'existing' ? provider.flavour : provider.type === 'kubeadm-aws' ? 'eks' : provider.type
  switch (cloud) {
    case 'eks':
      // The first is read by the AWS Load Balancer Controller, the second by the cloud controller.
      return {'service.beta.kubernetes.io/aws-load-balancer-scheme': internal ? 'internal' : 'internet-facing', ...(internal ? {'service.beta.kubernetes.io/aws-load-balancer-internal': 'true'} : {})}
    case 'gke':
      return internal ? {'networking.gke.io/load-balancer-type': 'Internal'} : {}
    case 'aks':
      return internal ? {'service.beta.kubernetes.io/azure-load-balancer-internal': 'true'} : {}
    default:
      // Elsewhere the addresses are one's own: whether they are public is decided where they are given out.
      return {}
  }
}

/** The values for the charts of the ingress controllers. */
export function ingressValues(spec: EnvironmentSpec): IngressValues {
  const {replicas, exposure} = spec.phases.ingress
  const lab = spec.provider.type === 'lab'
  const region = 'region' in spec.provider ? spec.provider.region : lab ? 'eu-central-1' : undefined
  return {
    replicas,
    serviceAnnotations: {...loadBalancerAnnotations(spec), ...(lab ? {'lab.kp.dev/load-balancer-address': LAB_ADDRESS} : {})},
    scheme: exposure === 'internal' ? 'internal' : 'internet-facing',
    targetType: albTargetType(spec),
    ...(region === undefined ? {} : {region}),
  }
}

/** The values for the chart of external-dns. */
export function externalDnsValues(spec: EnvironmentSpec): ExternalDnsValues {
  const {externalDns, controller} = spec.phases.ingress
  const {provider, args, env, files} = dnsCredentials(spec, externalDns)
  const gateway = controller === 'envoy-gateway' || controller === 'traefik'
  return {
    provider,
    policy: externalDns.policy,
    sources: gateway ? ['gateway-httproute'] : ['ingress'],
    args,
    env: Object.entries(env).map(([name, value]) => (typeof value === 'string' ? {name, value} : {name, valueFrom: {secretKeyRef: {name: DNS_SECRET, key: value.key}}})),
    volumes: files === undefined ? [] : [{name: 'credentials', secret: {secretName: DNS_SECRET}}],
    mounts: files === undefined ? [] : [{name: 'credentials', mountPath: files, readOnly: true}],
    owner: spec.environment.cluster,
    domains: [externalDns.zone ?? spec.domain],
  }
}

/** Secret with the credentials of external-dns, in its namespace. */
export const DNS_SECRET = 'external-dns-credentials'
