/** Who may import whom: docs/architecture.md, "Directions". */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {findCircles, importsOf, readImports, sourceFiles} from '../helpers/imports.ts'
import type {Import} from '../helpers/imports.ts'
import {PROJECT} from '../helpers/run-kp.ts'

/** Which areas each area may import, `type:` in front where only types. An area is a folder of `src/`, or one of the names in `areaOf`. */
const MAY: Record<string, string[]> = {
  home: [],
  entry: [],
  engine: [],
  tools: ['engine', 'home'],
  spec: ['engine'],
  components: ['engine', 'spec'],
  providers: ['engine', 'spec', 'tools'],
  context: ['type:checks', 'type:components', 'type:engine', 'type:providers', 'type:spec', 'type:tools'],
  checks: ['components', 'engine', 'spec', 'tools', 'type:context'],
  render: ['components', 'engine', 'spec', 'type:context', 'type:tools'],
  platform: ['checks', 'components', 'engine', 'providers', 'render', 'spec', 'tools', 'type:context'],
  'step builders': ['checks', 'components', 'engine', 'spec', 'tools', 'lab facts', 'type:context', 'type:providers'],
  phase: ['checks', 'components', 'engine', 'spec', 'tools', 'render', 'identity', 'lab facts', 'step builders', 'type:context', 'type:providers'],
  'phase about': ['type:engine'],
  'phase list': ['phase', 'step builders', 'type:context'],
  operations: ['checks', 'components', 'engine', 'platform', 'render', 'spec', 'tools', 'type:context', 'type:providers', 'type:results'],
  ui: ['engine'],
  prompts: ['engine', 'spec'],
  hooks: ['engine', 'ui'],
  'command base': ['engine', 'home', 'operations', 'phase list', 'platform', 'prompts', 'render', 'ui', 'type:context'],
  commands: ['command base', 'engine', 'home', 'operations', 'phase', 'phase about', 'platform', 'prompts', 'render', 'tools', 'ui', 'type:providers', 'type:spec'],
}

