/** The processes of a lab: found by the path they were started with, ended only when they are the lab's. */
import {execFileSync, spawn} from 'node:child_process'
import {closeSync, openSync} from 'node:fs'
import {readFile, readdir, rm} from 'node:fs/promises'
import {join} from 'node:path'
import type {Clock} from '../../engine/clock.ts'
import {KpError} from '../../engine/errors.ts'
import {commandOf, identifyProcess, isAlive} from '../../engine/processes.ts'
import {COMPONENTS} from './layout.ts'
import type {Component, LabLayout} from './layout.ts'
import {readServices, writeService} from './services/record.ts'
import type {LabProcess} from './types.ts'

const END_TIMEOUT_MS = 15_000
/** What a component of the control plane may take to end by itself. */
const STOP_TIMEOUT_MS = 4000

/** Pids of all processes that were started by a path below the lab's folder, and of those registered with it. */
export async function labProcesses(layout: LabLayout): Promise<number[]> {
  const prefix = `${layout.folder}/`
  const started = (await listProgramPaths()).filter(({program}) => program.startsWith(prefix)).map(({pid}) => pid)
  const registered = readServices(layout).filter(({identity}) => isAlive(identity) === true).map(({identity}) => identity.pid)
  return [...new Set([...started, ...registered])].filter((pid) => pid !== process.pid && identifyProcess(pid) !== undefined)
}

/**
 * Ends all processes of the lab, also those that come while it does so.
 * @throws KpError LAB_FAILED where one does not end
 */
export async function endLabProcesses(layout: LabLayout, clock: Clock): Promise<void> {
  const deadline = clock.now() + END_TIMEOUT_MS
  // Between its birth and its first instruction a process still bears its parent's name: look until nothing came twice.
  for (let quiet = 0; quiet < 2; ) {
    const pids = await labProcesses(layout)
    quiet = pids.length === 0 ? quiet + 1 : 0
    for (const pid of pids) kill(pid)
    if (pids.length > 0 && clock.now() > deadline) {
      throw new KpError({
        code: 'LAB_FAILED',
        message: `processes of the lab do not end: ${pids.join(', ')}`,
        next: [`kill -9 ${pids.join(' ')}`, 'then run the same command again'],
      })
    }
    await clock.sleep(30)
  }
}

/** The components of the control plane that do not run. */
export async function deadComponents(layout: LabLayout): Promise<string[]> {
  const dead: string[] = []
  for (const component of COMPONENTS) if ((await componentPid(layout, component)) === undefined) dead.push(component)
  return dead
}

/** Ends one component at once, where it runs. */
export async function endComponent(layout: LabLayout, component: Component): Promise<void> {
  const pid = await componentPid(layout, component)
  if (pid !== undefined) kill(pid)
}

/** Asks one component to end, where it runs, and ends it when it takes its time. */
export async function stopComponent(layout: LabLayout, component: Component, clock: Clock): Promise<void> {
  const pid = await componentPid(layout, component)
  if (pid === undefined) return
  kill(pid, 'SIGTERM')
  for (let looks = 0; looks < STOP_TIMEOUT_MS / 50 && identifyProcess(pid) !== undefined; looks += 1) await clock.sleep(50)
  if (identifyProcess(pid) !== undefined) kill(pid)
}

/**
 * Removes the pid files of components that do not run: after a reboot their pids may belong to other programs,
 * which kwokctl would take for its own.
 */
export async function forgetDeadComponents(layout: LabLayout, dead: string[]): Promise<void> {
  for (const component of dead) await rm(join(layout.pids, `${component}.pid`), {force: true})
}

/** Ends every process that was started by that path. */
export async function endByProgram(path: string, clock: Clock): Promise<void> {
  for (let looks = 0; looks < END_TIMEOUT_MS / 30; looks += 1) {
    const pids = (await listProgramPaths()).filter(({pid, program}) => program === path && identifyProcess(pid) !== undefined).map(({pid}) => pid)
    if (pids.length === 0) return
    for (const pid of pids) kill(pid)
    await clock.sleep(30)
  }
}

/**
 * Starts a program that outlives the run: in a group of its own, so that no Ctrl-C reaches it, with its output in a file.
 * @returns its pid; undefined where it cannot be started
 */
export function startProcess(program: string, args: string[], {cwd, env, log}: {cwd: string; env: Record<string, string>; log: string}): number | undefined {
  const output = openSync(log, 'a', 0o600)
  try {
    const child = spawn(program, args, {cwd, env, detached: true, stdio: ['ignore', output, output]})
    child.on('error', () => {})
    child.unref()
    return child.pid
  } finally {
    closeSync(output)
  }
}

/** Writes down that a process is the lab's. */
export async function registerProcess(layout: LabLayout, {name, pid}: LabProcess): Promise<void> {
  if ((await writeService(layout, {name, pid})) === undefined) throw new KpError({code: 'LAB_FAILED', message: `${name} ended at once`})
}

/** The pid of a component that runs; a pid that belongs to another program by now is none. */
async function componentPid(layout: LabLayout, component: Component): Promise<number | undefined> {
  const pid = await readPid(join(layout.pids, `${component}.pid`))
  if (pid === undefined || identifyProcess(pid) === undefined) return undefined
  return commandOf(pid)?.startsWith(`${layout.folder}/`) === true ? pid : undefined
}

async function readPid(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined
}

/** The path that each process of this machine was started by. */
async function listProgramPaths(): Promise<{pid: number; program: string}[]> {
  if (process.platform !== 'linux') {
    const table = execFileSync('ps', ['-axww', '-o', 'pid=,command='], {encoding: 'utf8', timeout: 10_000, maxBuffer: 64 << 20})
    return [...table.matchAll(/^\s*(\d+)\s+(\S+)/gm)].map(([, pid, program]) => ({pid: Number(pid), program: program ?? ''}))
  }
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const lines = await Promise.all(entries.map((entry) => readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')))
  return entries.map((entry, index) => ({pid: Number(entry), program: lines[index]?.split('\0')[0] ?? ''}))
}

function kill(pid: number, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // gone in the meantime
  }
}
