/** What, why and how of phase 4. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'cni',
  number: 4,
  title: 'Pod network and network policies',
  what: 'One network plugin, Cilium or Calico, and baseline network policies: deny everything, then allow by name.',
  why: 'Pods get addresses and reach each other through it, and policies are only enforced by it. Cilium also shows who talks to whom (Hubble, on eBPF).',
  how: [
    'Cilium is installed with helm in a pinned version, with the pod range of kp.yaml and values held against the chart. Calico comes with its operator; the manifest that older guides apply is gone.',
    'There is exactly one plugin. kp stops when it finds another (phases.cni.enabled: false keeps the one of the cloud). Services need kube-proxy or its replacement in Cilium: not both, not neither.',
    'Default deny covers Ingress and Egress, in the namespace default and in those of kp. In the same run come the rules without which the cluster breaks: DNS for all pods, the API server and webhooks where they are needed. Probes of the kubelet come from the node itself, which every plugin lets through.',
    'Your own applications: put a policy that allows what they need beside the deny policy, in the same change.',
    'Hubble (phases.cni.hubble) shows flows and drops.',
    'Verify: `kp verify cni`: agent on every node, operator, one plugin, deny and allow rules, no waiting taint. The connectivity test asks from pod to pod before and after the allow rules: first blocked, then let through. By hand: `kubectl get pods -n kube-system`. In the lab the policies are real objects, but no packets flow.',
  ],
}
