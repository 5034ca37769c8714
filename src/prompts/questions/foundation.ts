/** Phases 1 to 3: network, control plane, nodes. */
import {hasPools, onAwsNodes, onExisting} from './platform.ts'
import {poolField, poolSwitch} from './stores.ts'
import {textOf, yesNo, type Question} from './types.ts'

const AWS = 'provider eks or kubeadm-aws'
const POOLS = 'a provider whose nodes kp makes'

export const networkQuestions: readonly Question[] = [
  {
    id: 'region', phase: 'networking', kind: 'text', title: 'AWS region', path: ['provider', 'region'], always: true,
    why: ['Everything that kp makes is there: near your users, and where your data may be.', 'Prices differ by up to a third between regions.'],
    when: onAwsNodes, needs: AWS, initial: () => undefined,
  },
  {
    id: 'zones', phase: 'networking', kind: 'number', title: 'Number of availability zones', path: ['network', 'zones'],
    why: ['With three, the loss of one leaves etcd and two thirds of the nodes.', 'Traffic between zones costs money in clouds; fewer than three is for trials.'],
    when: (answers) => !onExisting(answers), needs: 'a cluster that kp makes', initial: () => '3',
  },
  {
    id: 'vpc-cidr', phase: 'networking', kind: 'text', title: 'Addresses of the nodes', path: ['network', 'vpcCidr'],
    why: ['Must not overlap with networks that this one will ever be peered with.', 'Cannot be changed later.'],
    when: (answers) => answers['provider'] === 'lab' || onAwsNodes(answers), needs: 'provider lab, eks or kubeadm-aws', initial: () => '10.20.0.0/16',
  },
  {
    id: 'pod-cidr', phase: 'networking', kind: 'text', title: 'Addresses of the pods', path: ['network', 'podCidr'],
    why: ['Each node takes a /24 of it, so a /16 is enough for 256 nodes.', 'Cannot be changed later; on a cluster that exists it is what it was made with.'],
    initial: () => '10.244.0.0/16',
  },
  {
    id: 'service-cidr', phase: 'networking', kind: 'text', title: 'Addresses of the Services', path: ['network', 'serviceCidr'],
    why: ['One for each Service, never seen outside of the cluster.', 'Cannot be changed later; must not overlap with nodes and pods.'],
    initial: () => '10.96.0.0/12',
  },
  {
    id: 'nat', phase: 'networking', kind: 'choice', title: 'NAT gateways', path: ['network', 'nat'],
    why: ['Nodes in private subnets reach registries and APIs through them.', 'They are paid by the hour and by the gigabyte.'],
    choices: [
      {value: 'per-zone', lines: ['One in each zone: the loss of a zone cuts off that zone only.', 'About $33 a month for each, and no traffic between zones.']},
      {value: 'single', lines: ['One for all zones: a third of the price.', 'When its zone fails, no node of any zone reaches the internet.']},
      {value: 'none', lines: ['No way out: images come from a mirror inside the VPC.', 'For air-gapped platforms; needs images.mirror and VPC endpoints.']},
    ],
    when: onAwsNodes, needs: AWS, initial: () => 'per-zone',
  },
]

export const controlPlaneQuestions: readonly Question[] = [
  {
    id: 'kubernetes-version', phase: 'control-plane', kind: 'choice', title: 'Minor version of Kubernetes', path: ['kubernetes', 'version'],
    why: ['Decides which versions of every component fit.', 'Later it goes up one minor at a time, and never down.'],
    choices: [
      {value: '1.34', lines: ['For clusters that still run it; every component of the catalog works.', 'Upstream ended it on 2026-10-27: plan the upgrade soon.']},
      {value: '1.35', lines: ['What most components were tested with.', 'Upstream patches until 2027-02-28; nodes need cgroup v2.']},
      {value: '1.36', lines: ['Longer life: upstream patches until 2027-06-28.', 'Some components were not tested with it by their makers yet.']},
    ],
    initial: () => '1.35',
  },
  {
    id: 'endpoint', phase: 'control-plane', kind: 'choice', title: 'From where the API server can be reached', path: ['network', 'endpoint'],
    why: ['Whoever reaches it still needs credentials, but can try.', 'Can be changed later without a rebuild.'],
    choices: [
      {value: 'private', lines: ['From inside the VPC only: nothing to scan from the internet.', 'People and pipelines go through SSM, a bastion or a VPN.']},
      {value: 'public', lines: ['From the addresses that you name: simple for people and pipelines.', 'One leaked credential and a listed address are enough.']},
      {value: 'both', lines: ['Nodes stay inside the VPC, people come from listed addresses.', 'Both ways have to be watched.']},
    ],
    when: onAwsNodes, needs: AWS, initial: () => 'private',
  },
  {
    id: 'allowed-cidrs', phase: 'control-plane', kind: 'list', title: 'Who may reach the API server', path: ['network', 'allowedCidrs'], always: true,
    why: ['Networks of your offices, VPN and pipelines, as 203.0.113.0/24.', 'Everybody (0.0.0.0/0) is possible and not wise.'],
    when: (answers) => onAwsNodes(answers) && textOf(answers, 'endpoint') !== 'private', needs: 'a public endpoint', initial: () => undefined,
  },
]

