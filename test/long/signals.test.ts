import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {beforeAll, describe, expect, test} from 'vitest'
import type {Event} from '../../src/engine/events.ts'
import {listRuns, readJournal} from '../../src/engine/journal.ts'
import {buildToEnd, expectSame, lockIsFree, openReference, say, withVictim} from '../helpers/converge.ts'
import type {Victim} from '../helpers/converge.ts'
import {KP_BIN, kpEnvironment, NODE} from '../helpers/run-kp.ts'
import {processesOf} from '../helpers/traces.ts'
import type {Traces} from '../helpers/traces.ts'

const UP = ['up', '--yes', '--json']
/** helm, asked to end, writes down that the revision failed: the next one has a number of its own. Releases are installed side by side. */
const REVISIONS = /^\S+ +Secret \S+\/sh\.helm\.release\.v1\.[a-z-]+\.v[12]/
let reference: {traces: Traces}

beforeAll(async () => {
  const {victim, traces} = await openReference()
  await victim.platform.close()
  reference = {traces}
}, 300_000)

describe('stopped by a signal', () => {
  test('SIGTERM once: after the step in hand, with exit code 143, the lock given back and the journal complete', () =>
    withVictim(async (victim) => {
      const {exit, stopped} = await stopUp(victim, 'SIGTERM', 1, {step: 'cert-manager/release', tool: 'helm'})
      expect(exit).toBe(143)
      expect(stopped.map(({step, event}) => `${event} ${step}`)).toContain('step.finished cert-manager/release')
      expect(stopped.some(({event, step}) => event === 'step.started' && step?.startsWith('ingress/'))).toBe(false)
      expect(journalOf(victim).at(-1)).toMatchObject({code: 'run.finished', data: {result: 'interrupted'}})
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
      expect(journalOf(victim).at(-1)).toMatchObject({code: 'run.finished', data: {result: 'interrupted'}})
      expect(await lockIsFree(victim)).toBe(true)
      await buildToEnd(victim)
      await expectSame(victim, reference.traces, REVISIONS)
    }), 300_000)
})

describe.skipIf(spawnSync('tmux', ['-V']).status !== 0)('Ctrl-C in a real terminal', () => {
  test('once stops after the step in hand, twice at once; the next kp up goes on', () =>
    withVictim(async (victim) => {
      const {platform} = victim
      const once = await interruptInTerminal(victim, 'cni/release', 1)
      expect(once.screen).toContain('EXIT=130')
      expect(once.stopping).toContain('Ctrl-C again stops at once')
      const codes = journalOf(victim).map(({code, step}) => `${code} ${step}`)
      expect(codes).toContain('step.finished cni/release')
      expect(codes.filter((code) => code.startsWith('step.failed'))).toEqual([])
      expect(await lockIsFree(victim)).toBe(true)
      const twice = await interruptInTerminal(victim, 'cert-manager/release', 2)
      expect(twice.screen).toContain('EXIT=130')
      expect(journalOf(victim).at(-1)).toMatchObject({code: 'run.finished', data: {result: 'interrupted'}})
      expect(processesOf(platform.stateDir).filter((name) => /helm|kubectl|node/.test(name))).toEqual([])
      expect(await lockIsFree(victim)).toBe(true)
      await buildToEnd(victim)
      await expectSame(victim, reference.traces, REVISIONS)
    }), 300_000)
})

/** Runs `kp up` in tmux and presses Ctrl-C while helm works for a step. @returns what the terminal shows when kp has ended */
async function interruptInTerminal(victim: Victim, step: string, times: number): Promise<{stopping: string; screen: string}> {
  const {platform, env} = victim
  const socket = `kp-kills-${process.pid}`
  const tmux = (...args: string[]): string => spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {encoding: 'utf8', env: {...kpEnvironment(platform.stateDir, env), TERM: 'xterm'}}).stdout
  tmux('new-session', '-d', '-x', '100', '-y', '40', '-c', platform.root, `${NODE} ${KP_BIN} up --yes; echo EXIT=$?; sleep 60`)
  try {
    await expect.poll(() => journalOf(victim).some((event) => event.code === 'tool.started' && event.step === step && event.data?.['tool'] === 'helm'), {timeout: 90_000, interval: 20}).toBe(true)
    for (let time = 0; time < times; time++) {
      tmux('send-keys', 'C-c')
      await sleep(150)
    }
    let stopping = tmux('capture-pane', '-p')
    // A busy machine draws a moment later.
    for (let look = 0; look < 50 && !/Ctrl-C again|EXIT=/.test(stopping); look++) {
      await sleep(50)
      stopping = tmux('capture-pane', '-p')
    }
    await expect.poll(() => tmux('capture-pane', '-p'), {timeout: 60_000, interval: 200}).toContain('EXIT=')
    const screen = tmux('capture-pane', '-p', '-S', '-100')
    say(`Ctrl-C ${times} × while helm works for ${step}: ${/EXIT=\d+/.exec(screen)?.[0]}`)
    return {stopping, screen}
  } finally {
    tmux('kill-server')
  }
}

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

/** The events of the last run; a last line that is half written is left out. */
function journalOf({platform}: Victim): Event[] {
  const [run] = listRuns(join(platform.root, '.kp', 'runs'), 1)
  return run === undefined ? [] : readJournal(run.dir)
}
