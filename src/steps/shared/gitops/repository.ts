/** kp's own files in Git: what is not committed, what is not pushed, and how both are put right. Nothing else is touched, nothing forced. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../../../context.ts'
import {KpError} from '../../../engine/errors.ts'
import type {ToolResult} from '../../../engine/types.ts'

/** The record of the rendered files; `render/repository.ts` writes it. */
const RECORD = '.kp-render.json'
const OWN = ['kp.yaml', RECORD]
const TIMEOUT_MS = 60_000

/** What was found. */
export interface GitLook {
  /** Why kp cannot commit here: no repository, another branch, changes of somebody else that wait for a commit. */
  refused?: {message: string; details?: string[]; next: string[]}
  /** kp's own files that differ from the last commit. */
  changes: string[]
  /** The last commit. */
  head?: string
  /** Where it is pushed to; undefined where no remote is set. */
  remote?: string
  /** The last commit of the branch at the remote; undefined where it has none yet. */
  remoteHead?: string
}

/** Whether everything of kp's is committed, and pushed where there is a remote. */
export function isDelivered({refused, changes, head, remote, remoteHead}: GitLook): boolean {
  return refused === undefined && changes.length === 0 && head !== undefined && (remote === undefined || remoteHead === head)
}

/**
 * Looks at the repository, and asks its remote.
 * @throws KpError TOOL_FAILED where the remote does not answer
 */
