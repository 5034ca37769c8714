/** Hands events to those who listen. */
import type {Event, EventInput, Listener} from '../engine/events.ts'

/** A bus of events. */
export interface EventBus {
  emit(event: EventInput): void
  listen(listener: Listener): void
}

/** Makes a bus; each event gets its time. A listener that fails does not stop the others: a broken terminal must not stop a change in the middle. */
export function createBus(now: () => number): EventBus {
  const listeners: Listener[] = []
  return {
    emit(input) {
      const event: Event = {...input, time: new Date(now()).toISOString()}
      let failure: unknown
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          failure ??= error
        }
      }
      if (failure !== undefined) throw failure
    },
    listen: (listener) => void listeners.push(listener),
  }
}
