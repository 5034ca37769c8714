import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {buildToEnd, expectSame, openReference, openVictim, say, settled, withVictim} from '../helpers/converge.ts'
import type {Victim} from '../helpers/converge.ts'
import {descendants, describeMoment, KILL_KINDS, killAt, killHalfInstalled, RELEASES, whenHelmSays} from '../helpers/kill.ts'
import type {KillKind, KillReport, Moment} from '../helpers/kill.ts'
import {chance as chanceOf, printedSeed} from '../helpers/random.ts'
import {takeTraces} from '../helpers/traces.ts'
import type {Traces} from '../helpers/traces.ts'

const UP = ['up', '--yes', '--json']
const chance = chanceOf(printedSeed('kills'))
let reference: {victim: Victim; traces: Traces}
let kills = 0

beforeAll(async () => {
  reference = await openReference()
}, 300_000)

afterAll(async () => {
  say(`${kills} kills in all`)
  await reference.victim.platform.close()
}, 60_000)

/** Kills a `kp up`; the moment must have come. */
async function killUp(victim: Victim, moment: Moment, kind: KillKind): Promise<void> {
  expect((await tryToKill(victim, moment, kind)).hit).toBe(true)
}

async function tryToKill(victim: Victim, moment: Moment, kind: KillKind): Promise<KillReport> {
  const killed = await killAt(victim.platform, UP, moment, kind, chance, victim.env)
  say(killed.line)
  if (killed.hit) kills++
  return killed
}

test('two runs that nobody kills leave the same', () =>
  withVictim(async (victim) => {
    await buildToEnd(victim)
    await expectSame(victim, reference.traces)
  }), 300_000)

describe('kp up, killed once, in each phase', () => {
  const cases: [Moment, KillKind][] = [
    [{event: 'step.started', step: 'networking/address-plan', after: [0, 5]}, 'kp'],
    [{event: 'tool.started', tool: 'kwokctl', after: [0, 2500]}, 'kp'],
    [{event: 'tool.started', tool: 'kwokctl', after: [0, 2500]}, 'tree'],
    [{event: 'phase.finished', phase: 'control-plane', after: [0, 40]}, 'group'],
    [{event: 'tool.started', tool: 'kubectl', step: 'node-pools/general', after: [0, 600]}, 'tree'],
    [{event: 'tool.started', tool: 'helm', step: 'cni/release', after: [0, 0]}, 'kp'],
    [{event: 'tool.started', tool: 'kubectl', step: 'cert-manager/gateway-api', after: [0, 1000]}, 'tree'],
    [{event: 'tool.started', tool: 'helm', step: 'cert-manager/release', after: [0, 1500]}, 'kp'],
    [{event: 'tool.started', tool: 'helm', step: 'ingress/release', after: [50, 1500]}, 'tree'],
    [{event: 'tool.started', tool: 'kubectl', step: 'ingress/demo', after: [0, 600]}, 'group'],
    [{event: 'run.started', after: [0, 9000]}, chance.pick(KILL_KINDS)],
  ]
  for (const [moment, kind] of cases) {
    test(`${describeMoment(moment)} (${kind})`, () =>
      withVictim(async (victim) => {
        await killUp(victim, moment, kind)
        say(`then: ${settled(await buildToEnd(victim))}`)
        await expectSame(victim, reference.traces)
      }), 300_000)
  }
})

describe('kp up, killed again and again', () => {
  test('while it renders, makes the lab, and helm has each release half installed', () =>
    withVictim(async (victim) => {
      const {platform} = victim
      for (const name of ['clusters', 'runbooks', 'README.md', '.kp-render.json']) rmSync(join(platform.root, name), {recursive: true})
      for (const after of [[0, 0], [1, 10], [10, 40], [20, 80]] as [number, number][]) {
        // The rendering may be complete by now: then it is the next step that is hit.
        const killed = await killAt(platform, UP, {event: 'step.probing', step: 'prerequisites/repository', nth: 2, after}, chance.pick(KILL_KINDS), chance, victim.env)
        say(killed.line)
        expect(killed.hit).toBe(true)
        kills++
      }
      await killUp(victim, {event: 'step.started', step: 'control-plane/lab', after: [0, 3000]}, chance.pick(KILL_KINDS))
      for (const release of RELEASES) {
        expect((await killHalfInstalled(platform, release, (moment) => tryToKill(victim, moment, 'tree'), [0, 100])).hit).toBe(true)
        expect(await whenHelmSays(platform, release.name, 'pending-install').ask()).toBe(true)
      }
      await buildToEnd(victim)
      await expectSame(victim, reference.traces)
    }), 400_000)

  test('between steps, at its end, and in runs that have nothing to do', () =>
    withVictim(async (victim) => {
      await killUp(victim, {event: 'step.finished', nth: 1 + chance.below(6), after: [0, 20]}, 'group')
      await killUp(victim, {event: 'step.finished', nth: 1 + chance.below(6), after: [0, 20]}, 'kp')
      await killUp(victim, {event: 'step.started', phase: 'ingress', nth: 1 + chance.below(4), after: [0, 20]}, 'tree')
      await killUp(victim, {event: 'run.finished', after: [0, 0]}, 'kp')
      for (let runs = 0; runs < 3; runs++) await killUp(victim, {event: 'start', after: [150, 1400]}, chance.pick(KILL_KINDS))
      await buildToEnd(victim)
      await expectSame(victim, reference.traces)
    }), 400_000)

  test('at moments of chance', () =>
    withVictim(async (victim) => {
      for (let runs = 0; runs < 6; runs++) await killUp(victim, {event: 'start', after: [300, 6000]}, chance.pick(KILL_KINDS))
      await buildToEnd(victim)
      await expectSame(victim, reference.traces)
    }), 400_000)
})

