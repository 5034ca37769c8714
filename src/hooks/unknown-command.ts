/** The error for a command that does not exist, and how it is told. */
import {KpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'
import {resultLine, writeWhole} from '../ui/json.ts'
import {errorBodyOf, errorResult} from '../ui/make-results.ts'
import {renderError} from '../ui/render-error.ts'
import {terminalOf} from '../ui/terminal.ts'

/**
 * Makes the error, with the nearest spelling.
 * @param words what was typed before the first flag: `['step', 'cert-mangaer']`
 * @param commands ids as oclif writes them: `step:cert-manager`
 */
export function unknownCommand(words: string[], commands: string[]): KpError {
  const paths = commands.map((id) => id.split(':'))
  const [first = '', second] = words
  const within = paths.filter((path) => path[0] === first && path[1] !== undefined).map((path) => path[1] ?? '')
  const inTopic = second !== undefined && within.length > 0
  const typed = inTopic ? second : first
  const known = inTopic ? within : [...new Set(paths.map((path) => path[0] ?? ''))]
  if (typed.startsWith('-')) return new KpError({code: 'USAGE', message: `there is no command before ${typed}`, next: [`kp COMMAND ${typed}`, 'kp --help']})
  const hint = didYouMean(typed, known)
  if (inTopic && first === 'step') {
    return new KpError({code: 'UNKNOWN_PHASE', message: `there is no phase "${typed}"${hint}`, next: [`phases: ${known.toSorted().join(', ')}`, 'kp step --help']})
  }
  return new KpError({code: 'USAGE', message: `there is no command "${typed}"${inTopic ? ` of kp ${first}` : ''}${hint}`, next: [inTopic ? `kp ${first} --help` : 'kp --help']})
}

/** Prints the error as every other one: JSON on standard output with `--json`, else text on standard error. */
export async function tellUnknownCommand(error: KpError, argv: string[]): Promise<void> {
  const json = argv.includes('--json')
  if (json) return writeWhole(process.stdout, resultLine(errorResult(error)))
  const terminal = terminalOf(process, {noColor: argv.includes('--no-color')})
  return writeWhole(process.stderr, `${renderError(errorBodyOf(error), terminal)}\n`)
}
