/** Two kp at once, another cluster under the same name, a release of somebody else: kp refuses, names who or what, and touches nothing. */
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {describeEntry, isLease} from '../helpers/audit.ts'
import {processesUnder} from '../helpers/end-labs.ts'
import {changedFiles, listFiles} from '../helpers/files.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import {PROJECT} from '../helpers/run-kp.ts'
import type {RunningKp} from '../helpers/run-kp.ts'

interface ErrorJson {
  code: string
  exit: number
  message: string
  details: string[]
  next: string[]
}

/** Starts `kp up` and stops it (SIGSTOP) as soon as it works: it holds its locks until it is told to go on. */
async function pausedUp(platform: TestPlatform): Promise<RunningKp & {proceed(): void}> {
  let running: RunningKp | undefined
  await new Promise<void>((resolve, reject) => {
    running = platform.start(['up', '--yes', '--json'], {
      onLine(line) {
        if (!line.includes('"event":"run.started"')) return
        running?.child.kill('SIGSTOP')
        resolve()
      },
    })
    running.done.then((result) => reject(new Error(`kp up ended too early\n${result.stdout.slice(-2000)}\n${result.stderr}`)), reject)
  })
  const found = running as unknown as RunningKp
  return {...found, proceed: () => found.child.kill('SIGCONT')}
}

describe('two kp up at once', {timeout: 60_000}, () => {
  let platform: TestPlatform

  beforeAll(async () => {
    platform = await openTestPlatform({name: 'shared', build: 'shared', lean: true})
  }, 300_000)

  it.each(['the same folder', 'a second checkout'])('in %s: one works, the other exits 6 and names the holder', async (where) => {
    await platform.kubectl(['scale', '-n', 'demo', 'deployment/demo', '--replicas=4'])
    const first = await pausedUp(platform)
    const other = where === 'the same folder' ? platform : platform.checkout('second')
    try {
      const mark = platform.audit().mark()
      const second = await other.kp(['up', '--yes', '--json'])
      const error = second.json<ErrorJson>()
      expect({exit: second.exit, code: error.code}).toEqual({exit: 6, code: 'LOCKED'})
      expect(error.message).toMatch(new RegExp(`^another kp is at work: kp up on \\S+, process ${first.pid}, since \\d{4}-\\d\\d-\\d\\dT`))
      expect(error.details.join()).toContain(where === 'the same folder' ? join(platform.root, '.kp', 'lock') : 'Lease kube-system/kp')
      const text = await other.kp(['up', '--yes'])
      expect(text.exit).toBe(6)
      expect(text.stderr).toContain(`process ${first.pid}`)
      expect((await platform.audit().writes(mark)).map(describeEntry)).toEqual([])
      // Looking is free.
      await platform.kpOk(['plan', '--exit-code'], {exit: 9})
    } finally {
      first.proceed()
    }
    expect((await first.done).exit).toBe(0)
    await other.kpOk(['up', '--yes'])
    await platform.kpOk(['plan', '--exit-code'])
    expect(existsSync(join(other.root, '.kp', 'lock'))).toBe(false)
    if (other !== platform) rmSync(other.root, {recursive: true})
  })

  it('what counts beyond the plan is shown with it, and without an answer nothing is done', async () => {
    const other = platform.checkout('consent')
    try {
      other.setSpec(['email'], 'ops@acme.test')
      other.setSpec(['phases', 'cert-manager', 'issuer'], 'letsencrypt-production')
      const mark = platform.audit().mark()
      const {exit, stdout, stderr} = await other.kp(['up', '--only', 'cert-manager'])
      expect(exit).toBe(2)
      expect(stderr).toContain('There is no terminal to ask for a confirmation on')
      expect(stdout).toContain("! Issuer letsencrypt-production asks Let's Encrypt for real certificates")
      expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
    } finally {
      rmSync(other.root, {recursive: true, force: true})
    }
  })

  it('the lock of a kp that was killed is taken over at once', async () => {
    const first = await pausedUp(platform)
    first.child.kill('SIGKILL')
    await first.done
    const started = Date.now()
    const next = await platform.kpOk(['up', '--yes', '--json'])
    expect(Date.now() - started).toBeLessThan(15_000)
    expect(next.events().filter((event) => event.event === 'lock.takenOver').map((event) => event.text)).toEqual([
      expect.stringContaining(`process ${first.pid}, which is dead`),
      expect.stringContaining(`process ${first.pid}, which is dead`),
    ])
  })

  it('the kubeconfig and helm settings of the shell lead kp nowhere else', async () => {
    const elsewhere = {KUBECONFIG: '/does/not/exist', HELM_KUBEAPISERVER: 'http://127.0.0.1:1', HELM_NAMESPACE: 'elsewhere', HELM_DRIVER: 'memory'}
    await platform.kubectl(['scale', '-n', 'demo', 'deployment/demo', '--replicas=5'])
    await platform.kpOk(['plan', '--exit-code'], {env: elsewhere, exit: 9})
    await platform.kpOk(['up', '--yes'], {env: elsewhere})
    await platform.kpOk(['plan', '--exit-code'])
  })
})

