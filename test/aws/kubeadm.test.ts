/** kubeadm on EC2 against the emulator: network, roles, machines, the balancer of the API server, and the inventory of what was made. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {DescribeInstancesCommand, DescribeSecurityGroupRulesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcsCommand} from '@aws-sdk/client-ec2'
import {parse} from 'yaml'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {makeAwsPlatform, STACK_PHASES, startCloud} from '../helpers/aws.ts'
import type {AwsPlatform, Cloud} from '../helpers/aws.ts'
import {kubeadmProvider} from '../helpers/kubeadm.ts'

interface PlanJson {
  steps: {id: string; state: string; changes: string[]}[]
}
interface Host {
  ansible_host: string
  kp_node_name: string
  kp_address: string
  kp_provider_id: string
  kp_labels?: Record<string, string>
  kp_taints?: object[]
}
interface Inventory {
  all: {vars: Record<string, unknown>; children: {control_plane: {hosts: Record<string, Host>}; workers: {hosts: Record<string, Host>}}}
}
const STACK_STEPS = ['networking/network', 'networking/machine-roles', 'control-plane/machines', 'node-pools/machines']
const INVENTORY_STEPS = ['control-plane/inventory', 'node-pools/inventory']

let moto: Cloud
let platform: AwsPlatform
const vpcs = async () => ((await (await platform.clients.ec2()).send(new DescribeVpcsCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}]}))).Vpcs ?? [])
const machines = async () =>
  ((await (await platform.clients.ec2()).send(new DescribeInstancesCommand({Filters: [{Name: 'tag:kp:platform', Values: ['acme']}, {Name: 'instance-state-name', Values: ['running']}]}))).Reservations ?? []).flatMap(({Instances = []}) => Instances)
const states = (plan: PlanJson, ids: string[]): Record<string, string> => Object.fromEntries(plan.steps.filter(({id}) => ids.includes(id)).map(({id, state}) => [id, state]))
/** As the others, but with a disk that the emulator can attach to a machine: it drops the operations a second that io2 must have. */
const WITH_GP3 = {nodePools: [
  {name: 'general', instanceType: 'm6i.large', min: 3, max: 9, labels: {'node-role': 'general'}},
  {name: 'spot', instanceType: 'm6g.large', capacity: 'spot', min: 0, max: 20, taints: ['spot=true:NoSchedule']},
  {name: 'storage', instanceType: 'r6i.xlarge', min: 1, max: 3, volumes: [{name: 'data', size: '200Gi', type: 'gp3'}]},
]}
const all = (ids: string[], state: string): Record<string, string> => Object.fromEntries(ids.map((id) => [id, state]))
const inventory = (): Inventory => parse(readFileSync(join(platform.root, '.kp', 'environments', 'dev', 'hosts', 'inventory.yml'), 'utf8')) as Inventory

beforeAll(async () => {
  moto = await startCloud({applies: true})
  platform = await makeAwsPlatform(moto, {provider: kubeadmProvider(), ...WITH_GP3})
})
afterAll(() => moto?.stop())

