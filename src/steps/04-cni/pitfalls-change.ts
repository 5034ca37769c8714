/** Known failures of phase 4 when the plugin of a living cluster is changed. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of a change. */
export const changePitfalls: Pitfall[] = [
  {
    code: 'KP0416',
    title: 'The network plugin of a living cluster is changed',
    symptom: 'kp stops: phases.cni.plugin of kp.yaml is not what the cluster was built with.',
    cause: 'Each pod keeps the interface and the address that the old plugin gave it. Where the new one takes over at once, old pods and new pods do not reach each other, and Services answer by chance.',
    match: [{output: /kp\.yaml changes phases\.cni\.plugin from \S+ to \S+: it cannot be exchanged under running pods/}],
    fix: [
      {text: 'It was a mistake: put the old value back.', command: 'kp plan cni'},
      {text: 'The safe way: a new environment with the other plugin, and the workloads moved namespace by namespace, with a way back. Name it in environments of kp.yaml, then build it.', command: 'kp up --env <new>'},
      {text: 'In place, by hand, needs both plugins side by side. First leave the network to you: phases.cni.enabled: false in kp.yaml.', command: 'kp plan'},
      {text: 'Install the new plugin beside the old one, with a pod range of its own, without policies, and so that it writes its configuration only on nodes that carry a label (Cilium: cni.customConf, policyEnforcementMode=never, CiliumNodeConfig).'},
      {text: 'Then node by node: empty it.', command: 'kubectl drain <node> --ignore-daemonsets --delete-emptydir-data'},
      {text: 'Give it the label, restart the agent of the new plugin there, and restart the node: its pods come up with addresses of the new range.', command: 'kubectl label node <node> io.cilium.migration/cilium-default=true'},
      {text: 'See that pods there reach pods on old nodes and the API server, then let it take pods again and go to the next.', command: 'kubectl uncordon <node>'},
      {text: 'When the last node is through: take the old plugin away, switch policies on, and give the network back to kp with the new plugin in kp.yaml.', command: 'kp step cni --adopt <component>'},
    ],
    confirmBy: 'cni.single-plugin',
    source: 'Cilium docs: migrating a cluster to Cilium; twenty phases, 4',
  },
]
