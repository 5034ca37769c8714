/** What `kp status` keeps of a platform: used while kp.yaml and kp are the same, and not a moment longer. */
import {mkdirSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeEach, expect, test} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {glance, keepGlance} from '../../../src/platform/glance.ts'
import type {GlanceOptions} from '../../../src/platform/glance.ts'
import type {OpenedPlatform} from '../../../src/platform/open.ts'
import {tempFolder} from '../../helpers/temp.ts'

const TEXT = 'kind: Platform\n'
let options: GlanceOptions
let opened: OpenedPlatform

beforeEach(() => {
  const root = tempFolder()
  const home = tempFolder()
  writeFileSync(join(root, 'kp.yaml'), TEXT)
  writeFileSync(join(home, 'oclif.manifest.json'), '{}')
  mkdirSync(join(root, '.kp', 'environments'), {recursive: true})
  options = {cwd: root, dir: undefined, environment: undefined, env: {KP_STATE_DIR: join(root, 'state'), TOKEN: 'hunter2-hunter2'}, home, version: '1.0.0'}
  const spec = {environment: {name: 'lab', cluster: 'demo'}, provider: {type: 'lab'}, secrets: {token: 'env:TOKEN'}} as unknown as PlatformContext['spec']
  const phases = [{id: 'cni', number: 4, title: 'Pod network'}, {id: 'mesh', number: 10, title: 'Mesh', appliesTo: () => 'phases.mesh.enabled is false'}] as unknown as PlatformContext['phases']
  opened = {ctx: {spec, environments: [spec], phases, paths: {root, state: join(root, '.kp')}} as unknown as PlatformContext, loaded: {text: TEXT, warnings: ['kp.yaml: look']} as OpenedPlatform['loaded'], save: () => Promise.resolve()}
})

test('there is none before it was kept', async () => {
  expect(await glance(options)).toBeUndefined()
})

test('it has the phases, the warnings, the secrets, and looks whether the lab is there', async () => {
  await keepGlance(opened, options)
  expect(await glance(options)).toMatchObject({
    facts: {environment: 'lab', cluster: 'demo', phases: [{id: 'cni', skipped: null}, {id: 'mesh', skipped: 'phases.mesh.enabled is false'}]},
    presence: {state: 'absent'},
    warnings: ['kp.yaml: look'],
    secrets: ['hunter2-hunter2'],
  })
  expect(await glance({...options, environment: 'prod'}), 'an environment that is not kept').toBeUndefined()
})

test.each([
  ['kp.yaml changes', () => writeFileSync(join(options.cwd, 'kp.yaml'), `${TEXT}# more\n`)],
  ['kp is built anew', () => utimesSync(join(options.home, 'oclif.manifest.json'), 1, 1)],
  ['another kp looks', () => void (options = {...options, version: '1.0.1'})],
  ['it is broken', () => writeFileSync(join(options.cwd, '.kp', 'glance.json'), '{')],
])('it is not used after %s', async (_, change) => {
  await keepGlance(opened, options)
  expect(await glance(options)).toBeDefined()
  change()
  expect(await glance(options)).toBeUndefined()
})

test('a secret in plain text is refused as ever', async () => {
  writeFileSync(join(options.cwd, 'kp.yaml'), `${TEXT}# hunter2-hunter2\n`)
  await keepGlance({...opened, loaded: {...opened.loaded, text: `${TEXT}# hunter2-hunter2\n`}}, options)
  await expect(glance(options)).rejects.toMatchObject({code: 'SPEC_INVALID'})
})
