import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {KpError} from '../../../src/engine/errors.ts'
import type {EventInput} from '../../../src/engine/events.ts'
import type {Exec, ToolCall} from '../../../src/engine/types.ts'
import {createDryRunExec, createExec, formatCommand} from '../../../src/tools/exec.ts'
import {fakeProgram} from '../../helpers/fake-program.ts'
import {tempFolder} from '../../helpers/temp.ts'

interface World {
  exec: Exec
  events: EventInput[]
  abort(): void
  folder: string
}

function world(env: Record<string, string> = {}): World {
  const folder = tempFolder()
  const events: EventInput[] = []
  const controller = new AbortController()
  const exec = createExec({
    findTool: (name) => Promise.resolve(join(folder, name)),
    env: {PATH: process.env['PATH'], ...env},
    emit: (event) => void events.push(event),
    signal: controller.signal,
    redact: (text) => text.replaceAll('known-secret', '[redacted]'),
    runId: 'run-1',
    graceMs: 200,
  })
  return {exec, events, folder, abort: () => controller.abort()}
}

function call(overrides: Partial<ToolCall> = {}): ToolCall {
  return {tool: 'tool', args: [], mutates: false, doing: 'test the tool', timeoutMs: 10_000, ...overrides}
}

async function failure(promise: Promise<unknown>): Promise<KpError> {
  return promise.then(() => Promise.reject(new Error('it did not fail')), (error: KpError) => error)
}

/** Whether the process that wrote its pid there is gone; a zombie is. */
function isGone(pidFile: string): boolean {
  const pid = readFileSync(pidFile, 'utf8').trim()
  if (!existsSync(`/proc/${pid}/stat`)) return true
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
}

describe('a tool that answers', () => {
  it('gives what it printed, and is told of by two events', async () => {
    const {exec, events, folder} = world()
    fakeProgram(folder, 'tool', 'echo "out $1"; echo err >&2; sleep 0.1')
    const result = await exec.run(call({args: ['a b'], mutates: true, at: {phase: 'p', step: 'p/x'}}))
    expect(result).toMatchObject({exitCode: 0, stdout: 'out a b\n', stderr: 'err\n', commandLine: "tool 'a b'", recorded: false})
    const pid = events[0]?.data?.['pid']
    expect(events).toEqual([
      {code: 'tool.started', phase: 'p', step: 'p/x', text: 'test the tool', data: {tool: 'tool', pid, start: expect.stringMatching(/^\d+$/), command: "tool 'a b'", mutates: true}},
      {code: 'tool.finished', phase: 'p', step: 'p/x', data: {tool: 'tool', pid, exitCode: 0, durationMs: expect.any(Number)}},
    ])
  })

  it('reads its input, sees the environment that it is given and no other, and is marked with the run', async () => {
    const {exec, folder} = world({OWN: '1'})
    fakeProgram(folder, 'tool', 'cat; echo "$OWN $EXTRA $KP_RUN ${HOME:-none}"; pwd')
    const {stdout} = await exec.run(call({input: 'ä\n', env: {EXTRA: '2'}, cwd: folder}))
    expect(stdout).toBe(`ä\n1 2 run-1 none\n${folder}\n`)
  })

  it('without an input finds an empty one: it cannot wait for a person', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', 'read -r line || echo "nothing to read"')
    expect((await exec.run(call())).stdout).toBe('nothing to read\n')
  })

  it('may print very much', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', "head -c 30000000 /dev/zero | tr '\\0' x; echo done")
    const {stdout} = await exec.run(call())
    expect(stdout.length).toBe(30_000_005)
  })

  it('may print rubbish', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', "printf 'a\\377\\376\\000b'")
    const {stdout} = await exec.run(call())
    expect(stdout).toMatch(/^a.*b$/s)
  })

  it('is heard line by line while it works', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', 'echo one; echo known-secret >&2; sleep 0.05; echo two')
    const lines: string[] = []
    await exec.run(call({onLine: (line) => lines.push(line)}))
    expect(lines.toSorted()).toEqual(['[redacted]', 'one', 'two'])
  })
})

describe('a tool that fails', () => {
  it('gives its exit code and the end of what it said', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', 'seq 1 100 >&2; echo "Error: no such chart" >&2; exit 3')
    const error = await failure(exec.run(call({args: ['x']})))
    expect(error).toMatchObject({code: 'TOOL_FAILED', message: 'tool ended with exit code 3: Error: no such chart', doing: 'test the tool', tool: {name: 'tool', command: 'tool x', exitCode: 3}})
    expect(error.tool?.output.split('\n')).toHaveLength(20)
  })

  it('shows standard output where it said nothing on standard error', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', 'echo "on stdout"; exit 1')
    expect(await failure(exec.run(call()))).toMatchObject({message: 'tool ended with exit code 1: on stdout'})
    fakeProgram(folder, 'tool', 'exit 1')
    expect(await failure(exec.run(call()))).toMatchObject({message: 'tool ended with exit code 1: it printed nothing'})
  })

  it('with an exit code that is an answer does not fail', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', 'exit 2')
    expect((await exec.run(call({okExitCodes: [0, 2]}))).exitCode).toBe(2)
  })

  it('is not repeated in full where it printed very much on one line', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', "head -c 5000000 /dev/zero | tr '\\0' x >&2; exit 1")
    const error = await failure(exec.run(call()))
    expect(error.message.length).toBeLessThan(1000)
    expect(error.tool?.output.length).toBeLessThan(20_000)
  })

  it('that is missing or cannot be started says so', async () => {
    const {exec, events, folder} = world()
    expect(await failure(exec.run(call()))).toMatchObject({code: 'TOOL_MISSING', next: ['kp doctor', 'kp tools install']})
    writeFileSync(join(folder, 'tool'), 'not executable')
    expect(await failure(exec.run(call()))).toMatchObject({code: 'TOOL_MISSING'})
    expect(events).toEqual([])
  })

  it('that was killed says by what', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', 'kill -9 $$')
    expect(await failure(exec.run(call()))).toMatchObject({code: 'TOOL_KILLED', message: 'tool was ended by SIGKILL'})
  })
})

