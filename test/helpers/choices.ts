/** Every alternative that the schema of kp.yaml leaves, and those that one kp.yaml takes. */
import {z} from 'zod'
import {bare} from '../../src/spec/walk.ts'

/** One alternative of one choice: `phases.cni.plugin` = `calico`. */
export interface Alternative {
  field: string
  value: string
}

/** Words for what is no value of an enum. */
export const GIVEN = 'given'
export const LEFT_OUT = 'left out'
export const SOME = 'some'
export const NONE = 'none'
export const OWN = 'not the default'

/** The key of an alternative. */
export function keyOf({field, value}: Alternative): string {
  return `${field}: ${value}`
}

/** All alternatives below a schema. Entries of lists have `[]` in their path. */
export function alternatives(schema: z.ZodType, field: string): Alternative[] {
  const here = bare(schema)
  const whether = isOptional(schema) ? [GIVEN, LEFT_OUT] : []
  const branches = here instanceof z.ZodDiscriminatedUnion ? branchesOf(here).map(({name}) => ({field: `${field}.${here.def.discriminator}`, value: name})) : []
  return [...[...whether, ...valuesOf(here, schema)].map((value) => ({field, value})), ...branches, ...below(here).flatMap(([part, inner]) => alternatives(inner, `${field}${part}`))]
}

/** The alternatives that a value takes. @param value as the schema parsed it */
export function taken(schema: z.ZodType, value: unknown, field: string): Alternative[] {
  const here = bare(schema)
  if (value === undefined) return isOptional(schema) ? [{field, value: LEFT_OUT}] : []
  const found = [...(isOptional(schema) ? [GIVEN] : []), ...valueOf(here, schema, value)].map((one) => ({field, value: one}))
  if (here instanceof z.ZodObject) return [...found, ...Object.entries(here.shape as Record<string, z.ZodType>).flatMap(([key, inner]) => taken(inner, (value as Record<string, unknown>)[key], `${field}.${key}`))]
  if (here instanceof z.ZodDiscriminatedUnion) return [...found, ...takenOf(here, value as Record<string, unknown>, field)]
  if (here instanceof z.ZodArray) return [...found, ...(value as unknown[]).flatMap((item) => taken(here.element as z.ZodType, item, `${field}[]`))]
  return found
}

/** The alternatives of the branch that a value is of: which, and those below it. */
function takenOf(union: z.ZodDiscriminatedUnion, value: Record<string, unknown>, field: string): Alternative[] {
  const tag = union.def.discriminator
  const branch = branchesOf(union).find(({name}) => name === value[tag])
  if (branch === undefined) return []
  return [{field: `${field}.${tag}`, value: branch.name}, ...Object.entries(branch.shape).filter(([key]) => key !== tag).flatMap(([key, inner]) => taken(inner, value[key], `${field}<${branch.name}>.${key}`))]
}

function branchesOf(union: z.ZodDiscriminatedUnion): {name: string; shape: Record<string, z.ZodType>}[] {
  return (union.options as z.ZodObject[]).map(({shape}) => ({name: String((shape[union.def.discriminator] as unknown as z.ZodLiteral).value), shape: shape as Record<string, z.ZodType>}))
}

function below(here: z.ZodType): [string, z.ZodType][] {
  if (here instanceof z.ZodDiscriminatedUnion) return branchesOf(here).flatMap(({name, shape}) => Object.entries(shape).filter(([key]) => key !== here.def.discriminator).map(([key, inner]): [string, z.ZodType] => [`<${name}>.${key}`, inner]))
  if (here instanceof z.ZodObject) return Object.entries(here.shape as Record<string, z.ZodType>).map(([key, inner]) => [`.${key}`, inner])
  return here instanceof z.ZodArray ? [['[]', here.element as z.ZodType]] : []
}

function valuesOf(here: z.ZodType, schema: z.ZodType): string[] {
  if (here instanceof z.ZodEnum) return here.options.map(String)
  if (here instanceof z.ZodBoolean) return ['true', 'false']
  if (here instanceof z.ZodArray || here instanceof z.ZodRecord) return hasDefault(schema) ? [SOME, NONE] : []
  return here instanceof z.ZodObject || here instanceof z.ZodDiscriminatedUnion || here instanceof z.ZodLiteral || !hasDefault(schema) ? [] : [OWN]
}

function valueOf(here: z.ZodType, schema: z.ZodType, value: unknown): string[] {
  if (here instanceof z.ZodEnum || here instanceof z.ZodBoolean) return [String(value)]
  if (here instanceof z.ZodArray || here instanceof z.ZodRecord) return [Object.keys(value as object).length > 0 ? SOME : NONE]
  if (here instanceof z.ZodObject || here instanceof z.ZodDiscriminatedUnion || here instanceof z.ZodLiteral || !hasDefault(schema)) return []
  return schema.parse(undefined) === value ? [] : [OWN]
}

function isOptional(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional
}

function hasDefault(schema: z.ZodType): boolean {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
}
