/** Git repositories of tests. */
import {execFileSync} from 'node:child_process'

/** Runs git in a folder, away from what the machine's git is told. @throws Error with its output */
export function git(folder: string, ...args: string[]): string {
  const env = {...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null'}
  return execFileSync('git', args, {cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).trim()
}

/** Makes a repository of a folder, on main, with somebody who commits. @param remote a bare repository, which is made too */
export function startRepository(folder: string, remote?: string): void {
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'config', 'user.name', 'Test')
  git(folder, 'config', 'user.email', 'test@example.com')
  if (remote === undefined) return
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remote)
  git(folder, 'remote', 'add', 'origin', remote)
}
