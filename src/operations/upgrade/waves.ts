/** In which order nodes are upgraded: one first, then zone by zone, never more at once than may be away. Pure. */
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {CORDONED_BY} from '../drain/evict.ts'
import type {Wave} from './types.ts'
import {minorsBetween, plainVersion} from './versions.ts'

const ZONE = 'topology.kubernetes.io/zone'
/** Who cordons: a node with this mark was left by an upgrade that was killed. */
export const UPGRADE = 'kp upgrade'

/**
 * How many nodes may be away at once.
 * @param text `1`, `2`, `10%`
 * @throws KpError USAGE for what is no number; GATE for what can never be met
 */
export function maxUnavailableOf(text: string, nodes: number): number {
  const [, amount = '', percent] = /^(\d+)(%)?$/.exec(text.trim()) ?? []
  if (amount === '') throw new KpError({code: 'USAGE', message: `--max-unavailable takes a number or a percentage, not "${text}"`, next: ['--max-unavailable 1', '--max-unavailable 10%']})
  const count = percent === undefined ? Number(amount) : Math.floor((Number(amount) / 100) * nodes)
  if (Number(amount) === 0) throw new KpError({code: 'USAGE', message: `--max-unavailable ${text} lets no node go: the upgrade could never end`, next: ['--max-unavailable 1']})
  if (count >= nodes && nodes > 1) throw new KpError({code: 'GATE', message: `--max-unavailable ${text} would take all ${nodes} nodes at once: nothing would run`, next: ['--max-unavailable 1']})
  return Math.max(1, count)
}

/** The version of a node's kubelet. */
export function kubeletOf(node: KubeObject): string {
  return (node['status'] as {nodeInfo?: {kubeletVersion?: string}} | undefined)?.nodeInfo?.kubeletVersion ?? ''
}

/** Whether a node has the version already. */
export function hasVersion(node: KubeObject, to: string): boolean {
  const kubelet = kubeletOf(node)
  return to.split('.').length > 2 ? plainVersion(kubelet) === to : minorsBetween(kubelet, to) === 0
}

/** What is to be upgraded, in waves. The first node goes alone where none was upgraded yet. */
export function wavesOf(nodes: readonly KubeObject[], to: string, {maxUnavailable, podsOn}: {maxUnavailable: number; podsOn(node: string): number}): Wave[] {
  const waiting = nodes.filter((node) => !hasVersion(node, to) || node.metadata.annotations?.[CORDONED_BY] === UPGRADE)
  const byZone = new Map<string, string[]>()
  const first = waiting.length === nodes.length && nodes.length > 1 ? waiting.toSorted((a, b) => podsOn(a.metadata.name) - podsOn(b.metadata.name) || (a.metadata.name < b.metadata.name ? -1 : 1))[0]?.metadata.name : undefined
  for (const {metadata} of waiting) {
    if (metadata.name === first) continue
    const zone = metadata.labels?.[ZONE] ?? ''
    byZone.set(zone, [...(byZone.get(zone) ?? []), metadata.name])
  }
  const waves: Wave[] = first === undefined ? [] : [{id: 'canary', title: `upgrade one node first: ${first}`, nodes: [first]}]
  for (const [zone, names] of [...byZone].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const sorted = names.toSorted()
    for (let at = 0; at < sorted.length; at += maxUnavailable) {
      const some = sorted.slice(at, at + maxUnavailable)
      waves.push({id: `${zone === '' ? 'nodes' : zone}-${Math.floor(at / maxUnavailable) + 1}`, title: `upgrade ${some.join(', ')}${zone === '' ? '' : ` in ${zone}`}`, nodes: some})
    }
  }
  return waves
}
