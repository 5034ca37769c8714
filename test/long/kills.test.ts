import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {buildToEnd, expectSame, openReference, openVictim, settled} from '../helpers/converge.ts'
import type {Victim} from '../helpers/converge.ts'
import {KILL_KINDS, killAt} from '../helpers/kill.ts'
import type {KillKind, Moment} from '../helpers/kill.ts'
import {openChance} from '../helpers/seed.ts'
import type {Traces} from '../helpers/traces.ts'

const chance = openChance('kills')
let reference: {victim: Victim; traces: Traces}

const say = (line: string): void => void process.stdout.write(`  ${line}\n`)

beforeAll(async () => {
  reference = await openReference()
}, 180_000)

afterAll(() => reference.victim.platform.close())

test('two runs that nobody kills leave the same', async () => {
  const victim = await openVictim()
  try {
    await buildToEnd(victim)
    await expectSame(victim, reference.traces)
  } finally {
    await victim.platform.close()
  }
}, 180_000)

describe('kp up, killed once', () => {
  const cases: [Moment, KillKind][] = [
    [{event: 'step.started', step: 'networking/address-plan', after: [0, 5]}, 'kp'],
    [{event: 'tool.started', tool: 'kwokctl', after: [0, 2500]}, 'kp'],
    [{event: 'tool.started', tool: 'kwokctl', after: [0, 2500]}, 'tree'],
    [{event: 'phase.finished', phase: 'control-plane', after: [0, 40]}, 'group'],
    [{event: 'tool.started', tool: 'kubectl', step: 'node-pools/general', after: [0, 600]}, 'tree'],
    [{event: 'tool.started', tool: 'helm', step: 'cni/release', after: [100, 1500]}, 'tree'],
    [{event: 'tool.started', tool: 'kubectl', step: 'cert-manager/gateway-api', after: [0, 1000]}, 'tree'],
    [{event: 'tool.started', tool: 'helm', step: 'cert-manager/release', after: [0, 1500]}, 'kp'],
    [{event: 'tool.started', tool: 'helm', step: 'ingress/release', after: [50, 1500]}, 'tree'],
    [{event: 'tool.started', tool: 'kubectl', step: 'ingress/demo', after: [0, 600]}, 'group'],
    [{event: 'run.started', after: [0, 20_000]}, chance.pick(KILL_KINDS)],
    [{event: 'run.started', after: [0, 20_000]}, chance.pick(KILL_KINDS)],
  ]
  for (const [moment, kind] of cases) {
    test(`${moment.event} ${moment.tool ?? ''} ${moment.step ?? moment.phase ?? ''} (${kind})`, async () => {
      const victim = await openVictim()
      try {
        const killed = await killAt(victim.platform, ['up', '--yes', '--json'], moment, kind, chance, victim.env)
        const events = await buildToEnd(victim)
        say(`${killed.line}; then: ${settled(events)}`)
        expect(killed.hit).toBe(true)
        await expectSame(victim, reference.traces)
      } finally {
        await victim.platform.close()
      }
    }, 240_000)
  }
})
