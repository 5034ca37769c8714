import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {askVersion, compareVersions, findVersion, inRange, kubectlRange} from '../../../../src/tools/toolchain/versions.ts'
import {testExec} from '../../../helpers/exec.ts'
import {fakeProgram} from '../../../helpers/fake-program.ts'
import {tempFolder} from '../../../helpers/temp.ts'

describe('findVersion', () => {
  it.each([
    ['v3.22.0+g144b2e0\n', '3.22.0'],
    ['{"clientVersion":{"gitVersion":"v1.32.4-dispatcher"}}', '1.32.4-dispatcher'],
    ['kwok version v0.8.0 go1.26.8 (linux/amd64)', '0.8.0'],
    ['etcd Version: 3.6.8\nGo Version: go1.26.8', '3.6.8'],
    ['go version go1.26.8 linux/amd64', '1.26.8'],
    ['hello', undefined],
  ])('%j', (output, version) => {
    expect(findVersion(output)).toBe(version)
  })
})

describe('ranges', () => {
  it('holds kubectl to one minor on each side of the server', () => {
    const range = kubectlRange('v1.36.3')
    const fits = (version: string): boolean => inRange(version, range)
    expect(['1.34.9', '1.35.0', '1.36.3', '1.37.9', '1.37.0-rc.1', '1.38.0'].map(fits)).toEqual([false, true, true, true, true, false])
    expect(inRange('1.32.4-dispatcher', range)).toBe(false)
  })

  it('compares incomplete versions', () => {
    expect(compareVersions('1.26', '1.25.9')).toBeGreaterThan(0)
    expect(compareVersions('1.26', '1.26.0')).toBe(0)
  })
})

describe('askVersion', () => {
  it('remembers the answer for as long as the file is the same', async () => {
    const cacheDir = tempFolder()
    const count = join(cacheDir, 'count')
    const path = fakeProgram(join(cacheDir, 'bin'), 'thing', `echo x >> ${count}; echo thing 1.2.3`)
    const exec = testExec()
    for (let i = 0; i < 3; i += 1) expect(await askVersion('thing', path, {cacheDir, exec})).toEqual({version: '1.2.3'})
    expect(readFileSync(count, 'utf8')).toBe('x\n')
    fakeProgram(dirname(path), 'thing', 'echo thing 1.10.0')
    expect(await askVersion('thing', path, {cacheDir, exec})).toEqual({version: '1.10.0'})
  })

  it.each(['', 'not json', '[1]', '{"thing": 3}'])('copes with a broken memory: %j', async (text) => {
    const cacheDir = tempFolder()
    const path = fakeProgram(join(cacheDir, 'bin'), 'thing', 'echo 1.2.3')
    mkdirSync(cacheDir, {recursive: true})
    writeFileSync(join(cacheDir, 'versions.json'), text)
    expect(await askVersion('thing', path, {cacheDir, exec: testExec()})).toEqual({version: '1.2.3'})
  })

  it('says why a program is unusable', async () => {
    const cacheDir = tempFolder()
    const ask = (body: string) => askVersion('thing', fakeProgram(join(cacheDir, 'bin'), 'thing', body), {cacheDir, exec: testExec()})
    expect(await ask('echo hello')).toEqual({unusable: 'its answer to `thing --version` holds no version'})
    expect(await ask('echo broken >&2; exit 3')).toMatchObject({unusable: expect.stringContaining('broken')})
    expect(await askVersion('thing', join(cacheDir, 'none'), {cacheDir, exec: testExec()})).toEqual({unusable: 'it cannot be read'})
  })

  it('does not wait for a program that hangs', {timeout: 20_000}, async () => {
    const cacheDir = tempFolder()
    const path = fakeProgram(join(cacheDir, 'bin'), 'thing', 'sleep 60')
    expect(await askVersion('thing', path, {cacheDir, exec: testExec()})).toEqual({unusable: 'it did not say its version within 10 seconds'})
  })
})
