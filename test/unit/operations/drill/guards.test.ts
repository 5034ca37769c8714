/** Guards, targets and records: what each says of planted facts. */
import {describe, expect, it} from 'vitest'
import {guardAlerts, guardCopies, guardQuorum, judgeBudget} from '../../../../src/operations/drill/guards.ts'
import {budgetBurned} from '../../../../src/operations/drill/result.ts'
import {historyOf, recordMarkdown} from '../../../../src/operations/drill/records.ts'
import type {DrillRecord} from '../../../../src/operations/drill/records.ts'
import {judgeRoom} from '../../../../src/operations/drill/room.ts'
import {chooseTarget} from '../../../../src/operations/drill/targets.ts'
import type {TargetFacts} from '../../../../src/operations/drill/targets.ts'
import type {Drill, FiringAlert, GuardResult} from '../../../../src/operations/drill/types.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {deployment, drainInput, node as worldNode} from '../../../helpers/drain-world.ts'

const ready = {conditions: [{type: 'Ready', status: 'True'}]}
const node = (name: string, zone: string, labels = {}): KubeObject => ({apiVersion: 'v1', kind: 'Node', metadata: {name, labels: {'topology.kubernetes.io/zone': zone, ...labels}}, status: ready})
const pod = (name: string, nodeName: string, {namespace = 'demo', app = 'demo', kind = 'ReplicaSet', status = ready} = {}): KubeObject => ({apiVersion: 'v1', kind: 'Pod', metadata: {name, namespace, labels: {app}, ownerReferences: [{apiVersion: 'apps/v1', kind, name: app, uid: app, controller: true}]}, spec: {nodeName}, status})
const door: KubeObject = {apiVersion: 'v1', kind: 'Service', metadata: {name: 'door', namespace: 'door'}, spec: {type: 'LoadBalancer', selector: {app: 'door'}}}
const FACTS: TargetFacts = {
  nodes: [node('a1', 'a'), node('a2', 'a'), node('b1', 'b'), node('c1', 'c')],
  pods: [pod('demo-1', 'a1'), pod('demo-2', 'b1'), pod('door-1', 'b1', {namespace: 'door', app: 'door'}), pod('door-2', 'c1', {namespace: 'door', app: 'door'}), pod('only', 'a1', {namespace: 'ops', app: 'only'}), pod('agent', 'b1', {kind: 'DaemonSet', app: 'agent'})],
  services: [door], objects: [],
}
const of = (kind: Drill['target']['kind'], more: object = {}): Pick<Drill, 'target' | 'name'> => ({name: 'x', target: {kind, namespace: 'demo', labels: {app: 'demo'}, ...more}})

describe('the target', () => {
  it('is a node where users would notice, with the fewest single copies', () => {
    expect(chooseTarget(of('node'), FACTS)).toMatchObject({title: 'Node b1', nodes: ['b1'], names: {node: 'b1'}})
  })

  it('is never the node with every copy, or with every proxy of the front door', () => {
    const together = {...FACTS, pods: FACTS.pods.map((one) => (one.metadata.labels?.['app'] === 'door' || one.metadata.labels?.['app'] === 'demo' ? {...one, spec: {nodeName: 'b1'}} : one))} as TargetFacts
    expect(chooseTarget(of('node'), together, 'b1')).toMatch(/every ready copy with app=demo in demo is on node b1/)
    const proxies = {...FACTS, pods: FACTS.pods.filter(({metadata}) => metadata.name !== 'door-2')}
    expect(chooseTarget(of('node'), proxies, 'b1')).toMatch(/every ready proxy of the front door is on node b1/)
    expect(chooseTarget(of('node'), proxies)).toMatchObject({nodes: ['a1']})
  })

  it('is the one that a person wants, where there is one of that name', () => {
    expect(chooseTarget(of('node'), FACTS, 'c1')).toMatchObject({nodes: ['c1']})
    expect(chooseTarget(of('node'), FACTS, 'z9')).toBe('there is no node z9')
    expect(chooseTarget(of('zone'), FACTS, 'z')).toBe('there is no zone z; there are a, b, c')
  })

  it('is a zone with all of its nodes, where others stay', () => {
    expect(chooseTarget(of('zone'), FACTS)).toMatchObject({names: {zone: 'b'}, nodes: ['b1']})
    expect(chooseTarget(of('zone'), FACTS, 'a')).toMatchObject({title: 'zone a (2 nodes)', nodes: ['a1', 'a2']})
    expect(chooseTarget(of('zone'), {...FACTS, nodes: [node('a1', 'a'), node('a2', 'a')]})).toMatch(/there is one zone/)
  })

  it('is a ready pod, an object by name, or what the drill makes itself', () => {
    expect(chooseTarget(of('pod'), FACTS)).toMatchObject({names: {pod: 'demo-1', namespace: 'demo'}})
    expect(chooseTarget(of('pod', {labels: {app: 'none'}}), FACTS)).toBe('no pod in demo with app=none is ready')
    const objects = ['x', 'y'].map((namespace) => ({apiVersion: 'v1', kind: 'Certificate', metadata: {name: 'tls', namespace}}))
    const wanted = of('object', {object: 'Certificate', name: 'tls', labels: {}, namespace: undefined})
    expect(chooseTarget(wanted, {...FACTS, objects: objects.slice(0, 1)})).toMatchObject({title: 'Certificate x/tls', names: {name: 'tls', namespace: 'x'}})
    expect(chooseTarget(wanted, {...FACTS, objects})).toMatch(/2 objects Certificate tls: name the namespace/)
    expect(chooseTarget(wanted, FACTS)).toBe('there is no Certificate tls')
    expect(chooseTarget(of('scratch'), FACTS)).toMatchObject({nodes: []})
  })
})

