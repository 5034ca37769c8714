/** What a person agrees to before a run, and what is said after it. */
import {describe, expect, it} from 'vitest'
import type {PlatformContext, PlatformPhase, PlatformStep} from '../../../src/context.ts'
import type {PlannedStep} from '../../../src/engine/plan.ts'
import {consentsOf, hintsOf} from '../../../src/operations/consent.ts'
import {hintLines, renderConsent} from '../../../src/ui/render-hints.ts'
import {plainLook} from '../ui/samples.ts'

const CTX = {} as PlatformContext
const planned = (id: string, state: PlannedStep['state']): PlannedStep => ({id, state, phase: 'p', title: id, risk: 'none', observed: '', differences: [], changes: [], commands: []})
const step = (id: string, consent?: string | Error): PlatformStep => ({
  id, title: id, risk: 'none', probe: () => Promise.reject(new Error('not asked')), plan: () => Promise.reject(new Error('not asked')), apply: () => Promise.reject(new Error('not asked')),
  ...(consent === undefined ? {} : {consent: () => (typeof consent === 'string' ? Promise.resolve(consent) : Promise.reject(consent))}),
})
const phase = (fields: Partial<PlatformPhase>): PlatformPhase => ({id: 'p', number: 1, title: 'P', what: '', why: '', how: [], dependsOn: () => [], steps: () => [], checks: [], pitfalls: [], ...fields})

describe('consentsOf', () => {
  const one = phase({steps: () => [step('a', 'limits'), step('b', 'limits'), step('c', 'money'), step('d')]})

  it('is what the steps with something to do say, each once', async () => {
    expect(await consentsOf([one], {steps: [planned('a', 'absent'), planned('b', 'drifted'), planned('c', 'satisfied'), planned('d', 'absent')]}, CTX)).toEqual(['limits'])
    expect(await consentsOf([one], {steps: [planned('a', 'satisfied'), planned('c', 'unknown')]}, CTX)).toEqual(['money'])
  })

  it('asks no phase that the platform has not, and fails where a step cannot look', async () => {
    const off = phase({appliesTo: () => 'off', steps: () => [step('a', 'limits')]})
    expect(await consentsOf([off], {steps: [planned('a', 'absent')]}, CTX)).toEqual([])
    await expect(consentsOf([phase({steps: () => [step('a', new Error('refused'))]})], {steps: [planned('a', 'absent')]}, CTX)).rejects.toThrow('refused')
  })
})

describe('hintsOf', () => {
  it('is what the phases of the platform say, in order, without those that say nothing or cannot look', async () => {
    const says = (id: string, lines: string[] | Error): PlatformPhase => phase({id, hints: () => (lines instanceof Error ? Promise.reject(lines) : Promise.resolve(lines))})
    const phases = [says('a', ['try it']), says('b', []), says('c', new Error('refused')), phase({id: 'd'}), {...says('e', ['off']), appliesTo: () => 'off'}, says('f', ['more'])]
    expect(await hintsOf(phases, CTX)).toEqual([{phase: 'a', lines: ['try it']}, {phase: 'f', lines: ['more']}])
  })
})

describe('at 40 columns', () => {
  const look = plainLook(40)

  it('shows what to agree to', () => {
    const lines = renderConsent('Issuer letsencrypt-production asks for real certificates, and they are limited', look).split('\n')
    expect(lines[0]).toBe('! Issuer letsencrypt-production asks for')
    expect(lines.every((line) => line.length <= 40)).toBe(true)
  })

  it('keeps commands such that they can be copied', () => {
    const text = hintLines([{lines: ['Until DNS does, try it with', '  curl --resolve demo.example.com:443:198.18.0.1 https://demo.example.com/']}], look)
    expect(text).toEqual(['Good to know', '  Until DNS does, try it with', '    curl \\', '      --resolve demo.example.com:443:198.18.0.1 \\', '      https://demo.example.com/'])
    expect(hintLines([], look)).toEqual([])
  })
})
