/** What, why and how of phase 18. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'day2',
  number: 18,
  title: 'Day-2 operations (budgets, maintenance, etcd snapshots)',
  what: 'What upgrades and maintenance stand on: PodDisruptionBudgets, a maintenance window with its calendar, snapshots of etcd where kp runs it, and an eye on certificates and on what is stuck.',
  why: 'Every node is drained and every version replaced within months. With budgets nobody notices; without them, or with one that never gives way, it is an outage or a night without sleep.',
  how: [
    'Budgets: a chart that has one gets it through its values; for the rest with more than one copy kp makes a PodDisruptionBudget with maxUnavailable 1 that lets broken pods go (unhealthyPodEvictionPolicy). What runs once gets none: it would block every drain.',
    'A budget that can never give way (minAvailable as many as there are copies, maxUnavailable 0) is refused with the field of kp.yaml, and found in the cluster whoever made it.',
    'The window (phases.day2.window: days, begin, length, time zone) says when disruptive work may be done. It is in the ConfigMap kp-maintenance-window for tools, and in the calendar for people: docs/maintenance.md of the repository, with what is done daily, weekly, monthly and each quarter.',
    'etcd, where kp runs it: a snapshot each phases.day2.etcdSnapshots.every, the newest `keep` of them, held against backup.rpo; each is read back by the hash that etcd writes at its end. In the lab `kp up` takes them, of the real etcd, into .kp/environments/<environment>/etcd-snapshots. On a managed control plane the provider does it.',
    'Upgrades follow the skew policy: control plane, then nodes, one minor at a time, a staging environment first. What uses removed interfaces is found before.',
    'Certificates that nobody renews by itself (TLS Secrets made by hand, bundles of webhooks) are watched: phases.day2.certificateThreshold.',
    'Verify: `kp verify day2`: budgets are there and give way, nothing is stuck, certificates, snapshots, and for your own workloads probes, limits and copies. By hand: `kubectl get pdb -A`, `kubectl drain <node> --dry-run=server --ignore-daemonsets --delete-emptydir-data`.',
  ],
}
