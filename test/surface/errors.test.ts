/** Errors of usage: exit code, the nearest spelling, a next action, and the same as JSON. */
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {unknownCommand} from '../../src/hooks/unknown-command.ts'
import {RESULT_SCHEMAS} from '../../src/ui/schemas/index.ts'
import {KP_BIN, kpEnvironment, PROJECT, startKp} from '../helpers/run-kp.ts'

const base = mkdtempSync(join(tmpdir(), 'kp-errors-'))
const platform = join(base, 'acme')
const broken = join(base, 'broken')
const env = kpEnvironment(join(base, 'state'))

beforeAll(async () => {
  for (const folder of [platform, broken]) expect(await startKp(['init', folder, '--defaults', '--no-git'], env, {cwd: base}).done).toMatchObject({exit: 0})
  writeFileSync(join(broken, 'kp.yaml'), 'apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nnetwrok: {}\n')
})

afterAll(() => rmSync(base, {recursive: true, force: true}))

interface Expected {
  args: string
  folder: string
  exit: number
  code: string
  says: RegExp
  /** False where the command has no --json. */
  json?: boolean
}

const CASES: Expected[] = [
  {args: 'status', folder: base, exit: 3, code: 'SPEC_MISSING', says: /there is no kp\.yaml in .* or above it/},
  {args: 'plan --dir nowhere', folder: base, exit: 3, code: 'SPEC_MISSING', says: /there is no kp\.yaml/},
  {args: 'status', folder: broken, exit: 3, code: 'SPEC_INVALID', says: /kp\.yaml:4:1 +netwrok +is not known; did you mean "network"\?/},
  {args: 'plan --env prdo', folder: platform, exit: 3, code: 'ENVIRONMENT_UNKNOWN', says: /there is no environment "prdo"/},
  {args: 'verify cert-mangaer', folder: platform, exit: 2, code: 'UNKNOWN_PHASE', says: /there is no phase "cert-mangaer"; did you mean "cert-manager"\?/},
  {args: 'plan --from ingres', folder: platform, exit: 2, code: 'UNKNOWN_PHASE', says: /did you mean "ingress"\?/},
  {args: 'step cert-mangaer', folder: platform, exit: 2, code: 'UNKNOWN_PHASE', says: /did you mean "cert-manager"\?/},
  {args: 'step cert-mangaer --help', folder: platform, exit: 2, code: 'UNKNOWN_PHASE', says: /did you mean "cert-manager"\?/},
  {args: 'verify --check cert-manager.redy', folder: platform, exit: 2, code: 'USAGE', says: /there is no check "cert-manager\.redy"; did you mean "cert-manager\.ready"\?/},
  {args: 'explain cert-mangaer', folder: platform, exit: 2, code: 'USAGE', says: /did you mean "cert-manager"\?/},
  {args: 'plan --onyl cni', folder: platform, exit: 2, code: 'USAGE', says: /--onyl; did you mean "--only"\?/},
  {args: 'up --max-parallel many', folder: platform, exit: 2, code: 'USAGE', says: /--max-parallel.*integer/i},
  {args: 'hlep', folder: base, exit: 2, code: 'USAGE', says: /there is no command "hlep"; did you mean "help"\?/},
  {args: 'stpe cni', folder: base, exit: 2, code: 'USAGE', says: /there is no command "stpe"; did you mean "step"\?/},
  {args: 'lab dwon', folder: base, exit: 2, code: 'USAGE', says: /there is no command "dwon" of kp lab; did you mean "down"\?/},
  {args: 'help verfy', folder: base, exit: 2, code: 'USAGE', says: /did you mean "verify"\?/, json: false},
  {args: '-C acme plan', folder: base, exit: 2, code: 'USAGE', says: /there is no command before -C/},
]

describe.concurrent.each(CASES)('kp $args', ({args, folder, exit, code, says, json}) => {
  it(`ends with ${exit}, and says what to do next`, async () => {
    const result = await startKp(args.split(' '), env, {cwd: folder}).done
    const unwrapped = result.stderr.replaceAll(/\n {2,}/g, ' ')
    expect(result.exit, result.stderr).toBe(exit)
    expect(result.stdout).toBe('')
    expect(unwrapped).toMatch(says)
    expect(result.stderr).toMatch(/^Next$/m)
    expect(result.stderr).toContain(`${code}, exit code ${exit}`)
    for (const line of result.stderr.split('\n').filter((one) => !one.includes(base))) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  it.skipIf(json === false)('is kp/error/v1 with --json', async () => {
    const result = await startKp([...args.split(' '), '--json'], env, {cwd: folder}).done
    const error = RESULT_SCHEMAS.error.parse(result.json())
    expect(error).toMatchObject({schema: 'kp/error/v1', code, exit, retrySafe: true})
    expect(`${error.message} ${error.details.join(' ')}`).toMatch(says)
    expect(error.next).not.toEqual([])
    expect(result.exit).toBe(exit)
    expect(result.stderr).toBe('')
  })
})

describe('unknownCommand', () => {
  const commands = ['plan', 'lab:up', 'lab:down', 'step:cni', 'tools', 'tools:install']

  it.each([
    [['paln'], 'there is no command "paln"; did you mean "plan"?'],
    [['lab', 'uo'], 'there is no command "uo" of kp lab; did you mean "up"?'],
    [['tools', 'isntall'], 'there is no command "isntall" of kp tools; did you mean "install"?'],
    [['step', 'cin'], 'there is no phase "cin"; did you mean "cni"?'],
    [['bananas', 'are'], 'there is no command "bananas"'],
  ])('%j', (words, message) => {
    expect(unknownCommand(words, commands)).toMatchObject({message, exit: 2})
  })
})

describe('a Node that is too old', () => {
  const old = oldNode()

  it.skipIf(old === undefined)('is told which one kp needs', () => {
    const {status, stderr, stdout} = spawnSync(old ?? '', [KP_BIN, 'plan'], {encoding: 'utf8', env})
    expect(status).toBe(4)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/kp needs Node 24\.\d+\.\d+ or newer; this is Node \d+/)
    expect(stderr).toMatch(/^Next$/m)
  })

  it.skipIf(old === undefined)('is told so as JSON', () => {
    const {status, stdout} = spawnSync(old ?? '', [KP_BIN, 'plan', '--json'], {encoding: 'utf8', env})
    expect(status).toBe(4)
    expect(RESULT_SCHEMAS.error.parse(JSON.parse(stdout))).toMatchObject({code: 'NODE_OLD', exit: 4})
  })
})

/** Another Node of this machine that is older than the one that kp needs; undefined where there is none. */
function oldNode(): string | undefined {
  const own = join(PROJECT, 'node_modules')
  const candidates = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].filter((folder) => !folder.startsWith(own))
  return candidates
    .map((folder) => join(folder, 'node'))
    .find((path) => {
      try {
        return Number(execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})) < 24
      } catch {
        return false
      }
    })
}
