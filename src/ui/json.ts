/** The view for scripts: one event a line, compact, and the result as the last line. */
import type {Event} from '../engine/events.ts'
import type {Output, View} from './io.ts'

/** Starts the JSON view. `redact` is applied to values before they are written. */
export function createJsonView(stdout: Output, redact: <T>(value: T) => T = (value) => value): View {
  let ended = false
  return {
    listen(event) {
      if (ended) return
      try {
        stdout.write(`${eventLine(redact(event))}\n`)
      } catch {
        // the reader is gone; the run goes on
      }
    },
    finish() {
      ended = true
      return Promise.resolve()
    },
    abandon() {
      ended = true
    },
  }
}

/** An event as one line of JSON: `{"event":code,"time":…,"phase"?,"step"?,"text"?,"data"?}`. */
export function eventLine({code, time, phase, step, text, data}: Event): string {
  return JSON.stringify({event: code, time, phase, step, text, data})
}

/** A result as it is printed with `--json`: compact, one line, with its line break. The same bytes for `--output json`. */
export function resultLine(result: unknown): string {
  return `${JSON.stringify(result)}\n`
}

/**
 * Writes a text and waits until the stream has taken it, so that a process may end
 * right after. A reader that is gone is not an error.
 */
export function writeWhole(stdout: Output, text: string): Promise<void> {
  return new Promise((resolve) => {
    const stream = stdout as {write(text: string, done: () => void): unknown}
    try {
      stream.write(text, () => resolve())
    } catch {
      resolve()
    }
  })
}
