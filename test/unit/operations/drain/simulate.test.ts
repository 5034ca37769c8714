/** What a drain would meet: budgets, room by the scheduler's rules, bare pods, local volumes; and what is not known is said. */
import {describe, expect, it} from 'vitest'
import {isBlocked, simulateDrain} from '../../../../src/operations/drain/simulate.ts'
import type {DrainInput, SimulatedNode} from '../../../../src/operations/drain/simulate.ts'
import {budget, deployment, drainInput, node} from '../../../helpers/drain-world.ts'

const three = [node('n1', {zone: 'a'}), node('n2', {zone: 'b'}), node('n3', {zone: 'c'})]
const run = (input: Partial<DrainInput>, order: string[] = ['n1', 'n2', 'n3']): SimulatedNode[] => simulateDrain(drainInput({nodes: three, ...input}), order.map((name) => [name])).nodes
const blocked = (nodes: SimulatedNode[]): string[] => nodes.filter(isBlocked).map((one) => one.node)
const web = deployment('web', ['n1', 'n2', 'n3'])

describe('budgets', () => {
  it('that let one go hold nobody, node after node', () => {
    const found = run({pods: web, budgets: [budget('web', {maxUnavailable: 1, expected: 3})]})
    expect(blocked(found)).toEqual([])
    expect(found.map(({evictions}) => evictions > 0)).toEqual([true, true, true])
  })

  it('that never let one go hold every node with a pod of theirs, with the fix', () => {
    const found = run({pods: deployment('web', ['n1', 'n2']), budgets: [budget('web', {minAvailable: 2, expected: 2})]})
    expect(blocked(found)).toEqual(['n1', 'n2'])
    expect(found[0]?.blockedBy).toEqual([{pdb: 'shop/web', pod: 'shop/web-5d4f-0', owner: 'Deployment web', reason: 'minAvailable is 2 of 2: it never lets one go', fix: expect.stringMatching(/^kubectl -n shop patch poddisruptionbudget web --type=json/) as string}])
  })

  it('of what runs once ask for a second copy', () => {
    const found = run({pods: deployment('web', ['n1']), budgets: [budget('web', {minAvailable: 1, expected: 1})]})
    expect(found[0]?.blockedBy[0]?.fix).toBe('kubectl -n shop scale deployment web --replicas=2')
  })

  it('hold because others are not well, unless the pod itself is the one that is broken and may go', () => {
    const pods = [...deployment('web', ['n1', 'n2']), ...deployment('web', ['n3'], {ready: false}).map((pod) => ({...pod, metadata: {...pod.metadata, name: 'web-5d4f-2'}}))]
    const strict = run({pods, budgets: [budget('web', {maxUnavailable: 1, expected: 3, healthy: 2})]})
    expect(blocked(strict)).toEqual(['n1', 'n2'])
    expect(strict[0]?.blockedBy[0]?.reason).toBe('maxUnavailable is 1: 2 of 3 are well, 2 must be')
  })

  it('hold a pod that still waited for the scheduler when it was looked: it runs before its node is emptied', () => {
    const pods = deployment('web', ['n1']).map((pod) => ({...pod, spec: {...pod.spec, nodeName: undefined}, status: {phase: 'Pending', conditions: [{type: 'PodScheduled', status: 'False'}]}})) as never
    const found = run({nodes: three.slice(0, 1), pods, budgets: [budget('web', {minAvailable: 1, expected: 1, healthy: 0})]}, ['n1'])
    expect(found[0]?.blockedBy).toMatchObject([{pdb: 'shop/web', reason: 'minAvailable is 1, and it runs once'}])
  })

  it('are two about one pod: nothing evicts it', () => {
    const second = {...budget('web', {maxUnavailable: 1, expected: 3}), metadata: {name: 'web-too', namespace: 'shop', generation: 1}}
    expect(run({pods: web, budgets: [budget('web', {maxUnavailable: 1, expected: 3}), second]})[0]?.blockedBy[0]?.pdb).toBe('shop/web and shop/web-too')
  })

  it('that nobody has counted yet are unknown, not allowed', () => {
    const fresh = {...budget('web', {maxUnavailable: 1, expected: 3}), status: {}}
    const found = run({pods: web, budgets: [fresh]})
    expect(blocked(found)).toEqual([])
    expect(found[0]?.unknown[0]?.reason).toContain('its controller has not looked at it yet')
  })

  it('hold when the replacement of the first finds no place', () => {
    const nodes = [node('n1', {cpu: '2'}), node('n2', {cpu: '1'})]
    const pods = deployment('web', ['n1', 'n1'], {cpu: '1'})
    const found = run({nodes, pods: [...pods, ...deployment('other', ['n2'], {cpu: '600m'})], budgets: [budget('web', {maxUnavailable: 1, expected: 2})]}, ['n1'])
    expect(found[0]?.noRoom.map(({pod}) => pod)).toEqual(['shop/web-5d4f-0'])
    expect(blocked(found)).toEqual(['n1'])
  })

  it('of an operator that makes room are unknown where it is there, and hold where nobody answers', () => {
    const pods = deployment('db', ['n1'], {kind: 'Cluster'})
    const budgets = [budget('db', {minAvailable: 1, expected: 1, labels: {'cnpg.io/cluster': 'db'}})]
    expect(blocked(run({pods, budgets, simulated: true}))).toEqual(['n1'])
    const real = run({pods, budgets, simulated: false})
    expect(blocked(real)).toEqual([])
    expect(real[0]?.unknown[0]?.reason).toContain('CloudNativePG')
  })
})

