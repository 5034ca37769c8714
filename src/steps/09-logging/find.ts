/** Finds why logs do not arrive: agents that leave nodes out, a store that is not there, what agents say of it. Pure. */
import type {FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import type {FixStep} from '../../engine/types.ts'
import {complaintsOf, podSpec} from '../shared/facts.ts'
import type {PodSpecFacts} from '../shared/facts.ts'
import {LOGGING_NAMESPACE, LOG_SECRET, NODE_SETTINGS, STORE_SERVICE} from './names.ts'

/** Components that send logs. */
export const AGENTS = ['fluent-bit', 'vector']
/** What refuses the credentials of an agent. */
export const REFUSED = /http_?status=40[13]\b|HTTP status=40[13]\b|status=40[13] (?:URI|host)|"text":\s*"(?:Invalid token|Token disabled|Invalid authorization|Incorrect index)"|security_exception|status code: 40[13] (?:Unauthorized|Forbidden)/
/** A name that does not resolve, or nobody behind it. */
export const UNREACHED = /getaddrinfo\(host='[^']+'|no upstream connections available to|tcp connect error/
/** What a full OpenSearch answers. */
export const READ_ONLY = /flood[- ]stage (?:disk )?watermark|read-only-allow-delete block|high disk watermark \[[^\]]+\] exceeded on/

interface Taint {
  key: string
  value?: string
  effect: string
}

/** The agent's DaemonSet, where this platform has one. */
function agentOf(facts: Facts): {name: string; set: FactObject | undefined} | undefined {
  const name = AGENTS.find((id) => facts.components.some((component) => component.id === id))
  return name === undefined || !facts.seen('DaemonSet') ? undefined : {name, set: facts.get('DaemonSet', name, LOGGING_NAMESPACE)}
}

/** KP0908: the agent leaves nodes out: by a taint, by a selector, or since it is not there at all. */
export function findNodesWithoutAgent(facts: Facts): Sighting[] {
  const agent = agentOf(facts)
  if (agent === undefined || !facts.checks.some(({id}) => id === 'logging.agents')) return []
  const {name, set} = agent
  const fix: FixStep[] = [
    {text: 'On which nodes does it run?', command: `kubectl -n ${LOGGING_NAMESPACE} get pods -o wide -l app.kubernetes.io/name=${name}`},
    {text: 'Put back what was changed by hand; a selector or tolerations of your own are in kp.yaml, in components.' + name + '.values.', command: 'kp step logging'},
  ]
  if (set === undefined) return [{object: {kind: 'DaemonSet', name, namespace: LOGGING_NAMESPACE}, evidence: [`DaemonSet ${LOGGING_NAMESPACE}/${name} does not exist: nobody reads the logs of any node`], fix}]
  const why = facts.all('Node').flatMap((node) => reasonAgainst(node, podSpec(set)) ?? [])
  return why.length === 0 ? [] : [{object: refOf(set), evidence: why.slice(0, 4), fix}]
}

/** Why a DaemonSet has no pod on a node; undefined where it may have one. */
function reasonAgainst(node: FactObject, {nodeSelector = {}, tolerations = []}: PodSpecFacts): string | undefined {
  const name = node.metadata.name
  const unlike = Object.entries(nodeSelector).find(([key, value]) => node.metadata.labels?.[key] !== value)
  if (unlike !== undefined) return `node ${name} is left out: it selects ${unlike.join('=')}`
  const taints = ((node['spec'] as {taints?: Taint[]} | undefined)?.taints ?? []).filter(({key, effect}) => !key.startsWith('node.kubernetes.io/') && effect !== 'PreferNoSchedule')
  const refused = taints.find((taint) => !tolerations.some((one) => tolerates(one, taint)))
  return refused === undefined ? undefined : `node ${name} has the taint ${refused.key}${refused.value === undefined ? '' : `=${refused.value}`}:${refused.effect}, which it does not tolerate`
}

function tolerates({key, operator, value, effect}: NonNullable<PodSpecFacts['tolerations']>[number], taint: Taint): boolean {
  const sameKey = key === undefined || key === '' ? operator === 'Exists' : key === taint.key
  return sameKey && (operator === 'Exists' || (value ?? '') === (taint.value ?? '')) && (effect === undefined || effect === '' || effect === taint.effect)
}

