import {describe, expect, it} from 'vitest'
import {blocks, contains, formatAddress, formatCidr, overlaps, parseAddress, parseCidr, size, toCidr, type Cidr} from '../../../src/spec/cidr.ts'
import {seeded} from './helper.ts'

describe('reading', () => {
  it.each(['10.244.0.0/16', '0.0.0.0/0', '255.255.255.255/32', '192.168.128.0/17'])('reads and writes %s', (text) => {
    expect(formatCidr(toCidr(text))).toBe(text)
  })

  it.each(['', '10.244.0.0', '10.244.0/16', '10.244.0.256/16', '10.244.0.0/33', '10.244.0.0/', '010.1.1.0/24', '10.1.1.0/24 ', '1e1.0.0.0/8', 'a/b', '10.0.0.0/-1'])('refuses "%s"', (text) => {
    expect(parseCidr(text)).toEqual({problem: 'must be a CIDR such as 10.244.0.0/16'})
  })

  it('says what to write where the address is inside of the range', () => {
    expect(parseCidr('10.244.17.3/16')).toEqual({problem: 'must begin at the first address of the range: 10.244.0.0/16'})
  })

  it('says that IPv6 is not supported', () => {
    expect(parseCidr('fd00::/48')).toEqual({problem: 'must be an IPv4 range; IPv6 is not supported'})
  })

  it('throws for a text that was never checked', () => {
    expect(() => toCidr('nonsense')).toThrow(RangeError)
  })
})

describe('laws, over 2,000 seeded pairs of ranges', () => {
  const random = seeded(20_261_121)
  const someCidr = (): Cidr => {
    const prefix = Math.floor(random() * 33)
    const block = 2 ** (32 - prefix)
    return toCidr(`${formatAddress(Math.floor(random() * 2 ** prefix) * block)}/${prefix}`)
  }
  const pairs = Array.from({length: 2000}, () => [someCidr(), someCidr()] as const)

  it('writing and reading again changes nothing', () => {
    for (const [a] of pairs) expect(toCidr(formatCidr(a))).toEqual(a)
  })

  it('addresses survive writing and reading', () => {
    for (const [a, b] of pairs) for (const value of [a.first, a.last, b.first]) expect(parseAddress(formatAddress(value))).toBe(value)
  })

  it('overlap is symmetric, and means that one range holds the other', () => {
    for (const [a, b] of pairs) {
      expect(overlaps(a, b)).toBe(overlaps(b, a))
      expect(overlaps(a, b)).toBe(contains(a, b) || contains(b, a))
    }
  })

  it('a range overlaps and holds itself, and is as large as its prefix says', () => {
    for (const [a] of pairs) {
      expect(overlaps(a, a) && contains(a, a)).toBe(true)
      expect(size(a)).toBe(2 ** (32 - a.prefix))
    }
  })

  it('what holds another is at least as large, and blocks count it', () => {
    for (const [a, b] of pairs) if (contains(a, b)) {
      expect(size(a)).toBeGreaterThanOrEqual(size(b))
      expect(blocks(a, b.prefix)).toBe(size(a) / size(b))
    }
  })

  it('neighbours do not overlap', () => {
    for (const [a] of pairs) if (a.last < 2 ** 32 - 1) {
      const next = {first: a.last + 1, last: a.last + size(a), prefix: a.prefix}
      expect(overlaps(a, next)).toBe(false)
    }
  })
})
