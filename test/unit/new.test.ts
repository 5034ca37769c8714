/** npm run new: what it makes fits in at once; what it cannot make it refuses, and nothing is overwritten. */
import {spawnSync} from 'node:child_process'
import {cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {makeNew} from '../../scripts/new/make.ts'
import {addEntry, addStep} from '../../scripts/new/edit.ts'
import {NODE, PROJECT} from '../helpers/run-kp.ts'
import {keptFolder, tempFolder} from '../helpers/temp.ts'

const COPIED = readdirSync(PROJECT).filter((name) => !['node_modules', 'dist', 'coverage', '.git', 'oclif.manifest.json'].includes(name))
const LIMIT_MS = 300_000

/** The sources, without what is built. */
function copy(root: string): string {
  for (const name of COPIED) cpSync(join(PROJECT, name), join(root, name), {recursive: true})
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'))
  return root
}

/** Runs a program of the project's in a copy of it. */
function run(root: string, program: string, args: string[]): {ok: boolean; output: string} {
  const {status, stdout, stderr} = spawnSync(NODE, [join(root, 'node_modules', program), ...args], {cwd: root, encoding: 'utf8', maxBuffer: 64 << 20, env: {...process.env, VITEST: undefined, VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined}})
  return {ok: status === 0, output: `${stdout}\n${stderr}`}
}

describe('one of each', () => {
  let root = ''

  beforeAll(async () => {
    root = copy(keptFolder())
    const phase = 'rehearsal'
    // A phase that kp.yaml knows and kp has not.
    const schema = join(root, 'src', 'spec', 'schema', 'phases.ts')
    writeFileSync(schema, readFileSync(schema, 'utf8').replace('  deliverables,\n})', '  deliverables,\n  rehearsal: chaos,\n})'))
    expect(run(root, '../scripts/new.ts', ['phase', phase]).output).toContain('21-rehearsal')
    // A phase of its own, and three that say their steps in other forms.
    for (const where of [phase, 'ingress', 'gitops', 'prerequisites']) await makeNew(root, ['step', where, 'something-new'])
    for (const where of [phase, 'cert-manager']) await makeNew(root, ['check', where, 'something-else'])
    for (const where of [phase, 'monitoring']) await makeNew(root, ['pitfall', where, 'something-wrong'])
    await makeNew(root, ['component', 'some-chart'])
    await makeNew(root, ['component', 'another-chart', 'ingress'])
  }, LIMIT_MS)

  it('has its place in the lists, with the next code', () => {
    const read = (path: string): string => readFileSync(join(root, path), 'utf8')
    expect(read('src/steps/index.ts')).toMatch(/\nimport \{rehearsal\} from '\.\/21-rehearsal\/phase\.ts'\n[^]*, rehearsal\][^\n]*\n$/)
    expect(read('src/steps/21-rehearsal/phase.ts')).toContain('steps: () => [namespace, somethingNew, ...someChartSteps],')
    expect(read('src/steps/21-rehearsal/pitfalls.ts')).toContain("code: 'KP2101'")
    expect(read('src/steps/21-rehearsal/pitfalls-something-else.ts')).toContain("code: 'KP2102'")
    expect(read('src/steps/21-rehearsal/pitfalls-something-wrong.ts')).toContain("code: 'KP2103'")
    expect(read('src/steps/07-gitops/phase.ts')).toContain(', somethingNew],')
  })

  it('compiles', () => {
    expect(run(root, 'typescript/bin/tsc', ['--noEmit', '-p', 'test/tsconfig.json']).output.trim()).toBe('')
  }, LIMIT_MS)

  it('has nothing to complain about for the lint rules', () => {
    const {ok, output} = run(root, 'oxlint/bin/oxlint', ['--deny-warnings', 'src'])
    expect(ok, output).toBe(true)
  }, LIMIT_MS)

  it('holds what every phase, step, check, pitfall and component must hold', () => {
    for (const script of ['scripts/gen-schemas.ts', 'scripts/gen-docs-kp-yaml.ts', 'scripts/gen-docs.ts']) expect(spawnSync(NODE, [script], {cwd: root, encoding: 'utf8'}).stderr).toBe('')
    const {ok, output} = run(root, 'vitest/vitest.mjs', ['run', 'test/surface/registry', 'test/surface/docs', 'test/surface/directions', 'test/unit/steps/pitfalls', 'test/unit/components/catalog'])
    expect(ok, output.slice(-6000)).toBe(true)
  }, LIMIT_MS)

  it('is not made twice, and what is there stays as it is', async () => {
    const before = readFileSync(join(root, 'src/steps/21-rehearsal/phase.ts'), 'utf8')
    await expect(makeNew(root, ['step', 'rehearsal', 'something-new'])).rejects.toThrow('already there: src/steps/21-rehearsal/something-new.ts')
    await expect(makeNew(root, ['component', 'cert-manager'])).rejects.toThrow('already there: templates/components/cert-manager/component.yaml')
    expect(readFileSync(join(root, 'src/steps/21-rehearsal/phase.ts'), 'utf8')).toBe(before)
  })
})

