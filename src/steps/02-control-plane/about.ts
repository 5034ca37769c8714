/** What, why and how of phase 2. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'control-plane',
  number: 2,
  title: 'Control plane',
  what: 'The API server, etcd, the scheduler and the controllers, managed or self-hosted; and the first administrator kubeconfig.',
  why: 'Everything else talks to it. A managed control plane brings availability, backups and upgrades, and is the right choice for production unless you need full control.',
  how: [
    'EKS: Terraform or eksctl (provider.provisioner) makes the cluster in the private subnets, with the endpoint as network.endpoint says, encryption of Secrets, and control-plane logs.',
    'Self-hosted: kubeadm behind one API address, an odd number of control-plane nodes, encryption and audit log on. Nodes need cgroup v2 and containerd 2.',
    'Lab: the real etcd, kube-apiserver, kube-controller-manager and kube-scheduler run as processes on this machine; only the nodes are simulated.',
    "The kubeconfig of each environment is a file of its own with mode 0600 (`kp kubeconfig`); kp never uses your current context. It remembers the UID of kube-system on both sides and refuses to touch another cluster (`kp bind` after a rebuild).",
    '`kubectl get componentstatuses` is deprecated since Kubernetes 1.19: kp asks /readyz, which names every part.',
    "Verify: `kp verify control-plane`: readiness, version, aggregated APIs, webhooks, identity, certificates. By hand: `kubectl get nodes`, `kubectl get --raw '/readyz?verbose'`, `kubectl get pods -n kube-system`.",
  ],
}