describe('another cluster', {timeout: 120_000}, () => {
  let platform: TestPlatform

  beforeAll(async () => {
    platform = await openTestPlatform({name: 'swapped', build: 'none', lean: true})
    await platform.kpOk(['step', 'networking', '--yes'])
    await platform.kpOk(['step', 'control-plane', '--yes'])
  }, 120_000)

  afterAll(() => platform.close())

  it('that belongs to another platform is refused', async () => {
    const other = platform.checkout('other-platform')
    other.setSpec(['metadata', 'name'], 'other')
    other.setSpec(['provider'], {type: 'existing', kubeconfig: platform.lab.kubeconfig})
    const mark = platform.audit().mark()
    for (const args of [['plan'], ['up', '--yes'], ['verify'], ['bind', '--yes']]) {
      const result = await other.kp([...args, '--json'])
      expect({args, exit: result.exit, code: result.json<ErrorJson>().code}).toEqual({args, exit: 7, code: 'WRONG_CLUSTER'})
      expect(result.json<ErrorJson>().message).toContain('belongs to the platform swapped')
    }
    expect((await platform.audit().writes(mark)).map(describeEntry)).toEqual([])
    rmSync(other.root, {recursive: true})
  })

  it('with a release of somebody else: it is named, and nothing is touched', async () => {
    const values = JSON.stringify({component: {id: 'cilium', version: '1', chart: 'cilium-1'}, objects: [{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'theirs', namespace: 'kube-system'}, data: {a: 'b'}}]})
    await platform.helm(['install', 'cilium', join(PROJECT, 'lab', 'standin'), '-n', 'kube-system', '-f', '-'], values)
    const mark = platform.audit().mark()
    const {exit, stdout} = await platform.kp(['step', 'cni', '--yes'])
    expect({exit, stdout}).toEqual({exit: 7, stdout: expect.stringMatching(/release\s+cilium\s+in\s+namespace\s+kube-system\s+was\s+made\s+by\s+somebody\s+else/)})
    const plan = await platform.kp(['plan', 'cni', '--json'])
    expect(plan.stdout).toContain('the release cilium in namespace kube-system was made by somebody else (revision 1, deployed): kp leaves it alone')
    // The plan itself refuses nothing: what it cannot decide is unknown.
    expect(plan.exit).toBe(8)
    expect((await platform.audit().writes(mark)).filter((entry) => !isLease(entry)).map(describeEntry)).toEqual([])
    expect(JSON.parse(await platform.helm(['history', 'cilium', '-n', 'kube-system', '-o', 'json']))).toHaveLength(1)
  })

  it('under the same name is refused until it is bound', async () => {
    for (const line of processesUnder(platform.lab.folder)) process.kill(Number(line.split(' ')[0]), 'SIGKILL')
    await expect.poll(() => processesUnder(platform.lab.folder)).toEqual([])
    rmSync(platform.lab.folder, {recursive: true})
    await platform.kpOk(['lab', 'up', 'swapped'], {cwd: join(platform.root, '..')})
    const mark = platform.audit().mark()
    const files = listFiles(platform.root, (path) => path === '.kp/runs')
    for (const args of [['plan'], ['up', '--yes'], ['step', 'cni', '--yes'], ['verify']]) {
      const result = await platform.kp([...args, '--json'])
      const error = result.json<ErrorJson>()
      expect({args, exit: result.exit, code: error.code}).toEqual({args, exit: 7, code: 'WRONG_CLUSTER'})
      expect(error.message).toContain('another cluster answers under the name swapped')
      expect(error.next.join()).toContain('kp bind')
    }
    expect((await platform.audit().writes(mark)).map(describeEntry)).toEqual([])
    expect(changedFiles(files, listFiles(platform.root, (path) => path === '.kp/runs'))).toEqual([])

    await platform.kpOk(['bind', '--yes'])
    await platform.kpOk(['plan', '--exit-code'], {exit: 9})
    await platform.kpOk(['step', 'control-plane', '--yes'])
    await platform.kpOk(['plan', 'control-plane', '--exit-code'])
  })
})
