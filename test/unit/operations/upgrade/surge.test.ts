/** Nodes that come for the time of an upgrade: where nothing else has room, and as EKS brings them. */
import {describe, expect, it} from 'vitest'
import {surgeNode} from '../../../../src/providers/lab/surge-node.ts'
import {isBlocked, simulateDrain} from '../../../../src/operations/drain/simulate.ts'
import type {DrainInput, DrainWave} from '../../../../src/operations/drain/simulate.ts'
import type {PodObject} from '../../../../src/operations/drain/pods.ts'
import {judgeDrain} from '../../../../src/operations/upgrade/gates/drain.ts'
import {nodeSteps} from '../../../../src/operations/upgrade/node-steps.ts'
import {simulateNodegroups, simulateWithSurges, surgesLeft} from '../../../../src/operations/upgrade/surge.ts'
import type {Upgrading} from '../../../../src/operations/upgrade/upgrading.ts'
import type {Wave} from '../../../../src/operations/upgrade/types.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {budget, deployment, drainInput, node} from '../../../helpers/drain-world.ts'

const ZONES = ['a', 'b', 'c']
const nodes = ZONES.map((zone) => node(`general-${zone}-1`, {zone, cpu: '2'}))
const waves: Wave[] = nodes.map(({metadata: {name}}) => ({id: name, title: name, nodes: [name]}))
/** A copy a zone, each with a volume of its zone. */
const bound = (zone: string): PodObject[] => deployment(`db-${zone}`, [`general-${zone}-1`], {kind: 'StatefulSet', spec: {nodeSelector: {'topology.kubernetes.io/zone': zone}}})
const zonal = ZONES.flatMap(bound)
const run = (more: Partial<DrainInput>, left = new Map<string, string>()): ReturnType<typeof simulateWithSurges> => simulateWithSurges(drainInput({nodes, ...more}), waves, left)

