/** A real control plane with simulated nodes. Needs the toolchain: `kp tools install`. */
import {spawn} from 'node:child_process'
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {systemClock} from '../../src/engine/clock.ts'
import {etcdPlaces} from '../../src/providers/lab/etcd-data.ts'
import {createLabs} from '../../src/providers/lab/labs.ts'
import {COMPONENTS, labLayout} from '../../src/providers/lab/layout.ts'
import {endComponent} from '../../src/providers/lab/processes.ts'
import {isComplete} from '../../src/tools/toolchain/build.ts'
import {KUBERNETES_MINORS, labTools} from '../../src/tools/toolchain/catalog.ts'
import {toolFolder} from '../../src/tools/toolchain/digest.ts'
import {cacheDir as findCacheDir} from '../../src/tools/toolchain/paths.ts'
import {testExec} from '../helpers/exec.ts'
import {fakeProgram} from '../helpers/fake-program.ts'

const cacheDir = findCacheDir(process.env)
const stateDir = mkdtempSync(join(tmpdir(), 'kp-lab-'))
const exec = testExec()
const labs = createLabs({stateDir, cacheDir, exec, clock: systemClock, env: process.env})
const tools = await Promise.all(KUBERNETES_MINORS.flatMap((minor) => labTools(minor)).map(async (tool) => isComplete(tool, await toolFolder(tool, cacheDir))))

const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {name: 'general-b-1', labels: {'topology.kubernetes.io/zone': 'lab-b'}, annotations: {'lab.kp.dev/cpu': '2', 'lab.kp.dev/kubelet': 'v1.36.1'}},
}

