/**
 * The live view for a terminal. The engine owns order, states and signals; listr2's
 * renderer owns the terminal: it redraws only lines that changed, keeps what others
 * write meanwhile until the end, and gives the cursor back. What is drawn is `frameOf`.
 */
import type {Clock} from '../engine/clock.ts'
import {systemClock} from '../engine/clock.ts'
import type {Event} from '../engine/events.ts'
import type {Terminal, View} from './io.ts'
import {columnsOf} from './terminal.ts'
import {frameOf} from './view-frame.ts'
import {EMPTY_RUN, applyEvent} from './view-state.ts'

/** What may differ in tests. */
export interface LiveViewOptions {
  clock?: Pick<Clock, 'now'>
  /** Milliseconds between two pictures. */
  everyMs?: number
}

const DEFAULT_ROWS = 24
const SHOW_CURSOR = '\u001b[?25h'

/**
 * Starts the live view on a terminal.
 * @returns once the terminal is taken over; `finish` gives it back
 */
export async function createLiveView(terminal: Terminal, options: LiveViewOptions = {}): Promise<View> {
  const {DefaultRenderer, Listr, ListrLogger, ProcessOutput, Spinner} = await import('listr2')
  const clock = options.clock ?? systemClock
  let run = EMPTY_RUN
  let tick = 0
  let final = false
  let ended = false
  let current: {end(): void} | undefined

  /** Turns without keeping the process alive, and never throws into a timer. */
  class Ticker extends Spinner {
    private timer: NodeJS.Timeout | undefined
    override start(draw?: () => void): void {
      this.timer = setInterval(() => {
        tick++
        draw?.()
      }, options.everyMs ?? 120)
      this.timer.unref()
    }
    override stop(): void {
      clearInterval(this.timer)
    }
  }

  class RunRenderer extends DefaultRenderer {
    static override nonTTY = true
    override async render(): Promise<void> {
      await super.render()
      current = {end: () => this.end()}
    }
    override update(): void {
      if (ended) return
      safely(() => super.update())
    }
    override create(): string {
      const rows = final ? Number.POSITIVE_INFINITY : (terminal.stdout.rows ?? DEFAULT_ROWS)
      const look = {columns: columnsOf(terminal.stdout), colour: terminal.colour, unicode: terminal.unicode}
      return frameOf(run, {...look, rows, now: clock.now(), tick, final}).join('\n')
    }
    override end(): void {
      if (ended) return
      ended = true
      safely(() => super.end())
    }
  }

  /** Prints nothing, not even an empty line, where the last picture is empty. */
  class QuietOutput extends ProcessOutput {
    override toStdout(text: string, eol = true): boolean {
      return text === '' || super.toStdout(text, eol)
    }
  }

  const {promise, resolve} = Promise.withResolvers<void>()
  const started = Promise.withResolvers<void>()
  const list = new Listr(
    [
      {
        task: () => {
          started.resolve()
          return promise
        },
      },
    ],
    {
      renderer: RunRenderer,
      registerSignalListeners: false,
      exitOnError: false,
      rendererOptions: {
        spinner: new Ticker(),
        logger: new ListrLogger({
          processOutput: new QuietOutput(terminal.stdout as NodeJS.WriteStream, terminal.stderr as NodeJS.WriteStream, {leaveEmptyLine: false}),
        }),
      },
    },
  )
  const done = list.run().then(
    () => undefined,
    () => started.resolve(),
  )
  const forget = terminal.onExit(abandon)
  await started.promise

  function abandon(): void {
    if (ended) return
    final = true
    safely(() => current?.end())
    safely(() => terminal.stdout.write(SHOW_CURSOR))
  }

  return {
    listen(event: Event) {
      if (!ended) run = applyEvent(run, event)
    },
    async finish() {
      final = true
      resolve()
      await done
      abandon()
      forget()
    },
    abandon() {
      abandon()
      resolve()
      forget()
    },
  }
}

/** A view that cannot draw must not end the run. */
function safely(act: () => void): void {
  try {
    act()
  } catch {
    // the window is gone; the journal goes on
  }
}
