/** IPv4 ranges: parse, compare, count. Pure functions over unsigned 32-bit numbers. */

/** An IPv4 range: its first address as a number and the length of its prefix. */
export interface Cidr {
  /** First address, 0 to 2^32 - 1. */
  first: number
  /** Last address. */
  last: number
  /** 0 to 32. */
  prefix: number
}

/** Either the range, or the reason why the text is none (a phrase that starts with "must"). */
export type CidrParse = {cidr: Cidr} | {problem: string}

const EXAMPLE = 'must be a CIDR such as 10.244.0.0/16'

/** Reads an IPv4 address such as `10.0.0.1`; returns its number, or undefined when it is not one. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return value
}

/** Writes the number of an address in dotted form. */
export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}

/** Writes a range in CIDR form. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.first)}/${cidr.prefix}`
}

/** Reads `10.244.0.0/16`. Refuses IPv6 and addresses inside the range (10.244.1.0/16), saying what to write instead. */
export function parseCidr(text: string): CidrParse {
  const match = /^([^/]+)\/([0-9]{1,2})$/.exec(text)
  if (text.includes(':')) return {problem: 'must be an IPv4 range; IPv6 is not supported'}
  const address = match?.[1] === undefined ? undefined : parseAddress(match[1])
  const prefix = Number(match?.[2])
  if (match === null || address === undefined || prefix > 32) return {problem: EXAMPLE}
  const count = 2 ** (32 - prefix)
  const first = Math.floor(address / count) * count
  const cidr = {first, last: first + count - 1, prefix}
  if (first !== address) return {problem: `must begin at the first address of the range: ${formatCidr(cidr)}`}
  return {cidr}
}

/** The range of a text that is known to be valid. Throws a RangeError otherwise. */
export function toCidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if ('problem' in parsed) throw new RangeError(parsed.problem)
  return parsed.cidr
}

/** Whether two ranges have an address in common. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last
}

/** Whether `inner` lies wholly in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.last <= outer.last
}

/** How many addresses a range has. */
export function size(cidr: Cidr): number {
  return cidr.last - cidr.first + 1
}

/** How many blocks of the given prefix fit in the range: a /16 holds 256 blocks of /24. */
export function blocks(cidr: Cidr, prefix: number): number {
  return prefix < cidr.prefix ? 0 : 2 ** (prefix - cidr.prefix)
}
