/** JSON Schema as definitions (CRDs) and values.schema.json of charts use it: made small, and held against values. */

/** A schema. `true` in `properties`: there is such a field, and what it may hold was left out, since nothing of kp's has it. */
export interface Schema {
  type?: string | string[]
  properties?: Record<string, Schema | true>
  patternProperties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  items?: Schema
  enum?: unknown[]
  const?: unknown
  pattern?: string
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  not?: Schema
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  $ref?: string
  [other: string]: unknown
}

/** What of a schema is kept as it is. */
const PLAIN = ['type', 'required', 'enum', 'const', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems', 'minLength', 'maxLength', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-int-or-string'] as const
const CHOICES = ['anyOf', 'oneOf', 'allOf'] as const

/**
 * The part of a schema that decides about these values: what none of them has keeps its name alone.
 * @param root where references lead
 */
export function prune(schema: Schema, values: readonly unknown[], root: Schema): Schema {
  if (schema.$ref !== undefined) return prune(follow(schema.$ref, root), values, root)
  const maps = values.filter(isMap)
  const lists = values.filter((value) => Array.isArray(value)).flat()
  const result: Schema = Object.fromEntries(PLAIN.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]])))
  if (schema.properties !== undefined) {
    result.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, inner]) => {
      const here = maps.flatMap((value) => (Object.hasOwn(value, name) ? [value[name]] : []))
      return [name, here.length === 0 || inner === true ? true : prune(inner, here, root)]
    }))
  }
  const others = maps.flatMap((value) => Object.entries(value).filter(([name]) => schema.properties?.[name] === undefined).map(([, inner]) => inner))
  if (schema.patternProperties !== undefined) result.patternProperties = Object.fromEntries(Object.entries(schema.patternProperties).map(([name, inner]) => [name, prune(inner, others, root)]))
  if (typeof schema.additionalProperties === 'object') result.additionalProperties = prune(schema.additionalProperties, others, root)
  else if (schema.additionalProperties !== undefined) result.additionalProperties = schema.additionalProperties
  if (schema.items !== undefined && lists.length > 0) result.items = prune(schema.items, lists, root)
  for (const key of CHOICES) if (schema[key] !== undefined) result[key] = schema[key].map((branch) => prune(branch, values, root))
  if (schema.not !== undefined) result.not = prune(schema.not, values, root)
  return result
}

function follow(reference: string, root: Schema): Schema {
  const found = reference.replace(/^#\/?/, '').split('/').filter((part) => part !== '').reduce<unknown>((here, part) => (here as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], root)
  if (!isMap(found)) throw new Error(`the schema has no ${reference}`)
  return found
}

/**
 * What is wrong with a value, each as `path: problem`.
 * @param options.structural a field that the schema does not name is wrong (as in a definition), not free
 */
export function problemsOf(schema: Schema, value: unknown, options: {structural: boolean}, path = ''): string[] {
  const here = path === '' ? 'the whole' : path
  const found: string[] = []
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (!['string', 'number'].includes(typeof value)) found.push(`${here}: must be a number or a text`)
  } else if (schema.type !== undefined && ![schema.type].flat().some((type) => isOfType(value, type))) return [`${here}: must be ${[schema.type].flat().join(' or ')}, is ${typeOf(value)}`]
  if (schema.enum !== undefined && !schema.enum.some((one) => JSON.stringify(one) === JSON.stringify(value))) found.push(`${here}: must be one of ${schema.enum.join(', ')}, is ${JSON.stringify(value)}`)
  if (schema.const !== undefined && schema.const !== value) found.push(`${here}: must be ${JSON.stringify(schema.const)}`)
  found.push(...limits(schema, value, here))
  if (Array.isArray(value) && schema.items !== undefined) found.push(...value.flatMap((item, index) => problemsOf(schema.items as Schema, item, options, `${path}[${index}]`)))
  if (isMap(value)) found.push(...fields(schema, value, options, path))
  // In a definition the branches of anyOf hold no types of their own: they say what is required.
  const inner = {...options, structural: false}
  for (const branch of schema.allOf ?? []) found.push(...problemsOf(branch, value, inner, path))
  if (schema.anyOf !== undefined && !schema.anyOf.some((branch) => problemsOf(branch, value, inner, path).length === 0)) found.push(`${here}: is none of what it may be`)
  if (schema.oneOf !== undefined && schema.oneOf.filter((branch) => problemsOf(branch, value, inner, path).length === 0).length !== 1) found.push(`${here}: must be exactly one of what it may be`)
  if (schema.not !== undefined && problemsOf(schema.not, value, inner, path).length === 0) found.push(`${here}: is what it must not be`)
  return found
}

function fields(schema: Schema, value: Record<string, unknown>, options: {structural: boolean}, path: string): string[] {
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name)).map((name) => `${join(path, name)}: is missing`)
  const free = schema['x-kubernetes-preserve-unknown-fields'] === true || (!options.structural && schema.additionalProperties !== false)
  return [...missing, ...Object.entries(value).flatMap(([name, inner]) => {
    const at = join(path, name)
    const known = schema.properties?.[name] ?? Object.entries(schema.patternProperties ?? {}).find(([form]) => new RegExp(form, 'u').test(name))?.[1]
    if (known === true) return [`${at}: is newer than the data of the tests: run scripts/chart-schemas.ts`]
    if (known !== undefined) return problemsOf(known, inner, options, at)
    if (typeof schema.additionalProperties === 'object') return problemsOf(schema.additionalProperties, inner, options, at)
    return free || schema.additionalProperties === true ? [] : [`${at}: is not known`]
  })]
}

function limits(schema: Schema, value: unknown, here: string): string[] {
  const size = typeof value === 'number' ? value : undefined
  const length = typeof value === 'string' ? value.length : undefined
  const count = Array.isArray(value) ? value.length : undefined
  const outside = (of: number | undefined, min: number | undefined, max: number | undefined): boolean => of !== undefined && (of < (min ?? -Infinity) || of > (max ?? Infinity))
  return [
    ...(outside(size, schema.minimum, schema.maximum) ? [`${here}: ${size} is outside of ${schema.minimum ?? ''} to ${schema.maximum ?? ''}`] : []),
    ...(outside(length, schema.minLength, schema.maxLength) ? [`${here}: has ${length} letters`] : []),
    ...(outside(count, schema.minItems, schema.maxItems) ? [`${here}: has ${count} entries`] : []),
    ...(typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value) ? [`${here}: ${JSON.stringify(value)} does not match ${schema.pattern}`] : []),
  ]
}

function isOfType(value: unknown, type: string): boolean {
  return typeOf(value) === type || (type === 'number' && typeOf(value) === 'integer')
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
