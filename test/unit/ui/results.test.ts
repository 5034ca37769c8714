import {readFileSync, readdirSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {errorResult, planResult, stepResult, upResult, verifyResult} from '../../../src/ui/make-results.ts'
import {RESULT_SCHEMAS, resultSchemaText} from '../../../src/ui/schemas/index.ts'
import type {ResultName} from '../../../src/ui/schemas/index.ts'
import {DOCTOR, ERROR, EXPLAIN, HISTORY, PLAN, STATUS, TOOLS, UP, VERIFY} from './samples.ts'

const FOLDER = new URL('../../../schemas/', import.meta.url)
const NAMES = Object.keys(RESULT_SCHEMAS) as ResultName[]

describe('schemas/', () => {
  test.each(NAMES)('%s.schema.json is up to date (node scripts/gen-result-schemas.ts)', (name) => {
    expect(readFileSync(new URL(`${name}.schema.json`, FOLDER), 'utf8')).toBe(resultSchemaText(name))
  })

  test('the name in each schema is the one of its file', () => {
    for (const name of NAMES) expect(resultSchemaText(name)).toContain(`"const": "kp/${name}/v1"`)
    expect(readdirSync(FOLDER)).toEqual(expect.arrayContaining(NAMES.map((name) => `${name}.schema.json`)))
  })
})

test.each([
  ['verify', VERIFY],
  ['plan', PLAN],
  ['up', UP],
  ['status', STATUS],
  ['history', HISTORY],
  ['doctor', DOCTOR],
  ['explain', EXPLAIN],
  ['tools', TOOLS],
  ['error', {schema: 'kp/error/v1', ...ERROR}],
] as const)('a result of %s fits its schema', (name, value) => {
  expect(RESULT_SCHEMAS[name].parse(value)).toEqual(value)
})

test('verify counts by itself, what is set aside apart', () => {
  const report = {id: 'a.b', phase: 'a', title: 'A is b', severity: 'error', simulated: true, pitfalls: [], durationMs: 5, status: 'pass', observed: 'yes'} as const
  const result = verifyResult({
    environment: 'dev',
    cluster: VERIFY.cluster,
    reports: [report, {...report, id: 'a.c', simulated: false}, {...report, id: 'a.d', status: 'fail', expected: 'x', evidence: ['y']}, {...report, id: 'a.e', status: 'fail'}] as never[],
    ignored: new Map([['a.e', {reason: 'known', until: '2026-12-31'}]]),
  })
  expect(result.summary).toEqual({pass: 2, simulated: 1, warn: 0, fail: 1, skip: 0, unknown: 0})
  expect(result.checks[0]).toMatchObject({expected: null, evidence: []})
  expect(result.checks[3]).toMatchObject({status: 'fail', ignored: {reason: 'known'}})
  expect(RESULT_SCHEMAS.verify.parse(result)).toEqual(result)
})

test('plan adds its estimate only where every step to do has one', () => {
  const [first, second, third, fourth] = PLAN.steps
  const base = {digest: 'd', skipped: [], summary: PLAN.summary}
  const steps = [first, second, fourth] as never[]
  expect(planResult({environment: 'dev', cluster: 'c', plan: {...base, steps}}).estimateMs).toBe(45_000)
  expect(planResult({environment: 'dev', cluster: 'c', plan: {...base, steps: [...steps, third as never]}}).estimateMs).toBeUndefined()
})

test('up, step and errors become data', () => {
  const error = new KpError({code: 'TOOL_FAILED', message: 'helm failed', tool: {name: 'helm', command: 'helm x', exitCode: undefined, output: ''}})
  const facts = {environment: 'dev', cluster: 'c', run: 'r', dryRun: false, durationMs: 1}
  const result = {result: 'failed', phases: [{id: 'a', state: 'blocked', steps: []}], error} as const
  expect(RESULT_SCHEMAS.up.parse(upResult(facts, result as never))).toMatchObject({schema: 'kp/up/v1', error: {code: 'TOOL_FAILED', exit: 5, doing: null, tool: {exitCode: null}}})
  expect(RESULT_SCHEMAS.step.parse(stepResult(facts, result as never)).phases[0]).toEqual({id: 'a', state: 'blocked', startedAt: null, finishedAt: null, steps: []})
  expect(RESULT_SCHEMAS.error.parse(errorResult(error))).toMatchObject({schema: 'kp/error/v1', retrySafe: true, next: []})
})
