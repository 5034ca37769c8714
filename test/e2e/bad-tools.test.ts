/** Tools that are missing, too old, broken; a Node that is too old. An empty tool cache, programs of the test on the PATH. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {fakeProgram} from '../helpers/fake-program.ts'
import {KP_BIN, kpEnvironment, NODE, startKp} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'

interface Tool {
  name: string
  state: string
  reason: string | null
}

async function tools(body: string | undefined): Promise<{helm: Tool | undefined; doctor: number | null}> {
  const folder = tempFolder()
  if (body !== undefined) fakeProgram(join(folder, 'bin'), 'helm', body)
  const env = kpEnvironment(join(folder, 'state'), {KP_CACHE_DIR: join(folder, 'cache'), PATH: `${join(folder, 'bin')}:/usr/bin:/bin`})
  const [listed, examined] = await Promise.all([startKp(['tools', '--json'], env, {cwd: folder}).done, startKp(['doctor', '--json'], env, {cwd: folder}).done])
  return {helm: listed.json<{tools: Tool[]}>().tools.find(({name}) => name === 'helm'), doctor: examined.exit}
}

describe('helm', () => {
  test.each([
    ['is missing', undefined, 'missing', 'was not found'],
    ['is too old', 'echo v3.14.0+g1234567', 'old', '3.14.0 is not'],
    ['prints rubbish', String.raw`printf 'garbage\033[31m\001'`, 'unusable', 'holds no version'],
    ['fails', 'echo boom >&2; exit 3', 'unusable', 'exit code 3'],
  ])('%s', async (_, body, state, reason) => {
    const {helm, doctor} = await tools(body)
    expect(helm).toMatchObject({state, reason: expect.stringContaining(reason) as string})
    expect(doctor, 'a prerequisite is missing').toBe(4)
  })
})

test('a Node that is too old is told so, with what to do', ({skip}) => {
  const old = oldNode()
  skip(old === undefined, 'this machine has no Node older than 24')
  const run = (args: string[]): {status: number; output: string} => {
    try {
      return {status: 0, output: execFileSync(old ?? '', [KP_BIN, ...args], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']})}
    } catch (error) {
      const {status, stdout, stderr} = error as {status: number; stdout: string; stderr: string}
      return {status, output: stdout + stderr}
    }
  }
  expect(run(['plan'])).toMatchObject({status: 4, output: expect.stringContaining('npx -y node@24') as string})
  expect(JSON.parse(run(['plan', '--json']).output)).toMatchObject({code: 'NODE_OLD', exit: 4})
})

function oldNode(): string | undefined {
  for (const path of ['/usr/bin/node', '/usr/local/bin/node']) {
    try {
      if (path !== NODE && Number(execFileSync(path, ['-p', 'process.versions.node'], {encoding: 'utf8'}).split('.')[0]) < 24) return path
    } catch {
      // there is none
    }
  }
  return undefined
}