describe('kubeadm on EC2', () => {
  it('plans what is missing, and changes nothing', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['plan', ...STACK_PHASES, '--json'])
    expect(exit, stdout + stderr).toBe(0)
    const plan = json<PlanJson>()
    expect(states(plan, [...STACK_STEPS, ...INVENTORY_STEPS])).toEqual(all([...STACK_STEPS, ...INVENTORY_STEPS], 'absent'))
    expect(plan.steps.find(({id}) => id === 'control-plane/machines')?.changes.join('\n')).toContain('the machine acme-dev-control-plane-3')
    expect(await vpcs()).toEqual([])
  })

  it('is built up to the inventory; what needs machines that run is left out and said so', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['up', ...STACK_PHASES, '--yes', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    const {phases} = json<{phases: {id: string; steps: {id: string; result: string}[]}[]}>()
    const results = Object.fromEntries(phases.flatMap(({steps}) => steps.map(({id, result}) => [id, result])))
    expect(results).toMatchObject({...all([...STACK_STEPS, ...INVENTORY_STEPS], 'applied'), 'control-plane/hosts': 'skipped', 'control-plane/kubeadm': 'skipped', 'node-pools/hosts': 'skipped'})
    expect(stdout).toContain('the machines of an emulator do not run')
  })

  it('spreads the machines over the zones, in private subnets, with metadata of version 2 alone', async () => {
    const found = await machines()
    const nameOf = ({Tags = []}: (typeof found)[number]) => Tags.find(({Key}) => Key === 'Name')?.Value ?? ''
    expect(found.map(nameOf).toSorted((a, b) => a.localeCompare(b))).toEqual([...[1, 2, 3].map((n) => `acme-dev-control-plane-${n}`), ...[1, 2, 3].map((n) => `acme-dev-general-${n}`), 'acme-dev-storage-1'])
    const control = found.filter((one) => nameOf(one).includes('control-plane'))
    expect(new Set(control.map((one) => one.Placement?.AvailabilityZone))).toEqual(new Set(['eu-central-1a', 'eu-central-1b', 'eu-central-1c']))
    const {Subnets = []} = await (await platform.clients.ec2()).send(new DescribeSubnetsCommand({Filters: [{Name: 'tag:kubernetes.io/role/internal-elb', Values: ['1']}]}))
    for (const one of found) expect(Subnets.map(({SubnetId}) => SubnetId)).toContain(one.SubnetId)
    for (const one of found) expect(one.PublicIpAddress).toBeUndefined()
    for (const one of found) expect(one.Tags).toContainEqual({Key: 'kubernetes.io/cluster/acme-dev', Value: 'owned'})
  })

  it('opens between the machines what the pod network of kp.yaml needs, and etcd to its members alone', async () => {
    const ec2 = await platform.clients.ec2()
    const {SecurityGroups = []} = await ec2.send(new DescribeSecurityGroupsCommand({Filters: [{Name: 'group-name', Values: ['acme-dev-*']}]}))
    const idOf = (name: string) => SecurityGroups.find(({GroupName}) => GroupName === name)?.GroupId ?? ''
    const {SecurityGroupRules = []} = await ec2.send(new DescribeSecurityGroupRulesCommand({}))
    const rules = (name: string) => SecurityGroupRules.filter(({GroupId, IsEgress}) => GroupId === idOf(name) && IsEgress === false)
    const port = (name: string, from: number) => rules(name).filter(({FromPort}) => FromPort === from).map(({ReferencedGroupInfo}) => ReferencedGroupInfo?.GroupId)
    expect(port('acme-dev-node', 8472)).toEqual([idOf('acme-dev-node')])
    expect(port('acme-dev-node', 10_250)).toEqual([idOf('acme-dev-node')])
    expect(port('acme-dev-node', 4789)).toEqual([])
    expect(port('acme-dev-control-plane', 2379)).toEqual([idOf('acme-dev-control-plane')])
    expect(new Set(port('acme-dev-control-plane', 6443))).toEqual(new Set([idOf('acme-dev-api'), idOf('acme-dev-node')]))
    expect(rules('acme-dev-node').filter(({CidrIpv4}) => CidrIpv4 === '0.0.0.0/0')).toEqual([])
  })

  it('writes an inventory of what there is; its roles come into the repository with all else that is rendered', async () => {
    const {all: {vars, children}} = inventory()
    const found = await machines()
    expect(Object.keys(children.control_plane.hosts)).toEqual([1, 2, 3].map((n) => `acme-dev-control-plane-${n}`))
    expect(Object.keys(children.workers.hosts)).toEqual([...[1, 2, 3].map((n) => `acme-dev-general-${n}`), 'acme-dev-storage-1'])
    for (const [name, host] of Object.entries({...children.control_plane.hosts, ...children.workers.hosts})) {
      const machine = found.find(({Tags = []}) => Tags.some(({Key, Value}) => Key === 'Name' && Value === name))
      expect(host).toMatchObject({ansible_host: machine?.InstanceId, kp_address: machine?.PrivateIpAddress, kp_node_name: machine?.PrivateDnsName, kp_provider_id: `aws:///${machine?.Placement?.AvailabilityZone}/${machine?.InstanceId}`})
    }
    expect(children.workers.hosts['acme-dev-general-1']?.kp_labels).toMatchObject({'node-role': 'general', 'kp.dev/node-pool': 'general'})
    expect(vars).toMatchObject({kp_cloud_provider: 'aws', kp_kubernetes_minor: '1.35', kp_encryption: true})
    expect(vars['kp_api_endpoint']).toMatch(/^acme-dev-api[-.\w]*\.elb\.[\w.-]+:6443$/)
    expect(existsSync(join(platform.root, '.kp', 'environments', 'dev', 'hosts', 'site.yml'))).toBe(true)
    expect((await platform.kp(['render', '--yes', '--json'])).exit).toBe(0)
    expect(existsSync(join(platform.root, 'infra', 'ansible', 'roles', 'common', 'tasks', 'main.yml'))).toBe(true)
  })

  it('has nothing more to do', async () => {
    const {json} = await platform.kp(['plan', ...STACK_PHASES, '--json'])
    const plan = json<PlanJson>()
    expect(states(plan, [...STACK_STEPS, ...INVENTORY_STEPS]), JSON.stringify(plan.steps.filter(({state}) => state === 'drifted'))).toEqual(all([...STACK_STEPS, ...INVENTORY_STEPS], 'satisfied'))
  })

  it('never replaces a machine of the control plane', async () => {
    platform.rewrite({provider: kubeadmProvider({controlPlane: {count: 1}}), ...WITH_GP3})
    const {exit, stdout, json} = await platform.kp(['up', '--only', 'control-plane', '--yes', '--json'])
    expect(exit, stdout.slice(-2000)).toBe(7)
    expect(json<{error: {code: string; message: string}}>().error).toMatchObject({code: 'GATE', message: expect.stringContaining('aws_instance.control_plane') as string})
    expect(await machines()).toHaveLength(7)
    platform.rewrite({provider: kubeadmProvider(), ...WITH_GP3})
  })

  it('is taken down to nothing', async () => {
    const {exit, stdout, stderr, json} = await platform.kp(['destroy', '--yes', '--confirm', 'acme-dev', '--json'])
    expect(exit, stdout.slice(-3000) + stderr).toBe(0)
    expect(json<{destroyed: {stack: string}[]}>().destroyed.map(({stack}) => stack)).toEqual(['worker-machines', 'control-plane-machines', 'machine-roles', 'network'])
    expect(await machines()).toEqual([])
    expect(await vpcs()).toEqual([])
  })
})
