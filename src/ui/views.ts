/** Chooses the view of a run: JSON lines for scripts, a live list on a terminal, plain lines elsewhere. */
import type {Terminal, View} from './io.ts'
import {createJsonView} from './json.ts'
import {createPlainView} from './plain.ts'

/** What decides. */
export interface ViewOptions {
  json: boolean
  verbose: boolean
  /** Applied to events before they are printed as JSON. */
  redact?: <T>(value: T) => T
}

/** Starts the view for a run. listr2 is loaded only where it is used. */
export async function startView(terminal: Terminal, options: ViewOptions): Promise<View> {
  if (options.json) return createJsonView(terminal.stdout, options.redact)
  if (!terminal.isTTY || options.verbose) {
    return createPlainView({stdout: terminal.stdout, unicode: terminal.unicode, verbose: options.verbose})
  }
  const {createLiveView} = await import('./view.ts')
  return createLiveView(terminal)
}
