/** kp's own files in Git, with a real git: what is committed, what is refused, what is never forced. */
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {beforeEach, describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {deliver, isDelivered, lastCommit, lookAtGit, wantedRevision} from '../../../src/steps/shared/gitops/repository.ts'
import {testExec} from '../../helpers/exec.ts'
import {git, startRepository} from '../../helpers/git.ts'
import {tempFolder} from '../../helpers/temp.ts'

let base: string
let root: string
let remote: string
let ctx: PlatformContext

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), {recursive: true})
  writeFileSync(join(root, path), text)
}
const render = (...paths: string[]): void => write('.kp-render.json', JSON.stringify({files: Object.fromEntries(paths.map((path) => [path, 'x']))}))
const tracked = (): string[] => git(root, 'ls-files').split('\n')

beforeEach(() => {
  base = tempFolder()
  root = join(base, 'platform')
  remote = join(base, 'remote.git')
  mkdirSync(root)
  ctx = {spec: {platform: 'acme', environment: {name: 'dev'}, phases: {gitops: {branch: 'main'}}}, paths: {root}, exec: testExec({env: {GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null'}})} as unknown as PlatformContext
  write('kp.yaml', 'kind: Platform\n')
  write('clusters/dev/a.yaml', 'a')
  write('notes.txt', 'of a person')
  render('clusters/dev/a.yaml')
})

describe('a commit', () => {
  it('takes the rendered files and kp.yaml, and nothing of a person', async () => {
    startRepository(root, remote)
    expect((await lookAtGit(ctx)).changes.toSorted()).toEqual(['.kp-render.json', 'clusters/dev/a.yaml', 'kp.yaml'])
    const head = await deliver(ctx)
    expect(tracked()).toEqual(['.kp-render.json', 'clusters/dev/a.yaml', 'kp.yaml'])
    expect(git(remote, 'rev-parse', 'main')).toBe(head)
    expect(isDelivered(await lookAtGit(ctx))).toBe(true)
    expect(await wantedRevision(ctx)).toBe(head)
  })

  it('is not made twice', async () => {
    startRepository(root, remote)
    const first = await deliver(ctx)
    expect(await deliver(ctx)).toBe(first)
    expect(git(root, 'rev-list', '--count', 'HEAD')).toBe('1')
  })

  it('takes away what is no longer rendered', async () => {
    startRepository(root)
    await deliver(ctx)
    const before = await lastCommit(ctx, 'clusters/dev/a.yaml')
    expect(before?.holds).toBe(true)
    rmSync(join(root, 'clusters'), {recursive: true})
    render()
    await deliver(ctx)
    expect(tracked()).toEqual(['.kp-render.json', 'kp.yaml'])
    expect((await lastCommit(ctx, 'clusters/dev/a.yaml'))?.holds).toBe(false)
  })

  it('works in a folder of a larger repository', async () => {
    startRepository(base, remote)
    writeFileSync(join(base, 'README.md'), 'x')
    await deliver(ctx)
    expect(git(base, 'ls-files').split('\n')).toEqual(['platform/.kp-render.json', 'platform/clusters/dev/a.yaml', 'platform/kp.yaml'])
  })
})

describe('kp refuses', () => {
  it('where there is no repository', async () => {
    await expect(deliver({...ctx, exec: testExec({env: {GIT_CEILING_DIRECTORIES: base}})})).rejects.toMatchObject({code: 'GATE', message: 'the platform is in no Git repository'})
  })

  it('to commit what a person has staged', async () => {
    startRepository(root, remote)
    git(root, 'add', 'notes.txt')
    await expect(deliver(ctx)).rejects.toMatchObject({code: 'GATE', details: ['notes.txt']})
    expect(() => git(root, 'rev-parse', '--verify', '--quiet', 'HEAD')).toThrow()
  })

  it('to commit to another branch', async () => {
    startRepository(root)
    git(root, 'switch', '--quiet', '--create', 'feature')
    await expect(deliver(ctx)).rejects.toMatchObject({code: 'GATE', message: expect.stringContaining('on the branch feature')})
  })

  it('to force a push', async () => {
    startRepository(root, remote)
    await deliver(ctx)
    const other = join(base, 'other')
    git(base, 'clone', '--quiet', remote, other)
    writeFileSync(join(other, 'theirs.txt'), 'x')
    git(other, 'add', '.')
    git(other, '-c', 'user.name=Other', '-c', 'user.email=other@example.com', 'commit', '--quiet', '-m', 'theirs')
    git(other, 'push', '--quiet', 'origin', 'main')
    const theirs = git(remote, 'rev-parse', 'main')
    write('kp.yaml', 'kind: Platform # changed\n')
    await expect(deliver(ctx)).rejects.toMatchObject({code: 'TOOL_FAILED', tool: {output: expect.stringContaining('[rejected]')}})
    expect(git(remote, 'rev-parse', 'main')).toBe(theirs)
    expect(isDelivered(await lookAtGit(ctx))).toBe(false)
  })

  it('to take a remote that does not answer for one that has everything', async () => {
    startRepository(root)
    git(root, 'remote', 'add', 'origin', join(base, 'nowhere.git'))
    await expect(lookAtGit(ctx)).rejects.toMatchObject({code: 'TOOL_FAILED'})
  })
})
