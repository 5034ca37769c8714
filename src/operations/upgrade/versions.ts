/** Which version an upgrade leads to, and why it may not. Pure. */
import {coerce, compare, valid} from 'semver'
import {KpError} from '../../engine/errors.ts'

/** What is asked for; exactly one. */
export type Wanted = {kind: 'minor'} | {kind: 'patch'} | {kind: 'to'; version: string} | {kind: 'addons'}

/** A version that the provider can bring. */
export interface Offered {
  /** `1.36`. */
  minor: string
  /** The newest patch that is known, `1.36.3`; undefined where the provider chooses it. */
  newest: string | undefined
  /** When its support ends, `2027-06-28`; undefined where nobody says. */
  ends: string | undefined
}

/** From where to where. */
export interface UpgradeTarget {
  /** What the API server runs: `1.35.4`. */
  from: string
  fromMinor: string
  /** `1.36.3`, or `1.36` where the provider chooses the patch. */
  to: string
  toMinor: string
  kind: 'minor' | 'patch' | 'addons'
}

/** When upstream ends the support of a minor; what the provider says counts more. */
export const UPSTREAM_ENDS: Readonly<Record<string, string>> = {'1.32': '2026-02-28', '1.33': '2026-06-28', '1.34': '2026-10-27', '1.35': '2027-02-28', '1.36': '2027-06-28'}

/** `1.35` of `v1.35.4+k3s1`; undefined where it is no version. */
export function minorOf(version: string): string | undefined {
  const found = coerce(version)
  return found === null ? undefined : `${found.major}.${found.minor}`
}

/** `1.35.4` of `v1.35.4-eks-123`. */
export function plainVersion(version: string): string {
  return coerce(version)?.version ?? version
}

/** How many minors lie between two versions; negative where the second is older. */
export function minorsBetween(from: string, to: string): number {
  const [a, b] = [coerce(from), coerce(to)]
  return a === null || b === null ? Number.NaN : (b.major - a.major) * 100 + b.minor - a.minor
}

/**
 * Decides where to go.
 * @param current what the API server says, `v1.35.4`
 * @param unfinished the version of an upgrade that was begun and not ended
 * @throws KpError USAGE for what is no version, or none that there is; GATE for what must not be done
 */
export function resolveTarget(wanted: Wanted, current: string, offered: readonly Offered[], options: {now: number; unfinished?: string}): UpgradeTarget {
  const from = plainVersion(current)
  const fromMinor = minorOf(current)
  if (fromMinor === undefined) throw new KpError({code: 'API_ERROR', message: `the API server names no version that kp understands: ${current}`, next: ['kp verify control-plane']})
  if (wanted.kind === 'addons') return {from, fromMinor, to: from, toMinor: fromMinor, kind: 'addons'}
  const version = options.unfinished !== undefined && wanted.kind !== 'to' ? options.unfinished : chosen(wanted, {from, fromMinor}, offered)
  const toMinor = minorOf(version) ?? ''
  const found = offered.find(({minor}) => minor === toMinor)
  const between = minorsBetween(fromMinor, toMinor)
  if (between < 0) throw new KpError({code: 'GATE', message: `${version} is older than ${from}, which the cluster runs: a control plane is never taken back`, next: ['on EKS a minor can be rolled back for seven days, by the console or the AWS CLI', 'elsewhere: kp migrate to a new cluster, or an etcd snapshot from before']})
  if (between > 1) throw new KpError({code: 'GATE', message: `from ${fromMinor} to ${toMinor} is ${between} minors: each is upgraded to by itself, none is skipped`, next: [`kp upgrade --to ${next(fromMinor)} first`]})
  if (found === undefined) throw notOffered(version, offered)
  const to = version.split('.').length > 2 ? version : (found.newest ?? version)
  if (between === 0 && valid(to) !== null && compare(to, from) < 0) throw new KpError({code: 'GATE', message: `${to} is older than ${from}, which the cluster runs`, next: ['kp upgrade --patch, for the newest one']})
  if (version.split('.').length > 2 && found.newest !== undefined && compare(version, found.newest) !== 0 && compare(version, from) !== 0) throw notOffered(version, offered)
  const ends = found.ends ?? UPSTREAM_ENDS[toMinor]
  if (between > 0 && ends !== undefined && Date.parse(ends) < options.now) throw new KpError({code: 'GATE', message: `the support of Kubernetes ${toMinor} ended on ${ends}`, next: ['upgrade to a minor that is supported, one after the other: each step needs a version that is offered']})
  return {from, fromMinor, to, toMinor, kind: between === 0 ? 'patch' : 'minor'}
}

function chosen(wanted: Exclude<Wanted, {kind: 'addons'}>, {from, fromMinor}: {from: string; fromMinor: string}, offered: readonly Offered[]): string {
  switch (wanted.kind) {
    case 'to': {
      const version = wanted.version.replace(/^v/, '')
      if (!/^\d+\.\d+(?:\.\d+)?$/.test(version)) throw new KpError({code: 'USAGE', message: `"${wanted.version}" is no version of Kubernetes`, next: ['give a minor or a patch: --to 1.36, --to 1.36.3']})
      return version
    }
    case 'minor': {
      const target = next(fromMinor)
      if (!offered.some(({minor}) => minor === target)) throw new KpError({code: 'GATE', message: `there is no minor after ${fromMinor} that can be upgraded to here: ${offered.map(({minor}) => minor).join(', ')} are offered`, next: ['kp upgrade --patch']})
      return target
    }
    case 'patch':
      return offered.find(({minor}) => minor === fromMinor)?.newest ?? from
  }
}

function next(minor: string): string {
  const [major = '1', number = '0'] = minor.split('.')
  return `${major}.${Number(number) + 1}`
}

function notOffered(version: string, offered: readonly Offered[]): KpError {
  const names = offered.map(({minor, newest}) => newest ?? minor)
  return new KpError({code: 'USAGE', message: `there is no Kubernetes ${version} to upgrade to here: ${names.length === 0 ? 'nothing is offered' : `${names.join(', ')} are`}`, next: [`kp upgrade --to ${offered.at(-1)?.minor ?? '1.36'}`]})
}
