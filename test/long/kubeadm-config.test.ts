/** What the roles render for kubeadm, held against kubeadm itself. */
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseAllDocuments} from 'yaml'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {awsHosts, bareMetalHosts, inventoryText} from '../../src/components/hosts/inventory.ts'
import type {MachineOutput} from '../../src/components/hosts/inventory.ts'
import type {EnvironmentSpec} from '../../src/spec/types.ts'
import {bringTool, output} from '../helpers/ansible.ts'
import {bareMetalSpec, kubeadmSpec} from '../helpers/kubeadm.ts'
import {PROJECT} from '../helpers/run-kp.ts'

const machine = (index: number, pool?: string): MachineOutput => ({id: `i-0a1b2c3d4e5f6a7b${index}`, address: `10.20.${index}.5`, zone: `eu-central-1${'abc'[index % 3]}`, hostname: `ip-10-20-${index}-5.eu-central-1.compute.internal`, ...(pool === undefined ? {} : {pool})})

function inventoryOf(spec: EnvironmentSpec): string {
  const {provider} = spec
  if (provider.type === 'bare-metal') return inventoryText(spec, bareMetalHosts(provider), {apiEndpoint: provider.apiEndpoint})
  if (provider.type !== 'kubeadm-aws') throw new Error(provider.type)
  const apiEndpoint = 'acme-dev-api-0123456789abcdef.elb.eu-central-1.amazonaws.com:6443'
  const machines = {controlPlanes: {'acme-dev-control-plane-1': machine(0), 'acme-dev-control-plane-2': machine(1)}, workers: {'acme-dev-spot-1': machine(2, 'spot')}}
  return inventoryText(spec, awsHosts(provider, {apiEndpoint, ...machines}), {apiEndpoint})
}

/** kubeadm takes configurations of its own minor and of the one before: 1.34 is held against that of 1.35. */
const KUBEADM: Readonly<Record<string, string>> = {'1.34': '1.35', '1.35': '1.35', '1.36': '1.36'}
const CASES: [string, string, EnvironmentSpec][] = ['1.34', '1.35', '1.36'].flatMap((version): [string, string, EnvironmentSpec][] => [
  [`EC2 ${version}`, version, kubeadmSpec({kubernetes: {version}, nodePools: [{name: 'general', min: 1}, {name: 'spot', min: 1, capacity: 'spot', labels: {'node-role': 'spot'}, taints: ['spot=true:NoSchedule', 'only:NoExecute']}]})],
  [`own machines ${version}`, version, bareMetalSpec({kubernetes: {version}, phases: {cni: {plugin: 'cilium', kubeProxyReplacement: true}, 'control-plane': {encryption: version !== '1.35'}}})],
  [`own machines with a mirror ${version}`, version, bareMetalSpec({kubernetes: {version}, images: {mirror: 'mirror.example.com/k8s'}, phases: {cni: {plugin: 'calico'}}})],
])

let folder: string
let python: string
const kubeadm: Record<string, string> = {}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kp-test-kubeadm-'))
  // The Jinja that Ansible runs with.
  python = join(await bringTool('ansible'), 'venv', 'bin', 'python3')
  for (const minor of new Set(Object.values(KUBEADM))) kubeadm[minor] = join(await bringTool('kubernetes', minor), 'kubeadm')
}, 3_600_000)
afterAll(() => rmSync(folder, {recursive: true, force: true}))

describe.each(CASES)('kubeadm on %s', (name, version, spec) => {
  const target = (): string => join(folder, name.replaceAll(' ', '-'))
  const documents = (file: string): Record<string, unknown>[] => parseAllDocuments(readFileSync(join(target(), file), 'utf8')).map((one) => one.toJS() as Record<string, unknown>)

  it('renders for every host', async () => {
    mkdirSync(target())
    writeFileSync(join(target(), 'inventory.yml'), inventoryOf(spec))
    const {code, text} = await output(python, [join(PROJECT, 'test', 'data', 'ansible', 'render.py'), join(target(), 'inventory.yml'), join(PROJECT, 'templates', 'ansible', 'roles'), target()])
    expect(code, text.slice(-3000)).toBe(0)
  }, 300_000)

  it('is what kubeadm takes', async () => {
    const files = readdirSync(target()).filter((file) => /^(init|join)-/.test(file))
    expect(files.length).toBeGreaterThan(4)
    for (const file of files) {
      const {code, text} = await output(kubeadm[KUBEADM[version] ?? ''] ?? '', ['config', 'validate', '--config', join(target(), file)])
      expect(code, `${file}: ${text}\n${readFileSync(join(target(), file), 'utf8')}`).toBe(0)
      expect(text, file).not.toMatch(/unknown field|deprecated|Warning|W\d{4}/i)
    }
  }, 300_000)

  it('says what kp.yaml says', () => {
    const first = readdirSync(target()).find((file) => file.startsWith('init-')) ?? ''
    const [cluster, kubelet, ...others] = documents(first)
    const args = ((cluster?.['apiServer'] as {extraArgs: {name: string}[]} | undefined)?.extraArgs ?? []).map((one) => one.name)
    expect(args.includes('encryption-provider-config')).toBe(spec.phases['control-plane'].encryption)
    expect(args).toContain('audit-policy-file')
    expect(kubelet).toMatchObject({kind: 'KubeletConfiguration', cgroupDriver: 'systemd', failSwapOn: true})
    expect(others.some(({kind}) => kind === 'KubeProxyConfiguration')).toBe(!spec.phases.cni.kubeProxyReplacement)
    expect(cluster?.['proxy']).toEqual({disabled: spec.phases.cni.kubeProxyReplacement})
    expect(cluster?.['networking']).toMatchObject({podSubnet: spec.network.podCidr, serviceSubnet: spec.network.serviceCidr})
    const cloud = JSON.stringify(documents(first)).includes('"cloud-provider","value":"external"')
    expect(cloud).toBe(spec.provider.type === 'kubeadm-aws')
  })
})

it('kubeadm refuses what it does not know: the check can fail', async () => {
  const file = join(folder, 'wrong.yaml')
  writeFileSync(file, 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\ndiscovery:\n  bootstrapToken:\n    apiServerEndpoint: a:6443\n    tokn: x\n')
  const {code, text} = await output(kubeadm['1.35'] ?? '', ['config', 'validate', '--config', file])
  expect(code).not.toBe(0)
  expect(text).toMatch(/tokn|unknown field|invalid/)
}, 60_000)
