/** What kubeadm says of a machine before it touches it. */
import {writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {bringTool} from '../helpers/ansible.ts'
import type {Told} from '../helpers/told.ts'
import type {Machine} from './types.ts'

/** All that kubeadm could find here besides. */
const OTHERS = ['NumCPU', 'Mem', 'SystemVerification', 'Hostname', 'Service-Kubelet', 'Service-Containerd', 'FileExisting-socat', 'FileExisting-conntrack', 'FileExisting-ethtool', 'FileExisting-crictl', 'FileExisting-ebtables', 'FileExisting-tc', 'FileExisting-ip', 'FileExisting-iptables', 'FileExisting-mount', 'FileExisting-nsenter', 'FileExisting-touch', 'KubeletVersion', 'IsPrivilegedUser', 'Port-10250', 'Port-10257', 'Port-10259', 'Port-2379', 'Port-2380', 'Swap', 'FileContent--proc-sys-net-ipv4-ip_forward', 'FileContent--proc-sys-net-bridge-bridge-nf-call-iptables', 'CRI', 'ContainerRuntimeVersion', 'ImagePull', 'HTTPProxy', 'HTTPProxyCIDR']

/** What is wrong with the machine. */
type Wrong = 'Port' | 'CRI' | 'FileContent--proc-sys-net-ipv4-ip_forward' | 'Swap'

/** Runs `kubeadm init phase preflight` on a machine with that fault alone; in namespaces of its own nothing of this machine is changed. */
export async function preflight({folder, tool}: Machine, wrong: Wrong): Promise<Told> {
  const kubeadm = join(await bringTool('kubernetes', '1.35'), 'kubeadm')
  const busy = createServer()
  await new Promise<void>((resolve) => busy.listen(0, resolve))
  const {port} = busy.address() as AddressInfo
  const config = join(folder, 'init.yaml')
  writeFileSync(config, `apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nlocalAPIEndpoint: {advertiseAddress: 192.0.2.1, bindPort: ${wrong === 'Port' ? port : 6443}}\nnodeRegistration: {criSocket: "unix://${join(folder, 'no.sock')}"}\n---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.35.0\n`)
  const ignored = OTHERS.filter((one) => one !== wrong).concat(wrong === 'Port' ? [] : ['Port-6443'])
  const swaps = join(folder, 'swaps')
  writeFileSync(swaps, 'Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition 2097148 0 -2\n')
  const kubeadmCall = `exec ${kubeadm} init phase preflight --config ${config} --ignore-preflight-errors=${ignored.join(',')}`
  try {
    // A network of one's own forwards nothing; a machine with swap has a line in /proc/swaps.
    if (wrong === 'FileContent--proc-sys-net-ipv4-ip_forward') return await tool('unshare', ['--map-root-user', '--net', 'sh', '-c', `echo 0 > /proc/sys/net/ipv4/ip_forward; ${kubeadmCall}`])
    if (wrong === 'Swap') return await tool('unshare', ['--map-root-user', '--mount', 'sh', '-c', `mount --bind ${swaps} /proc/swaps && ${kubeadmCall}`], {says: /swap is supported for cgroup v2 only/})
    return await tool('unshare', ['--map-root-user', 'sh', '-c', kubeadmCall])
  } finally {
    busy.close()
  }
}
