/** What, why and how of phase 17. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'cost',
  number: 17,
  title: 'Cost: quotas, limits, spend',
  what: 'A ResourceQuota and a LimitRange for each team\'s namespaces, OpenCost, a budget with an alert, and what is spent by namespace and team.',
  why: 'A team that asks for too much takes it from all others, and from the bill. Quotas stop it when it happens, the report says it before the bill does.',
  how: [
    'phases.cost.teams names teams with their namespaces; each namespace gets the quota: requests of CPU and memory, limits of memory of twice as much, and pods. Limits of CPU are left out: they slow containers down that nobody else needs the CPU of. A LimitRange gives requests and limits to containers that name none: with a quota they could not be made otherwise.',
    'Quotas have headroom (phases.cost.headroomPercent): kp looks at what runs first, and refuses a quota below it, or with less room above it, with the numbers.',
    'What a quota does: a Deployment beyond it is accepted, its pods are refused (FailedCreate, exceeded quota). The twenty-phase guide says that the Deployment is refused, which only a quota of count/deployments.apps does.',
    'OpenCost (phases.cost.opencost) splits the price of nodes and volumes by what pods ask for and use; it reads the metrics of phase 8. Off AWS and in the lab it takes list prices; your own go into components.opencost.values.',
    'phases.cost.budget and warnAtPercent: a check, and with OpenCost an alert. A team can have a budget of its own.',
    '`kp cost report` needs none of that: it counts what pods ask for, by namespace and team, with a table of list prices that has a date; quotas and how full they are; what nobody uses.',
    'Verify: `kp verify cost`: a pod beyond the quota is refused (a dry run), and the check quotes FailedCreate where pods are being refused; room, defaults, budget. By hand: `kubectl get resourcequotas -A`, `kubectl describe resourcequota -n NAMESPACE`.',
  ],
}
