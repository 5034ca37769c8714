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

/** The addresses of the remotes of a folder's repository; `[]` where it has none, or is no repository. */
export async function remotesOf(folder: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const {ok, output} = await git(['-C', folder, 'remote', '-v'], env)
  return ok ? [...new Set(output.split('\n').flatMap((line) => /^\S+\t(\S+)/.exec(line)?.[1] ?? []))] : []
}

/**
 * Whether a repository answers without asking anybody for a password or a key.
 * @returns undefined where it does, else what git says, in one line
 */
export async function whyUnreachable(address: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const silent = {...env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', GIT_SSH_COMMAND: `${env['GIT_SSH_COMMAND'] ?? 'ssh'} -o BatchMode=yes -o ConnectTimeout=5`}
  const {ok, output} = await git(['-c', 'credential.interactive=false', 'ls-remote', '--quiet', address, 'HEAD'], silent)
  if (ok) return undefined
  const said = output.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('hint:'))
  return said.find((line) => line.startsWith('fatal:') || line.startsWith('error:')) ?? said[0] ?? 'git gave no answer within ten seconds'
}

/** When a commit was made; undefined where the repository does not know it. */
export async function commitTimeOf(folder: string, revision: string, env: NodeJS.ProcessEnv): Promise<number | undefined> {
  if (!/^[0-9a-f]{7,64}$/.test(revision)) return undefined
  return timeIn(await git(['-C', folder, 'show', '--no-patch', '--format=%cI', revision], env))
}

/** When the newest commit before a time was made; undefined where the folder is not kept in Git, or has none. */
export async function commitTimeBefore(folder: string, time: number, env: NodeJS.ProcessEnv): Promise<number | undefined> {
  return timeIn(await git(['-C', folder, 'log', '-1', `--before=${new Date(time).toISOString()}`, '--format=%cI', '--', '.'], env))
}

function timeIn({ok, output}: {ok: boolean; output: string}): number | undefined {
  const time = ok ? Date.parse(output.trim().split('\n')[0] ?? '') : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

/** Whether two addresses name one repository: by host and path, whatever the protocol, the user and a `.git` at the end. */
export function sameRepository(one: string, other: string): boolean {
  return placeOf(one) === placeOf(other)
}

function placeOf(address: string): string {
  const plain = address.trim().replace(/\/+$/, '').replace(/\.git$/, '')
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([^/:]*)(?::[0-9]+)?\/*(.*)$/i.exec(plain)
  if (url !== null) return url[1] === '' ? `/${url[2] ?? ''}` : `${url[1]?.toLowerCase() ?? ''}/${url[2] ?? ''}`
  const short = /^(?:[^@/]+@)?([^/:]+):(?!\/\/)(.*)$/.exec(plain)
  return short === null ? plain : `${short[1]?.toLowerCase() ?? ''}/${(short[2] ?? '').replace(/^\/+/, '')}`
}

function git(args: string[], env: NodeJS.ProcessEnv): Promise<{ok: boolean; output: string}> {
  return new Promise((resolve) => {
    execFile('git', args, {env, timeout: 10_000, maxBuffer: 1 << 20}, (error, stdout, stderr) => {
      const missing = error !== null && (error as NodeJS.ErrnoException).code === 'ENOENT'
      resolve({ok: error === null, output: missing ? 'git was not found' : `${stdout}${stderr}`})
    })
  })
}

function succeeds(args: string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('git', args, {env, timeout: 10_000}, (error) => resolve(error === null))
  })
}