/** Processes whose command line names the folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))
    .map((entry) => {
      try {
        return readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((command) => command.includes(folder))
}

async function kubectl(name: string, args: string[], input?: object): Promise<string> {
  const layout = labLayout(stateDir, name)
  const call = {tool: join(layout.bin, 'kubectl'), args: ['--kubeconfig', layout.kubeconfig, ...args], mutates: true, doing: 'test'}
  return (await exec.run(input === undefined ? call : {...call, input: JSON.stringify(input)})).stdout
}

describe.skipIf(tools.includes(false) || process.platform !== 'linux')('a lab', () => {
  const options = {podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/12', webhooks: false}

  beforeAll(async () => {
    await Promise.all([labs.create({...options, name: 'on', kubernetesMinor: '1.36'}), labs.create({...options, name: 'other', kubernetesMinor: '1.35', owner: '/acme'})])
  }, 60_000)

  afterAll(async () => {
    for (const {name} of await labs.list()) await labs.down(name)
    rmSync(stateDir, {recursive: true, force: true})
  }, 30_000)

  it('stands beside another one', async () => {
    const all = await labs.list()
    expect(all.map(({name, state, kubernetesVersion}) => `${name} ${state} ${kubernetesVersion}`)).toEqual(['on running 1.36.3', 'other running 1.35.4'])
    expect(all[1]?.owner).toBe('/acme')
    expect(JSON.parse(await kubectl('on', ['version', '-o', 'json']))).toMatchObject({serverVersion: {gitVersion: 'v1.36.3', major: '1', minor: '36'}})
    expect(JSON.parse(await kubectl('other', ['version', '-o', 'json']))).toMatchObject({serverVersion: {gitVersion: 'v1.35.4'}})
  })

  it('is taken as it is by a second create', async () => {
    const before = await labs.status('on')
    expect(await labs.create({...options, name: 'on', kubernetesMinor: '1.36'})).toEqual(before)
    await expect(labs.create({...options, name: 'on', kubernetesMinor: '1.35'})).rejects.toMatchObject({code: 'IMMUTABLE'})
  })

  it('has its data again where putting other data in its place was cut off between the two renames', {timeout: 120_000}, async () => {
    const layout = labLayout(stateDir, 'other')
    const uid = async (): Promise<string> => kubectl('other', ['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])
    const before = await uid()
    await kubectl('other', ['create', 'namespace', 'kept'])
    const {data, restored, before: aside} = etcdPlaces(layout)
    for (const component of COMPONENTS.toReversed()) await endComponent(layout, component)
    cpSync(data, restored, {recursive: true})
    renameSync(data, aside)
    expect(await labs.start('other')).toMatchObject({state: 'running', repaired: true})
    expect(await uid()).toBe(before)
    expect(await kubectl('other', ['get', 'namespace', 'kept', '-o', 'name'])).toBe('namespace/kept\n')
    expect([restored, aside].filter((folder) => existsSync(folder))).toEqual([])
    expect((await labs.start('other')).repaired).toBeUndefined()
  })

  it('gives kp a kubeconfig that only its owner can read', async () => {
    const path = labs.kubeconfigPath('on')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(parse(readFileSync(path, 'utf8'))).toMatchObject({'current-context': 'on', clusters: [{name: 'on', cluster: {server: (await labs.status('on')).server}}], contexts: [{context: {user: 'kp'}}]})
    expect(JSON.parse(await kubectl('on', ['auth', 'whoami', '-o', 'json']))).toMatchObject({status: {userInfo: {username: 'kp', groups: ['kp:operators', 'system:authenticated']}}})
  })

  it('has nodes and pods that come up, with addresses of its ranges', {timeout: 30_000}, async () => {
    await kubectl('on', ['apply', '-f', '-'], NODE)
    await kubectl('on', ['wait', '--for=condition=Ready', 'node/general-b-1', '--timeout=20s'])
    // The controller manager gives the range; right after the start it may not lead yet.
    await kubectl('on', ['wait', '--for=jsonpath={.spec.podCIDR}', 'node/general-b-1', '--timeout=20s'])
    const node = JSON.parse(await kubectl('on', ['get', 'node', 'general-b-1', '-o', 'json']))
    expect(node).toMatchObject({status: {capacity: {cpu: '2', memory: '16Gi'}, nodeInfo: {kubeletVersion: 'v1.36.1'}}, spec: {podCIDR: '10.244.0.0/24'}})
    await kubectl('on', ['create', 'deployment', 'web', '--image=web:1', '--replicas=2'])
    await kubectl('on', ['expose', 'deployment', 'web', '--port=80', '--type=LoadBalancer'])
    await kubectl('on', ['rollout', 'status', 'deployment/web', '--timeout=20s'])
    const pods = JSON.parse(await kubectl('on', ['get', 'pods', '-o', 'json']))
    for (const pod of pods.items) expect(pod.status.podIP).toMatch(/^10\.244\.0\./)
    await expect.poll(async () => kubectl('on', ['get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip} {.spec.clusterIP}']), {timeout: 10_000}).toMatch(/^198\.1[89]\.\d+\.\d+ 10\.\d+/)
  })

  it('writes down what kp changes, and none of the heartbeats', async () => {
    await kubectl('on', ['create', 'configmap', 'made-by-kp'])
    await kubectl('on', ['apply', '-f', '-'], {apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {name: 'lock', namespace: 'default'}, spec: {holderIdentity: 'me'}})
    await kubectl('on', ['auth', 'can-i', 'create', 'pods'])
    const read = () =>
      readFileSync(labs.auditLogPath('on'), 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line))
        .map(({user, verb, objectRef}) => `${user.username} ${verb} ${objectRef.resource}`)
    await expect.poll(() => read().filter((line) => line === 'kp create configmaps').length, {timeout: 5000}).toBe(1)
    const entries = read()
    expect(entries.some((line) => line.startsWith('kp ') && line.endsWith(' leases'))).toBe(true)
    expect(entries).toContain('kp create deployments')
    expect(entries.filter((line) => /^(?!kp ).* leases$| events$| (get|list|watch) |accessreviews$/.test(line))).toEqual([])
  })

  it('is degraded by the death of a component, and healed by a start', {timeout: 30_000}, async () => {
    const pid = Number(readFileSync(join(labLayout(stateDir, 'on').pids, 'kwok-controller.pid'), 'utf8'))
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => labs.status('on')).toMatchObject({state: 'degraded', deadComponents: ['kwok-controller']})
    expect(await labs.start('on')).toMatchObject({state: 'running'})
    expect((await labs.status('on')).deadComponents).toBeUndefined()
  })

  it('can be made after its maker was killed at any moment', {timeout: 60_000}, async () => {
    const folder = labLayout(stateDir, 'killed').folder
    for (const delay of [150 + Math.random() * 150, 400 + Math.random() * 1600, 2000 + Math.random() * 1500]) {
      const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'helpers', 'make-lab.ts'), stateDir, cacheDir, 'killed'], {stdio: 'ignore'})
      await systemClock.sleep(delay)
      child.kill('SIGKILL')
      await new Promise((resolve) => child.once('exit', resolve))
      expect(['absent', 'incomplete', 'running']).toContain((await labs.status('killed')).state)
    }
    expect(await labs.create({...options, name: 'killed', kubernetesMinor: '1.36'})).toMatchObject({state: 'running'})
    await kubectl('killed', ['get', 'namespaces'])
    await labs.down('killed')
    expect(processesOf(`${folder}/`)).toEqual([])
    expect(readdirSync(join(stateDir, 'labs')).filter((name) => name.includes('killed'))).toEqual([])
  })

  describe('whose API server fails', () => {
    /** A cache like the real one, but for the API server. */
    async function cacheWith(apiserver: string): Promise<string> {
      const fakeCache = join(stateDir, `cache-${Math.random()}`)
      for (const tool of labTools('1.36')) {
        const [real, fake] = [await toolFolder(tool, cacheDir), await toolFolder(tool, fakeCache)]
        mkdirSync(fake, {recursive: true})
        for (const program of tool.programs) if (program !== 'kube-apiserver') symlinkSync(join(real, program), join(fake, program))
        if (tool.name === 'kubernetes') fakeProgram(fake, 'kube-apiserver', `[ "$1" = --version ] && echo Kubernetes v1.36.3 && exit 0\nreal=${real}/kube-apiserver\n${apiserver}`)
      }
      return fakeCache
    }
    const create = (fakeCache: string) => createLabs({stateDir, cacheDir: fakeCache, exec, clock: systemClock, env: process.env}).create({...options, name: 'failing', kubernetesMinor: '1.36'})

    it('is given up at once, with what it said, and taken away', {timeout: 30_000}, async () => {
      const fakeCache = await cacheWith('sleep 0.2; echo "boom: no such flag" >&2; exit 1')
      const started = Date.now()
      await expect(create(fakeCache)).rejects.toMatchObject({code: 'LAB_FAILED', message: 'the lab failing could not be made: kube-apiserver ended while it started', details: expect.arrayContaining(['kube-apiserver: boom: no such flag'])})
      expect(Date.now() - started).toBeLessThan(20_000)
      expect(processesOf(`${labLayout(stateDir, 'failing').folder}/`)).toEqual([])
      expect(await labs.status('failing')).toEqual({name: 'failing', state: 'absent'})
    })

    it('because somebody took its port is tried again with another', {timeout: 40_000}, async () => {
      const mark = join(stateDir, 'tried')
      const fakeCache = await cacheWith(`[ -e ${mark} ] && exec -a "$0" $real "$@"\ntouch ${mark}; echo "listen tcp: bind: address already in use" >&2; exit 1`)
      expect(await create(fakeCache)).toMatchObject({state: 'running'})
      expect(existsSync(mark)).toBe(true)
      await labs.down('failing')
    })
  })

  it('goes without a trace, and leaves the other one alone', async () => {
    await labs.down('on')
    await labs.down('on')
    expect(processesOf(`${labLayout(stateDir, 'on').folder}/`)).toEqual([])
    expect(readdirSync(join(stateDir, 'labs'))).toEqual(['other'])
    expect(await labs.status('other')).toMatchObject({state: 'running'})
  })
})
