/** Known failures of phase 4. Those of helm releases, which show up here first, are in pitfalls-helm.ts. */
import {findAgentAway, findDeniedDns, findSecondPlugin, PLUGIN_POLICIES} from './finders.ts'
import type {Pitfall} from '../../engine/types.ts'
import {changePitfalls} from './pitfalls-change.ts'
import {helmPitfalls} from './pitfalls-helm.ts'
import {pluginPitfalls} from './pitfalls-plugin.ts'

/** All of the phase, by code. */
export const pitfalls: Pitfall[] = [
  {
    code: 'KP0401',
    title: 'There are two network plugins',
    symptom: 'Pods on the same node get addresses of different ranges; some reach each other and some do not.',
    cause: 'The cloud or the distribution brought a plugin (aws-node, kindnet, flannel), and a second one was installed beside it.',
    match: [{check: 'cni.single-plugin'}, {output: /the cluster has the network plugin \S+ already/}, {output: /the network plugin \S+ left its configuration behind/}],
    find: findSecondPlugin,
    fix: [
      {text: 'Which ones are there?', command: 'kubectl get daemonsets -A'},
      {text: 'Pick one. To keep the one that is there: phases.cni.enabled: false in kp.yaml.', command: 'kp plan cni'},
      {text: 'To use Cilium on EKS instead of the VPC CNI, take that one off before there are nodes.', command: 'kubectl -n kube-system delete daemonset aws-node'},
      {text: 'What does a plugin that is gone leave behind? Definitions and ConfigMaps in the cluster, files in /etc/cni/net.d of each node.', command: 'kubectl get customresourcedefinitions -o name | grep -E "cilium.io|projectcalico.org"'},
      {text: 'Pods keep the address they started with: empty one node after the other, and restart it.', command: 'kubectl drain <node> --ignore-daemonsets --delete-emptydir-data'},
    ],
    confirmBy: 'cni.single-plugin',
    source: 'twenty phases, 4',
  },
  {
    code: 'KP0402',
    title: 'Default deny blocks what the cluster needs',
    symptom: 'After the deny policy pods cannot resolve names, reach the API server, or be called by webhooks.',
    cause: 'A default-deny policy stands in a namespace without the rules for DNS, the API server and webhooks, or somebody deleted them. Probes of the kubelet are always let through.',
    match: [
      {check: 'cni.allow-rules'},
      {check: 'cni.default-deny'},
      {output: /dial udp \S+:53: (?:i\/o timeout|connect: operation not permitted)/},
      {output: /lookup \S+ on \S+:53: (?:read|write) udp \S+: (?:i\/o timeout|write: operation not permitted)/},
    ],
    find: findDeniedDns,
    kinds: PLUGIN_POLICIES,
    fix: [
      {text: 'Which policies are there?', command: 'kubectl get networkpolicies -A'},
      {text: 'Put back those of kp: deny, DNS, and what each namespace needs.', command: 'kp up'},
      {text: 'See what is dropped, with Cilium and Hubble.', command: 'kubectl -n kube-system exec daemonset/cilium -- hubble observe --verdict DROPPED --last 50'},
      {text: 'Your own application: allow what it needs by name, beside the deny policy.', command: 'kubectl -n <namespace> apply -f <networkpolicy.yaml>'},
    ],
    confirmBy: 'cni.allow-rules',
    runbook: 'dns-broken.md',
    source: 'twenty phases, 4',
  },
  {
    code: 'KP0403',
    title: 'The network agent is not ready',
    symptom: 'Nodes stay NotReady with "cni plugin not initialized", or wait with the taint node.cilium.io/agent-not-ready.',
    cause: 'The pod of the agent does not start on that node: image, kernel, missing mounts, or it was never installed.',
    match: [
      {check: 'cni.agent-ready'},
      {check: 'cni.no-taint-left'},
      {condition: {kind: 'Node', type: 'Ready', status: 'False', message: /cni plugin not initialized|cni config uninitialized|NetworkPluginNotReady/}},
      {output: /NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized/},
    ],
    find: findAgentAway,
    fix: [
      {text: 'Where does it not run?', command: 'kubectl -n kube-system get pods -l k8s-app=cilium -o wide'},
      {text: 'What does it say?', command: 'kubectl -n kube-system logs <pod> --all-containers --tail=50'},
      {text: 'Install it, or put it back.', command: 'kp step cni'},
      {text: 'The agent takes the taint away itself when it is ready. Pods that started before it must be restarted.'},
    ],
    confirmBy: 'cni.agent-ready',
    runbook: 'node-not-ready.md',
    source: 'Cilium docs: troubleshooting, taints; kubelet: NetworkPluginNotReady',
  },
  {
    code: 'KP0404',
    title: 'The agent cannot reach the API server',
    symptom: 'Cilium is in CrashLoopBackOff: "Unable to contact k8s api-server".',
    cause: 'Cilium replaces kube-proxy, so that the Service address of the API server does not exist before Cilium runs; the real address must be given.',
    match: [{output: /Unable to contact k8s api-server/}],
    fix: [
      {text: 'Which address does the cluster have?', command: "kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}'"},
      {text: 'Set k8sServiceHost and k8sServicePort under components.cilium.values in kp.yaml to it.', command: 'kp plan cni'},
      {text: 'Or keep kube-proxy: phases.cni.kubeProxyReplacement: false. Both or neither breaks Services.', command: 'kp step cni'},
    ],
    confirmBy: 'cni.agent-ready',
    source: 'Cilium docs: Kubernetes without kube-proxy',
  },
  {
    code: 'KP0405',
    title: 'The kernel is too old for the agent',
    symptom: 'Cilium ends at its start: the kernel version is not supported, or the BPF file system cannot be mounted.',
    cause: 'Cilium needs Linux 5.10 or newer with BPF. Old images (RHEL 8, Ubuntu 20.04) have less.',
    match: [{output: /minimal supported kernel version is/}, {output: /[Uu]nable to mount BPF filesystem/}],
    fix: [
      {text: 'Which kernels are there?', command: "kubectl get nodes -o custom-columns='NAME:.metadata.name,KERNEL:.status.nodeInfo.kernelVersion'"},
      {text: 'Use a newer machine image for the pool, and replace the nodes: empty one, end its machine, wait for the new one.', command: 'kubectl drain <node> --ignore-daemonsets --delete-emptydir-data'},
    ],
    confirmBy: 'cni.agent-ready',
    source: 'Cilium docs: system requirements',
  },
  {
    code: 'KP0406',
    title: 'A replica of the operator has no node',
    symptom: 'cilium-operator stays Pending: "didn\'t have free ports for the requested pod ports".',
    cause: 'The operator uses ports of the node, so that each node takes one replica. There are more replicas than nodes.',
    match: [
      {check: 'cni.operator-ready'},
      {event: {reason: 'FailedScheduling', message: /\d+ node\(s\) (?:didn't have free ports for the requested pod ports|didn't match pod anti-affinity rules)/}},
    ],
    fix: [
      {text: 'How many nodes take pods?', command: 'kubectl get nodes'},
      {text: 'One node only: set components.cilium.values.operator.replicas to 1 in kp.yaml.', command: 'kp step cni'},
      {text: 'Otherwise bring the missing nodes.', command: 'kp step node-pools'},
    ],
    confirmBy: 'cni.operator-ready',
    source: 'Cilium chart: operator.replicas',
  },
  ...helmPitfalls,
  ...pluginPitfalls,
  ...changePitfalls,
]
