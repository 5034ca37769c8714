/** Values that a chart does not know: helm ignores them without a word, kp does not. */
import {nearestSpelling} from '../engine/spelling.ts'
import type {Component, ValuePaths, Values} from './types.ts'
import {isMap} from './values.ts'

/** A value that the chart does not know. */
export interface UnknownValue {
  /** Its path: `webhook.replicaCuont`. */
  path: string
  /** The path that was probably meant. */
  meant?: string
}

/**
 * The values that the component's chart does not know, in the order in which they are given.
 * @param values as a person wrote them in kp.yaml, or what kp itself gives
 */
export function unknownValuePaths(component: Pick<Component, 'valuePaths'>, values: Record<string, unknown>): UnknownValue[] {
  return findUnknown(component.valuePaths, values as Values, [])
}

function findUnknown(known: ValuePaths, values: Values, above: string[]): UnknownValue[] {
  if (known === '*') return []
  return Object.entries(values).flatMap(([key, value]) => {
    // Every chart takes `global`: it is handed on to the charts that it contains.
    if (above.length === 0 && key === 'global' && known['global'] === undefined) return []
    const below = Object.hasOwn(known, key) ? known[key] : undefined
    if (below !== undefined) return isMap(value) ? findUnknown(below, value, [...above, key]) : []
    const near = nearestSpelling(key, Object.keys(known))
    return [{path: [...above, key].join('.'), ...(near === undefined ? {} : {meant: [...above, near].join('.')})}]
  })
}
