import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {runPhases} from '../../../src/engine/run.ts'
import type {RunOptions, RunResult} from '../../../src/engine/run.ts'
import type {Check, Phase, Step} from '../../../src/engine/types.ts'
import {fakeContext, fakePhase, fakeStep, looked} from '../../helpers/fake-run.ts'
import type {FakeContext} from '../../helpers/fake-run.ts'

const run = (phases: Phase<FakeContext>[], ctx: FakeContext, options: Partial<RunOptions> = {}): Promise<RunResult> => runPhases(phases, ctx, {parallel: 4, diagnose: () => [], ...options})
const runSteps = (steps: Step<FakeContext>[], ctx = fakeContext()): Promise<RunResult> => run([fakePhase('p', steps)], ctx)
const outcomes = (result: RunResult): string[] => result.phases.flatMap((phase) => phase.steps.map((step) => `${step.id} ${step.result}`))
const states = (result: RunResult): string[] => result.phases.map((phase) => `${phase.id} ${phase.state}`)
const toolFailed = (output: string): KpError => new KpError({code: 'TOOL_FAILED', message: 'helm ended with exit code 1', tool: {name: 'helm', command: 'helm upgrade', exitCode: 1, output}})

describe('a step', () => {
  it('is applied where it is absent or drifted, and left alone where it is satisfied', async () => {
    const ctx = fakeContext()
    const steps = [fakeStep('p/there', {probe: () => Promise.resolve(looked('satisfied'))}), fakeStep('p/absent'), fakeStep('p/no', {appliesTo: () => 'not here'})]
    const result = await runSteps(steps, ctx)
    expect(outcomes(result)).toEqual(['p/there satisfied', 'p/absent applied', 'p/no skipped'])
    expect(result).toMatchObject({result: 'ok', phases: [{id: 'p', state: 'done'}]})
    expect(ctx.made).toEqual(['tool p/absent'])
    expect(steps[1]?.probes()).toBe(2)
    expect(ctx.events.map(({code}) => code)).toEqual(['phase.started', 'step.probing', 'step.probed', 'step.satisfied', 'step.probing', 'step.probed', 'step.started', 'step.finished', 'step.skipped', 'phase.finished'])
  })

  it('whose state cannot be seen is not applied', async () => {
    const step = fakeStep('p/x', {probe: () => Promise.resolve(looked('unknown'))})
    const result = await runSteps([step])
    expect(result.error).toMatchObject({code: 'STEP_FAILED', message: expect.stringContaining('could not see whether "Do p/x" is needed')})
    expect(step.applies()).toBe(0)
  })

  it('that fails stops its phase and names what was being done', async () => {
    const steps = [fakeStep('p/x', {apply: () => Promise.reject(new Error('boom'))}), fakeStep('p/y')]
    const ctx = fakeContext()
    const result = await runSteps(steps, ctx)
    expect(outcomes(result)).toEqual(['p/x failed'])
    expect(result).toMatchObject({result: 'failed', error: {code: 'BUG', doing: 'Do p/x'}})
    expect(ctx.events).toContainEqual(expect.objectContaining({code: 'step.failed', step: 'p/x'}))
  })
})

