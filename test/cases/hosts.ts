/** Cases of the check that asks the hosts. */
import type {PlatformContext} from '../../src/context.ts'
import type {ToolCall} from '../../src/engine/types.ts'
import type {PlatformAnswers} from '../../src/spec/defaults.ts'
import {changed, thing} from '../helpers/check-cases.ts'
import type {CheckCase, ContextOf} from '../helpers/check-cases.ts'
import {tempFolder} from '../helpers/temp.ts'
import {bareMetalProvider} from '../helpers/kubeadm.ts'

type Event = Record<string, unknown>

const OWN = {provider: bareMetalProvider() as PlatformAnswers['provider'], nodePools: [{name: 'general', min: 1}, {name: 'storage', min: 1}], email: 'ops@acme.org', domain: 'acme.org'}
const END: Event = {event: 'end', hosts: {}}
const failed = (task: string, said: string): Event => ({event: 'failed', host: 'cp-2', task: `preflight : ${task}`, said})

/** ansible-playbook that says this. */
const saying = (...events: Event[]): ContextOf => (ctx: PlatformContext) => ({
  paths: {...ctx.paths, environment: tempFolder()},
  access: {kubeconfig: '/nowhere/kubeconfig'},
  exec: {
    run(call: ToolCall) {
      for (const event of events) call.onLine?.(`kp-event ${JSON.stringify(event)}`)
      return Promise.resolve({exitCode: 0, stdout: '', stderr: '', durationMs: 1, commandLine: '', recorded: false})
    },
  },
})
const fails = (what: string, observed: RegExp, ...events: Event[]): CheckCase['fails'][number] => ({what, context: saying(...events, END), observed})

const WITH_BGP = {...OWN, provider: bareMetalProvider({loadBalancer: 'cilium-bgp', bgp: {asn: 64_512, peers: [{address: '192.168.10.1', asn: 64_500}]}}) as PlatformAnswers['provider']}
const speaker = (name: string, peeringState?: string): ReturnType<typeof thing> => thing('cilium.io/v2', 'CiliumBGPNodeConfig', name, {status: {bgpInstances: [{name: 'kp', localASN: 64_512, peers: [{name: 'router-192-168-10-1', peerAddress: '192.168.10.1', ...(peeringState === undefined ? {} : {peeringState})}]}]}})

export const hostCases: CheckCase[] = [
  {
    check: 'cni.bgp-sessions',
    platform: WITH_BGP,
    passes: () => ({objects: [speaker('worker-1', 'established'), speaker('worker-2', 'established')]}),
    fails: [
      {what: 'a router does not answer one', change: changed('CiliumBGPNodeConfig', () => ({...speaker('worker-2', 'active')}), 'worker-2'), observed: /node worker-2 and router 192\.168\.10\.1: active/},
      {what: 'an agent says nothing', change: changed('CiliumBGPNodeConfig', () => ({status: {}}), 'worker-1'), observed: /node worker-1 says nothing/},
      {what: 'BGP is off', change: () => ({objects: []}), observed: /no worker has|does not know CiliumBGPNodeConfig/},
    ],
    skips: [{what: 'addresses come from elsewhere', platform: OWN, observed: /no router is told/}],
  },
  {
    check: 'networking.hosts',
    platform: OWN,
    context: saying({event: 'task', task: 'preflight : Look for cgroup v2'}, END),
    passes: () => ({objects: []}),
    survives: {all: 'it asks the hosts'},
    fails: [
      fails('a host does not answer', /^cp-3 does not answer: Failed to connect to the host via ssh/, {event: 'unreachable', host: 'cp-3', task: 'Gathering Facts', said: 'Failed to connect to the host via ssh: ssh: connect to host 192.168.10.13 port 22: No route to host'}),
      fails('two are clones', /^cp-2: tell this host apart from the others: machine-id abc is that of cp-1 and cp-2/, failed('Tell this host apart from the others', 'machine-id abc is that of cp-1 and cp-2')),
      fails('two have one name', /the name ubuntu is that of cp-1 and cp-2/, failed('Tell this host apart from the others', 'the name ubuntu is that of cp-1 and cp-2')),
      fails('a kernel is old', /kernel 5\.4\.0-216-generic is older than 5\.10/, failed('Look at the kernel, the processors and the memory', 'kernel 5.4.0-216-generic is older than 5.10')),
      fails('one is a node of another cluster', /look whether this host is a node of another cluster: +server: https:\/\/192\.168\.20\.10:6443/, failed('Look whether this host is a node of another cluster', '    server: https://192.168.20.10:6443')),
      fails('nobody keeps its clock', /look whether the clock is kept/, failed('Look whether the clock is kept', 'non-zero return code')),
      fails('the disk is slow', /slow fdatasync: the 99th percentile/, failed('Judge the disk under etcd', 'slow fdatasync: the 99th percentile of a write below /var/lib/etcd takes 48.1 ms, and 10 ms is the most that etcd bears')),
      fails('a port is closed', /closed between the hosts: 192\.168\.10\.11:6443/, failed('Judge the ports between the hosts', 'closed between the hosts: 192.168.10.11:6443: timed out')),
      fails('an output may hold a secret', /its output is not shown/, failed('Make a token', '')),
    ],
    unknown: [{what: 'the playbook was cut off', context: saying(), observed: /did not come to its end/}],
    skips: [
      {what: 'the machines are not made yet', platform: {...OWN, provider: {type: 'kubeadm-aws', region: 'eu-central-1'}}, context: (ctx) => ({paths: {...ctx.paths, environment: tempFolder()}, aws: {stacksFolder: tempFolder()} as NonNullable<PlatformContext['aws']>}), observed: /not there yet/},
      {what: 'the lab', platform: {}, observed: /sets up no hosts/},
    ],
  },
]
