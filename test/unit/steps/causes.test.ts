/** Every known failure of phases 0 to 3 has a cause in a test, and its documented fix is the answer: here those that need no program and no cloud. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parse} from 'yaml'
import {describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {awsError} from '../../../src/providers/aws/errors.ts'
import {phases} from '../../../src/steps/index.ts'
import {CASES} from '../../cases/index.ts'
import {causesBy, CAUSES} from '../../causes/index.ts'
import {runInWorld} from '../../helpers/check-cases.ts'
import {object} from '../../helpers/facts.ts'
import {readCaptures, readEvidence} from '../../helpers/pitfall-fixtures.ts'
import type {PitfallCapture} from '../../helpers/pitfall-fixtures.ts'
import {PROJECT} from '../../helpers/run-kp.ts'
import {expectAnswer, toldOfCheck, toldOfError, toldOfFindings, toldOfOutput} from '../../helpers/told.ts'
import type {Told} from '../../helpers/told.ts'
import {diagnoseWorld} from '../operations/diagnose/world.ts'

const FIXTURES = join(PROJECT, 'test', 'fixtures', 'pitfalls')
/** Phases whose every failure is caused. */
const LAST_PHASE = 3
const CHECKS = new Map(phases.flatMap(({checks}) => checks.map((check) => [check.id, check] as const)))

describe('the causes', () => {
  it('are there for every known failure of phases 0 to 3, and for no other', () => {
    const codes = phases.filter(({number}) => number <= LAST_PHASE).flatMap(({pitfalls}) => pitfalls.map(({code}) => code))
    expect(codes.filter((code) => (CAUSES[code] ?? []).length === 0), 'without a cause').toEqual([])
    expect(Object.keys(CAUSES).filter((code) => !codes.includes(code)), 'not known').toEqual([])
  })

  it('are captures only where nothing here can say it, and a capture says why', () => {
    for (const {cause: {because}} of causesBy('capture')) expect(because).toMatch(/^\w.{10,}$/)
    expect(causesBy('capture').length).toBeLessThan(causesBy('machine').length)
  })

  it.each(causesBy('scenario').map(({code, cause}) => ({code, scenario: cause.scenario})))('$code is that of the scenario $scenario', ({code, scenario}) => {
    const file = join(PROJECT, 'lab', 'scenarios', scenario, 'scenario.yaml')
    expect(existsSync(file)).toBe(true)
    expect((parse(readFileSync(file, 'utf8')) as {pitfall: string}).pitfall).toBe(code)
  })
})

describe('what a check sees', () => {
  it.each(causesBy('check').map(({code, cause}) => ({code, ...cause})))('$code: $check fails, and its fix is shown', async ({code, check: id, what}) => {
    const check = CHECKS.get(id)
    if (check === undefined) throw new Error(`there is no check ${id}`)
    const cases = CASES.filter((one) => one.check === id).flatMap((given) => given.fails.filter((one) => what === undefined || one.what === what).map((fails) => ({given, fails})))
    expect(cases.length, `a world in which ${id} fails`).toBeGreaterThan(0)
    const told: Told[] = []
    for (const {given, fails: {observed: _, status: __, ...other}} of cases) {
      const {report} = await runInWorld(check, given, other)
      expect(['fail', 'warn'], report.observed).toContain(report.status)
      told.push(toldOfCheck(report))
    }
    // A check that finds several things names each by what it saw.
    expectAnswer(told.find(({codes}) => codes[0] === code) ?? (told[0] as Told), code)
  })
})

/** What kp says of evidence that was captured elsewhere. */
function answerTo({evidence: {output, tool = 'terraform', exitCode, awsErrors, events = [], conditions = [], containers = [], checks = []}}: PitfallCapture): Told {
  if (checks.length > 0) return toldOfError(new KpError({code: 'STEP_FAILED', message: 'a check does not agree'}), checks.map((check) => (typeof check === 'string' ? check : `${check.id}: ${check.observed ?? ''}`)))
  if (output !== undefined) return toldOfOutput(tool, exitCode, output)
  const [name] = awsErrors ?? []
  if (name !== undefined) return toldOfError(awsError(Object.assign(new Error('as AWS says it'), {name}), 'make it', {region: 'eu-central-1'}))
  const [condition] = conditions
  const kind = condition?.kind ?? 'Pod'
  const subject = object(kind, kind === 'Pod' ? 'shop/web' : 'subject', {
    status: {
      ...(kind === 'Pod' ? {phase: 'Pending'} : {}),
      conditions: condition === undefined ? [{type: 'Ready', status: 'False'}] : [condition],
      containerStatuses: containers.map(({reason}) => ({name: 'main', ready: false, restartCount: 3, state: {waiting: {reason}}})),
    },
  })
  const [event] = events
  return toldOfFindings(diagnoseWorld([subject], event === undefined ? {} : {events: {[kind === 'Pod' ? 'Pod shop/web' : `${kind} subject`]: {reason: event.reason, message: event.message ?? ''}}}))
}

describe('what was captured elsewhere', () => {
  it.each(causesBy('capture').map(({code, cause}) => ({code, because: cause.because})))('$code: $because', ({code}) => {
    const captures = [...readCaptures(FIXTURES, code), ...readEvidence(FIXTURES, code)]
    expect(captures.length).toBeGreaterThan(0)
    for (const capture of captures) expectAnswer(answerTo(capture), code)
  })
})

it('an answer that names another failure, or leaves out the fix, is found', () => {
  const told = toldOfOutput('kubectl', 1, 'bash: kubeseal: command not found')
  expectAnswer(told, 'KP0001')
  expect(() => expectAnswer(told, 'KP0002')).toThrow()
  expect(() => expectAnswer({...told, text: 'KP0001'}, 'KP0001')).toThrow()
  expect(toldOfError(new KpError({code: 'API_ERROR', message: 'nothing that is known'})).codes).toEqual([])
})
