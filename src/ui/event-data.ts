/** Reads the data of events; what is missing or of another kind reads as nothing. */
import type {Event} from '../engine/events.ts'

/** A text of the event's data. */
export function textOf(event: Event, key: string): string | undefined {
  const value = event.data?.[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A number of the event's data. */
export function numberOf(event: Event, key: string): number | undefined {
  const value = event.data?.[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A list of `{id, title}` of the event's data: the phases of a run, the steps of a phase. */
export function itemsOf(event: Event, key: string): {id: string; title: string}[] {
  const value = event.data?.[key]
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown) => {
    const {id, title} = (typeof item === 'object' && item !== null ? item : {}) as {id?: unknown; title?: unknown}
    return typeof id === 'string' ? [{id, title: typeof title === 'string' ? title : id}] : []
  })
}

/** The message of an error in the event's data, be it a text or an error value. */
export function errorOf(event: Event): string | undefined {
  const value = event.data?.['error']
  if (typeof value === 'string') return value
  const message = (typeof value === 'object' && value !== null ? value : {}) as {message?: unknown}
  return typeof message.message === 'string' ? message.message : undefined
}

/** When the event happened, in milliseconds since 1970. */
export function timeOf(event: Event): number {
  const time = Date.parse(event.time)
  return Number.isNaN(time) ? 0 : time
}