export async function lookAtGit(ctx: PlatformContext): Promise<GitLook> {
  const {branch} = ctx.spec.phases.gitops
  const prefix = await ask(ctx, ['rev-parse', '--show-prefix'])
  if (prefix.exitCode !== 0) return {refused: {message: 'the platform is in no Git repository', next: ['git init --initial-branch=main', 'git remote add origin <repository>']}, changes: []}
  const at = (await ask(ctx, ['symbolic-ref', '--short', 'HEAD'])).stdout.trim()
  const head = (await ask(ctx, ['rev-parse', '--verify', '--quiet', 'HEAD'])).stdout.trim()
  const remote = await remoteOf(ctx, branch)
  const own = ownFiles(ctx, await ask(ctx, ['show', `HEAD:./${RECORD}`]))
  const below = prefix.stdout.trim()
  const status = await ask(ctx, ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--', ...own.filter((path) => !path.startsWith('-'))])
  const changes = status.stdout.split('\0').filter((line) => line !== '').map((line) => line.slice(3 + below.length))
  const staged = (await ask(ctx, ['diff', '--cached', '--no-renames', '--name-only', '-z'])).stdout.split('\0').filter((path) => path !== '')
  const foreign = staged.filter((path) => !own.includes(path.slice(below.length)) || !path.startsWith(below))
  const remoteHead = remote === undefined ? undefined : await headOf(ctx, remote, branch)
  const refused = at !== branch ? onOtherBranch(at, branch) : foreign.length > 0 ? foreignChanges(foreign) : undefined
  return {...(refused === undefined ? {} : {refused}), changes, ...(head === '' ? {} : {head}), ...(remote === undefined ? {} : {remote}), ...(remoteHead === undefined ? {} : {remoteHead})}
}

/**
 * Commits kp's own files and pushes the branch. Does nothing where both are done.
 * @returns the last commit
 * @throws KpError GATE where it must not commit; TOOL_FAILED with git's output
 */
export async function deliver(ctx: PlatformContext): Promise<string | undefined> {
  const look = await lookAtGit(ctx)
  if (look.refused !== undefined) throw new KpError({code: 'GATE', doing: 'commit the rendered files', ...look.refused})
  if (look.changes.length > 0) {
    await git(ctx, ['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], 'stage the rendered files', look.changes.join('\0'))
    await git(ctx, ['commit', '--quiet', '--message', `Platform ${ctx.spec.platform} as kp.yaml wants it (${ctx.spec.environment.name})`], 'commit the rendered files')
  }
  const head = (await ask(ctx, ['rev-parse', '--verify', '--quiet', 'HEAD'])).stdout.trim()
  if (look.remote !== undefined && look.remoteHead !== head) {
    await git(ctx, ['push', '--quiet', look.remote, `HEAD:refs/heads/${ctx.spec.phases.gitops.branch}`], `push to ${look.remote}`)
  }
  return head === '' ? undefined : head
}

/** The last commit of the branch, as the remote says, or the local one where there is no remote. */
export async function wantedRevision(ctx: PlatformContext): Promise<string | undefined> {
  const {branch} = ctx.spec.phases.gitops
  const remote = await remoteOf(ctx, branch)
  if (remote !== undefined) return headOf(ctx, remote, branch)
  const local = (await ask(ctx, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])).stdout.trim()
  return local === '' ? undefined : local
}

/** When the last commit was made, and whether it holds a file; undefined where there is none. */
export async function lastCommit(ctx: PlatformContext, file: string): Promise<{atMs: number; holds: boolean} | undefined> {
  const at = await ask(ctx, ['log', '-1', '--format=%ct', 'HEAD'])
  if (at.exitCode !== 0) return undefined
  return {atMs: Number(at.stdout.trim()) * 1000, holds: (await ask(ctx, ['cat-file', '-e', `HEAD:./${file}`])).exitCode === 0}
}

/** What kp rendered, now and when it last committed: what is gone since is part of the change. */
function ownFiles(ctx: PlatformContext, committed: ToolResult): string[] {
  const file = join(ctx.paths.root, RECORD)
  const texts = [existsSync(file) ? readFileSync(file, 'utf8') : '', committed.exitCode === 0 ? committed.stdout : '']
  return [...new Set([...OWN, ...texts.flatMap(recorded)])]
}

function recorded(text: string): string[] {
  try {
    return Object.keys((JSON.parse(text) as {files?: Record<string, string>}).files ?? {})
  } catch {
    return []
  }
}

async function remoteOf(ctx: PlatformContext, branch: string): Promise<string | undefined> {
  const configured = (await ask(ctx, ['config', '--get', `branch.${branch}.remote`])).stdout.trim()
  if (configured !== '' && configured !== '.') return configured
  const known = (await ask(ctx, ['remote'])).stdout.split('\n').filter((name) => name !== '')
  return known.includes('origin') ? 'origin' : known.length === 1 ? known[0] : undefined
}

async function headOf(ctx: PlatformContext, remote: string, branch: string): Promise<string | undefined> {
  const answer = await run(ctx, ['ls-remote', remote, `refs/heads/${branch}`], {mutates: false, doing: `ask ${remote} for its last commit`, okExitCodes: [0]})
  return /^[0-9a-f]{40,64}/.exec(answer.stdout)?.[0]
}

/** A read. Its exit code is an answer. */
function ask(ctx: PlatformContext, args: string[]): Promise<ToolResult> {
  return run(ctx, args, {mutates: false, doing: 'look at the Git repository', okExitCodes: [0, 1, 128]})
}

function git(ctx: PlatformContext, args: string[], doing: string, input?: string): Promise<ToolResult> {
  return run(ctx, args, {mutates: true, doing, okExitCodes: [0], ...(input === undefined ? {} : {input})})
}

function run(ctx: PlatformContext, args: string[], call: {mutates: boolean; doing: string; okExitCodes: number[]; input?: string}): Promise<ToolResult> {
  return ctx.exec.run({
    tool: 'git',
    args,
    cwd: ctx.paths.root,
    timeoutMs: TIMEOUT_MS,
    // No question in the middle of a run; paths are names, not patterns; a look leaves the index as it is.
    env: {GIT_TERMINAL_PROMPT: '0', GIT_LITERAL_PATHSPECS: '1', ...(call.mutates ? {} : {GIT_OPTIONAL_LOCKS: '0'})},
    ...call,
  })
}

function onOtherBranch(at: string, branch: string): NonNullable<GitLook['refused']> {
  return {message: `the repository is on ${at === '' ? 'no branch' : `the branch ${at}`}, and phases.gitops.branch is ${branch}: kp commits there alone`, next: [`git switch ${branch}`, 'or set phases.gitops.branch in kp.yaml']}
}

function foreignChanges(foreign: string[]): NonNullable<GitLook['refused']> {
  return {
    message: `${foreign.length === 1 ? 'a change' : `${foreign.length} changes`} that kp did not make wait${foreign.length === 1 ? 's' : ''} for a commit: kp would commit ${foreign.length === 1 ? 'it' : 'them'} too`,
    details: foreign.slice(0, 10),
    next: ['git commit, or git restore --staged .', 'then run the same command again'],
  }
}
