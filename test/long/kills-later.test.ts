/** The whole platform, killed again and again while it is built: at least once in the middle of each phase that has something to do. */
import {afterAll, beforeAll, expect, test} from 'vitest'
import {buildToEnd, expectSame, openReference, say, settled, withVictim} from '../helpers/converge.ts'
import {KILL_KINDS, killAt} from '../helpers/kill.ts'
import {chance as chanceOf, printedSeed} from '../helpers/random.ts'
import type {Traces} from '../helpers/traces.ts'

const chance = chanceOf(printedSeed('kills-later'))
/** Their steps write a file in a millisecond: a kill cannot be timed into them here; kills.test.ts has them. */
const OVER_AT_ONCE = new Set(['prerequisites', 'networking'])
let reference: Traces
let phases: Set<string>

interface StepEvent {
  event?: string
  phase?: string
  step?: string
}

const eventsOf = (stdout: string): StepEvent[] =>
  stdout.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as StepEvent]
    } catch {
      // The last line of a killed kp may be cut off.
      return []
    }
  })

/** The phases that were in the middle of a step when the events end. */
function unfinished(events: StepEvent[]): string[] {
  const running = new Map<string, string>()
  for (const {event, phase = '', step = ''} of events) {
    if (event === 'step.started') running.set(step, phase)
    else if (event === 'step.finished' || event === 'step.failed') running.delete(step)
  }
  return [...new Set(running.values())]
}

beforeAll(async () => {
  const built = await openReference('whole')
  reference = built.traces
  await built.victim.platform.close()
}, 400_000)

afterAll(() => say(`phases in which kp was killed: ${[...(phases ?? [])].join(', ')}`))

test('kp up of all phases, killed in each of them, ends like a run that was never killed', () =>
  withVictim(async (victim) => {
    phases = new Set()
    const started = new Set<string>()
    for (let kills = 0; ; kills++) {
      expect(kills).toBeLessThan(40)
      const moment = {event: 'step.started', phase: (id: string) => !phases.has(id) && !OVER_AT_ONCE.has(id), after: [0, 150] as [number, number]}
      const {hit, line, result} = await killAt(victim.platform, ['up', '--yes', '--json'], moment, chance.pick(KILL_KINDS), chance, victim.env)
      const events = eventsOf(result.stdout)
      for (const {event, phase} of events) if (event === 'step.started' && phase !== undefined) started.add(phase)
      say(`${line}${hit ? ` (in ${unfinished(events).join(', ')})` : ''}`)
      if (!hit) {
        // Nothing is left in which it was not killed, or what is left was over too soon.
        expect(result.exit).toBe(0)
        break
      }
      for (const phase of unfinished(events)) phases.add(phase)
    }
    say(`then: ${settled(await buildToEnd(victim))}`)
    expect([...started].filter((phase) => !phases.has(phase) && !OVER_AT_ONCE.has(phase))).toEqual([])
    await expectSame(victim, reference)
  }, 'whole'), 1_200_000)