describe('guards', () => {
  const SLO = {name: 'demo-availability', objective: 99.9, window: '30d', indicator: {type: 'http-errors', route: 'demo'}} as never
  const page: FiringAlert = {name: 'SLOErrorBudgetBurn', severity: 'page', key: 'a'}
  const record = (more: object): DrillRecord => ({id: '20261128T120000Z-abcd', name: 'node-failure', endedAt: '2026-11-28T12:00:00Z', alerts: [], ...more}) as unknown as DrillRecord

  it('a page before the drill stops it, unless the last drill raised it', () => {
    const now = Date.parse('2026-11-28T12:10:00Z')
    expect(guardAlerts([{...page, severity: 'warning'}], [], now).status).toBe('pass')
    expect(guardAlerts([page], [], now)).toMatchObject({status: 'fail', reason: 'fires already: SLOErrorBudgetBurn'})
    expect(guardAlerts([page], [record({alerts: ['SLOErrorBudgetBurn']})], now)).toMatchObject({status: 'warn'})
    expect(guardAlerts([page, {...page, name: 'EtcdDown'}], [record({alerts: ['SLOErrorBudgetBurn']})], now).status).toBe('fail')
    expect(guardAlerts([page], [record({alerts: ['SLOErrorBudgetBurn']})], now + 3600_000).status).toBe('fail')
  })

  it('the budget is judged by what the whole window allows, not by the first minutes', () => {
    expect(judgeBudget(SLO, {bad: 5, total: 500, rate: 2}, 30)).toMatchObject({status: 'pass', reason: expect.stringMatching(/^99\.9 % of the error budget/)})
    expect(judgeBudget(SLO, {bad: 5000, total: 2_000_000, rate: 2}, 30).status).toBe('fail')
    expect(judgeBudget(SLO, {bad: 0, total: 100, rate: 2}, 2500).status).toBe('fail')
  })

  it('no data is unknown', () => {
    expect(judgeBudget(SLO, {bad: undefined, total: 1, rate: 1}, 1).status).toBe('unknown')
    expect(judgeBudget(SLO, {bad: 0, total: 0, rate: 0}, 1).status).toBe('unknown')
  })

  it('the quorum of the control plane must stay', () => {
    const masters = ['m1', 'm2', 'm3'].map((name) => node(name, 'a', {'node-role.kubernetes.io/control-plane': ''}))
    const lose = (nodes: string[], kind: 'node' | 'program' = 'node') => guardQuorum({}, {name: 'x'}, {kind, title: 't', names: {}, nodes}, masters).status
    expect([lose(['n1']), lose(['m1']), lose(['m1', 'm2']), lose([], 'program')]).toEqual(['not-applicable', 'pass', 'fail', 'fail'])
  })

  it('the only copies on the target are named', () => {
    expect(guardCopies({kind: 'node', title: '', names: {}, nodes: ['a1']}, FACTS)).toMatchObject({status: 'warn', reason: 'the only copy is there: ops/only'})
    expect(guardCopies({kind: 'node', title: '', names: {}, nodes: ['b1']}, FACTS).status).toBe('pass')
  })

  it('there must be room for the pods on the other nodes; what waits for its volume is told', () => {
    const [n1, n3] = [worldNode('n1', {zone: 'a'}), worldNode('n3', {zone: 'b', cpu: '8', unschedulable: true})]
    const pods = [...deployment('web', ['n1'], {cpu: '1'}), ...deployment('other', ['n2'], {cpu: '1'})]
    const room = (cpu: string): GuardResult => judgeRoom(drainInput({nodes: [n1, worldNode('n2', {zone: 'b', cpu}), n3], pods}), ['n1'])
    expect(room('2')).toMatchObject({status: 'pass', reason: '1 pod finds a place on the other nodes'})
    expect(room('1500m')).toMatchObject({status: 'fail', reason: expect.stringContaining('shop/web-5d4f-0: of 1 other node that fit its rules 1 lack cpu') as string})
    const bound = deployment('db', ['n1'], {spec: {nodeSelector: {'topology.kubernetes.io/zone': 'a'}}})
    expect(judgeRoom(drainInput({nodes: [n1, worldNode('n2', {zone: 'b'})], pods: [...pods, ...bound]}), ['n1'])).toMatchObject({status: 'warn', reason: '1 pod finds a place on the other nodes; until it is back waits shop/db-5d4f-0'})
  })
})

