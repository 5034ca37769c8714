/** What oclif calls for a command that does not exist: the nearest spelling, never a question, exit code 2. */
import type {Hook} from '@oclif/core'
import {KpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'
import {resultLine, writeWhole} from '../ui/json.ts'
import {errorBodyOf, errorResult} from '../ui/make-results.ts'
import {renderError} from '../ui/render-error.ts'
import {terminalOf} from '../ui/terminal.ts'

const commandNotFound: Hook<'command_not_found'> = async function ({id, argv = [], config}) {
  const json = [...argv, ...process.argv].includes('--json')
  const error = unknownCommand(id, config.commandIDs, config.topics.map((topic) => topic.name))
  const terminal = terminalOf(process, {noColor: process.argv.includes('--no-color'), json})
  if (json) await writeWhole(process.stdout, resultLine(errorResult(error)))
  else await writeWhole(process.stderr, `${renderError(errorBodyOf(error), terminal)}\n`)
  this.exit(error.exit)
}

export default commandNotFound

/**
 * The error for a command that does not exist.
 * @param id as oclif writes it: `step:cert-mangaer`
 */
export function unknownCommand(id: string, commands: string[], topics: string[]): KpError {
  const words = id.split(':')
  const topic = words.length > 1 && topics.includes(words[0] ?? '') ? (words[0] ?? '') : undefined
  const typed = topic === undefined ? words.join(' ') : words.slice(1).join(' ')
  const within = topic === undefined ? [...commands.filter((one) => !one.includes(':')), ...topics] : commands.filter((one) => one.startsWith(`${topic}:`)).map((one) => one.slice(topic.length + 1))
  const hint = didYouMean(typed, within)
  const help = `kp ${topic === undefined ? '' : `${topic} `}--help`
  if (topic === 'step') return new KpError({code: 'UNKNOWN_PHASE', message: `there is no phase "${typed}"${hint}`, next: [`phases: ${within.toSorted().join(', ')}`, help]})
  return new KpError({code: 'USAGE', message: `there is no command "kp ${words.join(' ')}"${hint}`, next: [help]})
}
