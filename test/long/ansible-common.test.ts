/** The role that prepares a host, run for real on a throw-away Debian: what it makes, that a second run changes nothing, and what it refuses. */
import {chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {bareMetalHosts, inventoryText} from '../../src/components/hosts/inventory.ts'
import {bringTool} from '../helpers/ansible.ts'
import {foldersOfPython, makeAptRepository, makeDebianRoot, whyNoRoot} from '../helpers/debian-root.ts'
import type {DebianRoot} from '../helpers/debian-root.ts'
import {bareMetalProvider, bareMetalSpec} from '../helpers/kubeadm.ts'
import {PROJECT} from '../helpers/run-kp.ts'

const why = whyNoRoot()
if (why !== undefined) console.log(`the role common is not run: ${why}`)

const unit = (name: string): string => `[Unit]\nDescription=${name}\n[Service]\nExecStart=/usr/bin/${name}\n[Install]\nWantedBy=multi-user.target\n`
const program = (name: string): Record<string, string> => ({[`usr/bin/${name}`]: '#!/bin/sh\n'})
const RECAP = /changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)/

let folder: string
let ansible: string
let root: DebianRoot
let vendors: Record<'containerd' | 'kubernetes', {url: string; key: string}>

beforeAll(async () => {
  if (why !== undefined) return
  // Outside of /tmp, which is part of the layer below.
  folder = mkdtempSync('/var/tmp/kp-test-root-')
  // apt reads as somebody who may nothing.
  chmodSync(folder, 0o755)
  ansible = await bringTool('ansible')
  const playbook = join(folder, 'ansible')
  cpSync(join(PROJECT, 'templates', 'ansible'), playbook, {recursive: true})
  const spec = bareMetalSpec({provider: bareMetalProvider({hosts: [{name: 'cp-1', address: '127.0.0.1', role: 'control-plane'}]})})
  if (spec.provider.type !== 'bare-metal') throw new Error(spec.provider.type)
  writeFileSync(join(playbook, 'inventory.yml'), inventoryText(spec, bareMetalHosts(spec.provider), {apiEndpoint: spec.provider.apiEndpoint}))
  vendors = {
    containerd: makeAptRepository(join(folder, 'containerd'), [{name: 'containerd.io', version: '2.1.5-1', files: {...program('containerd'), 'usr/lib/systemd/system/containerd.service': unit('containerd'), 'etc/containerd/config.toml': 'disabled_plugins = ["cri"]\n'}}]),
    kubernetes: makeAptRepository(join(folder, 'kubernetes'), [
      {name: 'kubelet', version: '1.35.4-1.1', files: {...program('kubelet'), 'usr/lib/systemd/system/kubelet.service': unit('kubelet')}},
      {name: 'kubeadm', version: '1.35.4-1.1', files: program('kubeadm')},
      {name: 'kubectl', version: '1.35.4-1.1', files: program('kubectl')},
    ]),
  }
  root = makeDebianRoot(folder, foldersOfPython(ansible))
}, 1_200_000)
afterAll(() => {
  if (folder !== undefined) rmSync(folder, {recursive: true, force: true})
})

/** Plays the part of site.yml that prepares hosts. */
async function play(...more: string[]): Promise<{code: number; text: string; changed: number; failed: number}> {
  const source = Object.entries(vendors).flatMap(([name, {url, key}]) => ['-e', `common_${name}_repository=${url}`, '-e', `common_${name}_key=${key}`, '-e', `common_${name}_suite=./`])
  const {code, text} = await root.run([join(ansible, 'ansible-playbook'), '-i', 'inventory.yml', 'site.yml', '--tags', 'common', '-e', 'ansible_connection=local', '-e', 'ansible_become=false', ...source, ...more], join(folder, 'ansible'))
  const [, changed = '-1', , failed = '-1'] = RECAP.exec(text) ?? []
  return {code, text, changed: Number(changed), failed: Number(failed)}
}

describe.skipIf(why !== undefined)('the role common on a Debian', () => {
  it('prepares it', async () => {
    const {code, text, changed} = await play()
    expect(code, text.slice(-4000)).toBe(0)
    expect(changed).toBeGreaterThan(10)
    expect(root.read('etc/modules-load.d/kp.conf')).toBe('overlay\nbr_netfilter\n')
    expect(root.read('etc/sysctl.d/90-kp.conf')).toMatch(/vm\.max_map_count\s*=\s*262144/)
    expect(root.read('etc/fstab')).toContain('# kp, Kubernetes wants no swap: /dev/sda2 none swap')
    expect(root.read('stand-ins/swap')).toBeUndefined()
    // Only what was missing is loaded, and the settings are taken over at once.
    expect(root.read('stand-ins/told')?.trim().split('\n')).toEqual(['modprobe br_netfilter', 'swapoff -a', 'sysctl --system'])
    // The package's own configuration switches CRI off.
    expect(root.read('etc/containerd/config.toml')).toMatch(/SystemdCgroup\s*=\s*true/)
    expect(root.read('etc/containerd/config.toml')).not.toMatch(/disabled_plugins = \[.*cri/)
    const held = await root.run(['apt-mark', 'showhold'])
    expect(held.text.trim().split('\n').toSorted()).toEqual(['containerd.io', 'kubeadm', 'kubectl', 'kubelet'])
    for (const name of ['containerd', 'kubelet']) expect((await root.run(['systemctl', 'is-enabled', name])).text).toContain('enabled')
  }, 1_200_000)

  it('changes nothing the second time', async () => {
    const told = root.read('stand-ins/told')
    const {code, text, changed} = await play()
    expect(code, text.slice(-4000)).toBe(0)
    expect(changed, text.slice(-4000)).toBe(0)
    expect(root.read('stand-ins/told')).toBe(told)
  }, 1_200_000)

  it('puts back what somebody changed, and that alone', async () => {
    await root.run(['sh', '-c', 'echo "vm.max_map_count = 65530" > /etc/sysctl.d/90-kp.conf; echo /dev/sda3 > /stand-ins/swap'])
    const {code, text, changed} = await play()
    expect(code, text.slice(-4000)).toBe(0)
    expect(changed, text.slice(-4000)).toBe(3)
    expect(root.read('etc/sysctl.d/90-kp.conf')).toMatch(/262144/)
    expect(root.read('stand-ins/swap')).toBeUndefined()
  }, 1_200_000)

  it('does not move a node to another minor', async () => {
    const {code, text} = await play('-e', 'kp_kubernetes_minor=1.36')
    expect(code).not.toBe(0)
    expect(text).toContain('kubeadm 1.35.4-1.1 is installed and kp.yaml wants 1.36')
  }, 1_200_000)
})
