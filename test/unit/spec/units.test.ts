import {describe, expect, it} from 'vitest'
import {instanceSize} from '../../../src/spec/instance-size.ts'
import {dividesTheClock, durationSeconds, parseDuration, parseQuantity} from '../../../src/spec/units.ts'

describe('durations', () => {
  it.each([['30s', 30], ['10m', 600], ['6h', 21_600], ['30d', 2_592_000], ['2w', 1_209_600]])('%s is %i seconds', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds)
  })

  it.each(['', '0m', '6', 'h', '1.5h', '-1h', '1h30m', '6 h', '6H'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined()
    expect(() => durationSeconds(text)).toThrow(RangeError)
  })

  it.each([['15m', true], ['1h', true], ['6h', true], ['24h', true], ['1d', true], ['7d', true], ['7m', false], ['5h', false], ['90m', false], ['30s', false], ['36h', false]])('%s divides the clock: %s', (text, yes) => {
    expect(dividesTheClock(text)).toBe(yes)
  })
})

describe('quantities', () => {
  it.each([['4', 4], ['500m', 0.5], ['1.5', 1.5], ['8Gi', 8 * 2 ** 30], ['10k', 10_000]])('%s is %d', (text, value) => {
    expect(parseQuantity(text)).toBe(value)
  })

  it.each(['', 'Gi', '8 Gi', '8gi', '-1'])('"%s" is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  })
})

describe('instance types', () => {
  it.each([
    ['m6i.large', '2', '8Gi'], ['m6i.xlarge', '4', '16Gi'], ['c7g.2xlarge', '8', '16Gi'], ['r6i.4xlarge', '16', '128Gi'],
    ['t3.large', '2', '8Gi'], ['t3.medium', '2', '4Gi'], ['t3.micro', '2', '1Gi'], ['m7g.medium', '1', '4Gi'], ['t3.xlarge', '4', '16Gi'],
  ])('%s has %s CPUs and %s', (type, cpu, memory) => {
    expect(instanceSize(type)).toEqual({cpu, memory})
  })

  it.each(['m6i.metal', 'quux9.large', 'large'])('%s is not known', (type) => {
    expect(instanceSize(type)).toBeUndefined()
  })
})
