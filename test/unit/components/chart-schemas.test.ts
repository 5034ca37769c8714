/**
 * What kp renders for the covering set, held against upstream: custom resources against their definitions, values
 * against values.schema.json of the charts. The data comes from scripts/chart-schemas.ts.
 */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {problemsOf} from '../../../scripts/schemas/schema.ts'
import type {Schema} from '../../../scripts/schemas/schema.ts'
import {everythingRendered, isBuiltIn} from '../../helpers/rendered.ts'
import type {Rendered} from '../../helpers/rendered.ts'
import {ROOT} from './samples.ts'

const CRDS = join(ROOT, 'test/data/crds')
const VALUES = join(ROOT, 'test/data/values-schemas')
/** What every object has, whether its definition names it or not. */
const EVERY_OBJECT = ['apiVersion', 'kind', 'metadata']
const read = (path: string): Schema | undefined => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Schema) : undefined)

let all: Rendered[]

beforeAll(async () => {
  all = await everythingRendered()
})

describe('custom resources', () => {
  it('are as their definitions want them, on every platform of the covering set', () => {
    const found = new Set(all.flatMap(({of, objects}) => objects.filter(({object}) => !isBuiltIn(object.apiVersion)).flatMap(({from, object}) => {
      const schema = read(join(CRDS, `${object.apiVersion.replace('/', '_')}_${object.kind}.json`))
      const about = `${of}: ${from}: ${object.kind} ${object.metadata.name}`
      if (schema === undefined) return [`${about}: its definition is not among the data: run scripts/chart-schemas.ts`]
      const rest = Object.fromEntries(Object.entries(object).filter(([field]) => !EVERY_OBJECT.includes(field)))
      return problemsOf(EVERY_OBJECT.reduce(without, schema), rest, {structural: true}).map((problem) => `${about}: ${problem}`)
    })))
    expect([...found]).toEqual([])
  })

  it('of every kind that has a definition among the data are there', () => {
    const kinds = new Set(all.flatMap(({objects}) => objects.map(({object}) => `${object.apiVersion.replace('/', '_')}_${object.kind}.json`)))
    expect(readdirSync(CRDS).filter((file) => !kinds.has(file))).toEqual([])
  })
})

describe('values', () => {
  it('are as the schemas of the charts want them, on every platform of the covering set', () => {
    const found = new Set(all.flatMap(({of, values}) => Object.entries(values).flatMap(([component, own]) => {
      const schema = read(join(VALUES, `${component}.json`))
      return schema === undefined ? [] : problemsOf(schema, own, {structural: false}).map((problem) => `${of}: ${component}: ${problem}`)
    })))
    expect([...found]).toEqual([])
  })
})

describe('the validator', () => {
  const issuer = read(join(CRDS, 'cert-manager.io_v1_ClusterIssuer.json')) ?? {}
  const acme = (more: object): unknown => ({apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', spec: {acme: {server: 'https://acme.example.com', privateKeySecretRef: {name: 'key'}, ...more}}})
  const problems = (more: object): string[] => problemsOf(without(issuer, 'metadata'), acme(more), {structural: true})

  it('lets pass what is right', () => {
    expect(problems({email: 'ops@example.com'})).toEqual([])
  })

  it.each([
    [{emial: 'ops@example.com'}, 'spec.acme.emial: is not known'],
    [{email: 5}, 'spec.acme.email: must be string, is integer'],
    [{privateKeySecretRef: {}}, 'spec.acme.privateKeySecretRef.name: is missing'],
    [{solvers: [{http01: {ingress: {ingressClassNaem: 'nginx'}}}]}, 'spec.acme.solvers[0].http01.ingress.ingressClassNaem: is not known'],
  ])('finds %j', (more, problem) => {
    expect(problems(more)).toEqual([problem])
  })

  it('finds values of another type, and keys that a closed schema does not name', () => {
    const schema = read(join(VALUES, 'cert-manager.json')) ?? {}
    expect(problemsOf(schema, {replicaCount: 'two'}, {structural: false})).toEqual(['replicaCount: must be number, is string'])
    expect(problemsOf(schema, {replicaCuont: 2}, {structural: false})).toEqual(['replicaCuont: is not known'])
  })
})

/** A schema that says nothing about a field, which Kubernetes checks itself. */
function without(schema: Schema, field: string): Schema {
  return {...schema, required: (schema.required ?? []).filter((name) => name !== field)}
}
