/** Finds and reads the platform repository. */
import {existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import type {PlatformPaths} from '../context.ts'
import {KpError} from '../engine/errors.ts'

/** Name of the file that makes a folder a platform repository. */
export const SPEC_FILE = 'kp.yaml'

/**
 * The platform repository: the folder given, else the nearest parent that holds kp.yaml.
 * @throws KpError SPEC_MISSING
 */
export function findPlatform(cwd: string, dir: string | undefined): string {
  if (dir !== undefined) {
    const root = resolve(cwd, dir)
    if (existsSync(join(root, SPEC_FILE))) return root
    throw missing(root)
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, SPEC_FILE))) return folder
    if (dirname(folder) === folder) throw missing(resolve(cwd))
  }
}

/** The paths of a platform repository for one environment. */
export function platformPaths(root: string, environment: string): PlatformPaths {
  const state = join(root, '.kp')
  return {root, spec: join(root, SPEC_FILE), state, runs: join(state, 'runs'), environment: join(state, 'environments', environment)}
}

function missing(root: string): KpError {
  return new KpError({
    code: 'SPEC_MISSING',
    message: `there is no ${SPEC_FILE} in ${root} or above it`,
    next: ['kp init my-platform --defaults, to make a platform here', 'or give the folder of the platform: --dir DIR'],
  })
}

/** Folder of the drills, in that of an environment, and what is written there of one that is not taken back. */
export const DRILLS = 'drills'
export const ACTIVE_DRILL = 'active.json'

/** Where a drill is written down until it is taken back, in the folder of an environment. */
export function activeDrillFile(environment: string): string {
  return join(environment, DRILLS, ACTIVE_DRILL)
}
