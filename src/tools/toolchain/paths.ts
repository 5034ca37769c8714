/** Where kp keeps what it made: a cache that may be deleted at any time, and the state of labs. */
import {homedir} from 'node:os'
import {join} from 'node:path'
import {HOME} from '../../home.ts'

export {ownProgram} from '../../home.ts'

/** Environment variables, as `process.env` has them. */
export type Environment = Record<string, string | undefined>

/**
 * The folder of downloaded and built tools: `$KP_CACHE_DIR`, else `$XDG_CACHE_HOME/kp`, else `~/.cache/kp`.
 * Deleting it costs time and nothing else, as long as no lab runs.
 */
export function cacheDir(env: Environment): string {
  return chooseFolder(env, 'KP_CACHE_DIR', 'XDG_CACHE_HOME', '.cache')
}

/** The folder of labs: `$KP_STATE_DIR`, else `$XDG_STATE_HOME/kp`, else `~/.local/state/kp`. */
export function stateDir(env: Environment): string {
  return chooseFolder(env, 'KP_STATE_DIR', 'XDG_STATE_HOME', join('.local', 'state'))
}

/** The path of something in kp's `lab/` folder, the same for the sources and for the built package. */
export function labFile(...parts: string[]): string {
  return join(HOME, 'lab', ...parts)
}

function chooseFolder(env: Environment, own: string, xdg: string, fallback: string): string {
  const chosen = env[own]
  if (chosen !== undefined && chosen !== '') return chosen
  const base = env[xdg]
  if (base !== undefined && base !== '') return join(base, 'kp')
  const home = env['HOME']
  return join(home === undefined || home === '' ? homedir() : home, fallback, 'kp')
}
