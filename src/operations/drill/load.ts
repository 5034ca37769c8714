/** Drills as their files have them: kp's own, and those of a person. */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {basename, dirname, join, relative, resolve} from 'node:path'
import {KpError} from '../../engine/errors.ts'
import {didYouMean} from '../../engine/spelling.ts'
import {drillSchema} from '../../spec/drill.ts'
import type {DrillFile} from '../../spec/drill.ts'
import {check} from '../../spec/issues.ts'
import {formatPath} from '../../spec/paths.ts'
import {locate} from '../../spec/positions.ts'
import {readYaml} from '../../spec/read.ts'
import type {Drill} from './types.ts'

/** Names of kp's own drills. @param home folder of kp's own data */
export function drillNames(home: string): string[] {
  const folder = join(home, 'templates', 'drills')
  return existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'drill.yaml'))).toSorted() : []
}

/**
 * One of kp's own drills.
 * @throws KpError USAGE where there is none of that name
 */
export function readDrill(home: string, name: string): Drill {
  const names = drillNames(home)
  if (!names.includes(name)) throw new KpError({code: 'USAGE', message: `there is no drill "${name}"${didYouMean(name, names)}`, next: ['kp drills list', 'kp drill --file FILE, for one of your own']})
  return {...parse(join(home, 'templates', 'drills', name, 'drill.yaml'), `${name}/drill.yaml`), own: true}
}

/**
 * A drill of a person.
 * @param cwd what a relative path begins at
 * @throws KpError SPEC_INVALID with file, line and field of each mistake; FILE_SYSTEM where it cannot be read
 */
export function readDrillFile(file: string, cwd: string): Drill {
  const path = resolve(cwd, file)
  return {...parse(path, relative(cwd, path) || basename(path)), own: false}
}

function parse(path: string, shown: string): Omit<Drill, 'own'> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new KpError({code: 'USAGE', message: `the drill ${shown} cannot be read: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`, next: ['kp drills list'], cause: error})
  }
  const reading = readYaml(bytes)
  if ('flaws' in reading) throw invalid(shown, reading.flaws.map(({position, message}) => `${shown}:${position.line}:${position.column}  ${message.replaceAll('kp.yaml', 'the file')}`))
  const {document, lines, value} = reading
  const checked = check(drillSchema, value)
  if ('problems' in checked) {
    throw invalid(shown, checked.problems.map(({path: at, at: side, message}) => {
      const {position} = locate(document, lines, at, side)
      return `${shown}:${position.line}:${position.column}  ${at.length === 0 ? 'the drill' : formatPath(at)} ${message}`
    }))
  }
  const details = problemsOf(checked.data).map(({at, message}) => {
    const {position} = locate(document, lines, at)
    return `${shown}:${position.line}:${position.column}  ${formatPath(at)} ${message}`
  })
  if (details.length > 0) throw invalid(shown, details)
  return {...checked.data, folder: dirname(path), file: path}
}

/** Names that actions may use, by the kind of the target. */
const GIVEN: Record<DrillFile['target']['kind'], string[]> = {pod: ['pod', 'namespace'], node: ['node'], zone: ['zone'], object: ['name', 'namespace'], program: ['program'], scratch: []}
const ALWAYS = ['domain', 'platform', 'cluster', 'scratch', 'run']

interface Mistake {
  at: (string | number)[]
  message: string
}

/** What a shape alone cannot say. */
function problemsOf(drill: DrillFile): Mistake[] {
  const {fault, alerts, before, remedy, steady, signals, undo} = drill
  const ways = Object.values(fault).filter((one) => one !== undefined)
  const known = new Set([...ALWAYS, ...GIVEN[drill.target.kind], ...Object.keys(drill.parameters)])
  return [...(ways.length > 0 ? [] : [{at: ['fault'], message: 'needs one of lab, chaos-mesh, any'}]), ...strangeNames({before, fault, remedy, steady, signals, undo}, known, []), ...alerts.flatMap((pattern, index) => (isPattern(pattern) ? [] : [{at: ['alerts', index], message: 'must be a regular expression'}]))]
}

function strangeNames(value: unknown, known: ReadonlySet<string>, at: (string | number)[]): Mistake[] {
  if (typeof value === 'string') return [...value.matchAll(/\$\{([\w-]+)\}/g)].filter(([, name = '']) => !known.has(name)).map(([whole]) => ({at, message: `names ${whole}, which nothing gives; there are ${[...known].toSorted().join(', ')}`}))
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => strangeNames(item, known, [...at, index]))
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, item]) => strangeNames(item, known, [...at, key])) : []
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

function invalid(file: string, details: string[]): KpError {
  return new KpError({code: 'SPEC_INVALID', message: `${file} is no drill`, details, next: ['correct the file, then run the same command again', 'docs/drills.md says what a drill has']})
}