describe('retries', () => {
  const flaky = (failures: number, error: () => Error, retry: Step['retry'] | undefined): ReturnType<typeof fakeStep> => {
    let left = failures
    return fakeStep('p/x', {...(retry === undefined ? {} : {retry}), apply: () => (left-- > 0 ? Promise.reject(error()) : Promise.resolve())})
  }
  const transient = (error: unknown): boolean => error instanceof KpError && /TooManyRequests/.test(error.tool?.output ?? '')

  it('are made on errors that the step names, after its delay, with a new look before each', async () => {
    const step = flaky(2, () => toolFailed('TooManyRequests'), {tries: 3, delayMs: 700, when: transient})
    const ctx = fakeContext()
    const result = await runSteps([step], ctx)
    expect(outcomes(result)).toEqual(['p/x applied'])
    expect(result.phases[0]?.steps[0]?.attempts).toBe(3)
    expect(ctx.clock.slept).toEqual([700, 700])
    expect(step.probes()).toBe(1 + 2 + 1)
    expect(ctx.events.filter(({code}) => code === 'step.retrying').map(({data}) => data?.['attempt'])).toEqual([1, 2])
  })

  it('are not made on any other error', async () => {
    const step = flaky(1, () => toolFailed('forbidden'), {tries: 3, delayMs: 1, when: transient})
    expect((await runSteps([step])).error).toMatchObject({code: 'TOOL_FAILED'})
    expect(step.applies()).toBe(1)
  })

  it('are not made where the step asks for none', async () => {
    const step = flaky(1, () => toolFailed('TooManyRequests'), undefined)
    expect((await runSteps([step])).result).toBe('failed')
    expect(step.applies()).toBe(1)
  })

  it('end after the given number', async () => {
    const step = flaky(9, () => toolFailed('TooManyRequests'), {tries: 3, delayMs: 1, when: transient})
    expect((await runSteps([step])).result).toBe('failed')
    expect(step.applies()).toBe(3)
  })

  it('end where the new look finds the step satisfied', async () => {
    let done = false
    const step = fakeStep('p/x', {
      retry: {tries: 5, delayMs: 1, when: transient},
      probe: () => Promise.resolve(looked(done ? 'satisfied' : 'absent')),
      apply() {
        done = true
        return Promise.reject(toolFailed('TooManyRequests'))
      },
    })
    expect(outcomes(await runSteps([step]))).toEqual(['p/x applied'])
    expect(step.applies()).toBe(1)
  })

  it('are not made once the run is to stop', async () => {
    const ctx = fakeContext()
    const step = fakeStep('p/x', {
      retry: {tries: 5, delayMs: 1, when: transient},
      apply() {
        ctx.stop()
        return Promise.reject(toolFailed('TooManyRequests'))
      },
    })
    await runSteps([step], ctx)
    expect(step.applies()).toBe(1)
  })
})

describe('time limits', () => {
  it('end the tools of a step and name it', async () => {
    let signal: AbortSignal | undefined
    const ctx = fakeContext({
      exec: {
        run: (call) =>
          new Promise((_, reject) => {
            signal = call.signal
            expect(call.at).toEqual({phase: 'p', step: 'p/x'})
            signal?.addEventListener('abort', () => reject(new KpError({code: 'INTERRUPTED', message: 'helm was stopped', tool: {name: 'helm', command: 'helm upgrade', output: 'waiting'}})))
          }),
      },
    })
    const result = await runSteps([fakeStep('p/x', {timeoutMs: 30})], ctx)
    expect(signal?.aborted).toBe(true)
    expect(result).toMatchObject({result: 'failed', error: {code: 'STEP_TIMEOUT', message: '"Do p/x" did not end within 0 seconds', tool: {output: 'waiting'}}})
  })

  it('do not reach the next step', async () => {
    const seen: boolean[] = []
    const slow = fakeStep('p/x', {timeoutMs: 30, apply: (ctx) => sleep(10).then(() => void seen.push(ctx.signal.aborted))})
    const next = fakeStep('p/y', {apply: (ctx) => sleep(60).then(() => void seen.push(ctx.signal.aborted))})
    expect((await runSteps([slow, next])).result).toBe('ok')
    expect(seen).toEqual([false, false])
  })
})

