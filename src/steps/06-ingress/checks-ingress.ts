/** Checks of phase 6 about Ingresses, and about the controller whichever it is. */
import {check, simulatedControllers, SOON, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {ClusterReader} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {frontDoor, usesApi} from '../shared/front-door.ts'
import {addressesOf, findAddress, ingressesOf} from './address.ts'

interface IngressSpec {
  tls?: {secretName?: string}[]
  rules?: {http?: {paths?: {backend?: {service?: {name?: string}}}[]}}[]
}

/** The class, the Ingresses, the address and the controller's future. */
export const ingressChecks: PlatformCheck[] = [
  check({
    id: 'ingress.ingress-class',
    title: 'The IngressClass names the controller',
    pitfalls: ['KP0616'],
    appliesTo: (ctx) => usesApi(ctx, 'ingress'),
    async run(ctx) {
      const {className, controllerName} = frontDoor(ctx)
      const found = await (await ctx.cluster()).get('networking.k8s.io/v1', 'IngressClass', className)
      if (found === undefined) return {status: 'fail', observed: `IngressClass ${className} does not exist`, expected: `an IngressClass of ${controllerName}`}
      const seen = (found['spec'] as {controller?: string} | undefined)?.controller
      return verdict(seen === controllerName ? [] : [`IngressClass ${className} is of ${seen ?? 'nobody'}`], `${className}: ${controllerName}`, `an IngressClass of ${controllerName}`)
    },
  }),
  check({
    id: 'ingress.ingresses',
    title: 'Every Ingress has an address, its Services and its certificates',
    pitfalls: ['KP0616', 'KP0617', 'KP0606'],
    simulated: simulatedControllers,
    appliesTo: (ctx) => usesApi(ctx, 'ingress'),
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const ingresses = await ingressesOf(cluster, frontDoor(ctx))
      const complaints = (await Promise.all(ingresses.map((ingress) => complainAboutIngress(cluster, ingress)))).flat()
      return verdict(complaints, `${ingresses.length} ${ingresses.length === 1 ? 'Ingress' : 'Ingresses'}`, 'an address in its status; Services and Secrets that exist')
    },
  }),
  check({
    id: 'ingress.address',
    title: 'The front door has an address',
    pitfalls: ['KP0601', 'KP0610'],
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const found = await findAddress(ctx)
      if (found === undefined) return {status: 'skip', observed: 'no Ingress asks for a load balancer'}
      return verdict(found.addresses.length === 0 ? [`${found.of} has no address`] : [], found.addresses.join(', '), 'an address from the load balancer')
    },
  }),
  check({
    id: 'ingress.controller-supported',
    title: 'The ingress controllers in the cluster still get security fixes',
    severity: 'warning',
    pitfalls: ['KP0615'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const workloads = [...(await cluster.listKnown('apps/v1', 'Deployment')), ...(await cluster.listKnown('apps/v1', 'DaemonSet'))]
      const retired = workloads.filter((workload) => imagesOf(workload).some((image) => /\bingress-nginx\/controller\b/.test(image)))
      return verdict(
        retired.map(({kind, metadata}) => `${kind} ${nameOf(metadata)} is ingress-nginx, which was retired in March 2026`),
        'none of them is retired',
        'a controller that is maintained, such as Envoy Gateway',
      )
    },
  }),
]

async function complainAboutIngress(cluster: ClusterReader, ingress: KubeObject): Promise<string[]> {
  const name = `Ingress ${nameOf(ingress.metadata)}`
  const namespace = ingress.metadata.namespace ?? 'default'
  const spec = (ingress['spec'] ?? {}) as IngressSpec
  const services = new Set((spec.rules ?? []).flatMap((rule) => (rule.http?.paths ?? []).flatMap((path) => path.backend?.service?.name ?? [])))
  const secrets = new Set((spec.tls ?? []).flatMap(({secretName}) => secretName ?? []))
  const missing = async (kind: string, names: Iterable<string>): Promise<string[]> =>
    (await Promise.all([...names].map(async (one) => ((await cluster.get('v1', kind, one, namespace)) === undefined ? [`${name}: ${kind} ${namespace}/${one} does not exist`] : [])))).flat()
  return [...(addressesOf(ingress).length === 0 ? [`${name} has no address`] : []), ...(await missing('Service', services)), ...(await missing('Secret', secrets))]
}

function imagesOf(workload: KubeObject): string[] {
  const spec = workload['spec'] as {template?: {spec?: {containers?: {image?: string}[]}}} | undefined
  return (spec?.template?.spec?.containers ?? []).flatMap(({image}) => image ?? [])
}
