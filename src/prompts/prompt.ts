/** What every question shares: where it is written, how it looks, and how it ends. */
import {KpError} from '../engine/errors.ts'

/** Where questions are asked. With `--json` the output is stderr, since stdout is for the result. */
export interface PromptIo {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  colour: boolean
  unicode: boolean
}

/** What the prompt library is given as its second argument. */
export interface PromptContext {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  signal: AbortSignal
}

const plain = (text: string): string => text

/** The look of a question: without colour codes where colour is not wanted, and in ASCII where that is. */
export function promptTheme({colour, unicode}: Pick<PromptIo, 'colour' | 'unicode'>): object {
  const done = unicode ? '✔' : '+'
  return {
    ...(colour && unicode ? {} : {prefix: {idle: '?', done}}),
    ...(colour
      ? {}
      : {
          style: {message: plain, answer: plain, error: (text: string) => `> ${text}`, help: plain, highlight: plain, key: plain, defaultAnswer: (text: string) => `(${text})`},
        }),
  }
}

/**
 * Asks one question on a terminal.
 * @throws KpError INTERRUPTED where it was ended by Ctrl-C, Ctrl-D or a terminal that went away
 */
export async function ttyPrompt<T>(io: PromptIo, ask: (context: PromptContext) => Promise<T>): Promise<T> {
  const ended = new AbortController()
  // A terminal that ends (Ctrl-D, a closed window) only pauses or ends its input; the question would wait for ever.
  const stop = (): void => void setImmediate(() => ended.abort())
  for (const event of ['pause', 'end', 'close']) io.input.once(event, stop)
  try {
    return await ask({input: io.input, output: io.output, signal: ended.signal})
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (['ExitPromptError', 'AbortPromptError', 'CancelPromptError'].includes(name)) {
      throw new KpError({code: 'INTERRUPTED', message: 'Stopped at the question: nothing was changed', next: ['run the same command again'], cause: error})
    }
    throw error
  } finally {
    for (const event of ['pause', 'end', 'close']) io.input.removeListener(event, stop)
  }
}
