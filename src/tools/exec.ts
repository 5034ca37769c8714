/** Runs programs: the only place that starts a process for a step. */
import {randomBytes} from 'node:crypto'
import {closeSync, openSync, unlinkSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {KpError} from '../engine/errors.ts'
import type {EventInput} from '../engine/events.ts'
import {identifyProcess} from '../engine/processes.ts'
import type {Exec, ToolCall, ToolResult} from '../engine/types.ts'
import {keepOutput} from './kept-output.ts'

/** Name of the environment variable by which the tools of a run are found again after a kill. */
export const RUN_VARIABLE = 'KP_RUN'

/** What the real implementation needs. */
export interface ExecOptions {
  /** Where a tool is; throws KpError TOOL_MISSING or TOOL_OLD. Absolute paths are used as they are. */
  findTool(name: string): Promise<string>
  /** The environment that tools inherit. */
  env: Record<string, string | undefined>
  emit(event: EventInput): void
  /** Aborted: tools are asked to end (SIGTERM), and killed after a grace time. */
  signal: AbortSignal
  redact(text: string): string
  /** Marks the tools of this run; see RUN_VARIABLE. */
  runId?: string
  /** Milliseconds between SIGTERM and SIGKILL; default 20 seconds. */
  graceMs?: number
}

/**
 * helm, kubectl, terraform and velero are Go programs that live for seconds: they collect garbage a quarter as often, which
 * takes a tenth off their time. terraform asks nobody for news. Who sets these keeps them.
 */
const TOOL_SETTINGS = {GOGC: '400', CHECKPOINT_DISABLE: '1'}

const DEFAULT_TIMEOUT_MS = 5 * 60_000
const OUTPUT_TAIL_LINES = 20
/** A tool may print megabytes on one line. */
const OUTPUT_TAIL_CHARACTERS = 8000
const MESSAGE_CHARACTERS = 500

/**
 * The Exec that really runs programs. Each gets a process group of its own, so
 * that a Ctrl-C in the terminal reaches kp and not the tool in the middle of a change.
 */
export function createExec(options: ExecOptions): Exec {
  return {run: (call) => runTool(options, call)}
}

/** An Exec that answers reads and records what would change anything. */
export function createDryRunExec(real: Exec, emit: (event: EventInput) => void): Exec {
  return {
    async run(call) {
      if (!call.mutates) return real.run(call)
      const commandLine = formatCommand(call.tool, call.args)
      emit({code: 'tool.recorded', ...call.at, text: call.doing, data: {command: commandLine}})
      return {exitCode: 0, stdout: '', stderr: '', durationMs: 0, commandLine, recorded: true}
    },
  }
}

/** A command as a person would type it. */
export function formatCommand(tool: string, args: string[]): string {
  return [tool.split('/').at(-1) ?? tool, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

async function runTool(options: ExecOptions, call: ToolCall): Promise<ToolResult> {
  const redact = makeRedactor(options, call)
  const commandLine = redact(formatCommand(call.tool, call.args))
  const signal = call.signal === undefined ? options.signal : AbortSignal.any([options.signal, call.signal])
  if (signal.aborted) throw interrupted(call, commandLine)
  const path = call.tool.startsWith('/') ? call.tool : await options.findTool(call.tool)
  // Loaded with the first tool: a command that runs none starts faster.
  const {execa} = await import('execa')
  const started = Date.now()
  const input = call.input === undefined ? undefined : openInput(call.input)
  const line = call.onLine === undefined ? undefined : (text: string): void => call.onLine?.(redact(text))
  const kept = call.outlastsKp === true ? {stdout: keepOutput(line), stderr: keepOutput(line)} : undefined
  const subprocess = execa(path, call.args, {
    reject: false,
    detached: true,
    cleanup: true,
    forceKillAfterDelay: false,
    stripFinalNewline: false,
    // Any file descriptor will do; execa's types name only the first ten.
    stdin: (input ?? 'ignore') as 3 | 'ignore',
    ...(kept === undefined ? {} : {stdout: kept.stdout.file as 3, stderr: kept.stderr.file as 3}),
    ...(call.cwd === undefined ? {} : {cwd: call.cwd}),
    env: {...TOOL_SETTINGS, ...options.env, ...call.env, ...(options.runId === undefined ? {} : {[RUN_VARIABLE]: options.runId})},
    extendEnv: false,
    maxBuffer: 512 * 1024 * 1024,
  })
  if (input !== undefined) closeSync(input)
  const pid = subprocess.pid
  if (pid !== undefined) {
    options.emit({code: 'tool.started', ...call.at, text: call.doing, data: {tool: call.tool, pid, start: identifyProcess(pid)?.start ?? '?', command: commandLine, mutates: call.mutates}})
  }
  const stop = watchOver(pid, call.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal, {signal: call.stopSignal ?? 'SIGTERM', graceMs: call.graceMs ?? options.graceMs ?? 20_000})
  if (line !== undefined && kept === undefined) void followLines(subprocess, line)
  const result = await subprocess
  const ended = stop()
  const durationMs = Date.now() - started
  const [stdout, stderr] = kept === undefined ? [result.stdout ?? '', result.stderr ?? ''] : [kept.stdout.end(), kept.stderr.end()]
  if (pid !== undefined) options.emit({code: 'tool.finished', ...call.at, data: {tool: call.tool, pid, exitCode: result.exitCode ?? null, durationMs}})

  const report = {
    name: call.tool,
    command: commandLine,
    exitCode: result.exitCode,
    output: tail(redact(stderr.trim() === '' ? stdout : stderr)),
  }
  if (ended === 'interrupted') throw interrupted(call, commandLine, report)
  if (ended === 'timeout') {
    throw new KpError({
      code: 'TOOL_TIMEOUT',
      message: `${call.tool} did not end within ${Math.round((call.timeoutMs ?? DEFAULT_TIMEOUT_MS) / 1000)} seconds and was stopped`,
      doing: call.doing,
      tool: report,
      next: ['run the same command again: kp looks first and goes on where it is'],
    })
  }
  if (pid === undefined || result.code === 'ENOENT' || result.code === 'EACCES') {
    throw new KpError({
      code: 'TOOL_MISSING',
      message: `${call.tool} could not be started: ${redact(result.shortMessage ?? 'no such program')}`,
      doing: call.doing,
      tool: report,
      next: ['kp doctor', 'kp tools install'],
    })
  }
  if (result.exitCode === undefined) {
    throw new KpError({
      code: 'TOOL_KILLED',
      message: `${call.tool} was ended by ${result.signal ?? 'a signal'}`,
      doing: call.doing,
      tool: report,
      next: ['run the same command again: kp looks first and goes on where it is'],
    })
  }
  if (!(call.okExitCodes ?? [0]).includes(result.exitCode)) {
    throw new KpError({
      code: 'TOOL_FAILED',
      message: `${call.tool} ended with exit code ${result.exitCode}: ${lastMeaningfulLine(report.output)}`,
      doing: call.doing,
      tool: report,
    })
  }
  return {exitCode: result.exitCode, stdout, stderr, durationMs, commandLine, recorded: false}
}

/**
 * A program's whole input, in a file that has lost its name. Through a pipe a kp that is killed would cut it off,
 * and helm would install what it had read so far.
 */
function openInput(text: string): number {
  const path = join(tmpdir(), `kp-${randomBytes(8).toString('hex')}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  const bytes = Buffer.from(text)
  // Written at positions, so that the program starts to read at the beginning.
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written, bytes.length - written, written)
  return file
}

function interrupted(call: ToolCall, command: string, tool?: KpError['tool']): KpError {
  return new KpError({
    code: 'INTERRUPTED',
    message: `${call.tool} was stopped`,
    doing: call.doing,
    tool: tool ?? {name: call.tool, command, output: ''},
    next: ['run the same command again: kp looks first and goes on where it is'],
  })
}

/** Ends the tool's process group at the time limit or when the run is stopped; says at the end which it was. */
function watchOver(pid: number | undefined, timeoutMs: number, signal: AbortSignal, ending: {signal: NodeJS.Signals; graceMs: number}): () => 'timeout' | 'interrupted' | undefined {
  if (pid === undefined) return () => undefined
  let reason: 'timeout' | 'interrupted' | undefined
  let kill: NodeJS.Timeout | undefined
  const end = (why: 'timeout' | 'interrupted'): void => {
    if (reason !== undefined) return
    reason = why
    signalGroup(pid, ending.signal)
    kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), ending.graceMs)
  }
  const timer = setTimeout(() => end('timeout'), timeoutMs)
  const onAbort = (): void => end('interrupted')
  signal.addEventListener('abort', onAbort, {once: true})
  return () => {
    clearTimeout(timer)
    clearTimeout(kill)
    signal.removeEventListener('abort', onAbort)
    // The tool has ended; a child of it that does not listen may not have.
    if (reason !== undefined) endGroup(pid)
    return reason
  }
}

/** Sends a signal to a process group, or to the process where it leads none. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal)
      return
    } catch {
      // no such group, or gone
    }
  }
}

/** Ends what is left of a process group whose leader is gone. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // nothing is left
  }
}

async function followLines(subprocess: AsyncIterable<unknown> & {iterable?: unknown}, onLine: (line: string) => void): Promise<void> {
  try {
    const lines = (subprocess as {iterable(options: {from: 'all' | 'stdout' | 'stderr'}): AsyncIterable<unknown>})
    await Promise.all(
      (['stdout', 'stderr'] as const).map(async (from) => {
        for await (const line of lines.iterable({from})) onLine(String(line))
      }),
    )
  } catch {
    // The result tells of the failure; lines are for progress only.
  }
}

function makeRedactor(options: ExecOptions, call: ToolCall): (text: string) => string {
  const words = (call.redact ?? []).filter((word) => word.length >= 4)
  return (text) => {
    let clean = options.redact(text)
    for (const word of words) clean = clean.replaceAll(word, '[redacted]')
    return clean
  }
}

function tail(output: string): string {
  return output.slice(-OUTPUT_TAIL_CHARACTERS).trimEnd().split('\n').slice(-OUTPUT_TAIL_LINES).join('\n')
}

function lastMeaningfulLine(output: string): string {
  return output.split('\n').findLast((line) => line.trim() !== '')?.trim().slice(0, MESSAGE_CHARACTERS) ?? 'it printed nothing'
}