describe('a tool that hangs', () => {
  it('is ended at its time limit', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', 'echo started; exec sleep 60')
    const started = Date.now()
    expect(await failure(exec.run(call({timeoutMs: 300})))).toMatchObject({code: 'TOOL_TIMEOUT', message: 'tool did not end within 0 seconds and was stopped', tool: {output: 'started'}})
    expect(Date.now() - started).toBeLessThan(5000)
  })

  it('is killed where it does not listen', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', `echo $$ > ${folder}/pid; trap '' TERM; while true; do sleep 0.05; done`)
    expect(await failure(exec.run(call({timeoutMs: 300})))).toMatchObject({code: 'TOOL_TIMEOUT'})
    await expect.poll(() => isGone(join(folder, 'pid'))).toBe(true)
  })

  it.each([
    ['that listens', ''],
    ['that does not listen', "trap '' TERM;"],
    ['that does not listen and has let go of the output', "exec > /dev/null 2>&1; trap '' TERM;"],
  ])('takes a child %s with it', async (_, child) => {
    const {exec, folder} = world()
    fakeProgram(folder, 'child', `${child} echo $$ > ${folder}/child.pid; while true; do sleep 0.05; done`)
    fakeProgram(folder, 'tool', `${folder}/child & wait`)
    expect(await failure(exec.run(call({timeoutMs: 500})))).toMatchObject({code: 'TOOL_TIMEOUT'})
    await expect.poll(() => isGone(join(folder, 'child.pid')), {timeout: 2000}).toBe(true)
  })

  it('is ended when the run is stopped, and nothing is started after that', async () => {
    const {exec, events, folder, abort} = world()
    fakeProgram(folder, 'tool', 'exec sleep 60')
    const running = failure(exec.run(call({args: ['x']})))
    await expect.poll(() => events.length).toBe(1)
    abort()
    expect(await running).toMatchObject({code: 'INTERRUPTED', message: 'tool was stopped', tool: {command: 'tool x'}})
    expect(await failure(exec.run(call()))).toMatchObject({code: 'INTERRUPTED'})
    expect(events.filter(({code}) => code === 'tool.started')).toHaveLength(1)
  })

  it('is ended by the signal of its own call alone', async () => {
    const {exec, folder} = world()
    fakeProgram(folder, 'tool', 'sleep "$1"; echo ended')
    const own = new AbortController()
    const [stopped, other] = [failure(exec.run(call({args: ['60'], signal: own.signal}))), exec.run(call({args: ['0.3']}))]
    setTimeout(() => own.abort(), 50)
    expect(await stopped).toMatchObject({code: 'INTERRUPTED'})
    expect((await other).stdout).toBe('ended\n')
  })
})

it('secrets appear in no event, command line or error', async () => {
  const {exec, events, folder} = world()
  fakeProgram(folder, 'tool', 'echo "token known-secret and $1"; exit 1')
  const error = await failure(exec.run(call({args: ['call-secret'], redact: ['call-secret', 'ab']})))
  const said = JSON.stringify([events, error.message, error.tool, error.details])
  expect(said).not.toMatch(/known-secret|call-secret/)
  expect(error.tool?.output).toBe('token [redacted] and [redacted]')
})

describe('a dry run', () => {
  it('answers what only reads, and records the rest', async () => {
    const {exec, events, folder} = world()
    fakeProgram(folder, 'tool', `echo "$1" >> ${folder}/calls; echo read`)
    const dry = createDryRunExec(exec, (event) => void events.push(event))
    expect((await dry.run(call({args: ['get']}))).stdout).toBe('read\n')
    expect(await dry.run(call({args: ['apply', 'a b'], mutates: true, at: {phase: 'p', step: 'p/x'}}))).toMatchObject({recorded: true, exitCode: 0, stdout: ''})
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('get\n')
    expect(events.at(-1)).toEqual({code: 'tool.recorded', phase: 'p', step: 'p/x', text: 'test the tool', data: {command: "tool apply 'a b'"}})
  })
})

it.each([
  ['/opt/bin/helm', ['list', '-A'], 'helm list -A'],
  ['kubectl', ['get', "it's", '', '$HOME', 'a=b,c:d/e@f'], "kubectl get 'it'\\''s' '' '$HOME' a=b,c:d/e@f"],
])('formatCommand(%s, %j) can be copied into a shell', (tool, args, line) => {
  expect(formatCommand(tool, args)).toBe(line)
})
