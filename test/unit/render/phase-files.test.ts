import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, expect, test} from 'vitest'
import {loadCatalog} from '../../../src/components/load.ts'
import type {PlatformPhase, RepositoryContext} from '../../../src/context.ts'
import {platformPaths} from '../../../src/platform/find.ts'
import {lookAtRepository, writeRepository} from '../../../src/render/repository.ts'
import type {RenderPlatform} from '../../../src/render/repository.ts'
import type {EnvironmentSpec} from '../../../src/spec/types.ts'
import {tempFolder} from '../../helpers/temp.ts'

const HOME = fileURLToPath(new URL('../../..', import.meta.url))
const environment = (name: string): EnvironmentSpec => ({platform: 'acme', environment: {name, cluster: `acme-${name}`}, provider: {type: 'lab'}}) as EnvironmentSpec

/** A platform of two environments with one phase that brings files. */
function platformWith(files: NonNullable<PlatformPhase['files']>, appliesTo?: PlatformPhase['appliesTo']): RenderPlatform {
  const phase = {id: 'docs', steps: () => [], pitfalls: [], files, ...(appliesTo === undefined ? {} : {appliesTo})} as unknown as PlatformPhase
  return {
    environments: [environment('dev'), environment('prod')],
    catalog: loadCatalog(join(HOME, 'templates')),
    home: HOME,
    phases: [phase],
    providerFor: () => ({}) as ReturnType<RenderPlatform['providerFor']>,
    paths: platformPaths(tempFolder(), 'dev'),
  }
}

const own = (ctx: RepositoryContext) => [
  {path: 'Makefile', text: `all: # ${ctx.environments.map((spec) => spec.environment.name).join(' ')}\n`},
  {path: `infra/${ctx.spec.environment.name}/README.md`, text: `${ctx.spec.environment.cluster}\n`},
]

describe('files of a phase', () => {
  test('are written once for the repository, and once for each environment where their paths differ', async () => {
    const platform = platformWith(own)
    const written = await writeRepository(platform, await lookAtRepository(platform), {force: false})
    expect(written).toEqual(expect.arrayContaining(['Makefile', 'infra/dev/README.md', 'infra/prod/README.md']))
    expect(readFileSync(join(platform.paths.root, 'Makefile'), 'utf8')).toBe('all: # dev prod\n')
    expect(readFileSync(join(platform.paths.root, 'infra/prod/README.md'), 'utf8')).toBe('acme-prod\n')
    expect(await lookAtRepository(platform)).toMatchObject({changes: [], staleRecord: false})
  })

  test('that were edited by hand are not overwritten: exit 7 names the file, and --force throws the edit away', async () => {
    const platform = platformWith(own)
    await writeRepository(platform, await lookAtRepository(platform), {force: false})
    writeFileSync(join(platform.paths.root, 'Makefile'), 'all: mine\n')
    const look = await lookAtRepository(platform)
    await expect(writeRepository(platform, look, {force: false})).rejects.toMatchObject({exit: 7, message: expect.stringContaining('Makefile was edited by hand')})
    await writeRepository(platform, look, {force: true})
    expect(readFileSync(join(platform.paths.root, 'Makefile'), 'utf8')).toContain('all: #')
  })

  test('go when the phase goes', async () => {
    const platform = platformWith(own)
    await writeRepository(platform, await lookAtRepository(platform), {force: false})
    const without = {...platformWith(own, () => 'it is off'), paths: platform.paths}
    expect(await writeRepository(without, await lookAtRepository(without), {force: false})).toEqual(expect.arrayContaining(['Makefile', 'infra/dev/README.md']))
    expect(existsSync(join(platform.paths.root, 'Makefile'))).toBe(false)
  })

  test.each(['../outside', '/etc/passwd', '.git/hooks/pre-commit', '.kp/lock', 'kp.yaml', '.kp-render.json', 'a//b'])('a phase may not render %s', (path) => {
    expect(() => lookAtRepository(platformWith(() => [{path, text: ''}]))).toThrow('no path that a phase may render')
  })

  test('two texts for one file are a defect', () => {
    expect(() => lookAtRepository(platformWith((ctx) => [{path: 'Makefile', text: ctx.spec.environment.name}]))).toThrow('Makefile is rendered twice')
    expect(() => lookAtRepository(platformWith(() => [{path: 'README.md', text: 'mine'}]))).toThrow('README.md is rendered twice')
  })
})