describe('in a lab', () => {
  it('none comes where what is evicted has room', () => {
    expect(run({pods: deployment('web', ['general-a-1', 'general-b-1'])}).surges).toEqual([])
  })

  it('one comes beside each node whose pods fit nowhere else, is emptied in its turn, and goes', () => {
    const {surges, simulation} = run({pods: zonal})
    expect(surges).toEqual(ZONES.map((zone) => ({node: `general-${zone}-1`, name: `general-${zone}-90`, isThere: false})))
    expect(simulation.nodes.map((one) => [one.node, one.evictions, one.noRoom.length])).toEqual(ZONES.flatMap((zone) => [[`general-${zone}-1`, 1, 0], [`general-${zone}-90`, 1, 0]]))
    expect(simulation.zones).toEqual(ZONES.map((zone) => ({zone, nodes: 1})))
    const gate = judgeDrain(simulation, surges)
    expect(gate).toMatchObject({status: 'pass', reason: expect.stringMatching(/^3 nodes, 6 evictions, none blocked; beside general-a-1, general-b-1, general-c-1 a node of the same kind comes/) as string})
  })

  it('a budget lets the second copy go once the first has its place on it', () => {
    const pods = deployment('web', ['general-a-1', 'general-a-1'], {spec: {nodeSelector: {'topology.kubernetes.io/zone': 'a'}}})
    const {simulation} = run({pods, budgets: [budget('web', {maxUnavailable: 1, expected: 2})]})
    expect(simulation.nodes.filter(isBlocked)).toEqual([])
  })

  it('what runs on every node runs on it too, and takes of its room', () => {
    const agents = deployment('agent', nodes.map(({metadata}) => metadata.name), {kind: 'DaemonSet', cpu: '1700m'})
    expect(run({pods: [...agents, ...deployment('db', ['general-a-1'], {cpu: '300m', spec: {nodeSelector: {'topology.kubernetes.io/zone': 'a'}}})]}).surges).toHaveLength(1)
    const {surges, simulation} = run({pods: [...agents, ...deployment('db', ['general-a-1'], {cpu: '400m', spec: {nodeSelector: {'topology.kubernetes.io/zone': 'a'}}})]})
    // It would change nothing: it does not come, and the gate says what stands in the way.
    expect(surges).toEqual([])
    expect(judgeDrain(simulation, surges)).toMatchObject({status: 'fail', reason: expect.stringContaining('would find no place') as string})
  })

  it('it is a host for a spread only while it is there', () => {
    const spread = {topologySpreadConstraints: [{maxSkew: 2, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {matchLabels: {app: 'web'}}}]}
    const [first, second] = nodes.map(({metadata}) => metadata.name)
    const input = drainInput({nodes, pods: deployment('web', [first, first, second, second] as string[], {cpu: '100m', spec: spread}), later: ['general-c-1']})
    const without = (wave: DrainWave): number | undefined => simulateDrain(input, [wave]).nodes[0]?.noRoom.length
    expect([without({nodes: [first ?? '']}), without({nodes: [first ?? ''], comes: ['general-c-1']})]).toEqual([1, 0])
  })

  it('those of an upgrade that was cut off are found: beside a node that is not done, or to be taken away first', () => {
    const left = (of: string, name: string): KubeObject => ({...node(name, {zone: of.slice(8, 9), cpu: '2'}), metadata: {...node(name, {zone: of.slice(8, 9)}).metadata, annotations: {'kp.dev/surge-for': of}}})
    const there = [...nodes, left('general-a-1', 'general-a-90'), left('general-z-1', 'general-z-90')]
    const found = surgesLeft(there)
    expect([...found]).toEqual([['general-a-1', 'general-a-90'], ['general-z-1', 'general-z-90']])
    const {surges, simulation} = simulateWithSurges(drainInput({nodes: there, pods: [...bound('a'), ...bound('b')]}), waves, found)
    expect(surges).toEqual([{node: 'general-a-1', name: 'general-a-90', isThere: true}, {node: 'general-b-1', name: 'general-b-90', isThere: false}])
    expect(simulation.nodes.map((one) => one.node)).toEqual(['general-z-90', 'general-a-1', 'general-a-90', 'general-b-1', 'general-b-90', 'general-c-1'])
  })

  it('the steps come in that order, each after the one before', () => {
    const upgrading = {plan: {target: {to: '1.36.3'}, waves, surges: [{node: 'general-b-1', name: 'general-b-90', isThere: false}], leftSurges: ['general-z-90']}, soakSeconds: 0, drainLimitMs: 1} as unknown as Upgrading
    const steps = nodeSteps(upgrading, {nodes: [], budgets: [], waiting: []})
    expect(steps.map(({id}) => id.replace('upgrade/', ''))).toEqual(['surge-end/general-z-90', 'node/general-a-1', 'verify-1', 'surge/general-b-90', 'node/general-b-1', 'surge-end/general-b-90', 'verify-2', 'node/general-c-1', 'verify-3'])
    expect(steps.slice(1).every(({after}, index) => after?.[0] === steps[index]?.id)).toBe(true)
  })

  it('it is made like the other one, and kp up does not take it for its own', () => {
    const model: KubeObject = {apiVersion: 'v1', kind: 'Node', metadata: {name: 'general-a-1', uid: 'u', labels: {'kubernetes.io/hostname': 'general-a-1', 'topology.kubernetes.io/zone': 'lab-a', 'kp.dev/node-pool': 'general', 'kp.dev/set': 'node-pools.general', 'app.kubernetes.io/managed-by': 'kp'}, annotations: {'lab.kp.dev/cpu': '4', 'lab.kp.dev/address': '10.0.0.11', 'lab.kp.dev/kubelet': 'v1.35.4', 'kp.dev/cordoned-by': 'kp upgrade'}}, spec: {unschedulable: true, taints: [{key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule'}, {key: 'gpu', effect: 'NoSchedule'}]}}
    const made = surgeNode(model, {name: 'general-a-90', kubelet: 'v1.36.3', marks: {'kp.dev/surge-for': 'general-a-1'}})
    expect(made.metadata.labels).toEqual({'kubernetes.io/hostname': 'general-a-90', 'topology.kubernetes.io/zone': 'lab-a', 'kp.dev/node-pool': 'general'})
    expect(made.metadata.annotations).toMatchObject({'lab.kp.dev/cpu': '4', 'lab.kp.dev/address': '10.0.0.91', 'lab.kp.dev/kubelet': 'v1.36.3', 'kp.dev/surge-for': 'general-a-1'})
    expect(made.metadata.annotations).not.toHaveProperty(['kp.dev/cordoned-by'])
    expect(made['spec']).toEqual({taints: [{key: 'gpu', effect: 'NoSchedule'}]})
  })
})

describe('on EKS', () => {
  const of = (name: string, zone: string): KubeObject => node(name, {zone, cpu: '2', labels: {'eks.amazonaws.com/nodegroup': 'general'}})
  const group = ZONES.map((zone) => of(`ip-${zone}`, zone))
  const groupWaves: Wave[] = group.map(({metadata: {name}}) => ({id: name, title: name, nodes: [name]}))
  const pods = ZONES.flatMap((zone) => deployment(`db-${zone}`, [`ip-${zone}`], {cpu: '1500m', spec: {nodeSelector: {'topology.kubernetes.io/zone': zone}}}))
  const simulate = (surges: boolean): ReturnType<typeof simulateNodegroups> => simulateNodegroups(drainInput({nodes: group, pods}), groupWaves, [{name: 'general', version: '1.35', status: 'ACTIVE', surges}])

  it('new nodes come in each zone before old ones are emptied', () => {
    expect(simulate(true).nodes.map(({node: name, evictions, noRoom}) => [name, evictions, noRoom.length])).toEqual([['ip-a', 1, 0], ['ip-b', 1, 0], ['ip-c', 1, 0]])
  })

  it('none comes first in a group that is told to update with as few as there are', () => {
    expect(simulate(false).nodes.map(({noRoom}) => noRoom.length)).toEqual([1, 1, 1])
  })
})
