/** Asks line by line, for terminals that cannot move their cursor (TERM=dumb) and for screen readers. */
import {createInterface} from 'node:readline'
import {KpError} from '../engine/errors.ts'
import {BACK, type Asker, type Option} from './wizard.ts'
import type {PromptIo} from './prompt.ts'

/** An asker that writes and reads lines alone. */
export function lineAsker({input, output}: Pick<PromptIo, 'input' | 'output'>): Asker {
  const say = (text: string): void => void output.write(text)
  async function until(prompt: string, understand: (line: string) => string | {reason: string}): Promise<string> {
    for (;;) {
      const answer = understand(await readLine(input, output, prompt))
      if (typeof answer === 'string') return answer
      say(`> ${answer.reason}\n`)
    }
  }
  return {
    say,
    choose(message, options, initial) {
      say(options.map((option, index) => `  ${option.value === BACK ? ' ' : index + numberOf(options)} ${option.name}\n`).join(''))
      return until(`${message}${initial === undefined ? '' : ` [${initial}]`}: `, (line) => pick(line.trim(), options, initial))
    },
    type(message, initial, check) {
      return until(`${message}${initial === '' ? '' : ` [${initial}]`}: `, (line) => {
        const text = line.trim() === '' ? initial : line
        const reason = check(text)
        return reason === undefined ? text : {reason}
      })
    },
  }
}

/** What the first option's number is: one that goes back is not counted. */
function numberOf(options: readonly Option[]): number {
  return options[0]?.value === BACK ? 0 : 1
}

function pick(line: string, options: readonly Option[], initial: string | undefined): string | {reason: string} {
  if (line === '' && initial !== undefined) return initial
  const numbered = /^\d+$/.test(line) ? options[Number(line) - numberOf(options)] : undefined
  const named = options.find(({value}) => value === line) ?? only(options.filter(({value, name}) => line !== '' && (value.startsWith(line) || name.startsWith(line))))
  const found = options.find(({value}) => value === line) ?? numbered ?? named
  return found?.value ?? {reason: `"${line}" is none of them: type a number or a name`}
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined
}

function readLine(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, prompt: string): Promise<string> {
  output.write(prompt)
  const reader = createInterface({input, terminal: false})
  return new Promise((resolve, reject) => {
    reader.once('line', (line) => {
      resolve(line)
      reader.close()
    })
    reader.once('close', () => reject(new KpError({code: 'INTERRUPTED', message: 'Stopped at the question: nothing was changed', next: ['run the same command again']})))
  })
}
