import {describe, expect, it, test} from 'vitest'
import {drawMermaid, drawSvg} from '../../../src/ui/draw-topology.ts'
import {renderTopology} from '../../../src/ui/render-topology.ts'
import type {TopologyResult} from '../../../src/ui/results.ts'
import {width} from '../../../src/ui/text.ts'
import {plainLook} from './samples.ts'

type Zone = TopologyResult['zones'][number]

const nodes = (pool: string, zone: string, count: number): Zone['pools'][number] => ({name: pool, count, nodes: Array.from({length: count}, (_, index) => ({name: `${pool}-${zone}-${index + 1}`, ready: index !== 1, cordoned: index === 2, address: null, instanceType: 'm6i.large'}))})

const RUNNING: TopologyResult = {
  schema: 'kp/topology/v1',
  environment: 'lab',
  cluster: 'acme',
  provider: 'lab',
  source: 'cluster',
  reason: null,
  simulated: true,
  kubernetes: 'v1.35.4',
  network: {nodes: '10.20.0.0/16', pods: '10.244.0.0/16', services: '10.96.0.0/12', endpoint: null, nat: null},
  zones: ['a', 'b', 'c'].map((letter, index) => ({name: `lab-${letter}`, private: `10.20.${index * 32}.0/19`, public: `10.20.${208 + index * 16}.0/20`, pools: index === 2 ? [] : [nodes('general', letter, 8 - index * 7), nodes('spot', letter, 1)]})),
  pools: [
    {name: 'general', instanceType: 'm6i.large', capacity: 'on-demand', min: 3, max: 9, count: 9, labels: {}, taints: [], gpus: 0},
    {name: 'spot', instanceType: 'g5.xlarge', capacity: 'spot', min: 0, max: 20, count: 2, labels: {}, taints: ['spot=true:NoSchedule'], gpus: 1},
  ],
  loadBalancers: [{name: 'envoy-envoy-gateway-system-platform-1a2b3c4d', namespace: 'envoy-gateway-system', exposure: 'public', addresses: ['198.18.3.4'], ports: [80, 443]}],
}
const PLANNED: TopologyResult = {...RUNNING, source: 'planned', reason: 'there is no lab acme yet', kubernetes: '1.35', zones: RUNNING.zones.map((zone) => ({...zone, pools: zone.pools.map((pool) => ({...pool, nodes: []}))})), loadBalancers: []}
const SIX: TopologyResult = {...PLANNED, zones: [...PLANNED.zones, ...PLANNED.zones.map((zone) => ({...zone, name: `${zone.name}-with-a-name-that-is-far-too-long-for-a-box`}))]}

describe('a drawing in the terminal', () => {
  test.each([['running', RUNNING, 80], ['running', RUNNING, 40], ['planned', PLANNED, 80]] as const)('of what is %s', async (name, result, columns) => {
    await expect(`${renderTopology(result, plainLook(columns))}\n`).toMatchFileSnapshot(`./snapshots/topology-${name}-${columns}.txt`)
  })

  test.each([40, 60, 80, 120, 200])('fits in %i columns, with lines and with signs', (columns) => {
    for (const result of [RUNNING, PLANNED, SIX]) {
      for (const unicode of [true, false]) {
        const text = renderTopology(result, plainLook(columns, unicode))
        for (const line of text.split('\n')) expect(width(line), line).toBeLessThanOrEqual(columns)
        if (!unicode) expect(text).toMatch(/^[\u0020-\u007e\n]*$/)
      }
    }
  })
})

describe('a picture', () => {
  const HOSTILE: TopologyResult = {...RUNNING, cluster: 'a<b>&"c"', zones: [{...RUNNING.zones[0]!, name: '</text><script>"x"'}]}

  test.each([['running', RUNNING], ['planned', PLANNED]] as const)('of what is %s is the same each time', async (name, result) => {
    await expect(drawSvg(result)).toMatchFileSnapshot(`./snapshots/topology-${name}.svg`)
    await expect(drawMermaid(result)).toMatchFileSnapshot(`./snapshots/topology-${name}.mmd`)
  })

  it('escapes what could be taken for markup', () => {
    const svg = drawSvg(HOSTILE)
    expect(svg).not.toContain('<script>')
    expect(svg.replaceAll(/<\/?(?:svg|text|rect|title)\b[^<>]*>|<\?xml[^<>]*\?>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/)
    const mermaid = drawMermaid(HOSTILE).split('\n').filter((line) => !line.startsWith('%%'))
    for (const line of mermaid) expect(line.match(/"/g)?.length ?? 0, line).toBeLessThanOrEqual(2)
  })

  it('shows every zone and every load balancer', () => {
    for (const text of [drawSvg(SIX), drawMermaid(SIX), drawSvg(RUNNING), drawMermaid(RUNNING)]) {
      expect(text).toContain('lab-a')
      expect(text).toContain('lab-c')
    }
    expect(drawMermaid(RUNNING).match(/lb0 --> zone/g)).toHaveLength(3)
    expect(drawSvg(RUNNING)).toContain('198.18.3.4')
  })
})
