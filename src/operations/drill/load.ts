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

/** What a shape alone cannot say. */
function problemsOf({fault, alerts}: DrillFile): {at: (string | number)[]; message: string}[] {
  const ways = Object.values(fault).filter((one) => one !== undefined)
  return [...(ways.length > 0 ? [] : [{at: ['fault'], message: 'needs one of lab, chaos-mesh, any'}]), ...alerts.flatMap((pattern, index) => (isPattern(pattern) ? [] : [{at: ['alerts', index], message: 'must be a regular expression'}]))]
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
