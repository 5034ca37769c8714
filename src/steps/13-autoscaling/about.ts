/** What, why and how of phase 13. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'autoscaling',
  number: 13,
  title: 'Autoscaling of pods and nodes',
  what: 'metrics-server; HorizontalPodAutoscalers that follow the load; the Vertical Pod Autoscaler, which learns requests; and what adds and removes nodes.',
  why: 'Load changes by the hour. Too few copies are an outage, too many are money; nobody sets that by hand at night.',
  how: [
    'metrics-server asks the kubelets and serves metrics.k8s.io through the aggregation layer; kubectl top and every HPA on CPU or memory read it.',
    'The demo application gets an HPA from phases.autoscaling.hpa: between min and max copies, at cpuPercent of the request. It grows at once and shrinks after scaleDownAfter, by at most half of its copies a minute: without that wait it would swing. kp leaves the number of copies to it.',
    'vpa.mode off only recommends; initial sets the requests of new pods; auto also replaces pods that are far off. Where an HPA follows CPU, the VPA of the same application keeps to memory.',
    'nodes: cluster-autoscaler sizes groups of nodes that carry the tags k8s.io/cluster-autoscaler/enabled and k8s.io/cluster-autoscaler/CLUSTER; karpenter starts the machines that pods ask for, in subnets with the tag karpenter.sh/discovery. Both wait scaleDownAfter before a node goes.',
    'In the lab the real metrics-server runs beside the control plane and asks the simulated kubelets: what the HPA decides is real. A pod uses what its annotation lab.kp.dev/load says (`kubectl -n demo annotate pods -l app=demo lab.kp.dev/load=200m`).',
    'Verify: `kp verify autoscaling`. By hand: `kubectl top pods -A`, `kubectl get hpa -A`.',
  ],
}
