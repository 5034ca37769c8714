/** Whether network policies let the proxies reach a pod. Pure. */
import {BlockList} from 'node:net'
import type {DoorPod, LabelSelector, PolicyPeer, PolicyRule} from './kinds.ts'
import type {World} from './world.ts'

/** Whether labels are chosen by a selector; an empty one chooses all. */
export function selects({matchLabels = {}, matchExpressions = []}: LabelSelector, labels: Record<string, string>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({key, operator, values = []}) => {
      const value = labels[key]
      if (operator === 'Exists') return value !== undefined
      if (operator === 'DoesNotExist') return value === undefined
      const known = value !== undefined && values.includes(value)
      return operator === 'In' ? known : !known
    })
  )
}

/** Who calls: a pod, or an address outside of the cluster. */
export type Caller = Pick<DoorPod, 'namespace' | 'labels'> | {address: string}

/** Whether the policies let the caller reach that port of the pod: those of the pod, and those of a caller in the cluster. */
export function mayReach(world: World, caller: Caller, pod: DoorPod, port: number): boolean {
  const incoming = world.all('policies').filter(({namespace, spec}) => namespace === pod.namespace && isAbout(spec.policyTypes, 'Ingress') && selects(spec.podSelector ?? {}, pod.labels))
  const lets = (rule: PolicyRule, peers: PolicyPeer[] | undefined, who: Caller, own: string): boolean => takesPort(rule, pod, port) && (peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(world, peer, who, own)))
  if (incoming.length > 0 && !incoming.some(({spec, namespace}) => (spec.ingress ?? []).some((rule) => lets(rule, rule.from, caller, namespace)))) return false
  if ('address' in caller) return true
  const outgoing = world.all('policies').filter(({namespace, spec}) => namespace === caller.namespace && isAbout(spec.policyTypes, 'Egress', spec.egress !== undefined) && selects(spec.podSelector ?? {}, caller.labels))
  return outgoing.length === 0 || outgoing.some(({spec, namespace}) => (spec.egress ?? []).some((rule) => lets(rule, rule.to, pod, namespace)))
}

/** Without a word about it a policy is about what comes in, and about what goes out where it has rules for that. */
function isAbout(types: string[] | undefined, type: string, otherwise = true): boolean {
  return types === undefined ? otherwise : types.includes(type)
}

function takesPort({ports = []}: PolicyRule, pod: DoorPod, port: number): boolean {
  return ports.length === 0 || ports.some(({port: wanted, endPort}) => {
    const number = typeof wanted === 'string' ? pod.named[wanted] : wanted
    return number === undefined ? wanted === undefined : port >= number && port <= (endPort ?? number)
  })
}

function isPeer(world: World, {namespaceSelector, podSelector, ipBlock}: PolicyPeer, who: Caller, own: string): boolean {
  if ('address' in who) return ipBlock !== undefined && inBlock(ipBlock.cidr, who.address)
  // Plugins that know pods by their identity take no pod for an address.
  if (ipBlock !== undefined) return false
  const namespace = namespaceSelector === undefined ? who.namespace === own : selects(namespaceSelector, world.get('namespaces', '', who.namespace)?.labels ?? {})
  return namespace && selects(podSelector ?? {}, who.labels)
}

function inBlock(cidr: string, address: string): boolean {
  const [network = '', bits = ''] = cidr.split('/')
  const list = new BlockList()
  try {
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4')
    return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
  } catch {
    return false
  }
}