export const nodeQuestions: readonly Question[] = [
  {
    id: 'instance-type', phase: 'node-pools', kind: 'text', title: 'Machine type of the general nodes', path: ['nodePools', 0, 'instanceType'], always: true, store: poolField('general', 'instanceType'),
    why: ['m6i.large has 2 CPUs and 8 GiB: enough for the platform itself.', 'Fewer, larger nodes waste less; more, smaller ones lose less when one fails.'],
    when: hasPools, needs: POOLS, initial: () => 'm6i.large',
  },
  {
    id: 'nodes', phase: 'node-pools', kind: 'number', title: 'General nodes at first', path: ['nodePools', 0, 'min'], always: true, store: poolField('general', 'min'),
    why: ['The platform itself runs here: three survive the loss of one.', 'Never fewer than this, also when nothing is to be done.'],
    when: hasPools, needs: POOLS, initial: () => '3',
  },
  {
    id: 'max-nodes', phase: 'node-pools', kind: 'number', title: 'General nodes at most', path: ['nodePools', 0, 'max'], always: true, store: poolField('general', 'max'),
    why: ['An autoscaler stops here: this bounds the bill.', 'Quotas of your account and the pod range must allow it.'],
    when: hasPools, needs: POOLS,
    initial: (answers) => String(Math.max(9, 3 * Number(textOf(answers, 'nodes') || '3'))),
  },
  {
    id: 'spot', phase: 'node-pools', kind: 'switch', title: 'A pool of spot nodes', path: ['nodePools', 1], always: true,
    store: poolSwitch('spot', {instanceType: 'm6i.large', capacity: 'spot', min: 0, max: 20, labels: {'node-role': 'spot'}, taints: ['spot=true:NoSchedule']}),
    why: ['Spare machines of the cloud, for work that can be interrupted.', 'Tainted: only pods that tolerate it are put there.'],
    choices: yesNo(['60 to 90 % cheaper; begins with no node, up to 20.', 'Nodes go at two minutes\' notice: your pods must cope.'], ['Every node is on demand, so nothing is taken away.', 'The bill is higher where much work could wait.']),
    when: hasPools, needs: POOLS, initial: () => true,
  },
  {
    id: 'spot-handler', phase: 'node-pools', kind: 'choice', title: 'What empties a spot node before it goes', path: ['phases', 'node-pools', 'spotHandler'],
    why: ['AWS gives two minutes; somebody must drain the node in that time.', 'Without it pods are killed in the middle of a request.'],
    choices: [
      {value: 'none', lines: ['Nothing to run: pods on a reclaimed node simply die.', 'Right only where every spot workload can be lost at any time.']},
      {value: 'node-termination-handler', lines: ['Hears the notice on each node, cordons and drains it.', 'One small pod on each node; works with any autoscaler.']},
      {value: 'karpenter', lines: ['Karpenter hears of it through a queue and replaces the node at once.', 'Only together with Karpenter as the autoscaler.']},
    ],
    when: (answers) => (onAwsNodes(answers) || answers['provider'] === 'lab') && answers['spot'] === true, needs: 'spot nodes on AWS or in the lab',
    initial: (answers) => (onAwsNodes(answers) ? 'node-termination-handler' : 'none'),
  },
  {
    id: 'gpu', phase: 'node-pools', kind: 'switch', title: 'A pool of GPU nodes', path: ['nodePools', 2], always: true,
    store: poolSwitch('gpu', {instanceType: 'g5.xlarge', min: 0, max: 2, labels: {'node-role': 'gpu'}, taints: ['nvidia.com/gpu=true:NoSchedule'], gpu: {count: 1}}),
    why: ['For training and inference; tainted, so that nothing else lands there.', 'Begins with no node: add some in kp.yaml or by an autoscaler.'],
    choices: yesNo(['Pods can ask for nvidia.com/gpu; kp checks driver and capacity.', 'GPU machines cost ten times a general one, also when idle.'], ['No GPU machines, no driver to keep up to date.', 'A pool can be added later without touching the others.']),
    when: hasPools, needs: POOLS, initial: () => false,
  },
  {
    id: 'gpu-instance-type', phase: 'node-pools', kind: 'text', title: 'Machine type of the GPU nodes', path: ['nodePools', 2, 'instanceType'], always: true, store: poolField('gpu', 'instanceType'),
    why: ['g5.xlarge has one NVIDIA A10G with 24 GiB; p types have more and cost more.', 'Check that your region and quota have them.'],
    when: (answers) => answers['gpu'] === true, needs: 'a pool of GPU nodes', initial: () => 'g5.xlarge',
  },
  {
    id: 'device-plugin', phase: 'node-pools', kind: 'switch', title: 'NVIDIA device plugin', path: ['phases', 'node-pools', 'devicePlugin'],
    why: ['Tells Kubernetes which nodes have GPUs; without it GPU pods wait for ever.', 'The driver itself comes with the machine image.'],
    choices: yesNo(['kp installs it on GPU nodes and checks that each offers its GPUs.', 'One more DaemonSet, on GPU nodes alone.'], ['For clusters where the GPU Operator or the cloud brings one.', 'Two of them on a node quarrel about the same devices.']),
    when: (answers) => answers['gpu'] === true, needs: 'a pool of GPU nodes', initial: () => true,
  },
]
