/** Looks into the schema itself: which keys exist where, with what meaning and default. */
import {z} from 'zod'
import type {Path} from './paths.ts'

/** A schema without the wrappers that make it optional or give it a default. */
export function bare(schema: z.ZodType): z.ZodType {
  let here: unknown = schema
  while (here instanceof z.ZodOptional || here instanceof z.ZodDefault || here instanceof z.ZodPrefault) here = here.unwrap()
  return here as z.ZodType
}

/** The schema of one member: a key of a map, an entry of a record or list. `value` picks the branch of a tagged union. */
export function member(schema: z.ZodType, part: string | number, value?: unknown): z.ZodType | undefined {
  const here = branch(bare(schema), value)
  if (here instanceof z.ZodObject) return (here.shape as Record<string, z.ZodType>)[part]
  if (here instanceof z.ZodRecord) return here.valueType as z.ZodType
  if (here instanceof z.ZodArray) return here.element as z.ZodType
  return undefined
}

/** The keys that a map at this path may have; undefined where any key may be used. */
export function allowedKeys(schema: z.ZodType, path: Path, value: unknown): string[] | undefined {
  let here: z.ZodType | undefined = schema
  let data = value
  for (const part of path) {
    here = here === undefined ? undefined : member(here, part, data)
    data = (data as Record<string | number, unknown> | undefined)?.[part]
  }
  if (here === undefined) return undefined
  const found = branch(bare(here), data)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : undefined
}

/** The branches of a tagged union with the values of their tag; empty for anything else. */
export function branches(schema: z.ZodType): {tag: string; name: string; schema: z.ZodObject}[] {
  const here = bare(schema)
  if (!(here instanceof z.ZodDiscriminatedUnion)) return []
  const tag = here.def.discriminator
  return here.options.map((option) => {
    const object = option as z.ZodObject
    const literal = object.shape[tag] as z.ZodLiteral
    return {tag, name: String(literal.value), schema: object}
  })
}

function branch(schema: z.ZodType, value: unknown): z.ZodType {
  const found = branches(schema).find(({tag, name}) => (value as Record<string, unknown> | undefined)?.[tag] === name)
  return found?.schema ?? schema
}
