/** One line of progress for work outside of a run: redrawn on a terminal, a new line now and then elsewhere. */
import {formatDuration} from '../engine/clock.ts'
import type {Terminal} from './io.ts'
import {truncate} from './text.ts'

/** A line of progress. */
export interface ProgressLine {
  show(text: string, percent?: number): void
  end(): void
}

const REDRAW_MS = 100
const PLAIN_MS = 10_000

/** Starts it. With JSON it is silent. */
export function progressLine(terminal: Terminal, silent: boolean, now: () => number = Date.now): ProgressLine {
  if (silent) return {show: () => {}, end: () => {}}
  const started = now()
  let lastText = ''
  let lastShown = 0
  return {
    show(text, percent) {
      const head = text.split(':')[0] ?? ''
      const every = terminal.isTTY ? REDRAW_MS : PLAIN_MS
      if (head === lastText && now() - lastShown < every) return
      lastText = head
      lastShown = now()
      const line = `${text}${percent === undefined ? '' : ` ${Math.round(percent)}%`} (${formatDuration(now() - started)})`
      if (terminal.isTTY) terminal.stdout.write(`\r\u001B[2K${truncate(line, terminal.columns - 1)}`)
      else terminal.stdout.write(`${line}\n`)
    },
    end() {
      if (terminal.isTTY && lastText !== '') terminal.stdout.write('\r\u001B[2K')
    },
  }
}