// Changes the reference, hence last.
describe('kp up that changes a platform, killed', () => {
  let victim: Victim

  beforeAll(async () => {
    victim = await openVictim()
    await buildToEnd(victim)
  }, 300_000)

  afterAll(() => victim.platform.close(), 60_000)

  /** Changes kp.yaml of both in the same way, and builds the reference. */
  async function change(replicas: number): Promise<Traces> {
    for (const {platform} of [reference.victim, victim]) platform.setSpec(['components', 'cert-manager', 'values', 'replicaCount'], replicas)
    await buildToEnd(reference.victim)
    await buildToEnd(reference.victim)
    return takeTraces(reference.victim.platform, reference.victim.temporary)
  }

  test('while helm upgrades a release', async () => {
    for (const [replicas, kind] of [[3, 'tree'], [4, 'kp'], [3, 'tree']] as [number, KillKind][]) {
      const expected = await change(replicas)
      await killUp(victim, {event: 'tool.started', tool: 'helm', step: 'cert-manager/release', when: whenHelmSays(victim.platform, 'cert-manager', 'pending-upgrade'), after: [0, 60]}, kind)
      say(`then: ${settled(await buildToEnd(victim))}`)
      await expectSame(victim, expected)
    }
  }, 400_000)

  test('while it renders the change', async () => {
    const expected = await change(4)
    for (let runs = 0; runs < 2; runs++) await killUp(victim, {event: 'step.started', step: 'prerequisites/repository', after: [0, 15]}, 'kp').catch((error: unknown) => runs === 0 && Promise.reject(error as Error))
    await buildToEnd(victim)
    await expectSame(victim, expected)
  }, 300_000)

  test('while it repairs what somebody changed', async () => {
    const expected = await takeTraces(reference.victim.platform, reference.victim.temporary)
    const {platform} = victim
    await platform.kubectl(['delete', 'deployment', 'cert-manager', '--namespace=cert-manager'])
    await platform.kubectl(['delete', 'service,poddisruptionbudget', 'demo', '--namespace=demo'])
    await platform.kubectl(['scale', 'deployment', 'envoy-gateway', '--namespace=envoy-gateway-system', '--replicas=5'])
    await killUp(victim, {event: 'tool.started', tool: 'kubectl', step: 'cert-manager/release', after: [0, 300]}, 'tree')
    await killUp(victim, {event: 'tool.started', tool: 'kubectl', step: 'ingress/release', after: [0, 300]}, 'group')
    await buildToEnd(victim)
    await expectSame(victim, expected)
  }, 300_000)

  test('after a helm that somebody ran by hand was killed, in each state that helm has', async () => {
    const expected = await takeTraces(reference.victim.platform, reference.victim.temporary)
    const {platform} = victim
    // What helm writes down of revisions made by hand stays; everything else is as it was.
    const history = /^\S+ +Secret cert-manager\/sh\.helm\.release\.v1\.cert-manager\./
    const release = ['cert-manager', '--namespace=cert-manager']
    await platform.helm(['uninstall', ...release, '--keep-history'])
    await buildToEnd(victim)
    await expectSame(victim, expected, history)
    for (const [args, status] of [[['rollback', ...release], 'pending-rollback'], [['uninstall', ...release], 'uninstalling']] as [string[], string][]) {
      const pending = whenHelmSays(platform, 'cert-manager', status)
      const ended = platform.helm(args).catch((error: unknown) => String(error))
      while (!(await pending.ask())) await sleep(5)
      for (const [pid, name] of descendants(process.pid)) if (name === 'helm') process.kill(pid, 'SIGKILL')
      await ended
      say(`helm ${args[0]} killed: left ${status}`)
      expect(await pending.ask()).toBe(true)
      await buildToEnd(victim)
      await expectSame(victim, expected, history)
    }
  }, 300_000)
})
