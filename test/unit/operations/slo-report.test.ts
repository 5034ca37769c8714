import {describe, expect, it} from 'vitest'
import {reported, reportSlos} from '../../../src/operations/slo-report.ts'
import type {Measured} from '../../../src/operations/slo-report.ts'
import type {PlatformContext} from '../../../src/context.ts'
import type {Slo} from '../../../src/spec/types.ts'

const slo = {name: 'demo', objective: 99.9, window: '30d', indicator: {type: 'http-errors', route: 'demo'}} as unknown as Slo
const measured = (more: Partial<Measured> = {}): Measured => ({period: new Map([['demo', 0.0005]]), left: new Map([['demo', 0.5]]), rate: new Map([['demo', 12]]), ratios: new Map([['5m', new Map([['demo', 0.001]])], ['1h', new Map([['demo', 0.001]])]]), firing: [], ...more})
const windows = (value: number): Measured['ratios'] => new Map(['5m', '30m', '1h', '2h', '6h', '1d', '3d'].map((window) => [window, new Map([['demo', value]])]))

describe('an objective', () => {
  it('is kept: attainment, budget and burn', () => {
    expect(reported(slo, measured())).toMatchObject({status: 'kept', attainment: 99.95, budgetLeftPercent: 50, budgetLeftMinutes: 21.6, eventsPerSecond: 12, exhaustedInHours: 360, burn: [{window: '5m', rate: 1}, {window: '1h', rate: 1, errorPercent: 0.1}]})
  })

  it('is missed where its budget is gone', () => {
    expect(reported(slo, measured({left: new Map([['demo', -0.2]])}))).toMatchObject({status: 'missed', budgetLeftPercent: -20, exhaustedInHours: null})
  })

  it('burns only where both windows of an alert do', () => {
    expect(reported(slo, measured({ratios: windows(0.05)})).status).toBe('burning')
    const short = windows(0)
    short.get('5m')?.set('demo', 0.5)
    expect(reported(slo, measured({ratios: short})).status).toBe('kept')
  })

  it('is unknown without data, never kept', () => {
    expect(reported(slo, 'Prometheus is away')).toMatchObject({status: 'unknown', reason: 'Prometheus is away', attainment: null})
    expect(reported(slo, measured({period: new Map()})).reason).toBe('nothing has happened yet that could be good or bad')
    expect(reported(slo, measured({period: new Map(), rate: new Map()})).reason).toBe('its metrics are not there: kp verify slo')
  })

  it('is unknown as a whole where nobody can be asked', async () => {
    const ctx = {spec: {slos: [slo], environment: {name: 'dev', cluster: 'acme-dev'}}, provider: {simulated: true}, clock: {now: () => 0}} as unknown as PlatformContext
    expect(await reportSlos(ctx)).toMatchObject({unknown: 'simulated nodes: Prometheus does not run', summary: {kept: 0, unknown: 1}, slos: [{status: 'unknown', attainment: null}]})
    await expect(reportSlos({...ctx, spec: {...ctx.spec, slos: []}})).rejects.toMatchObject({code: 'USAGE'})
  })
})
