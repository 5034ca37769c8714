/** Rules about node pools, hosts and control planes. */
import {didYouMean} from '../../engine/spelling.ts'
import type {Problem} from '../issues.ts'
import {providerHas} from '../provider-facts.ts'
import {parseAddress} from '../cidr.ts'
import type {EnvironmentSpec, ProviderOf} from '../types.ts'
import {shorten} from '../secret-text.ts'
import {doubt, repeated, wrong} from './finding.ts'
import {addressRange} from './network.ts'

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
/** Labels of these domains a kubelet may set on its own node. */
const KUBELET_MAY = /^((node|kubelet)\.kubernetes\.io\/|topology\.kubernetes\.io\/(region|zone)$|kubernetes\.io\/(hostname|arch|os)$)/

/** What is wrong with a label key by Kubernetes' rules; undefined when nothing is. */
export function labelKeyFlaw(key: string): string | undefined {
  const parts = key.split('/')
  const name = parts.at(-1) ?? ''
  if (parts.length > 2) return 'may have one / only, between a domain and a name'
  if (parts.length === 2 && !SUBDOMAIN.test(parts[0] ?? '')) return 'must have a domain name before the /'
  return NAME.test(name) ? undefined : 'must be a label name: up to 63 letters, digits, dashes, underscores and dots, beginning and ending with a letter or digit'
}

/** What is wrong with a label value by Kubernetes' rules; undefined when nothing is. */
export function labelValueFlaw(value: string): string | undefined {
  return value === '' || NAME.test(value) ? undefined : 'must be a label value: up to 63 letters, digits, dashes, underscores and dots, beginning and ending with a letter or digit'
}

/** What is wrong with a taint; undefined when nothing is. */
export function taintFlaw(taint: string): string | undefined {
  const match = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(taint)
  if (match === null) return 'must be key=value:Effect such as spot=true:NoSchedule'
  const [, key = '', value = '', effect = ''] = match
  if (!EFFECTS.includes(effect)) return `must end in one of ${EFFECTS.map((name) => `:${name}`).join(', ')} (got ":${effect}")${didYouMean(effect, EFFECTS)}`
  if (labelKeyFlaw(key) !== undefined) return `${labelKeyFlaw(key)} (the key)`
  return labelValueFlaw(value) === undefined ? undefined : `${labelValueFlaw(value)} (the value)`
}

/** Names are unique, sizes fit, something can run without tolerations. */
export function poolsFit(spec: EnvironmentSpec): Problem[] {
  const found: Problem[] = repeated(spec.nodePools.map(({name}) => name))
    .map(({index, name}) => wrong(['nodePools', index, 'name'], `must be unique: there is another pool "${name}"`))
  spec.nodePools.forEach((pool, i) => {
    if (pool.min > pool.max) found.push(wrong(['nodePools', i, 'max'], `${pool.max} is less than min ${pool.min}`, ['nodePools', i, 'min']))
  })
  const general = spec.nodePools.some((pool) => pool.taints.length === 0 && pool.min > 0)
  if (providerHas.pools(spec.provider) && !general) {
    found.push(wrong(['nodePools'], 'must hold a pool without taints and with min of at least 1: the platform itself runs there'))
  }
  return found
}

/** Labels and taints are ones that Kubernetes accepts. */
export function labelsAndTaintsAreValid(spec: EnvironmentSpec): Problem[] {
  return spec.nodePools.flatMap((pool, i) => {
    const found: Problem[] = []
    for (const [key, value] of Object.entries(pool.labels)) {
      const path = ['nodePools', i, 'labels', key]
      const keyFlaw = labelKeyFlaw(key)
      const valueFlaw = labelValueFlaw(value)
      if (keyFlaw !== undefined) found.push({...wrong(path, keyFlaw), at: 'key'})
      if (valueFlaw !== undefined) found.push(wrong(path, `${valueFlaw} (got "${shorten(value)}")`))
      if (providerHas.awsNodes(spec.provider) && /^([^/]*\.)?(kubernetes|k8s)\.io\//.test(key) && !KUBELET_MAY.test(key)) {
        found.push({...wrong(path, 'is a label that a node may not give itself; use one without kubernetes.io', ['provider', 'type']), at: 'key'})
      }
    }
    pool.taints.forEach((taint, j) => {
      const flaw = taintFlaw(taint)
      if (flaw !== undefined) found.push(wrong(['nodePools', i, 'taints', j], flaw))
    })
    for (const {index, name} of repeated(pool.taints.map((taint) => taint.replace(/=[^:]*/, '')))) {
      found.push(wrong(['nodePools', i, 'taints', index], `must be unique: there is another taint ${name}`))
    }
    return found
  })
}

/** An etcd that outlives the loss of a member has an odd number of them. */
export function controlPlaneIsOdd(spec: EnvironmentSpec): Problem[] {
  const {provider} = spec
  if (provider.type !== 'kubeadm-aws' && provider.type !== 'bare-metal') return []
  const path = provider.type === 'kubeadm-aws' ? ['provider', 'controlPlane', 'count'] : ['provider', 'hosts']
  const count = provider.type === 'kubeadm-aws' ? provider.controlPlane.count : provider.hosts.filter(({role}) => role === 'control-plane').length
  if (count === 0) return [wrong(path, 'must hold at least one host with role control-plane')]
  if (count % 2 === 0) return [wrong(path, `must be an odd number of control planes (got ${count}): an even one survives no more failures`)]
  if (count < 3 && spec.environment.protected) return [doubt(path, `${count} control plane for a protected environment: 3 survive the loss of one`)]
  return []
}