describe('records', () => {
  it('burned budget: 43.2 minutes are all of 99.9 % over 30 days', () => {
    expect(budgetBurned(43.2 * 60, {windowSeconds: 30 * 86_400, budget: 0.001})).toBe(1)
    expect(budgetBurned(26, {windowSeconds: 30 * 86_400, budget: 0.001})).toBeCloseTo(0.01, 3)
  })

  const run = (id: string, more: Partial<DrillRecord>): DrillRecord => ({id, name: 'node-failure', title: 'A node loses its power', verdict: 'held', environment: 'lab', cluster: 'acme', simulated: true, hypothesis: 'It holds.', target: 'Node n1', runbook: 'node-not-ready.md', startedAt: '2026-11-28T12:00:00Z', endedAt: '2026-11-28T12:03:00Z', reasons: [], guards: [], timeline: [], alerts: [], ttdSeconds: 40, detectedBy: 'Burn', signalSeconds: 16, ttrSeconds: 60, requests: {sent: 100, failed: 5, longestGapMs: 900}, users: {sent: 100, failed: 5, longestGapMs: 900, lostSeconds: 3, firstErrorSeconds: 1, backSeconds: 18}, budgetBurned: 0.001, objective: 'demo', undone: true, left: [], durationSeconds: 100, record: null, schema: 'kp/drill/v1', ...more})

  it('are held against each other: means from three runs on, the change against the run before', () => {
    const two = [run('b', {ttrSeconds: 50}), run('a', {})]
    expect(historyOf(two)).toEqual([expect.objectContaining({name: 'node-failure', runs: 2, held: 2, mttrSeconds: null, ttrChange: -10, detected: 2})])
    expect(historyOf([run('c', {ttdSeconds: null, verdict: 'deviated', ttrSeconds: 70}), ...two])).toEqual([expect.objectContaining({held: 2, mttrSeconds: 60, mttdSeconds: null, detected: 2, ttrChange: 20})])
    expect(historyOf([run('d', {verdict: 'not-started', ttrSeconds: null}), ...two])[0]?.ttrChange).toBe(-10)
  })

  it('as a page: figures beside those of the run before, what deviated, guards, timeline', () => {
    const page = recordMarkdown(run('b', {verdict: 'deviated', reasons: ['no alert within 30 s'], ttdSeconds: null, detectedBy: null, timeline: [{atSeconds: 0, what: 'fault', text: 'unplug n1'}], guards: [{id: 'capacity', status: 'fail', reason: 'no room', waived: 'a lab'}]}), [run('a', {})])
    expect(page).toContain('# A node loses its power: deviated')
    expect(page).toContain('- no alert within 30 s')
    expect(page).toContain('| time to detect: the first alert | none came | 40 s (Burn) |')
    expect(page).toContain('| requests sent, failed | 100, 5 | 100, 5 |')
    expect(page).toContain('- capacity: fail. no room Set aside: a lab')
    expect(page).toContain('- 0 s, fault: unplug n1')
  })
})