describe('room', () => {
  const roomOf = (input: Partial<DrainInput>): string | undefined => run(input, ['n1'])[0]?.noRoom[0]?.reason

  it('is missing where the other nodes are full', () => {
    expect(roomOf({pods: [...deployment('web', ['n1'], {cpu: '3'}), ...deployment('full', ['n2', 'n3'], {cpu: '2'})]})).toBe('of 2 other nodes that fit its rules 2 lack cpu')
    expect(roomOf({pods: [...deployment('web', ['n1'], {cpu: '2'}), ...deployment('full', ['n2', 'n3'], {cpu: '2'})]})).toBeUndefined()
  })

  it('is not on nodes with a taint that is not tolerated', () => {
    const tainted = [node('n1'), node('n2', {taints: [{key: 'gpu', value: 'true', effect: 'NoSchedule'}]})]
    const pods = deployment('web', ['n1'])
    expect(roomOf({nodes: tainted, pods})).toContain('no other node fits')
    expect(roomOf({nodes: tainted, pods: deployment('web', ['n1'], {spec: {tolerations: [{key: 'gpu', operator: 'Exists'}]}})})).toBeUndefined()
  })

  it('is where selector and affinity say', () => {
    expect(roomOf({pods: deployment('web', ['n1'], {spec: {nodeSelector: {'topology.kubernetes.io/zone': 'a'}}})})).toContain('no other node fits')
    const affinity = {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: 'topology.kubernetes.io/zone', operator: 'In', values: ['b']}]}]}}}
    expect(roomOf({pods: deployment('web', ['n1'], {spec: {affinity}})})).toBeUndefined()
    expect(roomOf({pods: deployment('web', ['n1'], {spec: {nodeSelector: {'kubernetes.io/hostname': 'n1'}}})})).toContain('no other node fits')
  })

  it('is where no pod of its kind is, by its anti-affinity', () => {
    const affinity = {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: 'web'}}, topologyKey: 'kubernetes.io/hostname'}]}}
    expect(roomOf({pods: deployment('web', ['n1', 'n2', 'n3'], {spec: {affinity}})})).toContain('2 are refused by its anti-affinity over kubernetes.io/hostname')
    expect(roomOf({pods: deployment('web', ['n1', 'n2'], {spec: {affinity}})})).toBeUndefined()
  })

  it('is not where others do not want it', () => {
    const shy = {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: 'web'}}, topologyKey: 'kubernetes.io/hostname'}]}}
    expect(roomOf({pods: [...deployment('web', ['n1']), ...deployment('shy', ['n2', 'n3'], {spec: {affinity: shy}})]})).toContain('the anti-affinity of other pods')
  })

  it('keeps a spread that must hold, over zones that count although their node is cordoned', () => {
    const topologySpreadConstraints = [{maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {matchLabels: {app: 'web'}}}]
    expect(roomOf({pods: deployment('web', ['n1', 'n2', 'n3'], {spec: {topologySpreadConstraints}})})).toContain('its spread over topology.kubernetes.io/zone')
    const soft = topologySpreadConstraints.map((one) => ({...one, whenUnsatisfiable: 'ScheduleAnyway'}))
    expect(roomOf({pods: deployment('web', ['n1', 'n2', 'n3'], {spec: {topologySpreadConstraints: soft}})})).toBeUndefined()
  })

  it('is where the volume can be reached', () => {
    const spec = {volumes: [{name: 'data', persistentVolumeClaim: {claimName: 'data'}}]}
    const claims = [{apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name: 'data', namespace: 'shop'}, spec: {volumeName: 'pv'}}]
    const volume = (zone: string): DrainInput['volumes'] => [{apiVersion: 'v1', kind: 'PersistentVolume', metadata: {name: 'pv'}, spec: {csi: {driver: 'disk'}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone]}]}]}}}}]
    const pods = deployment('db', ['n1'], {kind: 'StatefulSet', spec})
    expect(roomOf({pods, claims, volumes: volume('a')})).toContain('no other node fits its selectors, tolerations and volumes')
    expect(roomOf({pods, claims, volumes: volume('b')})).toBeUndefined()
    const full = [{apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: {name: 'n2'}, spec: {drivers: [{name: 'disk', allocatable: {count: 0}}]}}]
    expect(roomOf({pods, claims, volumes: volume('b'), csiNodes: full})).toContain('lack volumes of disk')
    expect(run({pods, claims, volumes: []}, ['n1'])[0]?.unknown[0]?.reason).toContain('its claim data')
  })

  it('is not on a node that somebody had cordoned', () => {
    expect(roomOf({nodes: [node('n1'), node('n2', {unschedulable: true})], pods: deployment('web', ['n1'])})).toContain('no other node fits')
  })

  it('comes back with the node, and so does a budget', () => {
    const nodes = [node('n1', {cpu: '2'}), node('n2', {cpu: '2'})]
    const pods = deployment('web', ['n1', 'n2'], {cpu: '1500m'})
    const found = run({nodes, pods, budgets: [budget('web', {maxUnavailable: 1, expected: 2})]}, ['n1', 'n2'])
    expect(found.map(({noRoom}) => noRoom.length)).toEqual([1, 1])
    expect(blocked(found)).toEqual([])
  })
})

