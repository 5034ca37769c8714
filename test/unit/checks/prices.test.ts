/** The price table of kp cost report: sizes of a family by one price, what no list says, and where each figure is from. */
import {describe, expect, it} from 'vitest'
import {HOURS, PRICE_TABLE, priceOfMachine, unitPrices} from '../../../src/checks/cost/prices.ts'
import {hourlyPrice} from '../../../src/spec/instance-prices.ts'

/** As the price list of Amazon EC2 has them, us-east-1, 2026-07-20. */
const LISTED: Record<string, number> = {
  't3.micro': 0.0104, 't4g.nano': 0.0042, 'm5.large': 0.096, 'm6a.8xlarge': 1.3824, 'm7i.2xlarge': 0.4032, 'm7i-flex.xlarge': 0.19152, 'm8g.4xlarge': 0.71808,
  'c7g.medium': 0.0363, 'c7i.12xlarge': 2.142, 'r7a.xlarge': 0.3043, 'i4i.xlarge': 0.343, 'g5.16xlarge': 4.096, 'p3.2xlarge': 3.06,
}

describe('list prices', () => {
  it.each(Object.entries(LISTED))('%s', (type, price) => {
    expect(Math.abs((hourlyPrice(type) ?? 0) - price) / price).toBeLessThan(0.003)
    expect(priceOfMachine({instanceType: type, spot: false, cpu: '2', memory: '8Gi'})).toEqual({monthly: (hourlyPrice(type) ?? 0) * HOURS, listed: true})
  })

  it('what the list has not goes by CPUs and memory, near what its like costs', () => {
    const {monthly, listed} = priceOfMachine({instanceType: 'standard-4', spot: false, cpu: '4', memory: '16Gi'})
    expect(listed).toBe(false)
    expect(monthly / HOURS / (LISTED['m7i.2xlarge'] ?? 0) / 0.5).toBeGreaterThan(0.9)
    expect(monthly / HOURS / (LISTED['m7i.2xlarge'] ?? 0) / 0.5).toBeLessThan(1.1)
    expect(hourlyPrice('m7i.huge')).toBeUndefined()
  })

  it('shares of CPU and memory add up to the machine', () => {
    const {cpu, byte} = unitPrices(100, 4, 16 * 2 ** 30)
    expect(4 * cpu + 16 * 2 ** 30 * byte).toBeCloseTo(100)
  })

  it('each figure says where it is from, and whether a list says it', () => {
    for (const {what, source, date} of PRICE_TABLE.figures) {
      expect(`${what}${source}`.length).toBeGreaterThan(20)
      expect(date).toMatch(/^2026-\d\d-\d\d$/)
    }
    expect(PRICE_TABLE.figures.filter(({confirmed}) => !confirmed).map(({what}) => what.split(':')[0])).toEqual(['machines that the list has not', 'spot'])
  })
})
