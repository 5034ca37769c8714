/** Ctrl-C once stops after the step in hand, twice at once; SIGTERM is like the first. */

/** What a run asks of it. */
export interface Interrupts {
  stopping(): boolean
  signal: AbortSignal
  /** The signal that came first. */
  cause(): 'SIGINT' | 'SIGTERM' | undefined
  /** Stops everything at once, for another reason than a signal. */
  abort(): void
  dispose(): void
}

/** Listens to the signals of the process. `onFirst` tells the person that kp has understood. */
export function watchInterrupts(onFirst: (signal: 'SIGINT' | 'SIGTERM') => void): Interrupts {
  const controller = new AbortController()
  let cause: 'SIGINT' | 'SIGTERM' | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    if (cause !== undefined) {
      controller.abort()
      return
    }
    cause = signal === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'
    onFirst(cause)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    stopping: () => cause !== undefined,
    signal: controller.signal,
    cause: () => cause,
    abort: () => controller.abort(),
    dispose() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
