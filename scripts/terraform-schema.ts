// node scripts/terraform-schema.ts SCHEMA.json: writes test/data/terraform/aws-schema.json, the arguments and blocks of the
// resources that templates/terraform uses. SCHEMA.json is what `terraform providers schema -json` says, by resource.
import {globSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const [source] = process.argv.slice(2)
if (source === undefined) throw new Error('name the schema: node scripts/terraform-schema.ts SCHEMA.json')
const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'test', 'data', 'terraform', 'aws-schema.json')

interface Block {
  attributes?: Record<string, {required?: boolean; optional?: boolean; computed?: boolean}>
  blocks?: Record<string, Block>
  min?: number
}

/** `required`, `optional` or `computed` for each argument; the same for the blocks in it. */
function slim({attributes = {}, blocks = {}, min}: Block): object {
  const kinds = Object.entries(attributes).map(([name, {required, optional}]) => [name, required === true ? 'required' : optional === true ? 'optional' : 'computed'])
  const inner = Object.entries(blocks).map(([name, block]) => [name, slim(block)])
  return {arguments: Object.fromEntries(kinds), ...(inner.length === 0 ? {} : {blocks: Object.fromEntries(inner)}), ...(min === undefined ? {} : {min})}
}

const {version, resources, data_sources: data} = JSON.parse(readFileSync(source, 'utf8')) as {version: string; resources: Record<string, Block>; data_sources: Record<string, Block>}
const text = globSync('templates/terraform/**/*.tf', {cwd: root}).map((name) => readFileSync(join(root, name), 'utf8')).join('\n')
const used = (kind: string): string[] => [...new Set([...text.matchAll(new RegExp(`^${kind} "(aws_\\w+)"`, 'gm'))].map(([, type = '']) => type))].toSorted()
const pick = (kind: string, all: Record<string, Block>): object =>
  Object.fromEntries(used(kind).map((type) => {
    const block = all[type]
    if (block === undefined) throw new Error(`${kind} ${type} is not in the schema`)
    return [type, slim(block)]
  }))
mkdirSync(dirname(target), {recursive: true})
writeFileSync(target, `${JSON.stringify({version, resources: pick('resource', resources), data: pick('data', data)}, null, 1)}\n`)
console.log(`${target}: ${used('resource').length} resources, ${used('data').length} data sources`)
