/** The hosts of a platform as Ansible's inventory has them. Pure. */
import {stringify} from 'yaml'
import {parseTaint, POOL_LABEL} from '../../spec/pools.ts'
import type {Taint} from '../../spec/pools.ts'
import type {EnvironmentSpec, ProviderOf} from '../../spec/types.ts'
import {hostVariables} from './variables.ts'

/** A host. */
export interface InventoryHost {
  name: string
  role: 'control-plane' | 'worker'
  /** Address that the other hosts reach it at. */
  address: string
  /** What SSH connects to, where that is another one. */
  target?: string
  /** Its name in the cluster, where that is another one. */
  nodeName?: string
  pool?: string
  zone?: string
  /** What names the machine to its cloud. */
  providerId?: string
  ssh: {user: string; port: number; key?: string | undefined; jumpHost?: string | undefined; proxyCommand?: string | undefined}
}

/** A machine as a stack of terraform tells of it. */
export interface MachineOutput {
  id: string
  address: string
  zone: string
  hostname: string
  pool?: string
}

/** What the stacks of kubeadm on EC2 tell. */
export interface MachineOutputs {
  apiEndpoint: string
  controlPlanes: Record<string, MachineOutput>
  workers: Record<string, MachineOutput>
}

/** The hosts of kp.yaml. */
export function bareMetalHosts({hosts, ssh}: ProviderOf<'bare-metal'>): InventoryHost[] {
  return hosts.map(({name, role, address, pool, zone, ssh: own}) => ({
    name,
    role,
    address,
    ...(pool === undefined ? {} : {pool}),
    ...(zone === undefined ? {} : {zone}),
    ssh: {user: own?.user ?? ssh.user, port: own?.port ?? ssh.port, key: own?.key ?? ssh.key, jumpHost: own?.jumpHost ?? ssh.jumpHost},
  }))
}

/** The machines that the stacks made. The cloud controller knows a node by the name that AWS gives it. */
export function awsHosts(settings: ProviderOf<'kubeadm-aws'>, {controlPlanes, workers}: MachineOutputs): InventoryHost[] {
  const {ssh, bastion} = settings
  const host = (role: InventoryHost['role']) => ([name, machine]: [string, MachineOutput]): InventoryHost => ({
    name,
    role,
    address: machine.address,
    ...(bastion === 'ssm' ? {target: machine.id} : {}),
    nodeName: machine.hostname,
    ...(machine.pool === undefined ? {} : {pool: machine.pool}),
    zone: machine.zone,
    providerId: `aws:///${machine.zone}/${machine.id}`,
    ssh: {user: ssh.user, port: ssh.port, key: ssh.key, ...(bastion === 'ssm' ? {proxyCommand: sessionCommand(settings)} : {jumpHost: ssh.jumpHost})},
  })
  const byName = (machines: Record<string, MachineOutput>): [string, MachineOutput][] => Object.entries(machines).toSorted(([a], [b]) => a.localeCompare(b, 'en', {numeric: true}))
  return [...byName(controlPlanes).map(host('control-plane')), ...byName(workers).map(host('worker'))]
}

/** SSH through a session of SSM: no port of a machine is open to anybody. */
function sessionCommand({region, profile}: ProviderOf<'kubeadm-aws'>): string {
  return ['aws', '--region', region, ...(profile === undefined ? [] : ['--profile', profile]), 'ssm', 'start-session', '--target', '%h', '--document-name', 'AWS-StartSSHSession', '--parameters', 'portNumber=%p'].join(' ')
}

/** Where things are that only this machine knows. */
export interface InventoryPlaces {
  /** Where the kubeconfig of the administrator is written to. */
  kubeconfig?: string
  /** Host and port of the API server, where kp.yaml does not say it. */
  apiEndpoint: string
}

/** The text of `inventory.yml`: groups, hosts and all variables. */
export function inventoryText(spec: EnvironmentSpec, hosts: readonly InventoryHost[], places: InventoryPlaces): string {
  const group = (role: InventoryHost['role']): object => ({hosts: Object.fromEntries(hosts.filter((host) => host.role === role).map((host) => [host.name, hostEntry(spec, host)]))})
  const inventory = {
    all: {
      vars: {...hostVariables(spec, places.apiEndpoint), ...(places.kubeconfig === undefined ? {} : {kp_kubeconfig: places.kubeconfig})},
      children: {control_plane: group('control-plane'), workers: group('worker')},
    },
  }
  return `# Rendered by kp from kp.yaml.\n${stringify(inventory, {lineWidth: 0})}`
}

function hostEntry(spec: EnvironmentSpec, host: InventoryHost): Record<string, unknown> {
  const {ssh} = host
  const pool = spec.nodePools.find(({name}) => name === host.pool)
  const labels = {
    ...(host.zone === undefined || host.providerId !== undefined ? {} : {'topology.kubernetes.io/zone': host.zone}),
    ...(pool === undefined ? {} : {[POOL_LABEL]: pool.name, ...pool.labels}),
  }
  const taints: Taint[] = (pool?.taints ?? []).map(parseTaint)
  const through = ssh.proxyCommand ?? (ssh.jumpHost === undefined ? undefined : `ssh -W %h:%p -o StrictHostKeyChecking=accept-new ${jumpWords(ssh.jumpHost)}`)
  return {
    ansible_host: host.target ?? host.address,
    ansible_user: ssh.user,
    ansible_port: ssh.port,
    ...(ssh.key === undefined ? {} : {ansible_ssh_private_key_file: ssh.key}),
    ...(through === undefined ? {} : {ansible_ssh_common_args: `-o ProxyCommand="${through}"`}),
    kp_address: host.address,
    kp_node_name: host.nodeName ?? host.name,
    ...(host.providerId === undefined ? {} : {kp_provider_id: host.providerId}),
    ...(Object.keys(labels).length === 0 ? {} : {kp_labels: labels}),
    ...(taints.length === 0 ? {} : {kp_taints: taints}),
    ...(pool === undefined ? {} : {kp_pods: pool.pods}),
  }
}

/** `ops@jump.example.com:2222` as ssh takes it. */
function jumpWords(jumpHost: string): string {
  const [place = '', port] = jumpHost.split(/:(?=\d+$)/)
  return port === undefined ? place : `-p ${port} ${place}`
}
