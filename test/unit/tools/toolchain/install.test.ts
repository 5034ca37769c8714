import {spawn} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, readdirSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {systemClock} from '../../../../src/engine/clock.ts'
import type {Tool} from '../../../../src/tools/toolchain/catalog.ts'
import {toolFolder} from '../../../../src/tools/toolchain/digest.ts'
import {installTool} from '../../../../src/tools/toolchain/install.ts'
import type {Progress} from '../../../../src/tools/toolchain/progress.ts'
import {testExec} from '../../../helpers/exec.ts'
import {fakeProgram} from '../../../helpers/fake-program.ts'
import {tempFolder} from '../../../helpers/temp.ts'

const TOOL: Tool = {
  name: 'thing',
  version: '1.2.3',
  programs: ['thing'],
  build: {kind: 'install', packages: ['example.com/thing/cmd/thing'], ldflags: '-s -w', units: 4, go: '1.25.0'},
}

const GO_ANSWERS = 'if [ "$1" = env ]; then echo go1.26.8; echo auto; exit 0; fi'
const GO_BUILDS = `${GO_ANSWERS}
for p in errors io example.com/a example.com/thing/cmd/thing; do echo $p >&2; done
printf '#!/bin/sh\\necho built\\n' > "$GOBIN/thing"; chmod +x "$GOBIN/thing"`

function withGo(body: string): {exec: ReturnType<typeof testExec>; cacheDir: string; bin: string} {
  const cacheDir = tempFolder()
  const bin = join(cacheDir, 'bin')
  fakeProgram(bin, 'go', body)
  return {exec: testExec({path: `${bin}${delimiter}/usr/bin${delimiter}/bin`}), cacheDir, bin}
}

async function install(setup: ReturnType<typeof withGo>, progress: Progress[] = []): Promise<string> {
  return installTool(TOOL, {cacheDir: setup.cacheDir, exec: setup.exec, clock: systemClock, env: {}, onProgress: (each) => progress.push(each)})
}

function leftovers(cacheDir: string): string[] {
  return readdirSync(join(cacheDir, 'tools', 'thing')).filter((name) => !name.startsWith('1.2.3-'))
}

describe('installTool', () => {
  it('builds once, with progress, and leaves nothing behind', async () => {
    const setup = withGo(`echo "$@" >> \${0%/*}/calls; ${GO_BUILDS}`)
    const progress: Progress[] = []
    const folder = await install(setup, progress)
    expect(folder).toBe(await toolFolder(TOOL, setup.cacheDir))
    expect(existsSync(join(folder, 'thing'))).toBe(true)
    expect(progress.map(({phase, percent, line}) => `${phase} ${percent} ${line}`)).toEqual(['build 25 errors', 'build 50 io', 'build 75 example.com/a', 'build 99 example.com/thing/cmd/thing'])
    expect(await install(setup)).toBe(folder)
    expect(leftovers(setup.cacheDir)).toEqual([])
    expect(readFileSync(join(setup.bin, 'calls'), 'utf8').split('\n')).toEqual([
      'env GOVERSION GOTOOLCHAIN',
      'install -v -trimpath -buildvcs=false -ldflags -s -w example.com/thing/cmd/thing@v1.2.3',
      '',
    ])
  })

  it('has two installations wait for each other, and builds once', async () => {
    const setup = withGo(`[ "$1" = install ] && echo x >> \${0%/*}/calls && sleep 0.3; ${GO_BUILDS}`)
    const progress: Progress[] = []
    const [first, second] = await Promise.all([install(setup, progress), install(setup, progress)])
    expect(first).toBe(second)
    expect(readFileSync(join(setup.bin, 'calls'), 'utf8')).toBe('x\n')
    expect(progress.some(({phase}) => phase === 'wait')).toBe(true)
  })

  it('recovers from a kill in the middle', {timeout: 20_000}, async () => {
    const setup = withGo(`${GO_ANSWERS}\ntouch "$GOBIN/half"; sleep 30`)
    const script = `
      import {systemClock} from '${import.meta.dirname}/../../../../src/engine/clock.ts'
      import {createExec} from '${import.meta.dirname}/../../../../src/tools/exec.ts'
      import {installTool} from '${import.meta.dirname}/../../../../src/tools/toolchain/install.ts'
      const exec = createExec({env: process.env, emit() {}, redact: (text) => text, signal: new AbortController().signal, findTool: async () => '${setup.bin}/go'})
      await installTool(${JSON.stringify(TOOL)}, {cacheDir: '${setup.cacheDir}', exec, clock: systemClock, env: {}, onProgress() {}})`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {stdio: 'ignore', env: {...process.env, PATH: `${setup.bin}:/usr/bin:/bin`}})
    const tools = join(setup.cacheDir, 'tools', 'thing')
    await expect.poll(() => existsSync(tools) && readdirSync(tools, {recursive: true}).some((name) => String(name).endsWith('half')), {timeout: 10_000}).toBe(true)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(leftovers(setup.cacheDir).length).toBeGreaterThan(0)

    fakeProgram(setup.bin, 'go', GO_BUILDS)
    const folder = await install(setup)
    expect(readdirSync(folder)).toEqual(['thing'])
    expect(leftovers(setup.cacheDir)).toEqual([])
  })

  it('says that Go is missing or too old, and what to do', async () => {
    const cacheDir = tempFolder()
    mkdirSync(join(cacheDir, 'bin'))
    const none = {cacheDir, bin: '', exec: testExec({path: join(cacheDir, 'bin')})}
    await expect(install(none)).rejects.toMatchObject({code: 'TOOL_MISSING', next: [expect.stringContaining('install Go 1.25.0 or newer'), 'kp tools install']})
    const local = withGo('echo go1.24.1; echo local')
    await expect(install(local)).rejects.toMatchObject({code: 'TOOL_OLD', message: 'Go 1.25.0 or newer is needed to build thing 1.2.3; found go1.24.1'})
    expect(leftovers(local.cacheDir)).toEqual([])
  })

  it('lets a Go that can renew itself do so', async () => {
    const setup = withGo(GO_BUILDS.replace('go1.26.8', 'go1.22.0'))
    expect(existsSync(join(await install(setup), 'thing'))).toBe(true)
  })

  it.each([
    ['a full disk', 'link: mapping output file failed: no space left on device', 'FILE_SYSTEM', 'the disk is full'],
    ['a proxy out of reach', 'dial tcp 203.0.113.1:443: i/o timeout', 'TOOL_FAILED', 'the Go module proxy was not reached'],
    ['a build that fails', './main.go:3: undefined: x', 'TOOL_FAILED', 'go ended with an error'],
  ])('explains %s', async (_, output, code, message) => {
    const setup = withGo(`${GO_ANSWERS}\necho '${output}' >&2; exit 1`)
    await expect(install(setup)).rejects.toMatchObject({code, message: expect.stringContaining(message), tool: {output: expect.stringContaining(output)}})
    expect(leftovers(setup.cacheDir)).toEqual([])
  })
})
