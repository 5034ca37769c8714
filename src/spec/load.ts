/** Reads kp.yaml, keeps its comments, and refuses it with every problem named. */
import {readFile as readFromDisk} from 'node:fs/promises'
import {basename, dirname} from 'node:path'
import type {Document, LineCounter} from 'yaml'
import {KpError, asKpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'
import {formatPath, isMap, type Path} from './paths.ts'
import type {PlacedProblem} from './place.ts'
import {locate} from './positions.ts'
import {readYaml} from './read.ts'
import {findPlainSecrets, hideSecrets} from './secret-text.ts'
import type {PlatformSpec} from './types.ts'
import {validate} from './validate.ts'

/** kp.yaml as it was read. */
export interface LoadedSpec {
  /** Where it was read from. */
  path: string
  /** Its text; `writeSpec` changes values in it. */
  text: string
  /** The YAML document, with comments and positions. */
  document: Document
  lines: LineCounter
  spec: PlatformSpec
  /** What is allowed but doubtful, each with its line. */
  warnings: string[]
}

/** How the file is read; tests give their own. */
export interface LoadOptions {
  readFile?: (path: string) => Promise<Uint8Array | string>
}

const ADVICE = ['correct kp.yaml, then run the same command again', 'docs/kp-yaml.md lists every field and what is allowed']

/**
 * Reads and checks kp.yaml.
 * @throws KpError SPEC_MISSING when there is none; SPEC_INVALID with a line for
 * every problem in `details`; FILE_SYSTEM when it cannot be read
 */
export async function loadSpec(path: string, options: LoadOptions = {}): Promise<LoadedSpec> {
  return parseSpec(path, await read(path, options.readFile ?? readFromDisk))
}

/**
 * Checks the content of a kp.yaml that was read already.
 * @throws KpError SPEC_INVALID with a line for every problem in `details`
 */
export function parseSpec(path: string, content: Uint8Array | string): LoadedSpec {
  const file = basename(path)
  const reading = readYaml(content)
  if ('flaws' in reading) {
    throw invalid(file, reading.flaws.map(({position, message}) => `${file}:${position.line}:${position.column}  ${message}`))
  }
  const {text, document, lines, value} = reading
  const secrets = findPlainSecrets(value)
  const {spec, problems} = validate(value, {document, lines})
  const write = (problem: PlacedProblem) => hideSecrets(formatProblem(file, problem), secrets)
  const errors = problems.filter(({severity}) => severity === 'error')
  const warnings = problems.filter(({severity}) => severity === 'warning').map(write)
  if (spec === undefined || errors.length > 0) throw invalid(file, errors.map(write))
  return {path, text, document, lines, spec, warnings}
}

/**
 * Checks the ids under `components` against the catalog.
 * @throws KpError SPEC_INVALID that names every unknown id, with its line and the nearest spelling
 */
export function validateComponents(loaded: LoadedSpec, ids: readonly string[]): void {
  const file = basename(loaded.path)
  const maps: [Path, unknown][] = [[['components'], loaded.spec.components]]
  loaded.spec.environments.forEach((entry, i) => maps.push([['environments', i, 'components'], entry.components]))
  const details = maps.flatMap(([path, map]) => (isMap(map) ? Object.keys(map) : []).filter((id) => !ids.includes(id)).map((id) => {
    const field = [...path, id]
    const {position} = locate(loaded.document, loaded.lines, field, 'key')
    return formatProblem(file, {severity: 'error', position, field: formatPath(field), message: `is not a component of the catalog${didYouMean(id, ids)}`})
  }))
  if (details.length > 0) throw invalid(file, details)
}

/**
 * Checks the values under `components`: helm ignores keys that a chart does not know.
 * @param unknown the paths of a component's values that its chart does not know, with what was probably meant
 * @throws KpError SPEC_INVALID that names every unknown path with its line
 */
export function validateComponentValues(loaded: LoadedSpec, unknown: (id: string, values: Record<string, unknown>) => {path: string; meant?: string}[]): void {
  const file = basename(loaded.path)
  const maps: [Path, unknown][] = [[['components'], loaded.spec.components]]
  loaded.spec.environments.forEach((entry, i) => maps.push([['environments', i, 'components'], entry.components]))
  const details = maps.flatMap(([path, map]) => Object.entries(isMap(map) ? map : {}).flatMap(([id, component]) => {
    const values = isMap(component) ? component['values'] : undefined
    return unknown(id, isMap(values) ? values : {}).map(({path: at, meant}) => {
      const field = [...path, id, 'values', ...at.split('.')]
      const {position} = locate(loaded.document, loaded.lines, field, 'key')
      return formatProblem(file, {severity: 'error', position, field: formatPath(field), message: `is not a value of the chart${meant === undefined ? '' : `; did you mean "${meant}"?`}`})
    })
  }))
  if (details.length > 0) throw invalid(file, details)
}

/** `kp.yaml:12:5  network.podCidr  must be …` */
export function formatProblem(file: string, {position, field, message}: PlacedProblem): string {
  const line = `${file}:${position.line}:${position.column}  ${field === '' ? '' : `${field}  `}${message}`
  // A quoted text can hold what a terminal would obey.
  return line.replaceAll(/[\0-\x1F\x7F-\x9F\u2028\u2029]/g, '·')
}

async function read(path: string, readFile: NonNullable<LoadOptions['readFile']>): Promise<Uint8Array | string> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new KpError({
        code: 'SPEC_MISSING',
        message: `there is no ${basename(path)} in ${dirname(path)}`,
        doing: 'read kp.yaml',
        next: ['kp init', 'kp --dir DIR, where DIR is a platform repository'],
      })
    }
    throw asKpError(error, 'read kp.yaml')
  }
}

function invalid(file: string, details: string[]): KpError {
  return new KpError({
    code: 'SPEC_INVALID',
    message: details.length === 1 ? `${file} has a problem` : `${file} has ${details.length} problems`,
    doing: 'read kp.yaml',
    details,
    next: ADVICE,
  })
}