describe('what else is seen', () => {
  it('are bare pods, daemons that stay, and data that does', () => {
    const [lone] = deployment('lone', ['n1'])
    const bare = {...lone, metadata: {name: 'lone', namespace: 'shop'}} as DrainInput['pods'][number]
    const local = [{apiVersion: 'v1', kind: 'PersistentVolume', metadata: {name: 'pv'}, spec: {local: {path: '/data'}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: 'kubernetes.io/hostname', operator: 'In', values: ['n1']}]}]}}}}]
    const claims = [{apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {name: 'data', namespace: 'shop'}, spec: {volumeName: 'pv'}}]
    const pods = [bare, ...deployment('agent', ['n1'], {kind: 'DaemonSet'}), ...deployment('db', ['n1'], {kind: 'StatefulSet', spec: {volumes: [{name: 'd', persistentVolumeClaim: {claimName: 'data'}}, {name: 't', emptyDir: {}}, {name: 'm', emptyDir: {medium: 'Memory'}}]}})]
    const [found] = run({pods, claims, volumes: local}, ['n1'])
    expect(found).toMatchObject({bare: ['shop/lone'], evictions: 1, local: {emptyDir: 1, hostPath: 0, volumes: ['shop/db-5d4f-0']}})
    expect(found?.noRoom).toHaveLength(1)
  })

  it('is unknown: another scheduler, devices, a spread that counts otherwise, a place that could be taken', () => {
    const unknown = (spec: object): string | undefined => run({pods: deployment('web', ['n1'], {spec})}, ['n1'])[0]?.unknown[0]?.reason
    expect(unknown({schedulerName: 'volcano'})).toContain('scheduler volcano')
    expect(unknown({resourceClaims: [{name: 'gpu'}]})).toContain('resource claims')
    expect(unknown({topologySpreadConstraints: [{maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', minDomains: 2, labelSelector: {}}]})).toContain('its spread')
    const full = deployment('full', ['n2', 'n3'], {cpu: '4'})
    const found = run({pods: [...full, ...deployment('web', ['n1'], {spec: {priority: 1000}})]}, ['n1'])[0]
    expect(found).toMatchObject({noRoom: [], unknown: [{reason: expect.stringContaining('takes the place of others') as string}]})
  })

  it('is the whole wave at once', () => {
    const pods = deployment('web', ['n1', 'n2'])
    const together = simulateDrain(drainInput({nodes: three, pods, budgets: [budget('web', {maxUnavailable: 1, expected: 2})]}), [['n1', 'n2', 'n3']])
    expect(together.nodes[0]?.noRoom[0]?.reason).toContain('no other node fits')
    expect(together.nodes.filter(isBlocked).map((one) => one.node)).toEqual(['n2'])
  })
})
