/** Rules about addresses, zones and the API endpoint. */
import {blocks, formatAddress, overlaps, parseAddress, toCidr, type Cidr} from '../cidr.ts'
import type {Problem} from '../issues.ts'
import {formatPath, type Path} from '../paths.ts'
import {providerHas} from '../provider-facts.ts'
import type {EnvironmentSpec} from '../types.ts'
import {doubt, wrong} from './finding.ts'

interface Range {
  path: Path
  text: string
  cidr: Cidr
}

/** No two of the ranges that must be told apart overlap. */
export function rangesAreDisjoint(spec: EnvironmentSpec): Problem[] {
  if (!providerHas.addresses(spec.provider)) return []
  const {network} = spec
  const named = (key: string, text: string): Range => ({path: ['network', key], text, cidr: toCidr(text)})
  const own = [
    ...(providerHas.vpc(spec.provider) ? [named('vpcCidr', network.vpcCidr)] : []),
    named('podCidr', network.podCidr),
    named('serviceCidr', network.serviceCidr),
  ]
  const hosts = network.hostCidrs.map((text, i) => ({path: ['network', 'hostCidrs', i], text, cidr: toCidr(text)}))
  const others = [...hosts, ...machineRanges(spec)]
  const found: Problem[] = []
  own.forEach((range, i) => {
    for (const other of [...own.slice(i + 1), ...others]) if (overlaps(range.cidr, other.cidr)) found.push(clash(range, other))
  })
  return found
}

/** The pod range has a /24 for each node, the service range and the VPC have sizes that work. */
export function rangesAreLargeEnough(spec: EnvironmentSpec): Problem[] {
  if (!providerHas.addresses(spec.provider)) return []
  const found: Problem[] = []
  const pods = toCidr(spec.network.podCidr)
  const nodes = mostNodes(spec)
  if (blocks(pods, 24) < nodes) {
    found.push(wrong(['network', 'podCidr'],
      `is too small: each of up to ${nodes} nodes takes a /24 and a /${pods.prefix} holds ${blocks(pods, 24)}; use a /${24 - Math.ceil(Math.log2(nodes))} or fewer nodes`,
      ...spec.nodePools.map((_, i): Path => ['nodePools', i, 'max'])))
  }
  const services = toCidr(spec.network.serviceCidr)
  if (services.prefix < 12 || services.prefix > 24) {
    found.push(wrong(['network', 'serviceCidr'], `must be between a /12 and a /24 (got a /${services.prefix})`))
  }
  const vpc = toCidr(spec.network.vpcCidr)
  if (providerHas.awsNodes(spec.provider) && (vpc.prefix < 16 || vpc.prefix > 24)) {
    found.push(wrong(['network', 'vpcCidr'], `must be between a /16 and a /24 on AWS (got a /${vpc.prefix})`, ['provider', 'type']))
  }
  return found
}

/** Most nodes that the platform may ever have. */
export function mostNodes(spec: EnvironmentSpec): number {
  const {provider} = spec
  if (provider.type === 'bare-metal') return provider.hosts.length
  const workers = spec.nodePools.reduce((sum, pool) => sum + pool.max, 0)
  if (provider.type === 'kubeadm-aws') return workers + provider.controlPlane.count
  return provider.type === 'kind' ? workers + 1 : workers
}

/** Zones fit together, and there are enough of them where it matters. */
export function zonesFit(spec: EnvironmentSpec): Problem[] {
  const {network, environment} = spec
  const found: Problem[] = []
  if (environment.protected && network.zones < 3) {
    found.push(doubt(['network', 'zones'], `${network.zones} for a protected environment: with fewer than 3 the loss of one zone can stop it`))
  }
  if (network.zoneNames !== undefined && network.zoneNames.length !== network.zones) {
    found.push(wrong(['network', 'zoneNames'], `must have ${network.zones} entries as network.zones says (got ${network.zoneNames.length})`, ['network', 'zones']))
  }
  spec.nodePools.forEach((pool, i) => pool.zones?.forEach((zone, j) => {
    if (network.zoneNames !== undefined && !network.zoneNames.includes(zone)) {
      found.push(wrong(['nodePools', i, 'zones', j], `must be one of network.zoneNames: ${network.zoneNames.join(', ')} (got "${zone}")`, ['network', 'zoneNames']))
    }
  }))
  return found
}

/** A public API endpoint says who may reach it; nodes without NAT get images from somewhere. */
export function endpointIsGuarded(spec: EnvironmentSpec): Problem[] {
  if (!providerHas.awsNodes(spec.provider)) return []
  const {network} = spec
  const found: Problem[] = []
  if (network.endpoint !== 'private' && network.allowedCidrs.length === 0) {
    found.push(wrong(['network', 'allowedCidrs'], `is missing: endpoint ${network.endpoint} wants to know who may reach the API server`, ['network', 'endpoint']))
  }
  network.allowedCidrs.forEach((text, i) => {
    if (toCidr(text).prefix === 0) found.push(doubt(['network', 'allowedCidrs', i], 'lets the whole internet reach the API server', ['network', 'endpoint']))
  })
  if (network.nat === 'none' && spec.images.mirror === undefined) {
    found.push(doubt(['network', 'nat'], 'none: nodes can pull images from nowhere unless images.mirror is inside the VPC', ['images', 'mirror']))
  }
  return found
}

/** Addresses of bare-metal hosts and load balancers. */
function machineRanges(spec: EnvironmentSpec): Range[] {
  if (spec.provider.type !== 'bare-metal' && spec.provider.type !== 'kind') return []
  const hosts = (spec.provider.type === 'kind' ? [] : spec.provider.hosts).map(({address}, i) => ({path: ['provider', 'hosts', i, 'address'], text: address, cidr: toCidr(`${address}/32`)}))
  const balancers = spec.provider.addresses.flatMap((text, i) => {
    const cidr = addressRange(text)
    return cidr === undefined ? [] : [{path: ['provider', 'addresses', i], text, cidr}]
  })
  return [...hosts, ...balancers]
}

/** A CIDR or a range `first-last`; undefined where it is neither. */
export function addressRange(text: string): Cidr | undefined {
  if (text.includes('/')) return toCidr(text)
  const [first, last] = text.split('-').map(parseAddress)
  if (first === undefined || last === undefined || last < first) return undefined
  return {first, last, prefix: 32 - Math.floor(Math.log2(last - first + 1))}
}

function clash(a: Range, b: Range): Problem {
  const first = formatAddress(Math.max(a.cidr.first, b.cidr.first))
  return wrong(b.path, `${b.text} overlaps ${formatPath(a.path)} ${a.text} at ${first}`, a.path)
}
