/** Known failures of phases 0 to 3, caused by real programs on this machine: what kp then says. */
import {execFile} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, isAbsolute, join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {causesBy} from '../causes/index.ts'
import type {Machine} from '../causes/types.ts'
import {bringTool} from '../helpers/ansible.ts'
import {eksText} from '../helpers/eks.ts'
import {startRealApi} from '../helpers/real-api.ts'
import type {RealApi} from '../helpers/real-api.ts'
import {KP_BIN, kpEnvironment, NODE} from '../helpers/run-kp.ts'
import {expectAnswer, toldByKp, toldOfOutput} from '../helpers/told.ts'

const run = promisify(execFile)
const WITHOUT_AWS = {AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null'}

let top: string
let api: Promise<RealApi> | undefined
const path: string[] = []

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'kp-test-causes-'))
  path.push(await bringTool('helm'), dirname(NODE))
})
afterAll(async () => {
  await (await api)?.stop()
  rmSync(top, {recursive: true, force: true})
})

/** What a program said, and how it ended. */
async function output(program: string, args: string[], options: {cwd: string; env: Record<string, string | undefined>}): Promise<{code: number; stdout: string; stderr: string}> {
  try {
    return {code: 0, ...(await run(program, args, {...options, timeout: 110_000, maxBuffer: 1 << 26}))}
  } catch (error) {
    const {code, stdout = '', stderr = String(error)} = error as {code?: number | string; stdout?: string; stderr?: string}
    if (typeof code !== 'number') throw error
    return {code, stdout, stderr}
  }
}

/** A mount namespace in which the folder is a full disk, or may not be written to. */
function under(kind: string, root: string, command: string[]): [string, string[]] {
  const mount = kind === 'tmpfs'
    ? 'cp "$1/kp.yaml" /tmp/.kp-cause-$$ && mount -t tmpfs -o size=32k tmpfs "$1" && cp /tmp/.kp-cause-$$ "$1/kp.yaml" && rm /tmp/.kp-cause-$$'
    : 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'
  return ['unshare', ['--map-root-user', '--mount', 'sh', '-c', `${mount} && cd "$1" && shift && exec "$@"`, 'sh', root, ...command]]
}

function machine(folder: string): Machine {
  const env = (extra: Record<string, string> = {}): Record<string, string> => kpEnvironment(join(folder, 'state'), {...WITHOUT_AWS, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_PROFILE: undefined, COLUMNS: '200', ...extra})
  return {
    folder,
    platform(sections = {}) {
      const root = join(folder, 'acme')
      mkdirSync(root)
      writeFileSync(join(root, 'kp.yaml'), eksText(sections))
      return root
    },
    async kp(root, args, extra, options = {}) {
      const command = [NODE, KP_BIN, ...args]
      const [program = '', rest] = options.under === undefined ? [command[0], command.slice(1)] : under(options.under, root, command)
      const {stdout, stderr} = await output(program, rest, {cwd: root, env: env(extra)})
      return toldByKp({stdout, stderr})
    },
    async tool(name, args, {cwd = folder, env: extra = {}, says} = {}) {
      const {code, stdout, stderr} = await output(name, args, {cwd, env: {...env(), KUBECONFIG: '/dev/null', LC_ALL: 'C.UTF-8', HELM_CACHE_HOME: join(folder, 'helm'), PATH: `${path.join(':')}:${process.env['PATH']}`, ...extra}})
      const text = `${stdout}\n${stderr}`
      if (says === undefined) expect(code, text).not.toBe(0)
      else expect(text).toMatch(says)
      return toldOfOutput(isAbsolute(name) ? (name.split('/').at(-1) ?? name) : name, code, text)
    },
    api: () => (api ??= startRealApi(join(top, 'api'))),
  }
}

describe('a failure that is caused', () => {
  it.each(causesBy('machine').map(({code, cause}) => ({code, what: cause.what, cause: cause.cause})))('$code: $what', async ({code, cause}) => {
    expectAnswer(await cause(machine(mkdtempSync(join(top, 'm-')))), code)
  }, 240_000)
})
