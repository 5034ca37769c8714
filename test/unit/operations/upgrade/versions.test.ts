/** Where an upgrade may go: no minor skipped, nothing older, nothing that there is not. */
import {describe, expect, it} from 'vitest'
import {KpError} from '../../../../src/engine/errors.ts'
import {resolveTarget} from '../../../../src/operations/upgrade/versions.ts'
import type {Wanted} from '../../../../src/operations/upgrade/versions.ts'

const OFFERED = [{minor: '1.35', newest: '1.35.4', ends: undefined}, {minor: '1.36', newest: '1.36.3', ends: undefined}]
const NEXT: Wanted = {kind: 'minor'}
const NOW = Date.parse('2026-11-28')
const to = (version: string): Wanted => ({kind: 'to', version})
const go = (wanted: Wanted, current = 'v1.35.4', more: Partial<Parameters<typeof resolveTarget>[3]> = {}): {to: string; kind: string} => resolveTarget(wanted, current, OFFERED, {now: NOW, ...more})

function refusal(work: () => unknown): {exit: number; message: string} {
  try {
    work()
  } catch (error) {
    if (error instanceof KpError) return {exit: error.exit, message: error.message}
  }
  throw new Error('it was not refused')
}

describe('an upgrade', () => {
  it('leads to the next minor, a patch, or what is named', () => {
    expect(go({kind: 'minor'})).toMatchObject({to: '1.36.3', toMinor: '1.36', from: '1.35.4', kind: 'minor'})
    expect(go({kind: 'patch'}, 'v1.35.1')).toMatchObject({to: '1.35.4', kind: 'patch'})
    expect(go({kind: 'patch'})).toMatchObject({to: '1.35.4', from: '1.35.4'})
    expect(go(to('1.36'))).toMatchObject({to: '1.36.3'})
    expect(go(to('v1.36.3'))).toMatchObject({to: '1.36.3'})
    expect(go({kind: 'addons'})).toMatchObject({to: '1.35.4', kind: 'addons'})
  })

  it('goes on with one that was begun, instead of to the minor after it', () => {
    expect(go({kind: 'minor'}, 'v1.36.3', {unfinished: '1.36.3'})).toMatchObject({to: '1.36.3'})
  })

  it.each([
    ['a skipped minor', to('1.36'), 'v1.34.2', 7, /2 minors: each is upgraded to by itself/],
    ['an older minor', to('1.35'), 'v1.36.3', 7, /older than 1.36.3/],
    ['an older patch', to('1.35.4'), 'v1.35.9', 7, /older than 1.35.9/],
    ['a version that there is not', to('1.36.99'), 'v1.35.4', 2, /no Kubernetes 1.36.99/],
    ['what is no version', to('latest'), 'v1.35.4', 2, /"latest" is no version/],
    ['a minor after the last', NEXT, 'v1.36.3', 7, /no minor after 1.36/],
  ])('refuses %s', (_name, wanted, current, exit, message) => {
    const refused = refusal(() => go(wanted, current))
    expect(refused.exit).toBe(exit)
    expect(refused.message).toMatch(message)
  })

  it('refuses a minor whose support has ended', () => {
    expect(refusal(() => go({kind: 'minor'}, 'v1.35.4', {now: Date.parse('2027-08-01')})).message).toContain('ended on 2027-06-28')
  })
})
