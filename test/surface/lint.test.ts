/** The lint rules find what they are there for: each is shown a file that breaks it. */
import {execFileSync} from 'node:child_process'
import {copyFileSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect, it} from 'vitest'
import {NODE, PROJECT} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'

const PLANTED: Record<string, string[]> = {
  'src/engine/run.ts': ["import {x} from '../tools/exec.ts'", "import {z} from 'zod'", "import {join} from 'node:path'", "import {y} from './types.ts'", 'export const all = [x, z, join, y]'],
  'src/ui/view.ts': ["import {phases} from '../steps/index.ts'", "import {execa} from 'execa'", "import {Listr} from 'listr2'", 'export const all = [phases, execa, Listr]'],
  'src/steps/06-ingress/steps.ts': [
    "import {i} from '../05-cert-manager/issuers.ts'",
    "import {o} from '../../platform/open.ts'",
    "import {id} from '../../platform/identity.ts'",
    'export const all = [i, o, id]',
  ],
  'src/spec/a.ts': ["import {b} from './b.ts'", 'export const a = () => b'],
  'src/spec/b.ts': ["import {a} from './a.ts'", 'export const b = () => a'],
  'src/platform/work.ts': ['async function work(): Promise<void> {}', 'work()', 'const run = (then: () => void) => then', 'export const later = run(work)', 'console.log(later)', 'export default later'],
}

const EXPECTED = [
  'src/engine/run.ts:1 no-restricted-imports',
  'src/engine/run.ts:2 no-restricted-imports',
  'src/platform/work.ts:2 no-floating-promises',
  'src/platform/work.ts:4 no-misused-promises',
  'src/platform/work.ts:5 no-console',
  'src/platform/work.ts:6 no-default-export',
  'src/spec/a.ts:1 no-cycle',
  'src/spec/b.ts:1 no-cycle',
  'src/steps/06-ingress/steps.ts:1 no-restricted-imports',
  'src/steps/06-ingress/steps.ts:2 no-restricted-imports',
  'src/ui/view.ts:1 no-restricted-imports',
  'src/ui/view.ts:2 no-restricted-imports',
]

it('finds every planted breach, and nothing else', () => {
  const root = tempFolder()
  for (const name of ['.oxlintrc.json', 'tsconfig.json']) copyFileSync(join(PROJECT, name), join(root, name))
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'))
  for (const [path, lines] of Object.entries(PLANTED)) {
    mkdirSync(dirname(join(root, path)), {recursive: true})
    writeFileSync(join(root, path), `${lines.join('\n')}\n`)
  }
  expect(lint(root)).toEqual(EXPECTED)
})

/** What oxlint complains about, as `file:line rule`. */
function lint(root: string): string[] {
  let output: string
  try {
    output = execFileSync(NODE, [join(PROJECT, 'node_modules/oxlint/bin/oxlint'), '-f', 'unix', 'src'], {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']})
  } catch (error) {
    output = (error as {stdout: string}).stdout
  }
  return [...output.matchAll(/^(\S+?):(\d+):\d+: .*\((\S+)\)\]$/gm)].map(([, file, line, rule]) => `${file}:${line} ${rule}`).toSorted()
}
