/** Every command without a terminal and without --yes: it ends by itself, asks nothing, and with --json prints what its schema says. */
import {spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {readCommands} from '../../scripts/docs/commands.ts'
import {EXIT} from '../../src/engine/errors.ts'
import {RESULT_SCHEMAS} from '../../src/ui/schemas/index.ts'
import type {ResultName} from '../../src/ui/schemas/index.ts'
import {KP_BIN, kpEnvironment, NODE, PROJECT} from '../helpers/run-kp.ts'

/** Far longer than any of them takes, far shorter than a person. */
const LIMIT_MS = 30_000

/** Arguments that a command cannot do without. */
const ARGUMENTS: Record<string, string[]> = {explain: ['cni'], init: ['new', '--defaults']}

/** Exit codes that say that kp itself broke, or was stopped. */
const BROKEN: (number | null)[] = [null, EXIT.defect, EXIT.interrupted, EXIT.terminated, 13]

const ids = (await readCommands(PROJECT)).map((command) => command.id)
const base = mkdtempSync(join(tmpdir(), 'kp-no-terminal-'))
const nowhere = join(base, 'nowhere')
const platform = join(base, 'acme')

beforeAll(async () => {
  mkdirSync(nowhere)
  expect(await run(['init', platform, '--defaults', '--no-git'], base)).toMatchObject({exit: 0})
})

afterAll(() => rmSync(base, {recursive: true, force: true}))

/** The commands of the phases are one class: outside of a platform one of them stands for all. */
const withOneStep = ids.filter((id) => !id.startsWith('step ') || id === 'step cni')

describe.each([
  ['in a platform', platform, ids],
  ['outside of a platform', nowhere, withOneStep],
])('%s', (_, folder, commands) => {
  describe.concurrent.each(commands)('kp %s', (id) => {
    const command = [...id.split(' '), ...(ARGUMENTS[id] ?? [])]

    it('ends and asks nothing', async () => {
      const {exit, output} = await run(command, folder)
      expect(BROKEN, output).not.toContain(exit)
      expect(output).not.toMatch(/\(y\/n\)|\(Y\/n\)|press|^\? /im)
    })

    it('prints JSON as its schema says', async () => {
      const {exit, stdout, output} = await run([...command, '--json'], folder)
      expect(BROKEN, output).not.toContain(exit)
      const lines = stdout.trimEnd().split('\n')
      const result = JSON.parse(lines.at(-1) ?? '') as {schema: string; exit?: number}
      for (const line of lines.slice(0, -1)) expect(JSON.parse(line)).toHaveProperty('event')
      const name = /^kp\/([a-z-]+)\/v1$/.exec(result.schema)?.[1] as ResultName
      expect(RESULT_SCHEMAS).toHaveProperty([name])
      expect(RESULT_SCHEMAS[name].strict().parse(result)).toEqual(result)
      expect([id.replaceAll(' ', '-'), id.split(' ')[0], 'error']).toContain(name)
      if (name === 'error') expect(result.exit).toBe(exit)
      if (lines.length > 1) expect(['up', 'step', 'lab up']).toContain(id.startsWith('step ') ? 'step' : id)
    })
  })
})

/** Runs kp with a standard input that stays open: who asked would wait for ever. It has no tools, and nothing to bring them with. */
function run(args: string[], cwd: string): Promise<{exit: number | null; stdout: string; output: string}> {
  const env = kpEnvironment(join(base, 'state'), {KP_CACHE_DIR: join(base, 'cache'), KP_DOWNLOADS: 'never', PATH: dirname(NODE)})
  return new Promise((resolve, reject) => {
    const child = spawn(NODE, [KP_BIN, ...args], {cwd, env, stdio: ['pipe', 'pipe', 'pipe']})
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`kp ${args.join(' ')} waits for something:\n${stdout}\n${stderr}`))
    }, LIMIT_MS)
    child.on('error', reject)
    child.on('close', (exit) => {
      clearTimeout(timer)
      resolve({exit, stdout, output: `${stdout}\n${stderr}`})
    })
  })
}
