/** The JSON Schema of kp.yaml, for editors. */
import {z} from 'zod'
import {BODY_KEYS, bodySchema, platformSchema} from './schema/platform.ts'

type Json = Record<string, unknown>

const OPTIONS = {
  target: 'draft-2020-12',
  io: 'input',
  override: ({jsonSchema}: {jsonSchema: object}) => {
    delete (jsonSchema as Json)['secretName']
  },
} as const

/**
 * JSON Schema (draft 2020-12) of kp.yaml as it may be written. It knows fields, types and choices; rules
 * between fields are checked by kp alone.
 */
export function specJsonSchema(): Json {
  const platform = z.toJSONSchema(platformSchema, OPTIONS) as Json
  const sections = (z.toJSONSchema(bodySchema, OPTIONS) as {properties: Record<string, Json>}).properties
  const definitions: Record<string, Json> = {}
  for (const key of ['provider', 'phases']) definitions[key] = partial(sections[key]) as Json
  definitions['nodePools'] = poolOverrides(sections['nodePools'] ?? {})
  const properties = platform['properties'] as Record<string, Json>
  properties['provider'] = {type: 'object', $ref: '#/$defs/provider', default: {type: 'lab'}, required: ['type']}
  const entry = (properties['environments'] as {items: {properties: Record<string, Json>}}).items
  for (const key of BODY_KEYS) entry.properties[key] = {$ref: key in definitions ? `#/$defs/${key}` : `#/properties/${key}`}
  const {$schema, ...rest} = platform
  return {$schema, title: 'kp.yaml', description: 'A Kubernetes platform, as kp builds and runs it', ...rest, $defs: definitions}
}

/** The file's text. */
export function specJsonSchemaText(): string {
  return `${JSON.stringify(specJsonSchema(), null, 2)}\n`
}

/** The same without required fields and defaults: an override may say any part. */
function partial(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((item) => partial(item))
  if (typeof schema !== 'object' || schema === null) return schema
  const result: Json = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'required' || key === 'default') continue
    if (key === 'properties') result[key] = Object.fromEntries(Object.entries(value as Json).map(([name, inner]) => [name, partial(inner)]))
    else if (key === 'items') result[key] = value
    else result[key === 'oneOf' ? 'anyOf' : key] = partial(value)
  }
  return result
}

function poolOverrides(list: Json): Json {
  const pool = partial(list['items']) as {properties: Json}
  const {name: _, ...properties} = pool.properties
  return {
    description: 'By pool name: what differs, or null for no such pool; a list replaces all pools',
    anyOf: [
      {type: 'object', additionalProperties: {anyOf: [{...pool, properties}, {type: 'null'}]}},
      {type: 'array', items: list['items']},
    ],
  }
}
