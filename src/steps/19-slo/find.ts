/** Finds alerts that reach nobody. Pure. */
import type {Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {SEVERITIES} from './names.ts'

interface Rule {
  alert?: string
  labels?: Record<string, string>
}

/** KP1903: alerts whose severity no route knows. */
export function findAlertsWithoutSeverity(facts: Facts): Sighting[] {
  return facts.all('PrometheusRule', 'monitoring.coreos.com').flatMap((object): Sighting[] => {
    const groups = (object['spec'] as {groups?: {rules?: Rule[]}[]} | undefined)?.groups ?? []
    const lost = groups.flatMap(({rules = []}, group) => rules.flatMap(({alert, labels}, index) => (alert === undefined || SEVERITIES.includes(labels?.['severity'] ?? '') ? [] : [{alert, said: labels?.['severity'], labels, at: `/spec/groups/${group}/rules/${index}/labels`}])))
    if (lost.length === 0) return []
    const {namespace = 'default', name} = object.metadata
    const patch = lost.map(({labels, at}) => (labels === undefined ? {op: 'add', path: at, value: {severity: 'warning'}} : {op: 'add', path: `${at}/severity`, value: 'warning'}))
    return [{
      object: refOf(object),
      evidence: lost.slice(0, 4).map(({alert, said}) => `${alert} has ${said === undefined ? 'no severity' : `severity ${said}, which no route knows`}: nobody gets it`),
      fix: [
        {text: 'What do its alerts say?', command: `kubectl -n ${namespace} get prometheusrule ${name} -o yaml`},
        {text: 'Give them one: page and critical wake people, warning goes to a queue, info to nobody. Write the same into the manifest it comes from.', command: `kubectl -n ${namespace} patch prometheusrule ${name} --type=json -p '${JSON.stringify(patch)}'`},
      ],
    }]
  })
}
