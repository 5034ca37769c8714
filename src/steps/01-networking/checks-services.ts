/** Checks of phase 1 about Services: their range, their addresses, and the way to the API server inside the cluster. */
import {check, hasReadyEndpoint, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import {contains, size, toCidr} from '../../spec/cidr.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const FULL = 0.8

/** Addresses that a Service has for itself: none where it is headless or leads to a name outside. */
function addressesOf(service: KubeObject): string[] {
  const {clusterIPs = []} = (service['spec'] ?? {}) as {clusterIPs?: string[]}
  return clusterIPs.filter((address) => address !== '' && address !== 'None')
}

/** The Service range. */
export const serviceChecks: PlatformCheck[] = [
  check({
    id: 'networking.service-range',
    title: 'The Services of the cluster have addresses of the range in kp.yaml',
    severity: 'warning',
    pitfalls: ['KP0113'],
    async run(ctx) {
      const range = toCidr(ctx.spec.network.serviceCidr)
      const services = await (await ctx.cluster()).listKnown('v1', 'Service')
      const found = services.flatMap((service) => addressesOf(service).filter((address) => !address.includes(':')).map((address) => ({service, address})))
      if (found.length === 0) return {status: 'unknown', observed: 'no Service has an address'}
      const outside = found.filter(({address}) => !contains(range, toCidr(`${address}/32`)))
      return verdict(outside.map(({service, address}) => `Service ${nameOf(service.metadata)} has ${address}, outside of ${ctx.spec.network.serviceCidr}`), `${found.length} addresses of ${ctx.spec.network.serviceCidr}`, 'network.serviceCidr is the range with which the API server was started')
    },
  }),
  check({
    id: 'networking.service-addresses',
    title: `The Service range is less than ${FULL * 100} % used`,
    severity: 'warning',
    pitfalls: ['KP0114'],
    async run(ctx) {
      const all = size(toCidr(ctx.spec.network.serviceCidr))
      const used = (await (await ctx.cluster()).listKnown('v1', 'Service')).reduce((sum, service) => sum + Math.min(1, addressesOf(service).length), 0)
      return verdict(used >= all * FULL ? [`${used} of ${all} addresses are used`] : [], `${used} of ${all} addresses are used`, 'a larger range; a second ServiceCIDR can be added to a cluster that runs')
    },
  }),
  check({
    id: 'networking.api-endpoints',
    title: 'Inside the cluster the Service of the API server leads somewhere',
    pitfalls: ['KP0115'],
    async run(ctx) {
      const slices = await (await ctx.cluster()).listKnown('discovery.k8s.io/v1', 'EndpointSlice')
      const own = slices.filter(({metadata}) => metadata.namespace === 'default' && metadata.labels?.['kubernetes.io/service-name'] === 'kubernetes')
      const addresses = own.filter(hasReadyEndpoint).flatMap((slice) => ((slice['endpoints'] as {addresses?: string[]}[] | undefined) ?? []).flatMap((endpoint) => endpoint.addresses ?? []))
      return verdict(addresses.length === 0 ? ['Service default/kubernetes has no endpoint'] : [], `Service default/kubernetes leads to ${addresses.join(', ')}`, 'the address of each API server')
    },
  }),
]
