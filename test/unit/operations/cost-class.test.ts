/** The cost class: whose machines kp makes, what they are, and that it says it is no quote. */
import {describe, expect, test} from 'vitest'
import {costLines, costOfAnswers} from '../../../src/operations/cost-class.ts'
import type {CostClass} from '../../../src/operations/cost-class.ts'

const eks = (more: object = {}): CostClass => costOfAnswers({name: 'acme', email: 'ops@acme.org', domain: 'acme.org', provider: {type: 'eks', region: 'eu-central-1'}, ...more})

describe('the class', () => {
  test('is none where kp makes no machines, and says why', () => {
    expect(costOfAnswers({name: 'acme'})).toEqual({class: 'none', low: 0, high: 0, monthly: 0, drivers: []})
    const own = costOfAnswers({name: 'acme', email: 'o@acme.org', domain: 'acme.org', provider: {type: 'existing', kubeconfig: 'kubeconfig'}})
    expect(own.class).toBe('none')
    expect(costLines(own, 'lab')).toEqual(['Class none: everything runs on this machine.'])
    expect(costLines(own, 'existing')).toEqual(['Class none: kp makes no machines there: the bill of that cluster is its own.'])
  })

  test('counts machines, control plane, NAT gateways and load balancer', () => {
    const {drivers} = eks()
    for (const what of [/^3 × m6i\.large in /, /^the control plane of /, /^3 NAT gateways of /, /^a load balancer of /]) expect(drivers.some((driver) => what.test(driver)), String(what)).toBe(true)
    expect(eks({network: {nat: 'single'}}).drivers.some((driver) => driver.startsWith('1 NAT gateway of '))).toBe(true)
    expect(eks({phases: {'cert-manager': {issuer: 'internal-ca'}, ingress: {enabled: false}}}).drivers.some((driver) => driver.includes('load balancer'))).toBe(false)
  })

  test('grows with everything that costs', () => {
    const pool = (min: number, more: object = {}): object => ({nodePools: [{name: 'general', instanceType: 'm6i.large', min, max: 20, ...more}]})
    const base = eks(pool(3))
    for (const larger of [eks(pool(4)), eks(pool(3, {instanceType: 'm6i.xlarge'})), eks({...pool(3), environments: [{name: 'dev'}, {name: 'prod'}]})]) {
      expect(larger.low).toBeGreaterThan(base.low)
      expect(larger.high).toBeGreaterThan(base.high)
    }
    expect(eks(pool(3, {capacity: 'spot'})).high).toBeLessThan(base.high)
    expect(eks({...pool(3), network: {nat: 'single'}}).high).toBeLessThan(base.high)
    // A pool that starts empty costs nothing at first.
    expect(eks({nodePools: [{name: 'general', instanceType: 'm6i.large', min: 3, max: 9}, {name: 'gpu', instanceType: 'p4d.24xlarge', min: 0, max: 2}]}).high).toBe(base.high)
  })

  test('goes from low to high', () => {
    const nodes = (min: number, instanceType = 'm6i.large'): CostClass => eks({network: {nat: 'single'}, nodePools: [{name: 'general', instanceType, min, max: 90}]})
    expect([nodes(1, 't3.medium').class, nodes(6).class, nodes(40, 'm6i.2xlarge').class]).toEqual(['low', 'medium', 'high'])
  })

  test('is told as an order of magnitude, not as a quote', () => {
    const lines = costLines(eks(), 'eks')
    expect(lines[0]).toMatch(/^Class \w+: about \$[\d,]+0 a month with the fewest nodes; in the order of \$[\d,]+0 to \$[\d,]+0\.$/)
    expect(lines[1]).toMatch(/^Driven by: .+; .+\.$/)
    expect(lines[2]).toContain('not a quote')
  })

  test('of what is not allowed is an error', () => {
    expect(() => costOfAnswers({name: 'Not A Name'})).toThrow(expect.objectContaining({code: 'SPEC_INVALID'}))
  })
})
