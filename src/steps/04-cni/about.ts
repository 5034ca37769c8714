/** What, why and how of phase 4. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'cni',
  number: 4,
  title: 'Pod network and network policies',
  what: 'One network plugin, Cilium or Calico, and baseline network policies: deny everything, then allow by name.',
  why: 'Pods get addresses and reach each other through it, and policies are only enforced by it. Cilium also shows who talks to whom (Hubble, on eBPF).',
  how: [
    'Cilium is installed with helm in a pinned version, with the pod range of kp.yaml and values held against the chart. Calico comes with its operator and a chart of its kinds; the manifest that older guides apply is gone. phases.cni.routing is an overlay (VXLAN) or native: Cilium sets routes between nodes of one network, Calico speaks BGP. phases.cni.encryption: wireguard is for both.',
    'There is exactly one plugin. kp stops before it installs anything when it finds the agent, the configuration or the kinds of another (phases.cni.enabled: false keeps the one of the cloud). Services need kube-proxy or its replacement in Cilium: not both, not neither.',
    'Default deny covers Ingress and Egress, in the namespace default and in those of kp. In the same run come the rules without which the cluster breaks: DNS for all pods, the API server and webhooks where they are needed. Probes of the kubelet come from the node itself, which every plugin lets through.',
    'Your own applications: put a policy that allows what they need beside the deny policy, in the same change.',
    'Hubble (phases.cni.hubble, Cilium only) shows flows and drops: on the command line through its relay, and in its UI (kubectl -n kube-system port-forward service/hubble-ui 8081:80).',
    'Verify: `kp verify cni`: agent on every node, operator, one plugin, deny and allow rules, no waiting taint. The connectivity test (phases.cni.connectivityTest) runs one client in two namespaces: in kp-connectivity-open, without any rule, DNS, a Service, a second port and the API server must answer; in kp-connectivity, with deny and allow rules, all but the second port. The exit codes of its containers are the result; delete its Jobs to run it again. By hand: `kubectl get pods -n kube-system`. In the lab the policies are real objects, but no packets flow.',
  ],
}