describe('refused, with what is allowed', () => {
  it.each([
    [['phase', 'cni'], /"cni" is there already: (.* can be made|every phase is there)/],
    [['phase', 'loging'], /kp\.yaml knows no phase "loging": (.* can be made|every phase is there)/],
    [['step', 'nowhere', 'x'], /there is no phase "nowhere": prerequisites, networking/],
    [['step', 'cni'], /the step needs a name/],
    [['check', 'cni', 'Upper'], /"Upper" is no name of a check: small letters/],
    [['pitfall', 'cni', 'two--dashes'], /is no name of a pitfall/],
    [['component', '../x'], /is no name of a component/],
    [['component', 'x', 'nowhere'], /there is no phase "nowhere"/],
    [['step', 'cni', 'one', 'two'], /too many words: two/],
    [['thing'], /"thing" cannot be made: phase, step, check, pitfall, component/],
  ])('%j', async (args, message) => {
    await expect(makeNew(PROJECT, args)).rejects.toThrow(message)
  })

  it('without having written anything', async () => {
    const root = tempFolder()
    cpSync(join(PROJECT, 'src', 'steps'), join(root, 'src', 'steps'), {recursive: true})
    const seen = readdirSync(root, {recursive: true}).length
    // There is no phase.ts that could be edited.
    cpSync(join(PROJECT, 'src', 'steps', 'index.ts'), join(root, 'src', 'steps', '04-cni', 'phase.ts'))
    await expect(makeNew(root, ['step', 'cni', 'x'])).rejects.toThrow('add the step by hand')
    expect(readdirSync(root, {recursive: true})).toHaveLength(seen)
  })
})

describe('an entry of a list', () => {
  it.each([
    ['const a = []', 'const a = [x]'],
    ['const a = [b]', 'const a = [b, x]'],
    ['const a = [\n  b,\n  {c: [1]},\n]\n', 'const a = [\n  b,\n  {c: [1]},\n  x,\n]\n'],
    ["const a = [\n  'it]', // a ] here\n  /[\\]]/,\n  `${'$'}{b[0]}]`\n]", "const a = [\n  'it]', // a ] here\n  /[\\]]/,\n  `${'$'}{b[0]}]`,\n  x,\n]"],
    ['const a = [...b, ...c].toSorted()', 'const a = [...b, ...c, x].toSorted()'],
  ])('%j', (before, after) => {
    expect(addEntry(before, /const a = /, 'x')).toBe(after)
  })

  it('of steps that are chosen between', () => {
    expect(addStep('  steps: (ctx) => (a(ctx) ? b : c),\n', 'x')).toBe('  steps: (ctx) => [...(a(ctx) ? b : c), x],\n')
  })
})
