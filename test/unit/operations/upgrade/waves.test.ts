/** In which order nodes go, and how kp.yaml is written. */
import {describe, expect, it} from 'vitest'
import {describeNodes} from '../../../../src/operations/nodes/list.ts'
import {withVersion} from '../../../../src/operations/upgrade/control-plane-steps.ts'
import {newTroubles, troublesOf} from '../../../../src/operations/upgrade/health.ts'
import {lostObjects} from '../../../../src/operations/upgrade/objects.ts'
import {maxUnavailableOf, wavesOf} from '../../../../src/operations/upgrade/waves.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {budget, deployment, drainInput, node} from '../../../helpers/drain-world.ts'

const at = (name: string, zone: string, version = 'v1.35.4', annotations: Record<string, string> = {}): KubeObject => ({apiVersion: 'v1', kind: 'Node', metadata: {name, annotations, labels: {'topology.kubernetes.io/zone': zone}}, status: {nodeInfo: {kubeletVersion: version}}})
const nodes = [at('a-1', 'a'), at('a-2', 'a'), at('b-1', 'b'), at('b-2', 'b')]
const waves = (all: KubeObject[], maxUnavailable = 1): string[][] => wavesOf(all, '1.36.3', {maxUnavailable, podsOn: (name) => (name === 'b-1' ? 1 : 5)}).map((wave) => wave.nodes)

describe('nodes', () => {
  it('go one first, the one with the fewest pods, then zone by zone', () => {
    expect(waves(nodes)).toEqual([['b-1'], ['a-1'], ['a-2'], ['b-2']])
    expect(waves(nodes, 2)).toEqual([['b-1'], ['a-1', 'a-2'], ['b-2']])
  })

  it('that are done are left out, but not one that a killed upgrade left cordoned', () => {
    expect(waves([at('a-1', 'a', 'v1.36.3'), at('a-2', 'a')])).toEqual([['a-2']])
    expect(waves([at('a-1', 'a', 'v1.36.3', {'kp.dev/cordoned-by': 'kp upgrade'}), at('a-2', 'a', 'v1.36.3')])).toEqual([['a-1']])
  })

  it('are never all away', () => {
    expect([maxUnavailableOf('2', 10), maxUnavailableOf('25%', 10), maxUnavailableOf('1%', 10)]).toEqual([2, 2, 1])
    expect(() => maxUnavailableOf('0', 10)).toThrow('could never end')
    expect(() => maxUnavailableOf('100%', 10)).toThrow('nothing would run')
    expect(() => maxUnavailableOf('some', 10)).toThrow('a number or a percentage')
  })

  it('are listed with who would hold them', () => {
    const listed = describeNodes(drainInput({nodes: [node('n1'), node('n2', {unschedulable: true})], pods: deployment('web', ['n1']), budgets: [budget('web', {minAvailable: 1, expected: 1})]}))
    expect(listed.map(({name, cordonedBy, pods, blockedBy}) => [name, cordonedBy, pods, blockedBy.length])).toEqual([['n1', null, 1, 1], ['n2', 'somebody', 0, 0]])
  })
})

describe('health', () => {
  it('is what was not there before', () => {
    const sick = {...at('a-1', 'a'), status: {conditions: [{type: 'Ready', status: 'False'}]}}
    const before = troublesOf([sick], [], [])
    const [waiting] = deployment('web', [''])
    const now = troublesOf([sick, {...at('a-2', 'a', '', {'kp.dev/cordoned-by': 'kp upgrade'}), status: {conditions: [{type: 'Ready', status: 'True'}]}}], [budget('web', {minAvailable: 2, expected: 2, healthy: 1})], waiting === undefined ? [] : [waiting])
    expect(newTroubles(before, now)).toEqual(['node a-2 is still cordoned', 'budget shop/web: too few of its pods are well', 'pods of Deployment web in shop find no node'])
  })

  it('is also that nothing was lost', () => {
    expect(lostObjects(['Secret a/b', 'ConfigMap a/c'], ['ConfigMap a/c', 'Secret a/new'])).toEqual(['Secret a/b'])
  })
})

describe('kp.yaml', () => {
  const text = (environments: string): string => `apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata:\n  name: acme\n  owner: me@example.com\nprovider:\n  type: lab\n${environments}kubernetes:\n  version: "1.35" # as staging has it\n`

  it('gets the version where it says it, and keeps its comments', () => {
    expect(withVersion('kp.yaml', text(''), 'lab', {toMinor: '1.36', to: '1.36.3'})).toContain('  version: "1.36" # as staging has it')
  })

  it('gets it for one environment alone where there are several', () => {
    const written = withVersion('kp.yaml', text('environments:\n  - {name: dev, cluster: a}\n  - {name: prod, cluster: b}\n'), 'prod', {toMinor: '1.36', to: '1.36.3'})
    expect(written).toContain('version: "1.35" # as staging has it')
    expect(written).toMatch(/name: prod, cluster: b, kubernetes: \{version: "?1\.36"?\}/)
  })
})
