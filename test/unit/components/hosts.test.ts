/** Hosts: inventory, ports, files, what Ansible says, the configuration of kind. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'
import {kindConfig} from '../../../src/components/kind-config.ts'
import {ansibleFiles} from '../../../src/components/hosts/files.ts'
import {awsHosts, bareMetalHosts, inventoryText} from '../../../src/components/hosts/inventory.ts'
import {ciliumBgpObjects} from '../../../src/components/hosts/objects.ts'
import {loadCatalog} from '../../../src/components/load.ts'
import {platformValues} from '../../../src/components/platform-values.ts'
import {metallbObjects, metallbOf} from '../../../src/components/hosts/metallb.ts'
import {podNetworkPorts} from '../../../src/components/hosts/ports.ts'
import {judge} from '../../../src/steps/shared/host-play.ts'
import {complaintsOf, readEvent} from '../../../src/tools/ansible.ts'
import type {PlayReport} from '../../../src/tools/ansible.ts'
import {eksSpec} from '../../helpers/eks.ts'
import {bareMetalProvider, bareMetalSpec, kubeadmProvider, kubeadmSpec} from '../../helpers/kubeadm.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

interface Inventory {
  all: {vars: Record<string, unknown>; children: Record<string, {hosts: Record<string, Record<string, unknown>>}>}
}

function inventory(sections: Record<string, unknown> = {}): Inventory {
  const spec = bareMetalSpec(sections)
  if (spec.provider.type !== 'bare-metal') throw new Error('bare-metal')
  return parse(inventoryText(spec, bareMetalHosts(spec.provider), {apiEndpoint: spec.provider.apiEndpoint})) as Inventory
}

describe('addresses of load balancers by BGP', () => {
  const bgp = {asn: 64_512, peers: [{address: '192.168.10.1', asn: 64_500}, {address: '192.168.10.2', asn: 64_501}]}
  const of = (kind: string) => ciliumBgpObjects(['192.168.20.0/24', '192.168.10.200-192.168.10.220'], bgp).find((one) => one.kind === kind)

  it('are a pool, and each router is a peer of every worker', () => {
    expect(of('CiliumLoadBalancerIPPool')?.['spec']).toEqual({blocks: [{cidr: '192.168.20.0/24'}, {start: '192.168.10.200', stop: '192.168.10.220'}]})
    expect(of('CiliumBGPClusterConfig')?.['spec']).toMatchObject({bgpInstances: [{localASN: 64_512, peers: [{name: 'router-192-168-10-1', peerASN: 64_500, peerAddress: '192.168.10.1', peerConfigRef: {name: 'kp'}}, {peerASN: 64_501}]}]})
  })

  it('are told by the labels of what is to be told', () => {
    const labels = of('CiliumBGPAdvertisement')?.metadata.labels
    expect(of('CiliumBGPPeerConfig')?.['spec']).toMatchObject({families: [{afi: 'ipv4', safi: 'unicast', advertisements: {matchLabels: labels}}]})
  })

  it('need BGP in Cilium, which is off elsewhere', () => {
    const values = (loadBalancer: string): unknown => {
      const spec = bareMetalSpec({provider: bareMetalProvider({loadBalancer, ...(loadBalancer === 'cilium-bgp' ? {bgp} : {})})})
      return platformValues({spec, catalog: loadCatalog(join(PROJECT, 'templates')), provider: {}}, 'cilium').values['bgpControlPlane']
    }
    expect(values('cilium-bgp')).toEqual({enabled: true})
    expect(values('kube-vip')).toEqual({enabled: false})
  })
})

describe('addresses of load balancers by MetalLB', () => {
  const addresses = ['192.168.20.0/24', '192.168.10.200-192.168.10.220']
  const bgp = {asn: 64_512, peers: [{address: '192.168.10.1', asn: 64_500}]}
  const kinds = (...given: Parameters<typeof metallbObjects>): string[] => metallbObjects(...given).map(({kind, metadata}) => `${kind} ${metadata.namespace}/${metadata.name}`)

  it('are a pool that the hosts answer for, or that routers are told of', () => {
    expect(metallbObjects(addresses)[0]?.['spec']).toEqual({addresses, avoidBuggyIPs: true})
    expect(kinds(addresses)).toEqual(['IPAddressPool metallb-system/kp', 'L2Advertisement metallb-system/kp'])
    expect(kinds(addresses, bgp)).toEqual(['IPAddressPool metallb-system/kp', 'BGPPeer metallb-system/router-192-168-10-1', 'BGPAdvertisement metallb-system/kp'])
    expect(metallbObjects(addresses, bgp)[1]?.['spec']).toEqual({myASN: 64_512, peerASN: 64_500, peerAddress: '192.168.10.1'})
  })

  it('are those of kp.yaml, where it chooses MetalLB', () => {
    expect(metallbOf(bareMetalSpec())).toBeUndefined()
    expect(metallbOf(bareMetalSpec({provider: bareMetalProvider({loadBalancer: 'metallb', bgp})}))).toEqual({addresses: ['192.168.10.200-192.168.10.220'], bgp, by: 'bgp'})
    expect(metallbOf(eksSpec({provider: {type: 'kind', loadBalancer: 'metallb', addresses: ['172.18.255.200-172.18.255.220']}}))?.by).toBe('layer2')
  })

  it('want the speakers to see each other between the hosts', () => {
    const ports = (loadBalancer: string): unknown => (inventory({provider: bareMetalProvider({loadBalancer})}).all.vars['kp_tcp_ports'] as {node: number[]}).node
    expect(ports('metallb')).toContain(7946)
    expect(ports('kube-vip')).not.toContain(7946)
  })
})

describe('the inventory of machines of one\'s own', () => {
  it('has every host in its group, with how it is reached', () => {
    const {control_plane: control, workers} = inventory().all.children
    expect(Object.keys(control?.hosts ?? {})).toEqual(['cp-1', 'cp-2', 'cp-3'])
    expect(workers?.hosts['worker-2']).toMatchObject({ansible_host: '192.168.10.22', ansible_user: 'admin', ansible_port: 2222, kp_pods: 60, kp_taints: [{key: 'storage', value: 'true', effect: 'NoSchedule'}]})
    expect(workers?.hosts['worker-1']?.['kp_labels']).toEqual({'topology.kubernetes.io/zone': 'rack-1', 'kp.dev/node-pool': 'general', 'node-role': 'general'})
  })

  it('goes through a jump host, with its port', () => {
    const {all} = inventory({provider: bareMetalProvider({ssh: {jumpHost: 'ops@jump.example.com:2200', key: '~/.ssh/id'}})})
    expect(all.children['control_plane']?.hosts['cp-1']).toMatchObject({ansible_ssh_private_key_file: '~/.ssh/id', ansible_ssh_common_args: '-o ProxyCommand="ssh -W %h:%p -o StrictHostKeyChecking=accept-new -p 2200 ops@jump.example.com"'})
  })

  it('names the API server by its virtual address, and whose address it is', () => {
    const {vars} = inventory().all
    expect(vars).toMatchObject({kp_api_endpoint: '192.168.10.10:6443', kp_kube_vip: {address: '192.168.10.10', port: 6443, services: true}, kp_cloud_provider: ''})
    expect(vars['kp_api_names']).toContain('192.168.10.12')
    expect(inventory({provider: bareMetalProvider({apiLoadBalancer: 'external', loadBalancer: 'cilium-l2'}), phases: {cni: {kubeProxyReplacement: true}}}).all.vars['kp_kube_vip']).toBeUndefined()
  })
})

describe('volumes by TopoLVM', () => {
  const spec = bareMetalSpec({provider: bareMetalProvider({storage: 'topolvm', volumeGroup: 'data'}), phases: {backup: {snapshots: false}}})
  const valuesOf = (one: typeof spec): Record<string, unknown> => platformValues({spec: one, catalog: loadCatalog(join(PROJECT, 'templates')), provider: {}}, 'topolvm').values

  it('are of the group of kp.yaml, which the preflight looks for', () => {
    expect(valuesOf(spec)['lvmd']).toMatchObject({deviceClasses: [{'volume-group': 'data', default: true}]})
    expect(inventory({provider: bareMetalProvider({storage: 'topolvm', volumeGroup: 'data'}), phases: {backup: {snapshots: false}}}).all.vars['kp_volume_group']).toBe('data')
    expect(inventory().all.vars).not.toHaveProperty('kp_volume_group')
  })

  it('are made without a webhook: no certificate must be there before them', () => {
    expect(valuesOf(spec)['webhook']).toEqual({podMutatingWebhook: {enabled: false}})
    expect(JSON.parse(readFileSync(join(PROJECT, 'test', 'data', 'charts', 'topolvm.json'), 'utf8')).objects.filter((name: string) => /^(Certificate|Issuer|MutatingWebhookConfiguration) /.test(name))).toEqual([])
  })
})

describe('the inventory of EC2', () => {
  it('knows nodes by the names of AWS, and sorts them as people do', () => {
    const spec = kubeadmSpec({provider: kubeadmProvider({profile: 'acme'})})
    if (spec.provider.type !== 'kubeadm-aws') throw new Error('kubeadm-aws')
    const machine = (index: number) => ({id: `i-${index}`, address: `10.20.0.${index}`, zone: 'eu-central-1a', hostname: `ip-10-20-0-${index}.internal`})
    const hosts = awsHosts(spec.provider, {apiEndpoint: 'lb:6443', controlPlanes: {'c-10': machine(10), 'c-2': machine(2)}, workers: {w: {...machine(3), pool: 'general'}}})
    expect(hosts.map(({name}) => name)).toEqual(['c-2', 'c-10', 'w'])
    const {all} = parse(inventoryText(spec, hosts, {apiEndpoint: 'lb:6443'})) as Inventory
    expect(all.children['workers']?.hosts['w']).toMatchObject({ansible_host: 'i-3', kp_node_name: 'ip-10-20-0-3.internal', kp_provider_id: 'aws:///eu-central-1a/i-3', kp_labels: {'kp.dev/node-pool': 'general', 'node-role': 'general'}})
    expect(all.children['workers']?.hosts['w']?.['ansible_ssh_common_args']).toContain('aws --region eu-central-1 --profile acme ssm start-session --target %h')
  })
})

describe('the ports of the pod network', () => {
  const names = (cni: object, components: object = {}): string[] => podNetworkPorts(kubeadmSpec({phases: {cni}, components})).map(({protocol, from}) => `${protocol} ${from}`)

  it.each([
    ['Cilium in VXLAN', {}, {}, ['tcp 10250', 'tcp 4240', 'icmp 8', 'udp 8472', 'tcp 4244']],
    ['Cilium in Geneve', {}, {cilium: {values: {tunnelProtocol: 'geneve'}}}, ['tcp 10250', 'tcp 4240', 'icmp 8', 'udp 6081', 'tcp 4244']],
    ['Cilium, routed and encrypted', {routing: 'native', encryption: 'wireguard', hubble: false}, {}, ['tcp 10250', 'tcp 4240', 'icmp 8', 'udp 51871']],
    ['Calico in VXLAN', {plugin: 'calico'}, {}, ['tcp 10250', 'tcp 5473', 'udp 4789']],
    ['Calico, routed', {plugin: 'calico', routing: 'native'}, {}, ['tcp 10250', 'tcp 5473', 'tcp 179', '4 -1']],
  ])('%s', (_what, cni, components, ports) => {
    expect(names(cni, components)).toEqual(ports)
  })
})

describe('what ansible-playbook says', () => {
  const read = (...lines: object[]): PlayReport => {
    const report: PlayReport = {changed: [], ignored: [], failed: [], unreachable: [], ended: false}
    for (const line of lines) readEvent(`kp-event ${JSON.stringify(line)}`, report)
    return report
  }

  it('becomes a sentence for each host', () => {
    const report = read({event: 'unreachable', host: 'cp-1', task: 'Gathering Facts', said: 'Task failed: Failed to connect to the host via ssh: Connection refused\nmore'}, {event: 'failed', host: 'cp-2', task: 'common : Install containerd 2', said: "no package 'containerd.io'"})
    expect(complaintsOf(report)).toEqual(['cp-1 does not answer: Failed to connect to the host via ssh: Connection refused', "cp-2: install containerd 2: no package 'containerd.io'"])
    expect(report.ended).toBe(false)
  })

  it('is nothing to do, or what is to be done on which host', () => {
    expect(judge(read({event: 'end'})).state).toBe('satisfied')
    const probe = judge(read({event: 'changed', host: 'cp-1', task: "common : Set the kernel's values", said: ''}, {event: 'ignored', host: 'cp-2', task: 'common : Install containerd 2', said: 'no package'}))
    expect(probe).toMatchObject({state: 'drifted', observed: '2 things are to be done on cp-1, cp-2', differences: [{object: 'cp-1', field: "Set the kernel's values"}, {object: 'cp-2', field: 'Install containerd 2'}]})
  })

  it('leaves lines of others alone', () => {
    expect(readEvent('ok: [cp-1]', read())).toBeUndefined()
    expect(readEvent('kp-event {broken', read())).toBeUndefined()
  })
})

it('playbooks and roles hold no file of a run', () => {
  const paths = ansibleFiles(PROJECT).map(({path}) => path)
  expect(paths).toContain('site.yml')
  expect(paths.filter((path) => /\.(pyc|retry)$|__pycache__/.test(path))).toEqual([])
})

describe('the configuration of kind', () => {
  const config = (sections: object = {}) => {
    const spec = eksSpec({provider: {type: 'kind', httpPort: 8080}, ...sections})
    if (spec.provider.type !== 'kind') throw new Error('kind')
    return kindConfig(spec, spec.provider, ['zone-1', 'zone-2', 'zone-3']) as {networking: object; nodes: {role: string; labels: Record<string, string>; extraPortMappings?: object[]; kubeadmConfigPatches?: string[]}[]}
  }

  it('has three zones by label, and the ports of the ingress', () => {
    const {nodes, networking} = config()
    expect(nodes.map(({role}) => role)).toEqual(['control-plane', 'worker', 'worker', 'worker', 'worker'])
    expect(new Set(nodes.map(({labels}) => labels['topology.kubernetes.io/zone']))).toEqual(new Set(['zone-1', 'zone-2', 'zone-3']))
    expect(nodes[0]?.extraPortMappings).toEqual([{containerPort: 80, hostPort: 8080, protocol: 'TCP'}, {containerPort: 443, hostPort: 443, protocol: 'TCP'}])
    expect(networking).toEqual({podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/12', disableDefaultCNI: true})
  })

  it('leaves the network of kind where kp brings none, and kube-proxy out where Cilium does its work', () => {
    expect(config({phases: {cni: {enabled: false}}}).networking).not.toHaveProperty('disableDefaultCNI')
    expect(config({phases: {cni: {kubeProxyReplacement: true}}}).networking).toMatchObject({kubeProxyMode: 'none'})
  })

  it('gives the nodes of a pool its taints', () => {
    const {nodes} = config({nodePools: [{name: 'general', min: 1}, {name: 'storage', min: 1, taints: ['storage=true:NoSchedule']}]})
    expect(parse(nodes[2]?.kubeadmConfigPatches?.[0] ?? '')).toMatchObject({kind: 'JoinConfiguration', nodeRegistration: {taints: [{key: 'storage', value: 'true', effect: 'NoSchedule'}]}})
  })
})
