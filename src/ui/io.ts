/** What the views and renderers are given: where to write, and how it may look. */
import type {Listener} from '../engine/events.ts'

/** Where text goes; `process.stdout` is one, a test puts its own. */
export interface Output {
  write(text: string): unknown
  columns?: number | undefined
  rows?: number | undefined
  isTTY?: boolean | undefined
}

/** How a text may look. All that a pure renderer needs. */
export interface Look {
  /** Width to fit in; 40 at least. */
  columns: number
  colour: boolean
  /** Whether characters beyond ASCII may be used for marks. */
  unicode: boolean
}

/** The place where kp talks to a person or a script. */
export interface Terminal extends Look {
  stdout: Output
  stderr: Output
  /** Whether stdout is a terminal that can redraw lines. */
  isTTY: boolean
  /** Whether questions can be asked: stdin is a terminal, and so is where they are written. */
  interactive: boolean
  /** Registers something to do when the process ends without notice; gives back how to take it out again. */
  onExit(restore: () => void): () => void
}

/** Shows a run while it happens. */
export interface View {
  /** Takes every event of the run; never throws. */
  listen: Listener
  /** Shows the end and lets go of the terminal; never rejects, safe to call twice. */
  finish(): Promise<void>
  /** Lets go of the terminal at once, for a process that is about to end. */
  abandon(): void
}
