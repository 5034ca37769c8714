/** The help: of kp itself and of every command, right at 80 columns. */
import {spawnSync} from 'node:child_process'
import {copyFileSync, mkdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {readCommands} from '../../scripts/docs/commands.ts'
import {EXIT} from '../../src/engine/errors.ts'
import {EXIT_MEANINGS} from '../../src/engine/exit-meanings.ts'
import {KP_BIN, kpEnvironment, NODE, PROJECT, startKp} from '../helpers/run-kp.ts'
import {tempFolder} from '../helpers/temp.ts'

const commands = await readCommands(PROJECT)
const env = kpEnvironment('/nowhere', {COLUMNS: '200'})

it('kp --help lists every command without a topic, every topic and every exit code', async () => {
  const {exit, stdout} = await startKp(['--help'], env).done
  expect(exit).toBe(0)
  for (const first of new Set(commands.map(({id}) => id.split(' ')[0]))) expect(stdout).toMatch(new RegExp(`^ {2}${first} +\\S`, 'm'))
  for (const [name, code] of Object.entries(EXIT)) expect(stdout).toMatch(new RegExp(`^ {2}${code} +${EXIT_MEANINGS[name as keyof typeof EXIT].slice(0, 30)}`, 'm'))
  expect(tooLong(stdout)).toEqual([])
})

describe.concurrent.each(commands)('kp $id --help', ({id, summary, flags}) => {
  it('says what it does, with its flags and an example', async () => {
    const {exit, stdout, stderr} = await startKp([...id.split(' '), '--help'], env).done
    expect(exit, stderr).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(summary)
    for (const flag of Object.keys(flags)) expect(stdout).toContain(flag)
    expect(stdout).toMatch(/^EXAMPLES$/m)
    expect(tooLong(stdout)).toEqual([])
  })
})

it('kp --help | head ends without a word', () => {
  const {status, stderr} = spawnSync('bash', ['-c', `"${NODE}" "${KP_BIN}" --help | head -1; exit "\${PIPESTATUS[0]}"`], {encoding: 'utf8', env})
  expect({status, stderr}).toEqual({status: 0, stderr: ''})
})

it('bin/dev.js runs the sources, without a build', () => {
  const root = tempFolder()
  for (const name of ['src', 'templates', 'lab', 'schemas', 'node_modules']) symlinkSync(join(PROJECT, name), join(root, name))
  mkdirSync(join(root, 'bin'))
  for (const name of ['package.json', 'tsconfig.json', 'bin/dev.js']) copyFileSync(join(PROJECT, name), join(root, name))
  const dev = (...args: string[]): ReturnType<typeof spawnSync> => spawnSync(NODE, [join(root, 'bin', 'dev.js'), ...args], {encoding: 'utf8', env})
  expect(dev('explain', 'cni')).toMatchObject({status: 0, stderr: '', stdout: expect.stringMatching(/^Phase 4 cni/) as string})
  expect(dev('stpe')).toMatchObject({status: 2, stderr: expect.stringContaining('did you mean "step"?') as string})
  expect(dev('--help')).toMatchObject({status: 0, stdout: expect.stringContaining('EXIT CODES') as string})
}, 180_000)

/** Lines wider than 80 columns; examples are to be copied and stay whole. */
function tooLong(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 80 && !/^ {2}\$ |kubectl|eval/.test(line))
}