const MAKE_SECRET: FixStep[] = [
  {text: 'What would be made again?', command: 'kp plan logging'},
  {text: 'Bring it back to the cluster: from the reference in kp.yaml, or a new password where kp made it.', command: 'kp step logging'},
  {text: 'Agents read it when they start.', command: `kubectl -n ${LOGGING_NAMESPACE} rollout restart daemonset`},
]

/** KP0904: the Secret is gone, or the store refuses what is in it. */
export function findRefusedCredentials(facts: Facts): Sighting[] {
  const agent = agentOf(facts)
  const missing = agent !== undefined && facts.checks.some(({id}) => id === 'logging.credentials') && facts.seen('Secret') && facts.get('Secret', LOG_SECRET, LOGGING_NAMESPACE) === undefined
  const gone: Sighting[] = missing ? [{object: {kind: 'Secret', name: LOG_SECRET, namespace: LOGGING_NAMESPACE}, evidence: [`Secret ${LOGGING_NAMESPACE}/${LOG_SECRET} does not exist: agents that start anew have nothing to log in with`], fix: MAKE_SECRET}] : []
  return [...gone, ...complaintsOf(facts, AGENTS, REFUSED)]
}

/** KP0907: the Service of OpenSearch is gone, or agents get no answer at all. */
export function findUnreachedStore(facts: Facts): Sighting[] {
  const own = facts.components.some(({id}) => id === 'opensearch')
  if (own && facts.seen('Service') && facts.get('StatefulSet', STORE_SERVICE, LOGGING_NAMESPACE) !== undefined && facts.get('Service', STORE_SERVICE, LOGGING_NAMESPACE) === undefined) {
    return [{
      object: {kind: 'Service', name: STORE_SERVICE, namespace: LOGGING_NAMESPACE},
      evidence: [`Service ${LOGGING_NAMESPACE}/${STORE_SERVICE} does not exist: the name that agents send to leads nowhere`],
      fix: [{text: 'Which Services are there?', command: `kubectl -n ${LOGGING_NAMESPACE} get services`}, {text: 'Put it back. Agents try again by themselves, and send what waited.', command: 'kp step logging'}],
    }]
  }
  // A store that answers anything is reached.
  return complaintsOf(facts, AGENTS, UNREACHED).filter(({evidence}) => !evidence.some((line) => REFUSED.test(line) || READ_ONLY.test(line)))
}

/** KP0906: the store says that it is read-only. */
export function findReadOnlyStore(facts: Facts): Sighting[] {
  const claims = facts.all('PersistentVolumeClaim').filter(({metadata}) => metadata.namespace === LOGGING_NAMESPACE && metadata.name.startsWith(`${STORE_SERVICE}-`))
  return complaintsOf(facts, [...AGENTS, 'opensearch'], READ_ONLY).map((one) => ({
    ...one,
    fix: [
      {text: 'How large are its volumes, and how old is what is on them?', command: `kubectl -n ${LOGGING_NAMESPACE} get pvc`},
      {text: 'Delete the oldest day at once, in Dashboards under Dev Tools: DELETE kubernetes-<day>. The block goes by itself below the high watermark.'},
      ...(claims.length === 0 ? [] : [{text: 'Grow the claims where their class allows it, and write the same size to phases.logging.backend.volume.', command: 'kubectl get storageclasses'}]),
      {text: 'Keep less from now on: a shorter phases.logging.backend.retention, drop rules, sampling.', command: 'kp step logging'},
    ],
  }))
}

/** KP0903: nodes whose setting nobody makes. A pod that crashes for another reason to have too little is seen by its own words. */
export function findNodeSettingsAway(facts: Facts): Sighting[] {
  if (!facts.components.some(({id}) => id === 'opensearch') || !facts.seen('DaemonSet')) return []
  if (facts.get('DaemonSet', NODE_SETTINGS, LOGGING_NAMESPACE) !== undefined || !facts.checks.some(({id}) => id === 'logging.map-count')) return []
  const said = complaintsOf(facts, ['opensearch'], /max virtual memory areas vm\.max_map_count \[\d+\] (?:is )?(?:likely )?too low/)
  return [{
    object: {kind: 'DaemonSet', name: NODE_SETTINGS, namespace: LOGGING_NAMESPACE},
    evidence: [`DaemonSet ${LOGGING_NAMESPACE}/${NODE_SETTINGS} does not exist: nobody sets vm.max_map_count on nodes that are new`, ...said.flatMap(({evidence}) => evidence)],
    affects: [{kind: 'StatefulSet', name: STORE_SERVICE, namespace: LOGGING_NAMESPACE}, ...said.map(({object}) => object)],
  }]
}
