/** Phases, steps and a context that do nothing by themselves, for tests of the engine. */
import type {Clock} from '../../src/engine/clock.ts'
import type {EventInput} from '../../src/engine/events.ts'
import type {EngineContext, Exec, Phase, Probe, Step} from '../../src/engine/types.ts'

/** A clock on which waiting takes no time. */
export interface FakeClock extends Clock {
  /** Every wait, in milliseconds. */
  slept: number[]
  advance(milliseconds: number): void
}

/** Makes the clock; it starts at 2026-01-01. */
export function fakeClock(): FakeClock {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    advance: (milliseconds) => void (now += milliseconds),
    sleep(milliseconds) {
      slept.push(milliseconds)
      now += milliseconds
      return Promise.resolve()
    },
  }
}

/** A context with the levers of a test. */
export interface FakeContext extends EngineContext {
  clock: FakeClock
  events: EventInput[]
  /** Tool calls and changes that were made. */
  made: string[]
  /** The first Ctrl-C. */
  stop(): void
  /** The second. */
  abort(): void
  /** How often the engine said that what was read is stale. */
  staleness(): number
}

/** Makes the context. */
export function fakeContext(options: {dryRun?: boolean; exec?: Exec} = {}): FakeContext {
  const events: EventInput[] = []
  const made: string[] = []
  const controller = new AbortController()
  let stopping = false
  let stale = 0
  const recorded = options.dryRun === true
  return {
    events,
    made,
    clock: fakeClock(),
    signal: controller.signal,
    dryRun: recorded,
    emit: (event) => void events.push(event),
    exec: options.exec ?? {
      run(call) {
        const commandLine = [call.tool, ...call.args].join(' ')
        if (recorded && call.mutates) events.push({code: 'tool.recorded', data: {command: commandLine}})
        else made.push(commandLine)
        return Promise.resolve({exitCode: 0, stdout: '', stderr: '', durationMs: 0, commandLine, recorded})
      },
    },
    async change(what, act) {
      if (recorded) return undefined
      made.push(what.command)
      return act()
    },
    changed: () => void stale++,
    stopping: () => stopping,
    stop: () => void (stopping = true),
    abort: () => controller.abort(),
    staleness: () => stale,
  }
}

/** A step whose world is a flag: absent until it is applied. */
export function fakeStep(id: string, overrides: Partial<Step<FakeContext>> = {}): Step<FakeContext> & {probes(): number; applies(): number} {
  let done = false
  let probes = 0
  let applies = 0
  const {probe, apply, ...rest} = overrides
  return {
    id,
    title: `Do ${id}`,
    risk: 'none',
    plan: () => Promise.resolve({lines: [`do ${id}`], commands: [`tool ${id}`]}),
    ...rest,
    probe(ctx) {
      probes++
      return probe === undefined ? Promise.resolve(looked(done ? 'satisfied' : 'absent')) : probe(ctx)
    },
    async apply(ctx, found) {
      applies++
      await (apply === undefined ? ctx.exec.run({tool: 'tool', args: [id], mutates: true, doing: `do ${id}`}) : apply(ctx, found))
      done = true
    },
    probes: () => probes,
    applies: () => applies,
  }
}

/** What a probe says. */
export function looked(state: Probe['state'], differences?: Probe['differences']): Probe {
  return {state, observed: state, ...(differences === undefined ? {} : {differences})}
}

/** A phase of steps. */
export function fakePhase(id: string, steps: Step<FakeContext>[], overrides: Partial<Phase<FakeContext>> & {after?: string[]} = {}): Phase<FakeContext> {
  const {after = [], ...rest} = overrides
  return {id, number: 0, title: `Phase ${id}`, what: '', why: '', how: [], dependsOn: () => after, steps: () => steps, checks: [], pitfalls: [], ...rest}
}
