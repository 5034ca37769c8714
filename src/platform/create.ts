/** Makes a new platform repository. */
import {existsSync, mkdirSync} from 'node:fs'
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
 * @param schema text of kp.yaml's JSON Schema, put beside it for editors
 * @throws KpError GATE where there is a platform already; USAGE where an answer is not allowed; FILE_SYSTEM
 */
export async function createPlatform(root: string, answers: PlatformAnswers, schema: string): Promise<void> {
  const path = join(root, SPEC_FILE)
  if (existsSync(path)) {
    throw new KpError({code: 'GATE', message: `there is a platform in ${root} already: kp init overwrites nothing`, next: [`kp status --dir ${root}`, 'kp init OTHER-DIR, to make another one']})
  }
  const text = SCHEMA_LINE + defaultPlatform(answers)
  requireAllowed(path, text)
  mkdirSync(root, {recursive: true})
  sweepTemporaries([root, join(root, '.kp')], Date.now())
  await writeFileAtomic(join(root, '.kp', 'kp.yaml.schema.json'), schema)
  await writeFileAtomic(path, text)
}

/** There is no kp.yaml yet that could be corrected: what is wrong with it is wrong with an answer. */
function requireAllowed(path: string, text: string): void {
  try {
    parseSpec(path, text)
  } catch (error) {
    if (!(error instanceof KpError) || error.code !== 'SPEC_INVALID') throw error
    throw new KpError({
      code: 'USAGE',
      message: error.details.length === 1 ? 'an answer is not allowed' : `${error.details.length} answers are not allowed`,
      details: error.details.map((line) => line.replace(/^kp\.yaml:\d+:\d+ +/, '').replace(/^\S+ +(email|domain) is missing/, '--$1 is missing').replace(/^(?:metadata\.name|metadata\.owner|metadata\.runbooks|domain|email)\b/, (field) => `--${field.replace('metadata.', '')}`)),
      next: ['give another answer; nothing was written', 'kp init --help'],
      cause: error,
    })
  }
}
