/** Addresses for Services of type LoadBalancer where no cloud gives any: on machines of one's own. */
import {metallbObjects, metallbOf} from '../../components/hosts/metallb.ts'
import {ciliumAddressObjects, ciliumBgpObjects, vipControllerObjects} from '../../components/hosts/objects.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {WEBHOOK_STARTING} from '../shared/retries.ts'

/** The kinds of Cilium come with its operator, a moment after its release. */
const KINDS_MS = 120_000

function objectsOf({spec}: Pick<ManifestContext, 'spec'>): KubeObject[] {
  const {provider} = spec
  const metallb = metallbOf(spec)
  if (metallb !== undefined) return metallb.addresses.length === 0 ? [] : metallbObjects(metallb.addresses, metallb.bgp)
  if (provider.type !== 'bare-metal' || provider.addresses.length === 0) return []
  if (provider.loadBalancer === 'kube-vip') return vipControllerObjects(spec, provider.addresses)
  if (provider.loadBalancer === 'cilium-bgp' && provider.bgp !== undefined) return ciliumBgpObjects(provider.addresses, provider.bgp)
  return provider.loadBalancer === 'cilium-l2' ? ciliumAddressObjects(provider.addresses) : []
}

/** Who gives the addresses of `provider.addresses`, and answers for them. */
export const loadBalancerAddresses: PlatformStep = manifestSet({
  id: 'cni/load-balancer',
  title: 'Give load balancers their addresses',
  appliesTo: (ctx) => (objectsOf(ctx).length > 0 ? true : 'addresses come from elsewhere'),
  settleMs: KINDS_MS,
  retry: WEBHOOK_STARTING,
  verify: ['cni.address-pool'],
  objects: objectsOf,
})
