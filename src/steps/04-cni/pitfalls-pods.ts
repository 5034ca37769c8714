/** Known failures of phase 4: what the plugin does for pods and nodes */
import type {Pitfall} from '../../engine/types.ts'

/** What the plugin does for pods and nodes */
export const podPitfalls: Pitfall[] = [
  {
    code: 'KP0417',
    title: 'The network plugin gives a pod no network',
    symptom: 'Pods stay in ContainerCreating: Failed to create pod sandbox … plugin type="…" failed (add).',
    cause: 'The agent on the node is not ready or restarts, its socket does not answer, or what it keeps on the disk of the node is of another plugin.',
    match: [{check: 'cni.sandboxes'}, {event: {reason: 'FailedCreatePodSandBox', message: /plugin type="[^"]+"(?: name="[^"]+")? failed \(add\)(?!.*failed to assign an IP address)/s}}],
    fix: [
      {text: 'On which nodes?', command: 'kubectl get events -A --field-selector reason=FailedCreatePodSandBox'},
      {text: 'What does the agent there say?', command: 'kubectl -n kube-system logs -l k8s-app=cilium --tail=50'},
      {text: 'Start the agent of that node anew.', command: 'kubectl -n kube-system delete pod <agent>'},
    ],
    confirmBy: 'cni.sandboxes',
    runbook: 'node-not-ready.md',
    source: 'Cilium docs: troubleshooting; kubelet events',
  },
  {
    code: 'KP0418',
    title: 'Cilium has no range for a node',
    symptom: 'Pods on a new node get no address: the agent waits "for IPs to become available in CRD-backed allocation pool".',
    cause: 'The operator of Cilium is not at work, or its pod range is used up, so that the node got no CiliumNode with a range.',
    match: [{check: 'cni.nodes-known'}, {output: /Waiting for IPs to become available in CRD-backed allocation pool/}],
    fix: [
      {text: 'Which nodes have which range?', command: 'kubectl get ciliumnodes -o custom-columns=NODE:.metadata.name,RANGES:.spec.ipam.podCIDRs'},
      {text: 'Is the operator at work?', command: 'kubectl -n kube-system logs -l io.cilium/app=operator --tail=50'},
      {text: 'Is there room for another node?', command: 'kp verify --check networking.ip-headroom'},
    ],
    confirmBy: 'cni.nodes-known',
    source: 'Cilium docs: IPAM, cluster scope',
  },
]
