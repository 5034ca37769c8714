/** Whether every node could be emptied, by the simulation of all drains in the planned order. */
import {isBlocked} from '../../drain/simulate.ts'
import type {DrainSimulation, SimulatedNode} from '../../drain/simulate.ts'
import type {Gate, GateAnswer, GateProblem, Surge} from '../types.ts'

/** So many are told by name. */
const SHOWN = 50

/** See the file's head. */
export const drainGate: Gate = {
  id: 'drain',
  title: 'Every node can be emptied, and what it held finds a place',
  run: ({drain}) => Promise.resolve('reason' in drain ? {status: 'unknown', reason: drain.reason, fix: 'kp verify node-pools'} : judgeDrain(drain.simulation, drain.surges)),
}

/** Pure. @param surges nodes that come for the time of others */
export function judgeDrain({nodes, zones}: DrainSimulation, surges: readonly Surge[] = []): GateAnswer {
  const blocks = once(nodes, ({blockedBy}) => blockedBy.map(({pod, pdb, owner, reason, fix}) => ({key: `${pdb} ${owner ?? pod}`, what: `PodDisruptionBudget ${pdb} holds ${pod}${owner === null ? '' : ` of ${owner}`}: ${reason}`, fix})))
  const bare = once(nodes, (one) => one.bare.map((pod) => ({key: pod, what: `pod ${pod} has no controller: nobody would bring it back`, fix: `make it a Deployment, or delete it: kubectl -n ${pod.split('/')[0]} delete pod ${pod.split('/')[1]}`})))
  const room = once(nodes, ({noRoom}) => noRoom.map(({pod, owner, reason, fix}) => ({key: owner ?? pod, what: `${pod}${owner === null ? '' : ` of ${owner}`} would find no place: ${reason}`, fix})))
  const unknown = once(nodes, (one) => one.unknown.map(({pod, owner, reason}) => ({key: `${owner ?? pod} ${reason}`, what: `${pod}: it cannot be said ${reason}`, fix: 'look by hand, then waive this gate with the reason'})))
  const local = once(nodes, (one) => one.local.volumes.map((pod) => ({key: pod, what: `${pod} keeps its data on this node: it waits until the node is back`, fix: 'tell its users, or move its data to a volume that other nodes reach'})))
  const kept = new Set(nodes.filter(({node}) => surges.some((surge) => surge.node === node)).map(({zone}) => zone))
  const lonely = nodes.length > 1 ? zones.filter(({zone, nodes: count}) => count === 1 && zone !== '' && !kept.has(zone)).map(({zone}) => zone) : []
  const evictions = nodes.reduce((sum, one) => sum + one.evictions, 0)
  const emptyDirs = nodes.reduce((sum, one) => sum + one.local.emptyDir, 0)
  const problems = [...blocks, ...bare, ...room, ...unknown, ...local].slice(0, SHOWN)
  const blocked = nodes.filter(isBlocked).length
  const failed = [...blocks, ...bare, ...room]
  if (failed.length > 0) {
    const parts = [blocked === 0 ? '' : `${blocked} of ${nodes.length} nodes would not get empty`, room.length === 0 ? '' : `${room.length} ${room.length === 1 ? 'workload' : 'workloads'} would find no place`].filter((part) => part !== '')
    return {status: 'fail', reason: `${parts.join(', ')}: ${failed[0]?.what}`, fix: failed[0]?.fix ?? null, problems}
  }
  if (unknown.length > 0) return {status: 'unknown', reason: unknown[0]?.what ?? '', fix: unknown[0]?.fix ?? null, problems}
  const beside = surges.map(({node}) => node)
  const helped = beside.length === 0 ? '' : `; beside ${beside.slice(0, 3).join(', ')}${beside.length > 3 ? ` and ${beside.length - 3} more` : ''} a node of the same kind comes for the time, since what runs there fits nowhere else`
  const said = `${nodes.filter(({node}) => !surges.some(({name}) => name === node)).length} nodes, ${evictions} evictions, none blocked${helped}${emptyDirs === 0 ? '' : `; ${emptyDirs} pods lose what is in an emptyDir`}`
  if (lonely.length > 0 || local.length > 0) return {status: 'warn', reason: [said, ...(lonely.length === 0 ? [] : [`${lonely.join(', ')} ${lonely.length === 1 ? 'has one node: the zone is' : 'have one node each: each zone is'} empty while it is upgraded`]), ...local.slice(0, 1).map(({what}) => what)].join('; '), fix: null, ...(problems.length === 0 ? {} : {problems})}
  return {status: 'pass', reason: said, fix: null}
}

/** One problem for what comes again on several nodes. */
function once(nodes: readonly SimulatedNode[], of: (node: SimulatedNode) => {key: string; what: string; fix: string}[]): GateProblem[] {
  const found = new Map<string, GateProblem & {nodes: string[]}>()
  for (const node of nodes) {
    for (const {key, what, fix} of of(node)) {
      const known = found.get(key)
      if (known === undefined) found.set(key, {what, fix, source: '', nodes: [node.node]})
      else if (!known.nodes.includes(node.node)) known.nodes.push(node.node)
    }
  }
  return [...found.values()].map(({nodes: on, ...problem}) => ({...problem, source: `drain of ${on.slice(0, 3).join(', ')}${on.length > 3 ? ` and ${on.length - 3} more` : ''}`}))
}
