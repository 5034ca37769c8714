/** TopoLVM: volumes of a volume group of each worker, on machines of one's own. */
import {check, verdict, workloadsReady} from '../../checks/builders.ts'
import {isControlPlane} from '../../checks/nodes.ts'
import {quantity} from '../../checks/quantities.ts'
import type {ManifestContext, PlatformCheck, PlatformContext, PlatformStep} from '../../context.ts'
import type {Pitfall} from '../../engine/types.ts'
import {componentStep} from '../shared/component.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'

const NAMESPACE = 'topolvm-system'
/** By this label a capacity names its node. */
const AT_NODE = 'topology.topolvm.io/node'

/** Whether kp installs it. */
export function wantsTopolvm({spec}: Pick<ManifestContext, 'spec'>): true | string {
  return spec.provider.type === 'bare-metal' && spec.provider.storage === 'topolvm' ? true : 'volumes come from elsewhere'
}

const policies = networkPolicies({id: 'node-pools/topolvm-policies', namespace: NAMESPACE, rules: () => [allowApiServer()]})

/** Its programs reach the disks of their node: no other level of Pod Security lets them. */
export const topolvmSteps: PlatformStep[] = [
  // Its pods become ready with the pod network alone, which on machines of one's own comes after the nodes.
  componentStep({id: 'node-pools/topolvm', title: 'Install TopoLVM', component: 'topolvm', podSecurity: 'privileged', appliesTo: wantsTopolvm, wait: false}),
  {...policies, appliesTo: (ctx) => (ctx.spec.phases.cni.defaultDeny ? wantsTopolvm(ctx) : 'phases.cni.defaultDeny is off')},
]

/** Its programs, and what the scheduler knows by them. */
export const topolvmChecks: PlatformCheck[] = [
  workloadsReady({id: 'node-pools.topolvm', title: 'TopoLVM is ready: its controller, and its programs on every worker', component: 'topolvm', pitfalls: ['KP0346'], appliesTo: wantsTopolvm}),
  check({
    id: 'node-pools.volume-room',
    title: 'Every worker has room for volumes, and the scheduler knows how much',
    severity: 'warning',
    pitfalls: ['KP0347', 'KP0346'],
    appliesTo: wantsTopolvm,
    run: room,
  }),
]

async function room(ctx: PlatformContext): ReturnType<PlatformCheck['run']> {
  const cluster = await ctx.cluster()
  const [capacities, nodes] = await Promise.all([cluster.listKnown('storage.k8s.io/v1', 'CSIStorageCapacity'), cluster.listKnown('v1', 'Node')])
  const left = new Map<string, number>()
  for (const capacity of capacities) {
    const node = (capacity['nodeTopology'] as {matchLabels?: Record<string, string>} | undefined)?.matchLabels?.[AT_NODE]
    if (node !== undefined) left.set(node, Math.max(left.get(node) ?? 0, quantity(capacity['capacity'] as string | undefined)))
  }
  const workers = nodes.filter(({metadata}) => !isControlPlane(metadata)).map(({metadata}) => metadata.name)
  if (workers.length === 0) return {status: 'fail', observed: 'there is no worker: nobody has volumes', expected: 'a worker with the volume group'}
  const complaints = workers.flatMap((name) => {
    const bytes = left.get(name)
    return bytes === undefined ? [`node ${name} does not say how much of its volume group is left`] : bytes === 0 ? [`node ${name} has no room left`] : []
  })
  const seen = workers.map((name) => `${name} ${Math.floor((left.get(name) ?? 0) / 2 ** 30)} GiB`)
  return verdict(complaints, `left: ${seen.join(', ')}`, 'a CSIStorageCapacity with room for each worker')
}

export const topolvmPitfalls: Pitfall[] = [
  {
    code: 'KP0346',
    title: 'A worker has no volume group for TopoLVM',
    symptom: 'topolvm-lvmd restarts on a node: "volume group not found"; topolvm-node there is not ready; the preflight says "the volume group … is not there".',
    cause: 'provider.volumeGroup names a group of LVM that nobody made on this machine, or its disk is gone. TopoLVM makes none, and its program ends at once without it.',
    match: [{check: 'node-pools.topolvm'}, {output: /"msg":"volume group not found"|the volume group \S+ is not there/}],
    fix: [
      {text: 'Which groups are there, on the machine?', command: 'sudo vgs'},
      {text: 'Which disks are free? A disk that is listed without a mount and without partitions.', command: 'sudo lsblk -o NAME,SIZE,FSTYPE,MOUNTPOINTS'},
      {text: 'Make it. This takes the disk: what is on it is lost.', command: 'sudo vgcreate <group> /dev/<disk>'},
      {text: 'On every worker? Then look again.', command: 'kp verify node-pools --check node-pools.topolvm'},
    ],
    confirmBy: 'node-pools.topolvm',
    source: 'TopoLVM: docs/getting-started.md, cmd/lvmd/app/root.go',
  },
  {
    code: 'KP0347',
    title: 'No node has room for the volume',
    symptom: 'A pod stays Pending: "did not have enough free storage"; or its claim says "no enough space left on VG".',
    cause: 'A volume is of one node, all of it: the group of each node has less left than the claim asks for, whatever all of them have together.',
    match: [
      {check: 'node-pools.volume-room'},
      {event: {reason: 'FailedScheduling', message: /node\(s\) did not have enough free storage/}},
      {event: {reason: 'ProvisioningFailed', message: /no enough space left on VG/}},
      {output: /no enough space left on VG: free=\d+, (?:requested|desiredSize)=\d+/},
    ],
    fix: [
      {text: 'How much is left where?', command: 'kubectl -n topolvm-system get csistoragecapacities'},
      {text: 'Who has what? Claims that nobody needs any more give theirs back.', command: 'kubectl get logicalvolumes -o wide'},
      {text: 'A further disk for the group of a node, on that machine.', command: 'sudo vgextend <group> /dev/<disk>'},
      {text: 'Does the scheduler know of it?', command: 'kp verify node-pools --check node-pools.volume-room'},
    ],
    confirmBy: 'node-pools.volume-room',
    source: 'TopoLVM: internal/lvmd/lvservice.go; Kubernetes: pkg/scheduler/framework/plugins/volumebinding',
  },
]
