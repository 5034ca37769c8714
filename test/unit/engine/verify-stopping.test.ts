import {expect, test} from 'vitest'
import {runCheck} from '../../../src/engine/verify.ts'
import type {Check, EngineContext} from '../../../src/engine/types.ts'

function context(options: {stopping?: boolean; signal?: AbortSignal}): EngineContext {
  let now = 0
  return {
    emit: () => {},
    signal: options.signal ?? new AbortController().signal,
    clock: {now: () => now, sleep: (milliseconds) => Promise.resolve(void (now += milliseconds))},
    exec: {run: () => Promise.reject(new Error('no tool is needed'))},
    change: () => Promise.resolve(undefined),
    changed: () => {},
    stopping: () => options.stopping ?? false,
    dryRun: false,
  }
}

/** A check that passes at its third look. */
function eventual(): Check & {looks: number} {
  return {
    id: 'x.eventual',
    title: 'it is there',
    severity: 'error',
    looks: 0,
    within: {deadlineMs: 10_000, everyMs: 1000},
    run() {
      this.looks++
      return Promise.resolve(this.looks < 3 ? {status: 'fail', observed: 'not yet'} : {status: 'pass', observed: 'there'})
    },
  }
}

test('a run that stops after the step in hand gives the checks of that step their time', async () => {
  expect(await runCheck('x', eventual(), context({stopping: true}))).toMatchObject({status: 'pass'})
})

test('a run that stops at once does not wait', async () => {
  const check = eventual()
  expect(await runCheck('x', check, context({stopping: true, signal: AbortSignal.abort()}))).toMatchObject({status: 'fail'})
  expect(check.looks).toBe(1)
})

test('what nobody can know yet is asked again, what cannot be asked is not; the mark is no part of the report', async () => {
  const saying = (early: boolean) => {
    let looks = 0
    return {...eventual(), run: () => Promise.resolve({status: (looks += 1) < 3 ? 'unknown' : 'pass', observed: `look ${looks}`, ...(early ? {early: true as const} : {})} as const)}
  }
  expect(await runCheck('x', saying(true), context({}))).toMatchObject({status: 'pass', observed: 'look 3'})
  const report = await runCheck('x', saying(false), context({}))
  expect(report).toMatchObject({status: 'unknown', observed: 'look 1'})
  const {within: _, ...once} = saying(true)
  expect(await runCheck('x', once, context({}))).not.toHaveProperty('early')
})
