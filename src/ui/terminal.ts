/** Makes the value that views, renderers and prompts are given, from a process: the only file of this folder that knows one. */
import type {Output, Terminal} from './io.ts'

/** The parts of a process that are looked at; `process` is one. */
export interface ProcessLike {
  stdout: Output
  stderr: Output
  stdin: {isTTY?: boolean | undefined}
  env: Record<string, string | undefined>
  platform: string
  on(event: 'exit', listener: () => void): unknown
  removeListener(event: 'exit', listener: () => void): unknown
}

/** What the command line says about the terminal. */
export interface TerminalFlags {
  /** `--no-color`. */
  noColor?: boolean
  /** `--json`: questions go to stderr, since stdout is for the result. */
  json?: boolean
}

const MIN_COLUMNS = 40
const DEFAULT_COLUMNS = 80

/** Looks at a process once and says how to talk to whoever started it. Throws nothing. */
export function terminalOf(source: ProcessLike, flags: TerminalFlags = {}): Terminal {
  const {stdout, stderr, stdin, env} = source
  const dumb = env['TERM'] === 'dumb'
  const isTTY = stdout.isTTY === true && !dumb
  const questions = flags.json === true ? stderr : stdout
  return {
    stdout,
    stderr,
    columns: columnsOf(stdout, env),
    colour: wantsColour(isTTY, dumb, env, flags),
    unicode: wantsUnicode(env, source.platform),
    isTTY,
    interactive: stdin.isTTY === true && questions.isTTY === true,
    onExit(restore) {
      source.on('exit', restore)
      return () => void source.removeListener('exit', restore)
    },
  }
}

/** The width of a stream now: it changes with the window; 40 at least, 80 where there is none. */
export function columnsOf(stream: Output, env: Record<string, string | undefined> = {}): number {
  const asked = stream.columns ?? Number.parseInt(env['COLUMNS'] ?? '', 10)
  return Math.max(MIN_COLUMNS, Number.isFinite(asked) && asked > 0 ? asked : DEFAULT_COLUMNS)
}

function wantsColour(isTTY: boolean, dumb: boolean, env: Record<string, string | undefined>, flags: TerminalFlags): boolean {
  if (flags.noColor === true) return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  return isTTY && !dumb
}

function wantsUnicode(env: Record<string, string | undefined>, platform: string): boolean {
  if (env['TERM'] === 'linux' || env['TERM'] === 'dumb') return false
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG']
  if (locale !== undefined && locale !== '') return /utf-?8/i.test(locale)
  // Without a locale a UTF-8 terminal is by far the most likely, except for the old Windows console.
  return platform !== 'win32' || env['WT_SESSION'] !== undefined
}
