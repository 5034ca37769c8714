/** Finds quotas that are below what runs, and what keeps OpenCost from Prometheus. Pure. */
import type {FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {formatAmount, quantity} from '../../checks/quantities.ts'
import {complaintsOf, patchCommand} from '../shared/facts.ts'
import {QUOTA} from './names.ts'

/** Port of Prometheus. */
const PROMETHEUS_PORT = 9090
/** Room above what runs that a raised quota gets. */
const ROOM = 1.2

/** KP1702: a quota allows less than what is there already. */
export function findQuotaBelowUse(facts: Facts): Sighting[] {
  return facts.all('ResourceQuota').flatMap((quota): Sighting[] => {
    const {hard = {}, used = {}} = (quota['status'] ?? {}) as {hard?: Record<string, string>; used?: Record<string, string>}
    const over = Object.keys(hard).filter((name) => quantity(used[name]) > quantity(hard[name]))
    if (over.length === 0) return []
    const {namespace = 'default', name} = quota.metadata
    const wanted = Object.fromEntries(over.map((resource) => [resource, formatAmount(resource, quantity(used[resource]) * ROOM)]))
    return [{
      object: refOf(quota),
      evidence: over.map((resource) => `${resource}: ${used[resource]} are used, ${hard[resource]} are allowed; what ends is not made again`),
      fix: [
        {text: 'What is used?', command: `kubectl -n ${namespace} describe resourcequota ${name}`},
        name === QUOTA
          ? {text: 'It is kp\'s: raise the team in phases.cost.teams where kp.yaml says so little, then put it back.', command: 'kp step cost'}
          : {text: 'Raise it above what runs, with some room; or ask whose it is, and let something go.', command: patchCommand(quota, {spec: {hard: wanted}})},
      ],
    }]
  })
}

interface PolicySpec {
  podSelector?: {matchLabels?: Record<string, string>; matchExpressions?: object[]}
  policyTypes?: string[]
  egress?: {ports?: {port?: number | string; endPort?: number}[]}[]
}

const selects = ({podSelector: {matchLabels = {}} = {}}: PolicySpec, pod: FactObject): boolean => Object.entries(matchLabels).every(([key, value]) => pod.metadata.labels?.[key] === value)

/** KP1706: the policies of its namespace let OpenCost reach no Prometheus, or it says itself that it does not. */
export function findOpenCostCutOff(facts: Facts): Sighting[] {
  const [own] = facts.components.filter(({id}) => id === 'opencost').flatMap(({workloads}) => workloads)
  const deployment = own === undefined ? undefined : facts.get(own.kind, own.name, own.namespace)
  if (deployment === undefined || !facts.seen('NetworkPolicy')) return []
  const pods = facts.all('Pod').filter(({metadata}) => metadata.namespace === deployment.metadata.namespace)
  const policies = facts.all('NetworkPolicy').filter(({metadata}) => metadata.namespace === deployment.metadata.namespace)
  const cut = pods.some((pod) => {
    const specs = policies.map((one): PolicySpec => one['spec'] ?? {}).filter((spec) => spec.policyTypes?.includes('Egress') === true && selects(spec, pod))
    const open = specs.some(({egress = []}) => egress.some(({ports}) => ports === undefined || ports.some(({port, endPort}) => port === undefined || port === PROMETHEUS_PORT || (typeof port === 'number' && endPort !== undefined && port <= PROMETHEUS_PORT && endPort >= PROMETHEUS_PORT))))
    return specs.length > 0 && !open
  })
  if (!cut) return complaintsOf(facts, ['opencost'], /(?:Failed to query prometheus|Failed to create Prometheus (?:client|data source))[^\n]*/i)
  return [{
    object: refOf(deployment),
    evidence: [`the network policies of ${deployment.metadata.namespace ?? ''} deny it port ${PROMETHEUS_PORT}: ${policies.map(({metadata}) => metadata.name).join(', ')}`],
    fix: [
      {text: 'Which policies are there?', command: `kubectl -n ${deployment.metadata.namespace ?? ''} get networkpolicies`},
      {text: 'Put back the one that lets it ask Prometheus.', command: 'kp step cost'},
    ],
  }]
}
