/** The address plan: which zone gets which part of the network. Pure. */
import {KpError} from '../engine/errors.ts'
import type {EnvironmentSpec} from './types.ts'
import {formatAddress, toCidr} from './cidr.ts'

/** One zone's part of the network. */
export interface ZonePlan {
  zone: string
  /** For the nodes. */
  privateSubnet: string
  /** For load balancers. */
  publicSubnet: string
}

/** The address plan of an environment. */
export interface AddressPlan {
  vpcCidr: string
  podCidr: string
  serviceCidr: string
  zones: ZonePlan[]
  /** Nodes that the pod range has room for: each takes a /24. */
  mostNodes: number
}

/** Bits that a node takes of the pod range (kube-controller-manager's default node CIDR mask for IPv4). */
export const NODE_MASK = 24

/**
 * Splits the VPC range: the first half in equal private parts, one a zone; public parts of a sixteenth each from the end.
 * @throws KpError SPEC_INVALID where the range is too small for the zones
 */
export function planAddresses(spec: EnvironmentSpec, zoneNames: string[]): AddressPlan {
  const vpc = toCidr(spec.network.vpcCidr)
  const pods = toCidr(spec.network.podCidr)
  const privateBits = vpc.prefix + Math.ceil(Math.log2(Math.max(zoneNames.length, 2))) + 1
  const publicBits = vpc.prefix + 4
  if (publicBits > 28 || privateBits > 27) {
    throw new KpError({
      code: 'SPEC_INVALID',
      message: `network.vpcCidr ${spec.network.vpcCidr} is too small for ${zoneNames.length} zones: it must be a /20 or larger`,
      next: ['set network.vpcCidr to a larger range, such as 10.20.0.0/16'],
    })
  }
  const size = 2 ** (32 - vpc.prefix)
  return {
    vpcCidr: spec.network.vpcCidr,
    podCidr: spec.network.podCidr,
    serviceCidr: spec.network.serviceCidr,
    zones: zoneNames.map((zone, index) => ({
      zone,
      privateSubnet: `${formatAddress(vpc.first + index * 2 ** (32 - privateBits))}/${privateBits}`,
      publicSubnet: `${formatAddress(vpc.first + size - (zoneNames.length - index) * 2 ** (32 - publicBits))}/${publicBits}`,
    })),
    mostNodes: pods.prefix > NODE_MASK ? 0 : 2 ** (NODE_MASK - pods.prefix),
  }
}
