/** Where the front door of a live platform is reached. */
import type {ClusterReader} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import {frontDoor, GATEWAY} from '../shared/front-door.ts'
import type {FrontDoor} from '../shared/front-door.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** The addresses, and the object that has them. */
export interface FoundAddress {
  /** Addresses and names of load balancers. */
  addresses: string[]
  /** `Gateway envoy-gateway-system/platform`. */
  of: string
}

/**
 * Looks the addresses up.
 * @returns undefined where there is nothing yet that could have one
 */
export async function findAddress(ctx: PlatformContext): Promise<FoundAddress | undefined> {
  const door = frontDoor(ctx)
  const cluster = await ctx.cluster()
  if (door.api === 'gateway') {
    const gateway = await cluster.get('gateway.networking.k8s.io/v1', 'Gateway', GATEWAY, door.namespace)
    const addresses = (gateway?.['status'] as {addresses?: {value: string}[]} | undefined)?.addresses ?? []
    return {addresses: addresses.map(({value}) => value), of: `Gateway ${door.namespace}/${GATEWAY}`}
  }
  if (door.controller === 'ingress-nginx') {
    const name = ctx.catalog.get(door.component).services.find(({type}) => type === 'LoadBalancer')?.name ?? ''
    return {addresses: addressesOf(await cluster.get('v1', 'Service', name, door.namespace)), of: `Service ${door.namespace}/${name}`}
  }
  const ingresses = await ingressesOf(cluster, door)
  if (ingresses.length === 0) return undefined
  return {addresses: [...new Set(ingresses.flatMap(addressesOf))], of: ingresses.map(({metadata}) => `Ingress ${metadata.namespace}/${metadata.name}`).join(', ')}
}

/** The Ingresses of the front door's class. */
export async function ingressesOf(cluster: ClusterReader, door: FrontDoor): Promise<KubeObject[]> {
  return (await cluster.listKnown('networking.k8s.io/v1', 'Ingress')).filter((object) => (object['spec'] as {ingressClassName?: string} | undefined)?.ingressClassName === door.className)
}

/** What a Service or an Ingress says of its load balancer. */
export function addressesOf(object: KubeObject | undefined): string[] {
  const ingress = (object?.['status'] as {loadBalancer?: {ingress?: {ip?: string; hostname?: string}[]}} | undefined)?.loadBalancer?.ingress ?? []
  return ingress.flatMap(({ip, hostname}) => ip ?? hostname ?? [])
}
