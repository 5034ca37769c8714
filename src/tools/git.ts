/** The Git repository that a platform is kept in. Without git on the machine nothing happens: doctor says so. */
import {execFile} from 'node:child_process'

/** Whether a folder is kept in Git: inside a work tree that does not ignore it. */
export async function isKeptInGit(folder: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!(await succeeds(['-C', folder, 'rev-parse', '--is-inside-work-tree'], env))) return false
  return !(await succeeds(['-C', folder, 'check-ignore', '--quiet', folder], env))
}

/** Puts a folder under Git where it is not, also where it lies in a repository that ignores it. Tells whether it did. */
export async function startGit(folder: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (await isKeptInGit(folder, env)) return false
  return succeeds(['-C', folder, 'init', '--quiet', '--initial-branch=main'], env)
}

function succeeds(args: string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('git', args, {env, timeout: 10_000}, (error) => resolve(error === null))
  })
}
