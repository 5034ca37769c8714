import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {findTool} from '../../../../src/tools/toolchain/catalog.ts'
import {toolFolder} from '../../../../src/tools/toolchain/digest.ts'
import {locateTool, requireTool} from '../../../../src/tools/toolchain/locate.ts'
import {kubectlRange} from '../../../../src/tools/toolchain/versions.ts'
import {testExec} from '../../../helpers/exec.ts'
import {fakeProgram} from '../../../helpers/fake-program.ts'
import {tempFolder} from '../../../helpers/temp.ts'

async function fillCache(cacheDir: string, name: string, version: string, programs: string[]): Promise<string> {
  const tool = findTool(name, version)
  if (tool === undefined) throw new Error(`no ${name} ${version}`)
  const folder = await toolFolder(tool, cacheDir)
  mkdirSync(folder, {recursive: true})
  for (const program of programs) writeFileSync(join(folder, program), '')
  return folder
}

const KUBERNETES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl', 'kubeadm']

describe('locateTool', () => {
  it("prefers kp's own cache to the PATH, and its newest fitting version", async () => {
    const cacheDir = tempFolder()
    const bin = join(cacheDir, 'bin')
    fakeProgram(bin, 'kubectl', 'echo 1.36.0')
    await fillCache(cacheDir, 'kubernetes', '1.35', KUBERNETES)
    const newest = await fillCache(cacheDir, 'kubernetes', '1.36', KUBERNETES)
    const options = {cacheDir, path: bin, exec: testExec()}
    expect(await locateTool('kubectl', options)).toEqual({path: join(newest, 'kubectl'), version: '1.36.3', source: 'cache'})
    expect(await locateTool('kubectl', {...options, versionRange: '~1.35.0'})).toMatchObject({version: '1.35.4', source: 'cache'})
  })

  it('leaves an incomplete folder of the cache alone', async () => {
    const cacheDir = tempFolder()
    await fillCache(cacheDir, 'kubernetes', '1.36', KUBERNETES.slice(0, 3))
    expect(await locateTool('kube-apiserver', {cacheDir, path: '', exec: testExec()})).toMatchObject({missing: 'absent'})
  })

  it('takes the first fitting program of the PATH', async () => {
    const cacheDir = tempFolder()
    const folders = ['old', 'rubbish', 'empty', 'broken-link', 'good', 'also-good'].map((name) => join(cacheDir, name))
    fakeProgram(folders[0] ?? '', 'kubectl', 'echo \'{"clientVersion": {"gitVersion": "v1.32.4-dispatcher"}}\'')
    fakeProgram(folders[1] ?? '', 'kubectl', 'echo what?')
    mkdirSync(folders[2] ?? '')
    mkdirSync(folders[3] ?? '')
    symlinkSync('/nowhere', join(folders[3] ?? '', 'kubectl'))
    fakeProgram(folders[4] ?? '', 'kubectl', 'echo v1.35.1')
    fakeProgram(folders[5] ?? '', 'kubectl', 'echo v1.36.1')
    const options = {cacheDir, path: ['relative', ...folders].join(delimiter), exec: testExec(), versionRange: kubectlRange('1.36.3')}
    expect(await locateTool('kubectl', options)).toEqual({path: join(folders[4] ?? '', 'kubectl'), version: '1.35.1', source: 'path'})
  })

  it('says what it found where nothing fits', async () => {
    const cacheDir = tempFolder()
    const path = join(cacheDir, 'bin')
    fakeProgram(path, 'kubectl', 'echo 1.32.4')
    const options = {cacheDir, path, exec: testExec(), versionRange: kubectlRange('1.36.3')}
    expect(await locateTool('kubectl', options)).toEqual({
      missing: 'unfit',
      reason: expect.stringContaining('1.32.4 is not >=1.35.0-0 <1.38.0-0'),
      found: [{path: join(path, 'kubectl'), version: '1.32.4', reason: '1.32.4 is not >=1.35.0-0 <1.38.0-0'}],
    })
    await expect(requireTool('kubectl', options)).rejects.toMatchObject({code: 'TOOL_OLD', next: ['kp tools install']})
  })

  it('says when there is none', async () => {
    const options = {cacheDir: tempFolder(), path: '', exec: testExec()}
    await expect(requireTool('helm', options)).rejects.toMatchObject({code: 'TOOL_MISSING', message: 'helm is not installed', next: ['kp tools install']})
    await expect(requireTool('terraform', options)).rejects.toMatchObject({code: 'TOOL_MISSING', next: ['install terraform and put it on the PATH']})
  })
})
