/** Makes a new platform repository. */
import {execFile} from 'node:child_process'
import {existsSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {KpError} from '../engine/errors.ts'
import {writeFileAtomic} from '../render/files.ts'
import {defaultPlatform} from '../spec/defaults.ts'
import type {PlatformAnswers} from '../spec/defaults.ts'
import {parseSpec} from '../spec/load.ts'
import {SPEC_FILE} from './find.ts'

const SCHEMA_LINE = '# yaml-language-server: $schema=.kp/kp.yaml.schema.json\n'

/**
 * Writes kp.yaml into a folder, which may exist but must hold no kp.yaml. Nothing is written where an answer is wrong.
 * @param schema text of kp.yaml's JSON Schema, put beside it for editors
 * @throws KpError GATE where there is a platform already; SPEC_INVALID; FILE_SYSTEM
 */
export async function createPlatform(root: string, answers: PlatformAnswers, schema: string): Promise<void> {
  const path = join(root, SPEC_FILE)
  if (existsSync(path)) {
    throw new KpError({code: 'GATE', message: `there is a platform in ${root} already: kp init overwrites nothing`, next: [`kp status --dir ${root}`, 'kp init OTHER-DIR, to make another one']})
  }
  const text = SCHEMA_LINE + defaultPlatform(answers)
  parseSpec(path, text)
  mkdirSync(root, {recursive: true})
  await writeFileAtomic(join(root, '.kp', 'kp.yaml.schema.json'), schema)
  await writeFileAtomic(path, text)
}

/** Puts the folder under Git where it is not. Without git on the machine nothing happens: doctor says so. */
export function startGit(root: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('git', ['-C', root, 'rev-parse', '--is-inside-work-tree'], {env, timeout: 5000}, (inside) => {
      if (inside === null) return resolve(false)
      execFile('git', ['-C', root, 'init', '--quiet', '--initial-branch=main'], {env, timeout: 10_000}, (error) => resolve(error === null))
    })
  })
}

