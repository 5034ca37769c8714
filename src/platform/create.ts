/** Makes a new platform repository. */
import {existsSync, mkdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {KpError} from '../engine/errors.ts'
import {sweepTemporaries, writeFileAtomic} from '../render/files.ts'
import {defaultPlatform} from '../spec/defaults.ts'
import type {PlatformAnswers} from '../spec/defaults.ts'
import {parseSpec} from '../spec/load.ts'
import {SPEC_FILE} from './find.ts'

const SCHEMA_LINE = '# yaml-language-server: $schema=.kp/kp.yaml.schema.json\n'

/**
 * Writes kp.yaml into a folder, which may exist but must hold no kp.yaml. Nothing is written where an answer is wrong.
 * @param flagOf the flag that decides a field of kp.yaml
 * @param schema text of kp.yaml's JSON Schema, put beside it for editors
 * @throws KpError GATE where there is a platform already; USAGE where an answer is not allowed; FILE_SYSTEM
 */
export async function createPlatform(root: string, answers: PlatformAnswers, schema: string, flagOf: (field: string) => string | undefined): Promise<void> {
  const path = join(root, SPEC_FILE)
  const taken = whyTaken(root)
  if (taken !== undefined) throw new KpError({code: 'GATE', message: `${taken}: kp init overwrites nothing`, next: [...(existsSync(path) ? [`kp status --dir ${root}`] : []), 'kp init OTHER-DIR, to make one elsewhere']})
  const text = SCHEMA_LINE + defaultPlatform(answers)
  requireAllowed(path, text, flagOf)
  mkdirSync(root, {recursive: true})
  sweepTemporaries([root, join(root, '.kp')], Date.now())
  await writeFileAtomic(join(root, '.kp', 'kp.yaml.schema.json'), schema)
  await writeFileAtomic(path, text)
}

/** Names that kp writes at the top of a platform repository. */
const WRITTEN = ['README.md', '.gitignore', 'clusters', 'runbooks']

/** Why no platform can be made in a folder; undefined where one can. Git's own folder and foreign files are no reason. */
export function whyTaken(root: string): string | undefined {
  if (existsSync(join(root, SPEC_FILE))) return `there is a platform in ${root} already`
  if (existsSync(root) && !statSync(root).isDirectory()) return `${root} is no folder`
  const found = WRITTEN.filter((name) => existsSync(join(root, name)))
  return found.length === 0 ? undefined : `${root} holds ${found.join(' and ')} already, which kp would write`
}

/** `email  is missing` and `environments[0].email is missing` are about a flag. */
function nameFlag(line: string, flagOf: (field: string) => string | undefined): string {
  const [, field = '', rest = ''] = /^(?:\S+ +(?=(?:email|domain) is missing))?(\S+)(.*)$/.exec(line) ?? []
  const flag = flagOf(field)
  return flag === undefined ? line : `--${flag}${rest}`
}

/** There is no kp.yaml yet that could be corrected: what is wrong with it is wrong with an answer. */
function requireAllowed(path: string, text: string, flagOf: (field: string) => string | undefined): void {
  try {
    parseSpec(path, text)
  } catch (error) {
    if (!(error instanceof KpError) || error.code !== 'SPEC_INVALID') throw error
    throw new KpError({
      code: 'USAGE',
      message: error.details.length === 1 ? 'an answer is not allowed' : `${error.details.length} answers are not allowed`,
      details: error.details.map((line) => nameFlag(line.replace(/^kp\.yaml:\d+:\d+ +/, ''), flagOf)),
      next: ['give another answer; nothing was written', 'kp init --help'],
      cause: error,
    })
  }
}
