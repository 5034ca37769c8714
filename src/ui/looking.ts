/** One turning line while kp looks at a cluster, for a person who would else see nothing for as long as it takes. */
import type {Event, EventCode, Listener} from '../engine/events.ts'
import type {Terminal, View} from './io.ts'

/** What the line tells; all else belongs to the view of a run. */
const TOLD: ReadonlySet<EventCode> = new Set(['step.probed', 'check.finished', 'lock.waiting', 'leftover.waiting'])
const QUIET_MS = 400

/** A line that was started. */
export interface LookingLine {
  listen: Listener
  /** Takes the line away; it must be gone before anything else is printed. Safe to call twice. */
  stop(): Promise<void>
}

/** Starts the line once looking has taken a while. Without a terminal nothing is shown. */
export function startLooking(terminal: Terminal, startView: (terminal: Terminal) => Promise<View>, afterMs = QUIET_MS): LookingLine {
  const early: Event[] = []
  let view: View | undefined
  let starting: Promise<void> | undefined
  let stopped = false
  const timer = setTimeout(() => {
    starting = startView(terminal).then((started) => {
      view = started
      for (const event of early) view.listen(event)
    })
  }, afterMs)
  timer.unref()
  if (!terminal.isTTY) clearTimeout(timer)
  return {
    listen(event) {
      if (stopped || !TOLD.has(event.code)) return
      if (view === undefined) early.push(event)
      else view.listen(event)
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await starting
      await view?.finish()
    },
  }
}