describe('after apply', () => {
  it('the probe is given the time that the step asks for', async () => {
    const ctx = fakeContext()
    const looks = ['absent', 'absent', 'absent', 'satisfied'] as const
    let look = 0
    const step = fakeStep('p/x', {settleMs: 5000, probe: () => Promise.resolve(looked(looks[look++] ?? 'satisfied'))})
    expect(outcomes(await runSteps([step], ctx))).toEqual(['p/x applied'])
    expect(ctx.clock.slept).toEqual([100, 150])
    // After apply, and before each further look, what was read is stale.
    expect(ctx.staleness()).toBe(3)
  })

  it('that has ended badly is not waited for', async () => {
    let look = 0
    const step = fakeStep('p/x', {settleMs: 600_000, probe: () => Promise.resolve(look++ < 3 ? looked('absent') : {...looked('absent'), observed: 'the backup is PartiallyFailed', ended: true as const})})
    const ctx = fakeContext()
    const result = await runSteps([step], ctx)
    expect(result.error).toMatchObject({code: 'STEP_NOT_CONVERGED', message: expect.stringContaining('PartiallyFailed')})
    expect(step.probes()).toBe(4)
  })

  it('a probe that never agrees is an error that names object and field', async () => {
    const ctx = fakeContext()
    const step = fakeStep('p/x', {settleMs: 1000, probe: () => Promise.resolve(looked('drifted', [{object: 'Service a/b', field: 'spec.ports', wanted: '80', seen: '81'}]))})
    const {error} = await runSteps([step], ctx)
    expect(error).toMatchObject({code: 'STEP_NOT_CONVERGED', details: ['Service a/b spec.ports: wanted 80, is 81']})
    expect(ctx.clock.slept.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(1000)
    expect(step.applies()).toBe(1)
  })

  it('the checks of the step must agree', async () => {
    const check: Check<FakeContext> = {id: 'p.check', title: 'it works', severity: 'error', pitfalls: ['KP0001'], run: () => Promise.resolve({status: 'fail', observed: '0 of 1 ready'})}
    const ctx = fakeContext()
    const {error, result} = await run([fakePhase('p', [fakeStep('p/x', {verify: ['p.check']})], {checks: [check]})], ctx, {diagnose: (_, failed) => (failed.length === 1 ? ['KP0002'] : [])})
    expect(result).toBe('failed')
    expect(error).toMatchObject({code: 'STEP_FAILED', message: expect.stringContaining('p.check: 0 of 1 ready'), pitfalls: ['KP0001', 'KP0002'], next: ['kp verify p', 'kp explain p.check']})
    expect(ctx.events.filter(({code}) => code === 'pitfall.offered').map(({data}) => data?.['code'])).toEqual(['KP0001', 'KP0002'])
  })
})

describe('steps that say what they come after', () => {
  /** A step that takes a turn of the event loop or more, and writes down when it began and ended. */
  const timed = (seen: string[], id: string, after?: string[], turns = 1): ReturnType<typeof fakeStep> =>
    fakeStep(id, {
      ...(after === undefined ? {} : {after}),
      async apply() {
        seen.push(`+${id}`)
        await sleep(turns * 20)
        seen.push(`-${id}`)
      },
    })

  it('begin before what their phase depends on has ended; the others wait for it', async () => {
    const seen: string[] = []
    const first = fakePhase('a', [timed(seen, 'a/1'), timed(seen, 'a/2', undefined, 3)])
    const second = fakePhase('b', [timed(seen, 'b/early', ['a/1']), timed(seen, 'b/late')], {after: ['a']})
    const result = await run([first, second], fakeContext())
    expect(states(result)).toEqual(['a done', 'b done'])
    expect(seen.indexOf('+b/early')).toBeGreaterThan(seen.indexOf('-a/1'))
    expect(seen.indexOf('+b/early')).toBeLessThan(seen.indexOf('-a/2'))
    expect(seen.indexOf('+b/late')).toBeGreaterThan(seen.indexOf('-a/2'))
  })

  it('wait for whole phases too, with what comes after them; names that are not part of the run count as done', async () => {
    const seen: string[] = []
    const ctx = fakeContext()
    const phase = fakePhase('b', [timed(seen, 'b/x', ['a', 'never/there'])])
    await run([fakePhase('a', [timed(seen, 'a/1')]), phase], ctx, {afterPhase: (id) => Promise.resolve(void seen.push(`after ${id}`))})
    expect(seen).toEqual(['+a/1', '-a/1', 'after a', '+b/x', '-b/x', 'after b'])
  })

  it('of a phase whose others fail: what is at work ends, nothing else begins, and all is told once and in order', async () => {
    const seen: string[] = []
    const ctx = fakeContext()
    const steps = [fakeStep('a/bad', {apply: () => Promise.reject(new Error('boom'))}), timed(seen, 'a/beside', [], 2), timed(seen, 'a/then', ['a/beside'])]
    const result = await run([fakePhase('a', steps), fakePhase('b', [timed(seen, 'b/x')], {after: ['a']})], ctx)
    expect(states(result)).toEqual(['a failed', 'b blocked'])
    expect(outcomes(result)).toEqual(['a/bad failed', 'a/beside applied'])
    expect(seen).toEqual(['+a/beside', '-a/beside'])
    expect(ctx.events.filter(({code, phase}) => code === 'phase.finished' && phase === 'a').map(({data}) => data?.['state'])).toEqual(['failed'])
    expect(ctx.events.at(-1)?.code).toBe('phase.finished')
  })

  it('of a phase that waits for one that fails: what they did is in its result, and it is blocked', async () => {
    const seen: string[] = []
    const ctx = fakeContext()
    const bad = fakePhase('a', [timed(seen, 'a/1'), fakeStep('a/bad', {apply: () => sleep(60).then(() => Promise.reject(new Error('boom')))})])
    const result = await run([bad, fakePhase('b', [timed(seen, 'b/early', ['a/1']), timed(seen, 'b/late')], {after: ['a']})], ctx)
    expect(states(result)).toEqual(['a failed', 'b blocked'])
    expect(outcomes(result)).toEqual(['a/1 applied', 'a/bad failed', 'b/early applied'])
    expect(seen).not.toContain('+b/late')
    expect(ctx.events.filter(({code}) => code === 'phase.finished').map(({phase, data}) => `${phase} ${String(data?.['state'])}`)).toEqual(['a failed', 'b blocked'])
  })
})

describe('phases', () => {
  it('that depend on a failed one are blocked; the others go on', async () => {
    const failing = fakePhase('a', [fakeStep('a/x', {apply: () => Promise.reject(toolFailed('no'))})])
    const result = await run([failing, fakePhase('b', [fakeStep('b/x')], {after: ['a']}), fakePhase('c', [fakeStep('c/x')], {after: ['b']}), fakePhase('d', [fakeStep('d/x')]), fakePhase('e', [], {appliesTo: () => 'off'})], fakeContext())
    expect(states(result)).toEqual(['a failed', 'b blocked', 'c blocked', 'd done', 'e skipped'])
    expect(result).toMatchObject({result: 'failed', error: {code: 'TOOL_FAILED'}})
  })

  it('that are independent run side by side, but never two steps that hold the same lock', async () => {
    let inLock = 0
    let inAny = 0
    let most = 0
    const locked = (id: string, locks: string[]): Step<FakeContext> =>
      fakeStep(id, {
        locks,
        async apply() {
          most = Math.max(most, ++inAny)
          if (locks.includes('helm')) expect(++inLock).toBe(1)
          await sleep(5)
          if (locks.includes('helm')) inLock--
          inAny--
        },
      })
    const phases = [
      fakePhase('a', [locked('a/1', ['helm', 'api']), locked('a/2', ['helm'])]),
      fakePhase('b', [locked('b/1', ['api', 'helm']), locked('b/2', ['helm'])]),
      fakePhase('c', [locked('c/1', []), locked('c/2', ['other'])]),
    ]
    expect((await run(phases, fakeContext())).result).toBe('ok')
    expect(most).toBe(2)
  })

  it('run one after the other where one at a time is asked for', async () => {
    let running = 0
    const alone = (id: string): Phase<FakeContext> =>
      fakePhase(id, [fakeStep(`${id}/x`, {apply: async () => {
        expect(++running).toBe(1)
        await sleep(3)
        running--
      }})])
    expect((await run([alone('a'), alone('b'), alone('c')], fakeContext(), {parallel: 1})).result).toBe('ok')
  })

  it('block what depends on them where what follows them fails (the lock of the cluster)', async () => {
    const afterPhase = (id: string): Promise<void> => (id === 'a' ? Promise.reject(new KpError({code: 'LOCKED', message: 'held'})) : Promise.resolve())
    const result = await run([fakePhase('a', [fakeStep('a/x')]), fakePhase('b', [fakeStep('b/x')], {after: ['a']})], fakeContext(), {afterPhase})
    expect(states(result)).toEqual(['a done', 'b blocked'])
    expect(result).toMatchObject({result: 'failed', error: {code: 'LOCKED'}})
  })

  it('whose steps cannot even be listed fail like any other; nothing is thrown, and what runs beside them is waited for', async () => {
    const slow = fakeStep('b/x', {apply: () => sleep(20)})
    const broken = fakePhase('a', [], {steps: () => { throw new KpError({code: 'SPEC_INVALID', message: 'no such pool'}) }})
    const result = await run([broken, fakePhase('b', [slow]), fakePhase('c', [fakeStep('c/x')], {after: ['a']})], fakeContext())
    expect(states(result)).toEqual(['a failed', 'b done', 'c blocked'])
    expect(result.error).toMatchObject({code: 'SPEC_INVALID'})
  })
})

describe('an interruption', () => {
  it('lets the step in hand end, and starts nothing more', async () => {
    const ctx = fakeContext()
    const steps = [
      fakeStep('a/1', {apply: async () => {
        ctx.stop()
        await sleep(5)
      }}),
      fakeStep('a/2'),
    ]
    const result = await run([fakePhase('a', steps), fakePhase('b', [fakeStep('b/1')], {after: ['a']})], ctx)
    expect(outcomes(result)).toEqual(['a/1 applied'])
    expect(states(result)).toEqual(['a interrupted', 'b interrupted'])
    expect(result.result).toBe('interrupted')
    expect(steps[1]?.probes()).toBe(0)
  })

  it('in another phase that runs beside lets that one end its step too', async () => {
    const ctx = fakeContext()
    const phases = [
      fakePhase('a', [fakeStep('a/1', {apply: () => Promise.resolve(ctx.stop())}), fakeStep('a/2')]),
      fakePhase('b', [fakeStep('b/1', {apply: () => sleep(10)}), fakeStep('b/2')]),
    ]
    expect(outcomes(await run(phases, ctx))).toEqual(['a/1 applied', 'b/1 applied'])
  })

  it('that is repeated ends the tools at once', async () => {
    const ctx = fakeContext()
    const step = fakeStep('p/x', {
      apply: ({signal}) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new KpError({code: 'INTERRUPTED', message: 'helm was stopped'})))
          ctx.stop()
          ctx.abort()
        }),
    })
    const result = await runSteps([step, fakeStep('p/y')], ctx)
    expect(outcomes(result)).toEqual(['p/x interrupted'])
    expect(result).toMatchObject({result: 'interrupted', phases: [{state: 'interrupted'}]})
  })
})

describe('a dry run', () => {
  it('records what would be done, and neither changes nor settles anything', async () => {
    const ctx = fakeContext({dryRun: true})
    const step = fakeStep('p/x', {verify: ['none']})
    const result = await runSteps([step], ctx)
    expect(outcomes(result)).toEqual(['p/x recorded'])
    expect(ctx.made).toEqual([])
    expect(step.probes()).toBe(1)
    expect(ctx.events.filter(({code}) => code === 'tool.recorded').map(({data}) => data?.['command'])).toEqual(['tool p/x'])
  })

  it('goes on where a step needs what was only recorded', async () => {
    const ctx = fakeContext({dryRun: true})
    const steps = [fakeStep('p/x', {apply: () => Promise.reject(new KpError({code: 'CLUSTER_ABSENT', message: 'no cluster'}))}), fakeStep('p/y')]
    expect(outcomes(await runSteps(steps, ctx))).toEqual(['p/x recorded', 'p/y recorded'])
    expect(ctx.events.filter(({code}) => code === 'tool.recorded').map(({data}) => data?.['command'])).toEqual(['tool p/x', 'tool p/y'])
  })
})
