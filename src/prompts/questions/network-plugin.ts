/** Phase 4: the pod network. */
import {yesNo, type Answers, type Question} from './types.ts'

const on = (answers: Answers): boolean => answers['cni'] !== 'none'
const cilium = (answers: Answers): boolean => answers['cni'] === 'cilium'

export const cniQuestions: readonly Question[] = [
  {
    id: 'cni', phase: 'cni', kind: 'choice', title: 'Pod network', path: ['phases', 'cni', 'plugin'], off: 'none',
    why: ['The plugin gives pods their addresses and enforces network policies.', 'Changing it later interrupts the network of every node.'],
    choices: [
      {value: 'cilium', lines: ['eBPF; Hubble shows every flow and why a packet was dropped.', 'More memory on each node than Calico, and a Linux kernel from 5.10 on.']},
      {value: 'calico', lines: ['Light and known everywhere; BGP to your own routers is its strength.', 'No view of flows like Hubble; kube-proxy stays.']},
      {value: 'none', lines: ['The cluster has its plugin already, such as the VPC CNI of EKS.', 'kp installs none; whether policies are enforced is up to that plugin.']},
    ],
    initial: () => 'cilium',
  },
  {
    id: 'default-deny', phase: 'cni', kind: 'switch', title: 'Deny all traffic that is not allowed by name', path: ['phases', 'cni', 'defaultDeny'],
    why: ['In kp\'s namespaces and in default; what the platform needs is allowed.', 'The rules for DNS and the API server come in the same run.'],
    choices: yesNo(['A broken-into pod reaches nothing that is not listed.', 'Each new application needs an allow rule beside it.'], ['Everything reaches everything: nothing to write at first.', 'Hard to close later, when nobody knows who talks to whom.']),
    when: on, needs: 'a pod network of kp\'s', initial: () => true,
  },
  {
    id: 'hubble', phase: 'cni', kind: 'switch', title: 'Hubble', path: ['phases', 'cni', 'hubble'],
    why: ['Shows flows between pods and which policy dropped what.', 'The quickest answer to "why can it not connect?".'],
    choices: yesNo(['Flows and drops by name of pod and policy, with metrics.', 'A relay, and some CPU on each node for every flow.'], ['A little CPU and memory saved on each node.', 'Drops can only be guessed from outside.']),
    when: cilium, needs: 'cni cilium', initial: () => true,
  },
  {
    id: 'routing', phase: 'cni', kind: 'choice', title: 'How packets go from node to node', path: ['phases', 'cni', 'routing'],
    why: ['Pod addresses are unknown to the network between the nodes.', 'Changing it later interrupts connections.'],
    choices: [
      {value: 'overlay', lines: ['Packets are wrapped: works on every network without asking anybody.', '50 bytes less for data in each packet, and a little CPU.']},
      {value: 'native', lines: ['No wrapping: fastest, and addresses stay visible to the network.', 'The network must route the pod range: nodes side by side, or BGP.']},
    ],
    when: on, needs: 'a pod network of kp\'s', initial: () => 'overlay',
  },
  {
    id: 'encryption', phase: 'cni', kind: 'choice', title: 'Encryption between nodes', path: ['phases', 'cni', 'encryption'],
    why: ['Protects what pods say to pods on other nodes from the network.', 'A mesh encrypts too, but only for pods that joined it.'],
    choices: [
      {value: 'none', lines: ['No cost. Fine where the network between nodes is yours.', 'Whoever listens on that network reads along.']},
      {value: 'wireguard', lines: ['Every packet between nodes is encrypted, with no change to any pod.', 'Some CPU, less throughput, and UDP 51871 or 51820 open between nodes.']},
    ],
    when: on, needs: 'a pod network of kp\'s', initial: () => 'none',
  },
  {
    id: 'kube-proxy-replacement', phase: 'cni', kind: 'switch', title: 'Cilium instead of kube-proxy', path: ['phases', 'cni', 'kubeProxyReplacement'],
    why: ['Services need one of the two: not both, not neither.', 'On a cluster that exists, kube-proxy has to be taken away first.'],
    choices: yesNo(['Faster with thousands of Services, and keeps client addresses.', 'When the agent of a node is down, so are new connections there.'], ['kube-proxy does it, as everywhere: best known when things break.', 'Its rules are rewritten as a whole: slow with very many Services.']),
    when: cilium, needs: 'cni cilium', initial: () => false,
  },
  {
    id: 'connectivity-test', phase: 'cni', kind: 'switch', title: 'Connectivity test', path: ['phases', 'cni', 'connectivityTest'],
    why: ['Asks from pod to pod before and after the allow rules.', 'Proves that policies are enforced, not only that they exist.'],
    choices: yesNo(['A plugin that ignores policies is found on the first day.', 'A few short-lived pods; in the lab, where no packets flow, it is skipped.'], ['No pods of kp\'s beside those of the platform.', 'Nobody knows whether the policies hold until somebody tries.']),
    when: on, needs: 'a pod network of kp\'s', initial: () => true,
  },
]
