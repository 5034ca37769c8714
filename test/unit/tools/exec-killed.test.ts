import {spawnSync} from 'node:child_process'
import {existsSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {fakeProgram} from '../../helpers/fake-program.ts'
import {tempFolder} from '../../helpers/temp.ts'

const EXEC = fileURLToPath(new URL('../../../src/tools/exec.ts', import.meta.url))

/** Starts a tool in a process of its own, which kills itself at the moment the tool has started. */
function startAndDie(folder: string, tool: string, call: object): NodeJS.Signals | null {
  const script = join(folder, 'kp.mjs')
  writeFileSync(
    script,
    `import {createExec} from ${JSON.stringify(EXEC)}
const exec = createExec({findTool: async (name) => name, env: process.env, signal: new AbortController().signal, redact: (text) => text,
  emit: (event) => event.code === 'tool.started' && process.kill(process.pid, 'SIGKILL')})
await exec.run({tool: ${JSON.stringify(tool)}, args: [], mutates: true, doing: 'test', ...${JSON.stringify(call)}})`,
  )
  return spawnSync(process.execPath, [script], {env: {...process.env, TMPDIR: folder}}).signal
}

test('a tool has its whole input, though kp was killed right after it started the tool', async () => {
  const folder = tempFolder()
  const input = `${'replicas: 3 # ä\n'.repeat(20_000)}end: true\n`
  // It reads late, and says that it has read in a second step.
  const tool = fakeProgram(join(folder, 'bin'), 'tool', `sleep 0.2; cat > ${folder}/read; mv ${folder}/read ${folder}/done`)
  expect(startAndDie(folder, tool, {input})).toBe('SIGKILL')
  for (let tries = 0; !existsSync(join(folder, 'done')) && tries < 500; tries++) await sleep(50)
  expect(readFileSync(join(folder, 'done'), 'utf8') === input).toBe(true)
  // The input has lost its name before anything was written into it.
  expect(readdirSync(folder).toSorted()).toEqual(['bin', 'done', 'kp.mjs'])
})

test.each([true, false])('a tool that is to outlast kp ends what it does, though nobody reads what it prints: %s', async (outlastsKp) => {
  const folder = tempFolder()
  const tool = fakeProgram(join(folder, 'bin'), 'tool', `for turn in 1 2 3 4 5; do sleep 0.1; echo "turn $turn"; done; : > ${folder}/done`)
  expect(startAndDie(folder, tool, {outlastsKp})).toBe('SIGKILL')
  for (let tries = 0; !existsSync(join(folder, 'done')) && tries < (outlastsKp ? 500 : 20); tries++) await sleep(50)
  // Without it the pipe that nobody reads ends the tool at its first word.
  expect(existsSync(join(folder, 'done'))).toBe(outlastsKp)
})
