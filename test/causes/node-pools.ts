/** How the known failures of phase 3 come about. */
import {freePort} from '../helpers/free-port.ts'
import {preflight} from './kubeadm.ts'
import {discovery} from './join.ts'
import type {Cause} from './types.ts'

const scenario = (...names: string[]): Cause[] => names.map((name) => ({by: 'scenario', scenario: name}))
const check = (id: string, what?: string): Cause[] => [{by: 'check', check: id, ...(what === undefined ? {} : {what})}]
const capture = (because: string): Cause[] => [{by: 'capture', because}]

export const nodePoolsCauses: Record<string, Cause[]> = {
  KP0301: check('node-pools.gpu'),
  KP0302: capture('a cloud takes a spot machine back'),
  KP0303: scenario('node-unplugged'),
  KP0304: scenario('default-storage-class-lost'),
  KP0305: scenario('two-default-storage-classes'),
  KP0306: check('node-pools.pressure'),
  KP0307: scenario('csi-driver-missing'),
  KP0308: scenario('storage-class-typo'),
  KP0309: scenario('volume-in-another-zone'),
  KP0310: scenario('request-too-large'),
  KP0311: scenario('node-label-lost', 'node-selector-typo', 'node-tainted-by-hand', 'taint-not-tolerated'),
  KP0312: scenario('kubelet-too-old'),
  KP0313: check('node-pools.runtime'),
  KP0314: scenario('snapshot-class-deleted'),
  KP0315: capture('only EKS says that machines did not join'),
  KP0316: capture('only EC2 runs out of machines'),
  KP0317: check('node-pools.zones'),
  KP0318: capture('only a cloud attaches volumes'),
  KP0319: scenario('node-left-cordoned'),
  KP0320: capture('it takes a machine with a GPU'),
  KP0321: check('node-pools.spot-handler'),
  KP0322: check('node-pools.heartbeat'),
  KP0323: check('node-pools.problems'),
  KP0324: check('node-pools.initialized'),
  KP0325: check('node-pools.same-version'),
  KP0326: check('node-pools.volume-reclaim'),
  KP0327: check('node-pools.attachments'),
  KP0328: check('node-pools.driver-on-nodes'),
  KP0329: scenario('secret-missing'),
  KP0330: scenario('service-account-missing'),
  KP0331: scenario('out-of-memory'),
  KP0332: scenario('crash-after-release'),
  KP0333: [{by: 'machine', what: 'nobody listens on the port of SSH', cause: async ({tool}) => tool('ssh', ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5', '-p', String(await freePort()), 'ops@127.0.0.1', 'true'])}],
  KP0334: capture('only a machine of EC2 has that metadata'),
  KP0335: capture('the cloud controller says it of machines of EC2'),
  KP0336: [{by: 'machine', what: 'swap is on', cause: (machine) => preflight(machine, 'Swap')}],
  KP0337: [{by: 'machine', what: 'the kernel does not forward', cause: (machine) => preflight(machine, 'FileContent--proc-sys-net-ipv4-ip_forward')}],
  KP0338: capture('it takes a kubelet and a runtime'),
  KP0339: [{by: 'machine', what: 'the token of the join has ended', cause: discovery}],
  KP0340: capture('kubeadm says it on a machine that joins'),
  KP0341: [{by: 'machine', what: 'no repository of packages has it', cause: ({tool}) => tool('apt-get', ['install', '--simulate', 'kubeadm=1.35.4-1.1'])}],
  KP0342: capture('only EC2 ends machines at their start'),
  KP0343: [{by: 'machine', what: 'no runtime answers', cause: (machine) => preflight(machine, 'CRI')}],
  KP0345: check('node-pools.ebs-csi-driver'),
  KP0346: check('node-pools.topolvm'),
  KP0347: check('node-pools.volume-room'),
  KP0344: capture('only EC2 counts volumes'),
}
