import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {systemClock} from '../../../../src/engine/clock.ts'
import {identifySelf} from '../../../../src/engine/processes.ts'
import {writeKwokctlConfig} from '../../../../src/providers/lab/kwokctl.ts'
import {createLabs} from '../../../../src/providers/lab/labs.ts'
import {labLayout} from '../../../../src/providers/lab/layout.ts'
import {choosePorts} from '../../../../src/providers/lab/ports.ts'
import {readRecord, takenPorts, writeRecord} from '../../../../src/providers/lab/record.ts'
import type {LabOptions} from '../../../../src/providers/lab/types.ts'
import {testExec} from '../../../helpers/exec.ts'
import {tempFolder} from '../../../helpers/temp.ts'

const OPTIONS: LabOptions = {name: 'one', kubernetesMinor: '1.36', podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/12', webhooks: false}
const PORTS = {apiserver: 1, etcd: 2, etcdPeer: 3, controllerManager: 4, scheduler: 5, kwok: 6}

function labsIn(stateDir: string) {
  return createLabs({stateDir, cacheDir: join(stateDir, 'cache'), exec: testExec(), clock: systemClock, env: {}})
}

async function recorded(stateDir: string): Promise<void> {
  const layout = labLayout(stateDir, 'one')
  mkdirSync(layout.folder, {recursive: true})
  await writeRecord(layout, {options: OPTIONS, kubernetesVersion: '1.36.3', server: 'https://127.0.0.1:1', ports: PORTS, createdAt: '2026-01-01T00:00:00.000Z'})
}

describe('labs', () => {
  it.each(['', 'Big', 'a/b', '..', '-a', 'a-', 'a'.repeat(64)])('refuse the name %j', async (name) => {
    await expect(labsIn(tempFolder()).create({...OPTIONS, name})).rejects.toMatchObject({code: 'USAGE'})
  })

  it('want their tools first, and leave nothing', async () => {
    const stateDir = tempFolder()
    const labs = labsIn(stateDir)
    await expect(labs.create(OPTIONS)).rejects.toMatchObject({code: 'TOOL_MISSING', message: 'the lab needs Kubernetes 1.36, which is not installed', next: ['kp tools install']})
    expect(await labs.status('one')).toEqual({name: 'one', state: 'absent'})
    expect(await labs.list()).toEqual([])
    await labs.down('one')
  })

  it('tell by their files and processes how they are', async () => {
    const stateDir = tempFolder()
    const labs = labsIn(stateDir)
    const layout = labLayout(stateDir, 'one')
    mkdirSync(layout.folder, {recursive: true})
    expect((await labs.status('one')).state).toBe('incomplete')
    writeFileSync(layout.lock, JSON.stringify({holder: identifySelf(), since: '2026-01-01T00:00:00Z'}))
    expect((await labs.status('one')).state).toBe('creating')
    await expect(labs.down('one')).rejects.toMatchObject({code: 'LOCKED', details: [expect.stringContaining(`process ${process.pid} on `)]})
    writeFileSync(layout.lock, JSON.stringify({holder: {...identifySelf(), start: '1'}, since: '2026-01-01T00:00:00Z'}))
    expect((await labs.status('one')).state).toBe('incomplete')
    await recorded(stateDir)
    expect(await labs.status('one')).toMatchObject({state: 'stopped', kubernetesVersion: '1.36.3', kubeconfig: layout.kubeconfig, auditLog: layout.auditLog})
    expect((await labs.list()).map(({name}) => name)).toEqual(['one'])
    await labs.down('one')
    await labs.down('one')
    expect(await labs.status('one')).toEqual({name: 'one', state: 'absent'})
  })

  it('do not take a process with a reused pid for their own', async () => {
    const stateDir = tempFolder()
    await recorded(stateDir)
    const {pids} = labLayout(stateDir, 'one')
    mkdirSync(pids, {recursive: true})
    writeFileSync(join(pids, 'etcd.pid'), String(process.pid))
    const status = await labsIn(stateDir).status('one')
    expect(status).toMatchObject({state: 'stopped', deadComponents: expect.arrayContaining(['etcd'])})
    await labsIn(stateDir).down('one')
  })

  it('watch and end registered processes', async () => {
    const stateDir = tempFolder()
    const labs = labsIn(stateDir)
    await recorded(stateDir)
    const {spawn} = await import('node:child_process')
    const child = spawn('sleep', ['60'])
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await labs.registerProcess('one', {name: 'front-door', pid: child.pid ?? 0})
    expect((await labs.status('one')).deadComponents).not.toContain('front-door')
    await labs.down('one')
    await ended
    expect(child.signalCode).toBe('SIGKILL')
  })

  it('refuse other settings for a lab that exists', async () => {
    const stateDir = tempFolder()
    await recorded(stateDir)
    await expect(labsIn(stateDir).create({...OPTIONS, podCidr: '10.0.0.0/16', owner: '/acme'})).rejects.toMatchObject({
      code: 'IMMUTABLE',
      details: ['podCidr: is 10.244.0.0/16, wanted 10.0.0.0/16', 'owner: is none, wanted /acme'],
    })
  })

  it('keep their ports apart', async () => {
    const stateDir = tempFolder()
    await recorded(stateDir)
    expect(await takenPorts(stateDir)).toEqual(new Set([1, 2, 3, 4, 5, 6]))
    const ports = Object.values(await choosePorts(new Set()))
    expect(new Set(ports).size).toBe(6)
    expect(Math.max(...ports)).toBeLessThan(32_768)
    const all = new Set(Array.from({length: 40_000}, (_, port) => port))
    await expect(choosePorts(all)).rejects.toMatchObject({code: 'LAB_FAILED'})
  })

  it('cope with a broken record', async () => {
    const stateDir = tempFolder()
    const layout = labLayout(stateDir, 'one')
    mkdirSync(dirname(layout.record), {recursive: true})
    writeFileSync(layout.record, '{"options":')
    expect(await readRecord(layout)).toBeUndefined()
    expect((await labsIn(stateDir).status('one')).state).toBe('incomplete')
  })
})

describe('the configuration for kwokctl', () => {
  async function config(options: Partial<LabOptions> = {}) {
    const stateDir = tempFolder()
    const layout = labLayout(stateDir, 'one')
    mkdirSync(layout.folder, {recursive: true})
    await writeKwokctlConfig(layout, {...OPTIONS, ...options}, '1.36.3', PORTS)
    const value = parse(readFileSync(layout.kwokctlConfig, 'utf8')) as {options: Record<string, unknown>; componentsPatches: {name: string; extraArgs: {key: string; value: string}[]; extraEnvs: object[]}[]}
    const flags = Object.fromEntries(value.componentsPatches.map(({name, extraArgs}) => [name, Object.fromEntries(extraArgs.map(({key, value: text}) => [key, text]))]))
    return {value, flags}
  }

  it('listens on loopback, and takes no program from elsewhere', async () => {
    const {value} = await config()
    expect(value.options).toMatchObject({bindAddress: '127.0.0.1', kubeApiserverPort: 1, kubeVersion: 'v1.36.3'})
    for (const [key, program] of Object.entries(value.options)) if (key.endsWith('Binary')) expect(program).toMatch(/\/labs\/one\/bin\//)
    expect(JSON.stringify(value)).not.toContain('http')
  })

  it('hands on the networks, and switches webhooks off unless they are wanted', async () => {
    const {flags} = await config({podCidr: '10.1.0.0/22', serviceCidr: '10.9.0.0/24'})
    expect(flags['kube-controller-manager']).toMatchObject({'allocate-node-cidrs': 'true', 'cluster-cidr': '10.1.0.0/22', 'node-cidr-mask-size': '26', 'service-cluster-ip-range': '10.9.0.0/24'})
    expect(flags['kube-apiserver']).toMatchObject({'service-cluster-ip-range': '10.9.0.0/24', 'disable-admission-plugins': 'MutatingAdmissionWebhook,ValidatingAdmissionWebhook'})
    expect((await config({webhooks: true})).flags['kube-apiserver']).not.toHaveProperty('disable-admission-plugins')
  })

  it('does not let components be taken for tools of the run that started them', async () => {
    for (const {extraEnvs} of (await config()).value.componentsPatches) expect(extraEnvs).toEqual([{name: 'KP_RUN', value: ''}])
  })
})
