import {existsSync, readFileSync, readdirSync, rmSync} from 'node:fs'
import {basename, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {buildToEnd, expectSame, lockIsFree, openReference, openVictim, settled} from '../helpers/converge.ts'
import type {Victim} from '../helpers/converge.ts'
import {describeMoment, KILL_KINDS, killAt, whenPending} from '../helpers/kill.ts'
import type {KillKind, Moment} from '../helpers/kill.ts'
import {processesUnder} from '../helpers/end-labs.ts'
import {openChance} from '../helpers/seed.ts'
import {processesOf, takeTraces} from '../helpers/traces.ts'
import type {Traces} from '../helpers/traces.ts'

const UP = ['up', '--yes', '--json']
const chance = openChance('kills')
let reference: {victim: Victim; traces: Traces}
let kills = 0

beforeAll(async () => {
  reference = await openReference()
}, 300_000)

afterAll(async () => {
  say(`${kills} kills in all`)
  await reference.victim.platform.close()
}, 60_000)

function say(line: string): void {
  process.stdout.write(`  ${line}\n`)
}

/** Kills a `kp up`; the moment must have come. */
async function killUp(victim: Victim, moment: Moment, kind: KillKind): Promise<void> {
  const killed = await killAt(victim.platform, UP, moment, kind, chance, victim.env)
  say(killed.line)
  expect(killed.hit).toBe(true)
  kills++
}

async function withVictim(work: (victim: Victim) => Promise<void>): Promise<void> {
  const victim = await openVictim()
  try {
    await work(victim)
  } finally {
    await victim.platform.close()
  }
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
    [{event: 'run.started', after: [0, 20_000]}, chance.pick(KILL_KINDS)],
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
      const pending = {...whenPending(platform, 'pending-install')}
      for (const step of ['cni/release', 'cert-manager/release', 'ingress/release']) {
        await killUp(victim, {event: 'tool.started', tool: 'helm', step, when: pending, after: [0, 100]}, 'tree')
        expect(await pending.ask()).toBe(true)
      }
      await buildToEnd(victim)
      await expectSame(victim, reference.traces)
    }), 400_000)

  test('between steps, at its end, and in runs that have nothing to do', () =>
    withVictim(async (victim) => {
      await killUp(victim, {event: 'step.finished', nth: chance.between(1, 6), after: [0, 20]}, 'group')
      await killUp(victim, {event: 'step.finished', nth: chance.between(1, 6), after: [0, 20]}, 'kp')
      await killUp(victim, {event: 'step.started', phase: 'ingress', nth: chance.between(1, 4), after: [0, 20]}, 'tree')
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

describe('stopped by a signal', () => {
  test('SIGTERM once: after the step in hand, with exit code 143, the lock given back and the journal complete', () =>
    withVictim(async (victim) => {
      const {exit, stopped} = await stopUp(victim, 'SIGTERM', 1, {step: 'cert-manager/release', tool: 'helm'})
      expect(exit).toBe(143)
      expect(stopped.map(({step, event}) => `${event} ${step}`)).toContain('step.finished cert-manager/release')
      expect(stopped.some(({event, step}) => event === 'step.started' && step?.startsWith('ingress/'))).toBe(false)
      expect(lastLine(victim)).toMatchObject({code: 'run.finished', data: {result: 'interrupted'}})
      expect(await lockIsFree(victim)).toBe(true)
      await buildToEnd(victim)
      await expectSame(victim, reference.traces)
    }), 300_000)

  test('SIGINT twice: at once, with exit code 130, its tools ended and the lock given back', () =>
    withVictim(async (victim) => {
      const {exit, ms} = await stopUp(victim, 'SIGINT', 2, {step: 'ingress/release', tool: 'helm'})
      expect(exit).toBe(130)
      expect(ms).toBeLessThan(21_000)
      expect(processesOf(victim.platform.stateDir).filter((name) => /helm|kubectl|node/.test(name))).toEqual([])
      expect(lastLine(victim)).toMatchObject({code: 'run.finished', data: {result: 'interrupted'}})
      expect(await lockIsFree(victim)).toBe(true)
      await buildToEnd(victim)
      // helm, asked to end, writes down that the revision failed: the next one has a number of its own.
      await expectSame(victim, reference.traces, /^\S+ +Secret envoy-gateway-system\/sh\.helm\.release\.v1\.envoy-gateway\.v[12]/)
    }), 300_000)
})

/** Starts `kp up` and sends it a signal, once or twice, while a tool of a step works. */
async function stopUp(victim: Victim, signal: NodeJS.Signals, times: number, at: {step: string; tool: string}): Promise<{exit: number | null; ms: number; stopped: {event?: string; step?: string}[]}> {
  const events: {event?: string; step?: string; data?: {tool?: string}}[] = []
  let sent = 0
  let after = 0
  const kp = victim.platform.start(UP, {
    env: victim.env,
    detached: true,
    onLine(line) {
      const event = JSON.parse(line) as (typeof events)[number]
      events.push(event)
      if (sent !== 0 || event.event !== 'tool.started' || event.step !== at.step || event.data?.tool !== at.tool) return
      sent = Date.now()
      after = events.length
      void (async () => {
        for (let time = 0; time < times; time++) {
          await sleep(200)
          kp.child.kill(signal)
        }
      })()
    },
  })
  const {exit} = await kp.done
  const ms = Date.now() - sent
  say(`${signal} ${times} × while ${at.tool} works for ${at.step}: exit ${exit} after ${ms} ms`)
  return {exit, ms, stopped: events.slice(after)}
}

function lastLine({platform}: Victim): {code?: string; data?: {result?: string}} {
  const runs = join(platform.root, '.kp', 'runs')
  const run = readdirSync(runs).toSorted().at(-1) ?? ''
  return JSON.parse(readFileSync(join(runs, run, 'journal.jsonl'), 'utf8').trimEnd().split('\n').at(-1) ?? '{}') as {code?: string}
}

describe('labs outside of a platform', () => {
  test('kp lab up and kp lab down, killed: the next one ends as if nothing had been', () =>
    withVictim(async ({platform, env, temporary}) => {
      const lab = ['lab', 'up', 'second', '--json']
      for (const after of [[200, 1000], [800, 2500], [1500, 5000]] as [number, number][]) {
        const killed = await killAt(platform, lab, {event: 'start', after}, chance.pick(KILL_KINDS), chance, env)
        say(`lab up: ${killed.line}`)
        kills++
      }
      await platform.kpOk(lab, {env})
      const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok-controller']
      expect(processesOf(platform.stateDir).toSorted()).toEqual(components)
      expect(readdirSync(join(platform.stateDir, 'labs'))).toEqual(['second'])
      const listed = (await platform.kpOk(['lab', 'list', '--json'], {env})).json<{labs: {name: string; state: string}[]}>()
      expect(listed.labs.map(({name, state}) => `${name} ${state}`)).toEqual(['second running'])

      for (const after of [[200, 500], [300, 700]] as [number, number][]) {
        const killed = await killAt(platform, ['lab', 'down', 'second', '--yes', '--json'], {event: 'start', after}, chance.pick(KILL_KINDS), chance, env)
        say(`lab down: ${killed.line}`)
        kills++
      }
      await platform.kpOk(['lab', 'down', 'second', '--yes'], {env})
      expect(processesUnder(platform.stateDir)).toEqual([])
      expect(readdirSync(join(platform.stateDir, 'labs'))).toEqual([])
      expect(readdirSync(temporary)).toEqual([])
    }), 200_000)
})

describe('the tools', () => {
  test('kp tools install into an empty cache, killed: the next one ends what still builds and removes what is half made', () =>
    withVictim(async ({platform, env, temporary}) => {
      const cache = join(temporary, '..', 'cache')
      const withCache = {...env, KP_CACHE_DIR: cache, KP_DOWNLOADS: 'never'}
      for (const kind of KILL_KINDS) {
        const killed = await killAt(platform, ['tools', 'install', '--json'], {event: 'start', when: {what: 'go builds', ask: () => Promise.resolve(builders(cache).length > 0)}, after: [0, 1500]}, kind, chance, withCache)
        say(`tools install: ${killed.line}; ${builders(cache).length} programs build on`)
        expect(killed.hit).toBe(true)
        kills++
      }
      // The last one is stopped by hand when it builds: the whole takes minutes.
      const before = halfMade(cache)
      expect(before).not.toEqual([])
      const last = platform.start(['tools', 'install'], {env: withCache, timeoutMs: 60_000})
      await expect.poll(() => builders(cache).some((folder) => !before.includes(basename(folder))), {timeout: 30_000, interval: 20}).toBe(true)
      expect(halfMade(cache)).toHaveLength(1)
      expect(builders(cache).filter((folder) => before.includes(basename(folder)))).toEqual([])
      last.child.kill('SIGTERM')
      expect((await last.done).exit).toBe(143)
      expect(builders(cache)).toEqual([])
      expect(halfMade(cache)).toEqual([])
      expect(readdirSync(temporary)).toEqual([])
    }), 200_000)
})

/** Environments of the programs that build into a cache: the own folder of each. */
function builders(cache: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const environment = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0') : []
      return environment.filter((line) => line.startsWith(`KP_OWN_FOLDER=${cache}/`)).map((line) => line.slice('KP_OWN_FOLDER='.length))
    } catch {
      return []
    }
  })
}

function halfMade(cache: string): string[] {
  const tools = join(cache, 'tools')
  return existsSync(tools) ? readdirSync(tools).flatMap((tool) => readdirSync(join(tools, tool)).filter((name) => /^\.tmp-[0-9a-f]+$/.test(name))) : []
}

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
      await killUp(victim, {event: 'tool.started', tool: 'helm', step: 'cert-manager/release', when: whenPending(victim.platform, 'pending-upgrade'), after: [0, 60]}, kind)
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
      await platform.killHelm(args, whenPending(platform, status).ask)
      say(`helm ${args[0]} killed: ${await statusOf(victim)}`)
      expect(await statusOf(victim)).toContain(status)
      await buildToEnd(victim)
      await expectSame(victim, expected, history)
    }
  }, 300_000)
})
