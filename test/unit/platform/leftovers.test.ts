import {spawn} from 'node:child_process'
import {copyFileSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import type {Event, EventInput} from '../../../src/engine/events.ts'
import {openJournal} from '../../../src/engine/journal.ts'
import {identifyProcess} from '../../../src/engine/processes.ts'
import {settleLeftovers, settleRun} from '../../../src/platform/leftovers.ts'
import {RUN_VARIABLE} from '../../../src/tools/exec.ts'
import {tempFolder} from '../../helpers/temp.ts'

/** A run of this process alone: tools are found by it among all processes of the machine. */
const RUN = `20260101T000000Z-${process.pid.toString(16).padStart(6, '0')}`
let folder: string
let runsDir: string
let events: EventInput[]
let processes: number[]

beforeEach(() => {
  folder = tempFolder()
  runsDir = join(folder, 'runs')
  events = []
  processes = []
})

afterEach(() => {
  for (const pid of processes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // ended
    }
  }
})

/** Starts a real program under a tool's name, in a group of its own, as kp does. */
async function startTool(name: string, seconds: number, run = RUN): Promise<number> {
  const program = join(folder, `bin-${processes.length}`, name)
  mkdirSync(join(program, '..'), {recursive: true})
  copyFileSync('/bin/sleep', program)
  const child = spawn(program, [String(seconds)], {detached: true, stdio: 'ignore', env: {[RUN_VARIABLE]: run}})
  const pid = child.pid ?? 0
  processes.push(pid)
  await new Promise((resolve) => child.once('spawn', resolve))
  return pid
}

function journal(id: string, lines: EventInput[], first: EventInput[] = [{code: 'run.started', data: {command: 'kp up'}}]): void {
  const opened = openJournal(runsDir, id, (value) => value)
  for (const line of [...first, ...lines]) opened.append({...line, time: '2026-01-01T00:00:00.000Z'} satisfies Event)
  opened.close()
}

function started(tool: string, pid: number, start = identifyProcess(pid)?.start): EventInput {
  return {code: 'tool.started', data: {tool, pid, start, mutates: true}}
}

const runs = (pid: number): boolean => identifyProcess(pid) !== undefined
const settle = (options: {stopping?: () => boolean} = {}): Promise<void> =>
  settleLeftovers({runsDir, emit: (event) => events.push(event), stopping: options.stopping ?? (() => false), clock: {now: () => Date.now(), sleep: (milliseconds) => sleep(Math.min(milliseconds, 50))}})
const told = (): string[] => [...new Set(events.map(({code, data}) => `${code} ${String(data?.['pid'])}`))]

describe('tools of a run that was killed', () => {
  test('in the middle of a change are waited for, one after the other', async () => {
    const [helm, kubectl] = [await startTool('helm', 0.6), await startTool('kubectl', 0.9)]
    journal(RUN, [started('helm', helm), started('/somewhere/kubectl', kubectl)])
    await settle()
    expect([runs(helm), runs(kubectl)]).toEqual([false, false])
    expect(told()).toEqual([`leftover.waiting ${helm}`, `leftover.waiting ${kubectl}`])
  })

  test('are waited for too where the run never said that it began', async () => {
    const terraform = await startTool('terraform', 0.6)
    journal(RUN, [started('terraform', terraform)], [])
    await settle()
    expect(runs(terraform)).toBe(false)
    expect(told()).toEqual([`leftover.waiting ${terraform}`])
  })

  test('that only build are ended', async () => {
    const go = await startTool('go', 60)
    journal(RUN, [started('go', go)])
    await settle()
    expect(runs(go)).toBe(false)
    expect(told()).toEqual([`leftover.ended ${go}`])
  })

  test.runIf(process.platform === 'linux')('are found though kp was killed before it could write them down', async () => {
    const [helm, go, other] = [await startTool('helm', 0.5), await startTool('go', 60), await startTool('etcd', 60)]
    journal(RUN, [])
    await settle()
    expect([runs(helm), runs(go), runs(other)]).toEqual([false, false, true])
    expect(told().toSorted()).toEqual([`leftover.ended ${go}`, `leftover.waiting ${helm}`].toSorted())
  })

  test.runIf(process.platform === 'linux')('take along what they had started, once they have ended', async () => {
    const [provider, terraform] = [await startTool('terraform-provider-aws_v6.0.0', 60), await startTool('terraform', 0.6)]
    journal(RUN, [started('terraform', terraform)])
    await settle()
    expect([runs(provider), runs(terraform)]).toEqual([false, false])
    expect(told()).toEqual([`leftover.waiting ${terraform}`, `leftover.ended ${provider}`])
  })

  test('are not taken for other programs that have their pids now', async () => {
    const helm = await startTool('helm', 60, '')
    journal(RUN, [started('helm', helm, '1')])
    await settle()
    expect(runs(helm)).toBe(true)
    expect(events).toEqual([])
  })

  test('are found where the pid was that of an earlier, ended tool of the same run', async () => {
    const go = await startTool('go', 60, '')
    journal(RUN, [started('kubectl', go, '1'), {code: 'tool.finished', data: {pid: go}}, started('go', go)])
    await settle()
    expect(runs(go)).toBe(false)
  })

  test('do not keep a person waiting who wants to stop: the error names the process', async () => {
    const helm = await startTool('helm', 60)
    journal(RUN, [started('helm', helm)])
    await expect(settle({stopping: () => true})).rejects.toMatchObject({code: 'LOCKED', message: expect.stringContaining(`process ${helm}`), next: [expect.stringContaining(`kill ${helm}`), expect.any(String)]})
    expect(runs(helm)).toBe(true)
  })
})

test('tools of runs that came to their end, and of other platforms, are left alone', async () => {
  const [ours, other] = [await startTool('helm', 60), await startTool('helm', 60, '20260101T000000Z-0002')]
  journal(RUN, [started('helm', ours), {code: 'run.finished', data: {result: 'ok'}}])
  await settle()
  expect([runs(ours), runs(other)]).toEqual([true, true])
  expect(events).toEqual([])
})

test.runIf(process.platform === 'linux')('a run of another checkout, of which only the id is known, is settled too', async () => {
  const helm = await startTool('helm', 0.5, 'elsewhere')
  await settleRun('elsewhere', {emit: (event) => events.push(event), stopping: () => false, clock: {now: () => Date.now(), sleep: () => sleep(50)}})
  expect(runs(helm)).toBe(false)
  expect(told()).toEqual([`leftover.waiting ${helm}`])
})
