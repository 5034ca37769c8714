/**
 * Values of a chart: kp's template with the spec's values in it, and the
 * person's own values over that.
 *
 * A template is YAML with placeholders. `${podCidr}` is replaced by the value
 * of that name; alone it keeps its type, inside a text it is written into it.
 * With a question mark (`${imageMirror?}`) the key is left out where the value is
 * not given; with a text behind a bar (`${imageMirror|docker.io}`) that text takes its
 * place; without, a missing value is an error. `$${` writes `${`.
 */
import {stringify} from 'yaml'
import {KpError} from '../engine/errors.ts'
import type {Component, RenderedValues, Value, Values, ValuesContext} from './types.ts'

const ALONE = /^\$\{([A-Za-z][\w.-]*)(\?|\|[^}]*)?\}$/
const INSIDE = /\$\$\{|\$\{([A-Za-z][\w.-]*)(\?|\|[^}]*)?\}/g
const OMIT = Symbol('omit')

/**
 * The values for a component's chart.
 * @param overrides what kp.yaml says for the component; wins over kp's. A null
 *   takes kp's value away; where kp has none it goes on to helm, which takes
 *   the chart's default away.
 * @throws KpError BUG where a template names something that the context has not
 */
export function renderValues(component: Component, context: ValuesContext, overrides: Record<string, unknown> = {}): RenderedValues {
  const overlay = component.overlays[context.provider]
  const template = overlay === undefined ? component.template : mergeValues(component.template, overlay)
  const own = fill(template, context, component.id)
  const values = mergeValues(own === OMIT ? {} : (own as Values), overrides as Values)
  return {values, yaml: toYaml(values)}
}

/** Lays maps over each other, the second wins; lists and scalars are replaced; null takes a key away that the first has. */
export function mergeValues(under: Values, over: Values): Values {
  const merged: Values = {...under}
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    if (value === null && below !== undefined) delete merged[key]
    else if (isMap(value) && isMap(below)) merged[key] = mergeValues(below, value)
    else merged[key] = value
  }
  return merged
}

/** YAML with sorted keys and no aliases: the same values always give the same text. helm reads YAML 1.1, in which the text "on" wants quotes. */
export function toYaml(value: Value): string {
  return stringify(value, {version: '1.1', sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0})
}

/** The value at a path such as `webhook.replicaCount`; undefined where there is none. */
export function valueAt(values: Values, path: string): Value | undefined {
  let at: Value | undefined = values
  for (const key of path.split('.')) {
    if (!isMap(at) || !Object.hasOwn(at, key)) return undefined
    at = at[key]
  }
  return at
}

/** Whether a value is a map. */
export function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The names that a template's placeholders use, in order of appearance, each once. */
export function placeholders(template: Value): string[] {
  if (Array.isArray(template)) return [...new Set(template.flatMap(placeholders))]
  if (isMap(template)) return [...new Set(Object.values(template).flatMap(placeholders))]
  if (typeof template !== 'string') return []
  return [...template.matchAll(INSIDE)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]))
}

function fill(value: Value, context: ValuesContext, component: string): Value | typeof OMIT {
  if (typeof value === 'string') return fillText(value, context, component)
  if (Array.isArray(value)) return value.map((item) => fill(item, context, component)).filter((item) => item !== OMIT)
  if (!isMap(value)) return value
  const filled: Values = {}
  for (const [key, item] of Object.entries(value)) {
    const result = fill(item, context, component)
    if (result !== OMIT) filled[key] = result
  }
  // A map that held nothing but left out keys is left out too.
  return Object.keys(filled).length === 0 && Object.keys(value).length > 0 ? OMIT : filled
}

function fillText(text: string, context: ValuesContext, component: string): Value | typeof OMIT {
  const alone = ALONE.exec(text)
  if (alone?.[1] !== undefined) return lookUp(alone[1], alone[2], context, component)
  let omitted = false
  const filled = text.replaceAll(INSIDE, (match, name: string | undefined, optional: string | undefined) => {
    if (name === undefined) return '${'
    const value = lookUp(name, optional, context, component)
    if (value === OMIT) omitted = true
    else if (typeof value === 'object') throw new KpError({code: 'BUG', message: `the values of ${component} write ${match}, which is no single value, into a text`})
    return String(value === OMIT ? '' : value)
  })
  return omitted ? OMIT : filled
}

function lookUp(name: string, otherwise: string | undefined, context: ValuesContext, component: string): Value | typeof OMIT {
  const value = valueAt(context as unknown as Values, name)
  if (value !== undefined && value !== null) return value
  if (otherwise !== undefined) return otherwise === '?' ? OMIT : otherwise.slice(1)
  throw new KpError({
    code: 'BUG',
    message: `the values of ${component} name \${${name}}, for which this platform has no value`,
    next: [`fix templates/components/${component}/values.yaml, or write \${${name}?} where the key may be left out`],
  })
}
