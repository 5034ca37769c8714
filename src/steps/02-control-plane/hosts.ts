/** The control plane on machines that kp sets up itself: EC2, or one's own. */
import {knownHosts, setsUpHosts} from '../../checks/hosts/place.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {hostPlay, inventoryStep} from '../shared/host-play.ts'
import {terraformStack} from '../shared/terraform-stack.ts'

/** The steps of a cluster made with kubeadm; none elsewhere. */
export function hostCluster(ctx: ManifestContext): PlatformStep[] {
  if (!setsUpHosts(ctx.provider.id)) return []
  return [
    ...(ctx.provider.id === 'kubeadm-aws' ? [terraformStack({id: 'control-plane/machines', title: 'Make the machines of the control plane', stack: 'control-plane-machines'})] : []),
    inventoryStep({id: 'control-plane/inventory'}),
    hostPlay({id: 'control-plane/hosts', title: 'Prepare the hosts: kernel, containerd, kubeadm', tags: ['preflight', 'common'], hosts: (platform) => knownHosts(platform)?.hosts.length ?? 0}),
    hostPlay({id: 'control-plane/kubeadm', title: 'Make the control plane with kubeadm', tags: ['control_plane', 'platform'], hosts: (platform) => knownHosts(platform)?.hosts.length ?? 0}),
  ]
}
