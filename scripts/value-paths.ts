/** Which values a chart knows: from its values.yaml, its schema, its templates and its commented-out keys. */
import {parse} from 'yaml'

/** The legal keys of a chart's values: a map of keys, or `*` where the chart takes anything. */
export type ValuePaths = {[key: string]: ValuePaths} | '*'

interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  properties?: Record<string, JsonSchema>
  additionalProperties?: unknown
}

/** What the paths are made of; everything but values.yaml may be missing. */
export interface ValueSources {
  values: string
  schema?: string | undefined
  templates?: string[] | undefined
  /** Charts that it contains, by the key under which they get their values. */
  charts?: Record<string, ValueSources> | undefined
}

/** Maps that Kubernetes defines, whatever a chart puts into them by default. */
const OPEN_NAMES = /^(.*[lL]abels|.*[aA]nnotations|.*[rR]esources|.*[sS]ecurityContext|nodeSelector|affinity|spec|.*Probe|.*[sS]trategy|grafana\.ini|meshConfig|external_services)$/
/** A template that takes a map as a whole. */
const WHOLE_USES = [
  /toYaml \(?\.Values\.([\w.]+)/g,
  /\.Values\.([\w.]+)\s*\|\s*toYaml/g,
  /:= \.Values\.([\w.]+)\s*-?}}/g,
  /omit \.Values\.([\w.]+)/g,
  /range(?: [^{}]*:=)? \.Values\.([\w.]+)\s*-?}}/g,
  /with \.Values\.([\w.]+)\s*-?}}\s*[^{}]{0,60}{{-?\s*toYaml \./g,
]

/** The tree of legal keys, sorted. */
export function valuePathsOf(sources: ValueSources): ValuePaths {
  const root = sources.schema === undefined ? undefined : (JSON.parse(sources.schema) as JsonSchema)
  // A schema that refuses other keys says all there is to say.
  if (root !== undefined && resolve(root, root).additionalProperties === false) return sort(openKnown(fromSchema(root, root)))
  let tree = fromValues(ownDefaults(parse(sources.values, {logLevel: 'silent'}) as unknown))
  // No default and no template that reads one: such a chart takes no values at all.
  if (tree === '*' && root === undefined && sources.templates !== undefined) tree = {}
  if (root !== undefined) tree = union(tree, fromSchema(root, root))
  for (const template of sources.templates ?? []) {
    for (const [, path = ''] of template.matchAll(/\.Values((?:\.[A-Za-z_]\w*)+)/g)) tree = addPath(tree, path.slice(1).split('.').filter((key) => key !== 'AsMap'))
  }
  if (root === undefined && sources.templates === undefined) for (const path of commentedPaths(sources.values)) tree = addPath(tree, path)
  for (const template of sources.templates ?? []) {
    for (const use of WHOLE_USES) for (const [, path = ''] of template.matchAll(use)) tree = open(tree, path.split('.'))
  }
  const own = openKnown(tree)
  return sort(Object.entries(sources.charts ?? {}).reduce((whole, [name, chart]) => union(whole, {[name]: valuePathsOf(chart)}), own))
}

/** JSON with one line for each key of the top level. */
export function formatValuePaths(tree: ValuePaths): string {
  if (tree === '*' || Object.keys(tree).length === 0) return `${JSON.stringify(tree)}\n`
  return `{\n${Object.entries(tree).map(([key, below]) => `${JSON.stringify(key)}: ${JSON.stringify(below)}`).join(',\n')}\n}\n`
}

/** Charts of Istio keep their defaults below a key that nobody sets. */
function ownDefaults(values: unknown): unknown {
  const {_internal_defaults_do_not_set: inner} = (values ?? {}) as {_internal_defaults_do_not_set?: unknown}
  return inner ?? values
}

function fromValues(value: unknown): ValuePaths {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '*'
  const entries = Object.entries(value)
  return entries.length === 0 ? '*' : Object.fromEntries(entries.map(([key, below]) => [key, fromValues(below)]))
}

function fromSchema(schema: JsonSchema, root: JsonSchema, depth = 0): ValuePaths {
  const {properties} = resolve(schema, root)
  if (depth > 30 || properties === undefined || Object.keys(properties).length === 0) return '*'
  return Object.fromEntries(Object.entries(properties).map(([key, below]) => [key, fromSchema(below, root, depth + 1)]))
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '')?.[1]
  return name === undefined ? schema : (root.$defs?.[name] ?? {})
}

/** Both trees in one. Where one takes anything and the other names keys, the names win: a scalar default or an untyped schema says nothing. */
function union(a: ValuePaths, b: ValuePaths): ValuePaths {
  if (a === '*') return b
  if (b === '*') return a
  const merged: ValuePaths = {...a}
  for (const [key, below] of Object.entries(b)) merged[key] = merged[key] === undefined ? below : union(merged[key], below)
  return merged
}

/** Adds a path that a template reads; what lies below a key that takes anything stays so. */
function addPath(tree: ValuePaths, path: string[]): ValuePaths {
  const [key, ...rest] = path
  if (tree === '*' || key === undefined) return tree
  const below = tree[key]
  return {...tree, [key]: below === undefined ? (rest.length === 0 ? '*' : addPath({}, rest)) : addPath(below, rest)}
}

/** Lets a key that is there take anything. */
function open(tree: ValuePaths, path: string[]): ValuePaths {
  const [key, ...rest] = path
  if (tree === '*' || key === undefined || tree[key] === undefined) return tree
  return {...tree, [key]: rest.length === 0 ? '*' : open(tree[key], rest)}
}

function openKnown(tree: ValuePaths): ValuePaths {
  if (tree === '*') return tree
  return Object.fromEntries(Object.entries(tree).map(([key, below]) => [key, OPEN_NAMES.test(key) ? '*' : openKnown(below)]))
}

/** Keys that values.yaml shows commented out, `# key: value` at the column of its siblings. Prose that looks like it does no harm. */
function commentedPaths(text: string): string[][] {
  const found: string[][] = []
  const parents: {column: number; key: string}[] = []
  for (const line of text.split('\n')) {
    const written = /^( *)([A-Za-z][\w-]*):(\s|$)/.exec(line)
    const commented = /^( *)# ?([a-z]\w*):(\s|$)/.exec(line)
    const column = (written ?? commented)?.[1]?.length
    const key = (written ?? commented)?.[2]
    if (column === undefined || key === undefined || /^(ref|default|type|example|note)$/.test(key)) continue
    while ((parents.at(-1)?.column ?? -1) >= column) parents.pop()
    if (written === null) found.push([...parents.map((entry) => entry.key), key])
    else parents.push({column, key})
  }
  return found
}

function sort(tree: ValuePaths): ValuePaths {
  return tree === '*' ? tree : Object.fromEntries(Object.keys(tree).toSorted().map((key) => [key, sort(tree[key] ?? '*')]))
}
