/** Runs the built kp as a subprocess, as a person does. */
import {spawn} from 'node:child_process'
import type {ChildProcess} from 'node:child_process'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** The project's folder. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
/** The Node that kp runs on. */
export const NODE = join(PROJECT, 'node_modules', 'node', 'bin', 'node')
/** Entry of the built kp; another build of it is named by KP_TEST_BIN. */
export const KP_BIN = process.env['KP_TEST_BIN'] ?? join(PROJECT, 'bin', 'run.js')

/** How kp is run. */
export interface KpOptions {
  cwd?: string
  /** On top of a clean environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>
  input?: string
  /** Milliseconds; default 3 minutes. */
  timeoutMs?: number
  /** Leads a process group of its own, so that the group can be killed. */
  detached?: boolean
  /** Called with each line of standard output as it comes. */
  onLine?: (line: string) => void
}

/** What a run of kp answered. */
export interface KpResult {
  /** Exit code; null where a signal ended it. */
  exit: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  durationMs: number
  /** The last line of standard output, as JSON. */
  json<T = Record<string, unknown>>(): T
  /** Every line of standard output but the last, as JSON: the events of `up --json`. */
  events(): {event: string; phase?: string; step?: string; text?: string; data?: Record<string, unknown>}[]
}

/** A kp that runs. */
export interface RunningKp {
  child: ChildProcess
  pid: number
  done: Promise<KpResult>
}

/** Variables of the machine that would lead kp elsewhere. */
const FOREIGN = /^(KP_|KUBECONFIG$|HELM_|NO_COLOR$|FORCE_COLOR$|CI$|VITEST|NODE_OPTIONS$)/

/** The environment of a test's kp: that of the machine, without what would lead kp elsewhere. The tool cache is shared. */
export function kpEnvironment(stateDir: string, extra: Record<string, string | undefined> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name) || name === 'KP_CACHE_DIR')
  const all = {...Object.fromEntries(inherited), KP_STATE_DIR: stateDir, ...extra}
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/**
 * Starts kp. It has no terminal.
 * @param env the whole environment; see kpEnvironment
 */
export function startKp(args: string[], env: Record<string, string>, options: Omit<KpOptions, 'env'> = {}): RunningKp {
  const started = Date.now()
  const child = spawn(NODE, [KP_BIN, ...args], {cwd: options.cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: options.detached ?? false})
  const limit = options.timeoutMs ?? 180_000
  let stdout = ''
  let stderr = ''
  let partial = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    const lines = (partial + chunk).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) options.onLine?.(line)
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const done = new Promise<KpResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`kp ${args.join(' ')} did not end within ${limit} ms\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`))
    }, limit)
    child.on('error', reject)
    child.on('close', (exit, signal) => {
      clearTimeout(timer)
      resolve({exit, signal, stdout, stderr, durationMs: Date.now() - started, json: () => parseLast(args, stdout, stderr), events: () => parseLines(stdout).slice(0, -1) as ReturnType<KpResult['events']>})
    })
  })
  // Whoever waits later must not find an unhandled rejection.
  done.catch(() => {})
  return {child, pid: child.pid ?? 0, done}
}

function parseLast<T>(args: string[], stdout: string, stderr: string): T {
  const line = stdout.trimEnd().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(line) as T
  } catch {
    throw new Error(`kp ${args.join(' ')} printed no JSON:\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`)
  }
}

function parseLines(stdout: string): unknown[] {
  return stdout.trimEnd().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as unknown)
}