/** What answers by ARP is found in the network of the hosts alone. How large that is kp.yaml does not say: beyond a /16 it is hardly the same. */
function farFromHosts({hosts, addresses, loadBalancer}: ProviderOf<'bare-metal'>): Problem[] {
  const near = hosts.flatMap(({address}) => parseAddress(address) ?? []).map((address) => Math.floor(address / 65_536))
  return addresses.flatMap((text, i) => {
    const range = addressRange(text)
    const isNear = range === undefined || near.length === 0 || near.some((host) => Math.floor(range.first / 65_536) <= host && host <= Math.floor(range.last / 65_536))
    return isNear ? [] : [doubt(['provider', 'addresses', i], `${text} is far from every host: ${loadBalancer} answers by ARP, which reaches the network of the hosts alone`, ['provider', 'hosts'])]
  })
}

/** MetalLB in kind gives addresses of the network of its containers. */
export function kindFits(spec: EnvironmentSpec): Problem[] {
  const {provider} = spec
  if (provider.type !== 'kind' || provider.loadBalancer !== 'metallb') return []
  const found: Problem[] = []
  if (provider.addresses.length === 0) found.push(wrong(['provider', 'addresses'], 'is missing: metallb needs addresses of the network of kind', ['provider', 'loadBalancer']))
  provider.addresses.forEach((text, i) => {
    if (addressRange(text) === undefined) found.push(notARange(text, i))
  })
  if (!spec.phases.cni.enabled) found.push(wrong(['provider', 'loadBalancer'], 'metallb is installed with the pod network: phases.cni.enabled is false', ['phases', 'cni', 'enabled']))
  return found
}

function notARange(text: string, i: number): Problem {
  return wrong(['provider', 'addresses', i], `must be a CIDR or a range such as 192.168.10.200-192.168.10.220 (got "${text}")`)
}

/** Bare-metal hosts, load balancers and storage fit together. */
export function bareMetalFits(spec: EnvironmentSpec): Problem[] {
  const {provider} = spec
  if (provider.type !== 'bare-metal') return []
  const found: Problem[] = []
  for (const key of ['name', 'address'] as const) {
    for (const {index, name} of repeated(provider.hosts.map((host) => host[key]))) {
      found.push(wrong(['provider', 'hosts', index, key], `must be unique: another host has ${name}`))
    }
  }
  const pools = spec.nodePools.map(({name}) => name)
  provider.hosts.forEach((host, i) => {
    if (host.pool !== undefined && !pools.includes(host.pool)) {
      found.push(wrong(['provider', 'hosts', i, 'pool'], `is not one of nodePools: ${pools.join(', ') || 'there are none'} (got "${host.pool}")${didYouMean(host.pool, pools)}`, ['nodePools']))
    }
  })
  provider.addresses.forEach((text, i) => {
    if (addressRange(text) === undefined) found.push(notARange(text, i))
  })
  const cilium = provider.loadBalancer.startsWith('cilium')
  if (cilium && spec.phases.cni.plugin !== 'cilium') {
    found.push(wrong(['provider', 'loadBalancer'], `${provider.loadBalancer} needs phases.cni.plugin cilium`, ['phases', 'cni', 'plugin']))
  }
  if (provider.loadBalancer === 'cilium-l2' && spec.phases.cni.plugin === 'cilium' && !spec.phases.cni.kubeProxyReplacement) {
    found.push(wrong(['provider', 'loadBalancer'], 'cilium-l2 needs phases.cni.kubeProxyReplacement: Cilium answers for addresses only where it leads to Services', ['phases', 'cni', 'kubeProxyReplacement']))
  }
  if (provider.loadBalancer === 'kube-vip' && provider.apiLoadBalancer !== 'kube-vip') {
    found.push(wrong(['provider', 'loadBalancer'], 'kube-vip runs on the control planes where it is apiLoadBalancer too', ['provider', 'apiLoadBalancer']))
  }
  if (provider.loadBalancer === 'cilium-bgp' && provider.bgp === undefined) found.push(wrong(['provider', 'bgp'], 'is missing: cilium-bgp needs asn and peers', ['provider', 'loadBalancer']))
  const apiAddress = provider.apiLoadBalancer === 'kube-vip' ? parseAddress(provider.apiEndpoint.split(':')[0] ?? '') : undefined
  provider.addresses.forEach((text, i) => {
    const range = addressRange(text)
    if (apiAddress !== undefined && range !== undefined && range.first <= apiAddress && apiAddress <= range.last) found.push(wrong(['provider', 'addresses', i], `${text} holds the address of apiEndpoint: a Service would get it too`, ['provider', 'apiEndpoint']))
  })
  if (provider.addresses.length === 0 && spec.phases.ingress.enabled) found.push(wrong(['provider', 'addresses'], 'is missing: the ingress needs an address to be reached at', ['phases', 'ingress', 'enabled']))
  if (provider.loadBalancer === 'kube-vip' || provider.loadBalancer === 'cilium-l2' || (provider.loadBalancer === 'metallb' && provider.bgp === undefined)) found.push(...farFromHosts(provider))
  if (provider.storage === 'topolvm' && provider.volumeGroup === undefined) found.push(wrong(['provider', 'volumeGroup'], 'is missing: TopoLVM needs one', ['provider', 'storage']))
  if (provider.storage === 'topolvm' && !provider.hosts.some(({role}) => role === 'worker')) found.push(wrong(['provider', 'storage'], 'topolvm makes volumes on workers, and provider.hosts names none', ['provider', 'hosts']))
  if (provider.storage === 'topolvm' && spec.phases.backup.enabled && spec.phases.backup.snapshots) found.push(wrong(['phases', 'backup', 'snapshots'], 'cannot be on with provider.storage topolvm: its volumes are not thin, and LVM keeps no snapshots of them', ['provider', 'storage']))
  return found
}
