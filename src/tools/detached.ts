/** Starts a program that outlives the run: in a group of its own, so that no Ctrl-C reaches it. */
import {spawn} from 'node:child_process'

/**
 * Starts it.
 * @returns what ends it, as long as it runs
 */
export function startDetached(program: string, args: string[], {cwd, env}: {cwd: string; env: Record<string, string | undefined>}): {end(): void} {
  const child = spawn(program, args, {cwd, env, detached: true, stdio: 'ignore'})
  let runs = true
  child.on('error', () => (runs = false))
  child.on('exit', () => (runs = false))
  child.unref()
  return {
    end() {
      if (runs) child.kill('SIGKILL')
      runs = false
    },
  }
}
