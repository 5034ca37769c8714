import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {z} from 'zod'
import {specDocs} from '../../../src/spec/docs.ts'
import {specJsonSchema, specJsonSchemaText} from '../../../src/spec/json-schema.ts'
import {bodySchema, environmentSchema, platformSchema} from '../../../src/spec/schema.ts'
import {bare, branches} from '../../../src/spec/walk.ts'

const file = (path: string) => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8')

/** Every field of a schema with its path. */
function fields(schema: z.ZodType, path: string): {path: string; schema: z.ZodType}[] {
  const here = bare(schema)
  const inner: [string, z.ZodType][] = [
    ...branches(here).map(({name, schema: branch}): [string, z.ZodType] => [`(${name})`, branch]),
    ...(here instanceof z.ZodObject ? Object.entries(here.shape) : []),
    ...(here instanceof z.ZodArray ? [['[]', here.element as z.ZodType] as [string, z.ZodType]] : []),
    ...(here instanceof z.ZodRecord ? [['<name>', here.valueType as z.ZodType] as [string, z.ZodType]] : []),
  ]
  return inner.flatMap(([key, child]) => [{path: `${path}.${key}`, schema: child}, ...fields(child, `${path}.${key}`)])
}

const everything = [...fields(platformSchema, ''), ...fields(bodySchema, '')]
const overrides = Object.keys(bodySchema.shape).map((key) => `.environments.[].${key}`)
const named = everything.filter(({path}) => !/(\[\]|<name>|\(.*\))$/.test(path) && !overrides.includes(path))

describe('the schema', () => {
  it('says of each field in one sentence what it means', () => {
    expect(named.length).toBeGreaterThan(300)
    expect(named.filter(({schema}) => (schema.description ?? bare(schema).description ?? '') === '').map(({path}) => path)).toEqual([])
  })

  it('refuses unknown keys in every map', () => {
    const open = everything.map(({path, schema}) => ({path, schema: bare(schema)}))
      .filter(({schema}) => schema instanceof z.ZodObject && !(schema.def.catchall instanceof z.ZodNever)).map(({path}) => path)
    expect(open).toEqual(['.provider'])
    expect(environmentSchema.def.catchall).toBeInstanceOf(z.ZodNever)
  })

  it('gives a default that it accepts itself', () => {
    for (const {path, schema} of everything) if (schema instanceof z.ZodDefault) {
      expect(schema.safeParse(schema.def.defaultValue).success, path).toBe(true)
    }
  })
})

describe('generated files are up to date', () => {
  it('schemas/kp.yaml.schema.json (node scripts/gen-schemas.ts)', () => {
    expect(file('schemas/kp.yaml.schema.json')).toBe(specJsonSchemaText())
  })

  it('docs/kp-yaml.md (node scripts/gen-docs-kp-yaml.ts)', () => {
    expect(file('docs/kp-yaml.md')).toBe(specDocs())
  })
})

describe('the JSON Schema', () => {
  const schema = specJsonSchema() as {$schema: string; properties: Record<string, Record<string, unknown>>; $defs: Record<string, unknown>; required: string[]}

  it('is of draft 2020-12 and wants three fields', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(schema.required).toEqual(['apiVersion', 'kind', 'metadata'])
  })

  it('has no reference that leads nowhere, and nothing that is only ours', () => {
    const text = JSON.stringify(schema)
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = path.split('/').reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], schema)
      expect(found, path).toBeDefined()
    }
    expect(text).not.toContain('secretName')
  })

  it('lets an environment say any part', () => {
    expect(JSON.stringify(schema.$defs['phases'])).not.toMatch(/"required":\["type"/)
  })
})
