// node scripts/eksctl-schema.ts SCHEMA.json: writes test/data/eksctl/clusterconfig.json, what of eksctl's schema the rendered
// configuration can meet: the fields of each kind of object, which of them must be there, and which values they may have.
// SCHEMA.json is what `eksctl utils schema` says.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

interface Field {
  $ref?: string
  type?: string
  enum?: unknown[]
  items?: Field
  additionalProperties?: Field | boolean
}
interface Definition {
  properties?: Record<string, Field>
  required?: string[]
}

const [source] = process.argv.slice(2)
if (source === undefined) throw new Error('name the schema: node scripts/eksctl-schema.ts SCHEMA.json')
const target = join(fileURLToPath(new URL('..', import.meta.url)), 'test', 'data', 'eksctl', 'clusterconfig.json')
const {definitions} = JSON.parse(readFileSync(source, 'utf8')) as {definitions: Record<string, Definition>}
const found: Record<string, object> = {}

function nameOf(ref: string): string {
  return decodeURIComponent(ref.split('/').at(-1) ?? '').replaceAll('~1', '/')
}

/** A field in short: what it leads to, and its values. */
function slim(field: Field): object {
  const leads = field.$ref ?? field.items?.$ref
  if (leads !== undefined) take(nameOf(leads))
  return {...(field.type === undefined ? {} : {type: field.type}), ...(leads === undefined ? {} : {of: nameOf(leads)}), ...(field.enum === undefined ? {} : {enum: field.enum}), ...(field.items?.enum === undefined ? {} : {each: field.items.enum})}
}

function take(name: string): void {
  const definition = definitions[name]
  if (found[name] !== undefined || definition?.properties === undefined) return
  const entry: {required: string[]; fields: Record<string, object>} = {required: definition.required ?? [], fields: {}}
  found[name] = entry
  for (const [field, value] of Object.entries(definition.properties)) entry.fields[field] = slim(value)
}

take('ClusterConfig')
mkdirSync(dirname(target), {recursive: true})
writeFileSync(target, `{\n${Object.entries(found).toSorted(([a], [b]) => a.localeCompare(b)).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(',\n')}\n}\n`)
console.log(`${target}: ${Object.keys(found).length} kinds of objects`)
