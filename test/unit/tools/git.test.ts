/** Remotes of a platform, with real repositories on this machine. */
import {execFileSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {checks} from '../../../src/steps/00-prerequisites/checks.ts'
import {remotesOf, sameRepository, whyUnreachable} from '../../../src/tools/git.ts'
import {tempFolder} from '../../helpers/temp.ts'

const ENV = {...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null'}

describe('sameRepository', () => {
  it.each([
    ['https://git.example.com/acme/infra', 'https://git.example.com/acme/infra.git'],
    ['https://git.example.com/acme/infra', 'git@git.example.com:acme/infra.git'],
    ['ssh://git@git.example.com:2222/acme/infra.git', 'git@git.example.com:acme/infra'],
    ['https://Git.Example.com/acme/infra/', 'https://somebody@git.example.com/acme/infra'],
    ['file:///srv/git/infra.git', '/srv/git/infra'],
  ])('%s and %s are one', (one, other) => expect(sameRepository(one, other)).toBe(true))

  it.each([
    ['https://git.example.com/acme/infra', 'https://git.example.com/acme/infra-2'],
    ['https://git.example.com/acme/infra', 'https://git.example.org/acme/infra'],
    ['https://git.example.com/acme/infra', 'https://git.example.com/Acme/infra'],
  ])('%s and %s are two', (one, other) => expect(sameRepository(one, other)).toBe(false))
})

describe('prerequisites.git-remote', () => {
  const make = (): {folder: string; bare: string; run(repository: string): Promise<{status: string; observed: string}>} => {
    const base = tempFolder()
    const [folder, bare] = [join(base, 'platform'), join(base, 'infra.git')]
    mkdirSync(folder)
    execFileSync('git', ['init', '--quiet', '--bare', bare], {env: ENV})
    execFileSync('git', ['init', '--quiet', folder], {env: ENV})
    const run = async (repository: string): Promise<{status: string; observed: string}> => {
      const ctx = {spec: {repository}, paths: {root: folder}, env: ENV} as unknown as PlatformContext
      return checks.find(({id}) => id === 'prerequisites.git-remote')!.run(ctx)
    }
    return {folder, bare, run}
  }

  it('fails until the folder has such a remote, in whatever form it is written', async () => {
    const {folder, bare, run} = make()
    expect(await remotesOf(folder, ENV)).toEqual([])
    expect(await run(`file://${bare}`)).toMatchObject({status: 'fail', observed: `file://${bare} is not among the remotes of this folder: it has none`})
    execFileSync('git', ['-C', folder, 'remote', 'add', 'origin', bare], {env: ENV})
    expect(await run(`file://${bare}`)).toMatchObject({status: 'pass'})
  })

  it('says what git says where nobody answers, and never asks', async () => {
    const {bare, run} = make()
    expect(await whyUnreachable(`${bare}-gone`, ENV)).toMatch(/^fatal: .*does not appear to be a git repository/)
    const {status, observed} = await run(`${bare}-gone`)
    expect(status).toBe('fail')
    expect(observed).toContain('is not among the remotes of this folder: it has none; ')
    expect(await whyUnreachable('https://127.0.0.1:1/acme/infra', ENV)).toMatch(/^fatal: /)
  })

  it('says that git is missing', async () => {
    expect(await whyUnreachable('/srv/git/infra.git', {PATH: '/nowhere'})).toBe('git was not found')
  })
})
