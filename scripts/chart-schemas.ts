/**
 * Makes test/data/crds and test/data/values-schemas: the parts of upstream definitions and of values.schema.json that
 * decide about what kp renders. The arguments are folders that hold `<chart>/crds.yaml` and `<component>/values.schema.json`:
 * node scripts/chart-schemas.ts FOLDER...
 */
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseAllDocuments} from 'yaml'
import {everythingRendered, isBuiltIn} from '../test/helpers/rendered.ts'
import {prune} from './schemas/schema.ts'
import type {Schema} from './schemas/schema.ts'

interface Definition {
  kind: string
  spec: {group: string; names: {kind: string}; versions: {name: string; schema?: {openAPIV3Schema: Schema}}[]}
}

const folders = process.argv.slice(2)
const data = join(import.meta.dirname, '..', 'test', 'data')
const found = new Map<string, Schema>()
for (const folder of folders) {
  for (const chart of readdirSync(folder)) {
    const file = join(folder, chart, 'crds.yaml')
    if (existsSync(file)) for (const [kind, schema] of definitionsOf(readFileSync(file, 'utf8'))) if (!found.has(kind)) found.set(kind, schema)
  }
}

const all = await everythingRendered()
const kinds = Map.groupBy(all.flatMap(({objects}) => objects.map(({object}) => object)).filter(({apiVersion}) => !isBuiltIn(apiVersion)), ({apiVersion, kind}) => `${apiVersion} ${kind}`)
const known = new Map(readdirSync(join(data, 'crds')).map((file) => [file, readFileSync(join(data, 'crds', file), 'utf8')]))
const fileOf = (name: string): string => name.replace('/', '_').replace(' ', '_')
const missing = [...kinds.keys()].filter((name) => !found.has(name) && !known.has(`${fileOf(name)}.json`))
if (missing.length > 0) throw new Error(`no folder has the definition of ${missing.join(', ')}`)
start('crds')
for (const [name, objects] of kinds) {
  const schema = found.get(name)
  const file = fileOf(name)
  // What no folder has is kept as it is.
  const kept = known.get(`${file}.json`)
  if (schema !== undefined) write('crds', file, prune(schema, objects, schema))
  else if (kept !== undefined) writeFileSync(join(data, 'crds', `${file}.json`), kept)
}

mkdirSync(join(data, 'values-schemas'), {recursive: true})
for (const component of new Set(all.flatMap(({values}) => Object.keys(values)))) {
  const file = folders.map((folder) => join(folder, component, 'values.schema.json')).find((path) => existsSync(path))
  if (file === undefined) continue
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema
  write('values-schemas', component, prune(schema, all.flatMap(({values}) => values[component] ?? []), schema))
}

function definitionsOf(text: string): [string, Schema][] {
  return parseAllDocuments(text, {logLevel: 'silent'})
    .map((document) => document.toJS() as Definition | null)
    .filter((object) => object?.kind === 'CustomResourceDefinition')
    .flatMap((definition) => (definition?.spec.versions ?? []).flatMap(({name, schema}): [string, Schema][] => (schema === undefined ? [] : [[`${definition?.spec.group}/${name} ${definition?.spec.names.kind}`, schema.openAPIV3Schema]])))
}

function start(folder: string): void {
  rmSync(join(data, folder), {recursive: true, force: true})
  mkdirSync(join(data, folder), {recursive: true})
}

function write(folder: string, name: string, schema: Schema): void {
  writeFileSync(join(data, folder, `${name}.json`), `${JSON.stringify(schema, null, 1)}\n`)
}