/** Each library has one home. */
const LIBRARIES: [library: RegExp, home: RegExp][] = [
  [/^execa$/, /^src\/tools\/exec\.ts$/],
  [/^listr2/, /^src\/ui\//],
  [/^@inquirer\//, /^src\/prompts\//],
  [/^@aws-sdk\//, /^src\/providers\//],
  [/^@kubernetes\/client-node/, /^src\/tools\/kube-connection\.ts$/],
  [/^@oclif\//, /^src\/(?:commands|hooks)\/|^src\/[a-z]+-command\.ts$|^src\/(?:flags|run)\.ts$/],
  [/^zod$/, /^src\/(?:spec|components|ui\/schemas)\/|^src\/ui\/results\.ts$/],
  // Programs are started by src/tools/exec.ts; the others look at processes, start what outlives kp, and ask git before there is a platform.
  [/^node:child_process$/, /^src\/(?:engine\/processes|providers\/lab\/processes|tools\/(?:detached|git))\.ts$/],
]

/** Small parts of an area that others may import although they must not import the rest. */
const PARTS: Record<string, string> = {
  'src/platform/identity.ts': 'identity',
  'src/providers/lab/stages.ts': 'lab facts',
  'src/ui/results.ts': 'results',
}

function areaOf(file: string): string {
  const [, folder = '', name = ''] = file.split('/')
  if (folder === 'context.ts') return 'context'
  if (folder === 'home.ts') return 'home'
  if (folder === 'run.ts') return 'entry'
  if (folder === 'flags.ts' || folder.endsWith('-command.ts')) return 'command base'
  if (folder !== 'steps') return folder
  if (name === 'index.ts') return 'phase list'
  if (name === 'shared') return 'step builders'
  return file.endsWith('/about.ts') ? 'phase about' : 'phase'
}

function mayImport({from, to, typeOnly}: Import): boolean {
  const [home, target] = [areaOf(from), areaOf(to)]
  if (home === target) return home !== 'phase' || phaseOf(from) === phaseOf(to)
  if (home === 'phase' && target === 'phase about') return phaseOf(from) === phaseOf(to)
  const allowed = MAY[home] ?? []
  return [target, PARTS[to]].some((area) => area !== undefined && (allowed.includes(area) || (typeOnly && allowed.includes(`type:${area}`))))
}

function phaseOf(file: string): string {
  return file.split('/')[2] ?? ''
}

function violations(imports: Import[]): string[] {
  return imports.filter(({to}) => to.startsWith('src/')).filter((one) => !mayImport(one)).map(({from, to}) => `${from} must not import ${to}`)
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '')
}

function strayLibraries(imports: Import[]): string[] {
  return imports.flatMap(({from, to}) => LIBRARIES.filter(([library, home]) => library.test(to) && !home.test(from)).map(() => `${from} must not import ${to}`))
}

describe('the sources', () => {
  const imports = readImports()

  it('have files and imports to look at', () => {
    expect(sourceFiles().length).toBeGreaterThan(200)
    expect(imports.length).toBeGreaterThan(800)
  })

  it('belong to a known area each', () => {
    expect(sourceFiles().filter((file) => MAY[areaOf(file)] === undefined)).toEqual([])
  })

  it('import only in the allowed directions', () => {
    expect(violations(imports)).toEqual([])
  })

  it('import a library only in its home', () => {
    expect(strayLibraries(imports)).toEqual([])
  })

  it('of the engine know nothing but node', () => {
    expect(imports.filter(({from, to}) => from.startsWith('src/engine/') && !to.startsWith('node:') && !to.startsWith('src/engine/'))).toEqual([])
  })

  it('are told of folder, environment and end by the commands alone', () => {
    const globals = /\bprocess\.(?:cwd|env|exit|chdir)\b/
    const outer = new Set(['command base', 'commands', 'hooks'])
    const stray = sourceFiles().filter((file) => !outer.has(areaOf(file)) && globals.test(withoutComments(readFileSync(join(PROJECT, file), 'utf8'))))
    expect(stray).toEqual([])
  })

  it('have no circle', () => {
    expect(findCircles(imports)).toEqual([])
  })
})

describe('the test itself', () => {
  const planted = (from: string, statement: string): string[] => {
    const imports = importsOf(from, statement)
    return [...violations(imports), ...strayLibraries(imports)]
  }

  it.each([
    ['src/engine/run.ts', "import {createExec} from '../tools/exec.ts'"],
    ['src/engine/run.ts', "import type {Provider} from '../providers/types.ts'"],
    ['src/ui/plain.ts', "import {phases} from '../steps/index.ts'"],
    ['src/ui/plain.ts', "const {phases} = await import('../steps/index.ts')"],
    ['src/tools/helm.ts', "export {phases} from '../steps/index.ts'"],
    ['src/providers/lab/labs.ts', "import {\n  phases,\n} from '../../steps/index.ts'"],
    ['src/prompts/confirm.ts', "import '../steps/index.ts'"],
    ['src/steps/06-ingress/steps.ts', "import {issuerName} from '../05-cert-manager/issuers.ts'"],
    ['src/steps/06-ingress/steps.ts', "import {about} from '../05-cert-manager/about.ts'"],
    ['src/steps/06-ingress/steps.ts', "import {openSession} from '../../platform/session.ts'"],
    ['src/steps/06-ingress/steps.ts', "import {renderPlan} from '../../ui/render-plan.ts'"],
    ['src/operations/up.ts', "import {renderPlan} from '../ui/render-plan.ts'"],
    ['src/operations/status.ts', "import {RESULT} from '../ui/results.ts'"],
    ['src/platform/open.ts', "import {phases} from '../steps/index.ts'"],
    ['src/context.ts', "import {createExec} from './tools/exec.ts'"],
    ['src/tools/helm.ts', "import {execa} from 'execa'"],
    ['src/steps/shared/repair.ts', "import {Listr} from 'listr2'"],
    ['src/operations/up.ts', "import {confirm} from '@inquirer/prompts'"],
    ['src/steps/00-prerequisites/steps.ts', "import {EC2Client} from '@aws-sdk/client-ec2'"],
    ['src/engine/run.ts', "import {spawn} from 'node:child_process'"],
  ])('sees that %s must not say %j', (from, statement) => {
    expect(planted(from, statement)).toHaveLength(1)
  })

  it('finds a circle of three', () => {
    const to = (from: string, target: string): Import => ({from, to: target, typeOnly: true})
    expect(findCircles([to('a', 'b'), to('b', 'c'), to('c', 'a'), to('d', 'a')])).toEqual([['a', 'b', 'c']])
  })
})
