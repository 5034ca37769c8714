/** Finds why a quota or a LimitRange refuses pods, with the change that lets them be made. Pure. */
import type {Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import type {FixStep} from '../../engine/types.ts'
import {formatAmount, quantity} from '../../checks/quantities.ts'
import {slashName} from '../shared/facts.ts'
import {refusedPods, tryAgain} from '../shared/refused-pods.ts'
import type {RefusedPods} from '../shared/refused-pods.ts'
import {QUOTA} from './names.ts'

/** What a container gets that must say something: enough to start, little enough to fit. */
const MODEST: Record<string, string> = {'requests.cpu': 'cpu=100m', 'requests.memory': 'memory=128Mi', 'limits.cpu': 'cpu=500m', 'limits.memory': 'memory=256Mi'}

/** KP1701: a quota has too little left for the pods of a workload. */
export function findQuotaExceeded(facts: Facts): Sighting[] {
  return refusedPods(facts, /exceeded quota: ([^,\s]+), requested: (\S+), used: \S+, limited: (\S+)/).map((refused) => {
    const [, name = '', requested = '', limited = ''] = refused.found
    const fix = name === QUOTA ? {} : {fix: raiseQuota(refused, name, amounts(requested), amounts(limited))}
    return {object: refOf(refused.workload), evidence: [refused.said], values: {deployment: refused.workload.metadata.name}, ...fix}
  })
}

/** `requests.cpu=20m,pods=1` by name. */
function amounts(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((one) => one.split('=') as [string, string]))
}

/** Room for what is missing, and for one pod more while it rolls. */
function raiseQuota(refused: RefusedPods, name: string, requested: Record<string, string>, limited: Record<string, string>): FixStep[] {
  const {namespace, missing} = refused
  const hard = Object.fromEntries(Object.entries(limited).map(([resource, amount]) => {
    const wanted = quantity(amount) + quantity(requested[resource]) * (missing + 1)
    return [resource, formatAmount(resource, wanted)]
  }))
  return [
    {text: 'The quota, and what is used of it.', command: `kubectl -n ${namespace} describe resourcequota ${name}`},
    {text: 'It is not kp\'s. Raise it for what is missing, and for one pod more while it rolls; or ask whose it is, or lower the requests.', command: `kubectl -n ${namespace} patch resourcequota ${name} --type=merge -p '${JSON.stringify({spec: {hard}})}'`},
    ...tryAgain(refused),
  ]
}

/** KP1705: a quota counts what the containers do not say. */
export function findSilentContainers(facts: Facts): Sighting[] {
  return refusedPods(facts, /failed quota: ([^:\s]+): must specify (.+)/).map((refused) => {
    const {namespace, workload, found} = refused
    const names = [...(found[2] ?? '').matchAll(/\b(?:(requests|limits)\.)?(cpu|memory)\b/g)].map(([, what = 'requests', resource = '']) => `${what}.${resource}`)
    const flags = ['requests', 'limits'].flatMap((what) => {
      const wanted = [...new Set(names)].filter((name) => name.startsWith(what)).flatMap((name) => MODEST[name] ?? [])
      return wanted.length === 0 ? [] : [`--${what}=${wanted.join(',')}`]
    })
    const fix = [
      {text: 'What does the quota count, and is there a LimitRange that fills it in?', command: `kubectl -n ${namespace} get resourcequotas,limitranges`},
      {text: 'Say it in the pod template.', command: `kubectl -n ${namespace} set resources ${slashName(workload)} ${flags.join(' ')}`},
      {text: 'Wait until it stands.', command: `kubectl -n ${namespace} rollout status ${slashName(workload)} --timeout=90s`},
    ]
    return {object: refOf(workload), evidence: [refused.said], ...(flags.length === 0 ? {} : {fix})}
  })
}

/** KP1708: a LimitRange allows less, or wants more, than a container asks for. */
export function findLimitRange(facts: Facts): Sighting[] {
  return refusedPods(facts, /(maximum|minimum) (cpu|memory) usage per (Container|Pod) is ([\w.]+?)[,.](?: {1,2}(?:but|No) (limit|request))?/).map((refused) => {
    const {namespace, workload, found} = refused
    const [, side, resource = '', per, amount = '', of = side === 'maximum' ? 'limit' : 'request'] = found
    const fix = [
      {text: 'Which limits are there?', command: `kubectl -n ${namespace} describe limitrange`},
      {text: `Stay within them. (Or ask who made the LimitRange to change its ${side === 'maximum' ? 'max' : 'min'}.)`, command: `kubectl -n ${namespace} set resources ${slashName(workload)} --${of}s=${resource}=${amount}`},
      {text: 'Wait until it stands.', command: `kubectl -n ${namespace} rollout status ${slashName(workload)} --timeout=90s`},
    ]
    return {object: refOf(workload), evidence: [refused.said], ...(per === 'Container' ? {fix} : {})}
  })
}
