/** What MetalLB is told: which addresses it gives, and how the network hears of them. Pure. */
import type {EnvironmentSpec, ProviderOf} from '../../spec/types.ts'
import type {HostObject} from './objects.ts'

/** Namespace in which it runs and looks for its objects. */
export const METALLB_NAMESPACE = 'metallb-system'
/** Name of kp's pool, and of what announces it. */
export const METALLB_POOL = 'kp'
/** What its addresses are announced by. */
export type Announcement = 'layer2' | 'bgp'

type BgpSettings = NonNullable<ProviderOf<'bare-metal'>['bgp']>

/** Whether kp.yaml chooses MetalLB, and how it announces; undefined where it does not. */
export function metallbOf({provider}: Pick<EnvironmentSpec, 'provider'>): {addresses: readonly string[]; bgp?: BgpSettings; by: Announcement} | undefined {
  if ((provider.type !== 'bare-metal' && provider.type !== 'kind') || provider.loadBalancer !== 'metallb') return undefined
  const bgp = provider.type === 'bare-metal' ? provider.bgp : undefined
  return bgp === undefined ? {addresses: provider.addresses, by: 'layer2'} : {addresses: provider.addresses, bgp, by: 'bgp'}
}

/** The pool, and its announcement: in the network of the hosts, or to routers. */
export function metallbObjects(addresses: readonly string[], bgp?: BgpSettings): HostObject[] {
  const pool = object('v1beta1', 'IPAddressPool', METALLB_POOL, {addresses: [...addresses], avoidBuggyIPs: true})
  if (bgp === undefined) return [pool, object('v1beta1', 'L2Advertisement', METALLB_POOL, {ipAddressPools: [METALLB_POOL]})]
  return [
    pool,
    ...bgp.peers.map((peer) => object('v1beta2', 'BGPPeer', `router-${peer.address.replaceAll('.', '-')}`, {myASN: bgp.asn, peerASN: peer.asn, peerAddress: peer.address})),
    object('v1beta1', 'BGPAdvertisement', METALLB_POOL, {ipAddressPools: [METALLB_POOL], serviceSelectors: [{matchExpressions: [{key: 'kp.dev/no-bgp', operator: 'DoesNotExist'}]}]}),
  ]
}

function object(version: string, kind: string, name: string, spec: Record<string, unknown>): HostObject {
  return {apiVersion: `metallb.io/${version}`, kind, metadata: {name, namespace: METALLB_NAMESPACE}, spec}
}
