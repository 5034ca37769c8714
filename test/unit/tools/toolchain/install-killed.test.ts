import {spawn} from 'node:child_process'
import {existsSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {systemClock} from '../../../../src/engine/clock.ts'
import {identifyProcess} from '../../../../src/engine/processes.ts'
import type {Tool} from '../../../../src/tools/toolchain/catalog.ts'
import {installTool} from '../../../../src/tools/toolchain/install.ts'
import {testExec} from '../../../helpers/exec.ts'
import {fakeProgram} from '../../../helpers/fake-program.ts'
import {chance as chanceOf, printedSeed} from '../../../helpers/random.ts'
import {tempFolder} from '../../../helpers/temp.ts'

const chance = chanceOf(printedSeed('killed installs'))
const SOURCES = join(import.meta.dirname, '..', '..', '..', '..', 'src')
const TOOL: Tool = {name: 'thing', version: '1.2.3', programs: ['thing'], build: {kind: 'install', packages: ['example.com/thing'], units: 1, go: '1.25.0'}}
const GO_ANSWERS = 'if [ "$1" = env ]; then echo go1.26.8; echo auto; exit 0; fi'
const GO_BUILDS = `${GO_ANSWERS}\necho built > "$GOBIN/thing"`

/** A cache and a program that installs the tool into it, with a fake go in the cache's `bin`. */
function setUp(go: string): {cache: string; start(): ReturnType<typeof spawn>; install(): Promise<string>; left(): string[]} {
  const cache = tempFolder()
  const bin = join(cache, 'bin')
  fakeProgram(bin, 'go', go)
  const script = join(cache, 'install.mts')
  writeFileSync(
    script,
    `import {systemClock} from '${SOURCES}/engine/clock.ts'
import {createExec} from '${SOURCES}/tools/exec.ts'
import {installTool} from '${SOURCES}/tools/toolchain/install.ts'
const exec = createExec({env: process.env, emit() {}, redact: (text) => text, signal: new AbortController().signal, findTool: async () => '${bin}/go'})
await installTool(${JSON.stringify(TOOL)}, {cacheDir: '${cache}', exec, clock: systemClock, env: {}, onProgress() {}})`,
  )
  return {
    cache,
    start: () => spawn(process.execPath, [script], {stdio: 'ignore', env: {...process.env, PATH: `${bin}:/usr/bin:/bin`}}),
    install: () => installTool(TOOL, {cacheDir: cache, exec: testExec({path: `${bin}:/usr/bin:/bin`}), clock: systemClock, env: {}, onProgress() {}}),
    left: () => readdirSync(join(cache, 'tools', 'thing')).filter((name) => !name.startsWith('1.2.3-')),
  }
}

async function killed(child: ReturnType<typeof spawn>): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve))
}

describe('an installation that was killed', () => {
  test.runIf(process.platform === 'linux')('leaves go and its children at work: the next one ends them before it removes their folder', async () => {
    // go and its child write into the folder for a minute, and would make it anew.
    const {cache, start, install, left} = setUp(`${GO_ANSWERS}
(echo $$ $(exec sh -c 'echo $PPID') > \${0%/*}/../pids.new; mv \${0%/*}/../pids.new \${0%/*}/../pids
for i in $(seq 600); do mkdir -p "$GOBIN"; date > "$GOBIN/half"; sleep 0.1; done)`)
    const child = start()
    await expect.poll(() => existsSync(join(cache, 'pids')), {timeout: 10_000, interval: 20}).toBe(true)
    await killed(child)
    const pids = readFileSync(join(cache, 'pids'), 'utf8').trim().split(' ').map(Number)
    expect(pids.map((pid) => identifyProcess(pid) !== undefined)).toEqual([true, true])
    expect(left().length).toBeGreaterThan(0)

    fakeProgram(join(cache, 'bin'), 'go', GO_BUILDS)
    expect(readdirSync(await install())).toEqual(['thing'])
    expect(pids.map((pid) => identifyProcess(pid))).toEqual([undefined, undefined])
    await sleep(200)
    expect(left()).toEqual([])
  }, 30_000)

  test('between its last rename and its cleaning up: the next one cleans up, and builds nothing', async () => {
    const {cache, install, left} = setUp(GO_BUILDS)
    await install()
    const dead = JSON.stringify({holder: {...identifyProcess(process.pid), start: '1'}, since: new Date().toISOString()})
    for (const name of ['1.2.3.lock', '.tmp-0123456789ab.claim']) writeFileSync(join(cache, 'tools', 'thing', name), dead)
    fakeProgram(join(cache, 'bin'), 'go', 'exit 1')
    await install()
    expect(left()).toEqual([])
  })

  test('at any moment: the next one ends as if nothing had been', async () => {
    const {start, install, left} = setUp(`${GO_ANSWERS}\nsleep 0.1; echo half > "$GOBIN/.half"; sleep 0.1; rm "$GOBIN/.half"; echo built > "$GOBIN/thing"`)
    for (let kills = 0; kills < 5; kills++) {
      const child = start()
      await sleep(chance.below(900))
      await killed(child)
    }
    const folder = await install()
    expect(readdirSync(folder)).toEqual(['thing'])
    expect(readFileSync(join(folder, 'thing'), 'utf8')).toBe('built\n')
    expect(left()).toEqual([])
  }, 30_000)
})
