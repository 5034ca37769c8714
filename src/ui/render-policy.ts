/** What policies would block, as people read it. Pure. */
import type {Look} from './io.ts'
import {groupBy, nextLines} from './render-common.ts'
import type {PolicyEnforceResult, PolicyReportResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import type {Cell} from './tables.ts'
import {clean, count, wrap} from './text.ts'

type Blocked = PolicyReportResult['blocked'][number]
type Namespace = PolicyReportResult['namespaces'][number]

const ENGINES: Record<PolicyReportResult['engine'], string> = {'validating-admission-policy': 'ValidatingAdmissionPolicy', kyverno: 'Kyverno', gatekeeper: 'Gatekeeper', none: 'no engine'}
const MODES: Record<Namespace['mode'], string> = {audit: 'report', enforce: 'refuse', exempt: 'left alone'}

/** Workloads first, then namespaces, then what to do next. */
export function renderPolicyReport(result: PolicyReportResult, look: Look): string {
  const {bold, green, yellow} = styleFor(look)
  const {summary, engine, mode} = result
  const head = `${result.environment}, cluster ${result.cluster}: ${ENGINES[engine]}, ${summary.rules} rules of level ${result.level}, ${mode === 'enforce' ? 'refusing' : 'reporting'}`
  const verdict = summary.blocked === 0 ? green(`None of ${count(summary.workloads, 'workload')} would be blocked.`) : yellow(`${summary.blocked} of ${count(summary.workloads, 'workload')} would be blocked.`)
  const shown = result.namespaces.filter(({mode: is, workloads}) => is !== 'exempt' || workloads > 0)
  return [
    ...wrap(clean(head), look.columns).map(bold),
    '',
    verdict,
    '',
    ...(result.blocked.length === 0 ? [] : [...workloadLines(result.blocked, look), '']),
    ...tableLines([{header: 'Namespace'}, {header: 'Policies', shrink: false}, {header: 'Pod Security'}, {header: 'Workloads', align: 'right', shrink: false}, {header: 'Blocked', align: 'right', shrink: false}], shown.map(namespaceRow), look),
    '',
    ...(result.engineReports === null ? [] : [...wrap(`${ENGINES[engine]} itself has ${count(result.engineReports.reports, 'report')}: ${result.engineReports.fail} fail, ${result.engineReports.pass} pass.`, look.columns), '']),
    ...nextLines(nextOf(result), look),
  ].join('\n').trimEnd()
}

function workloadLines(blocked: Blocked[], look: Look): string[] {
  const {bold} = styleFor(look)
  return groupBy(blocked, ({namespace}) => namespace).flatMap(([namespace, workloads]) => [
    bold(`In ${namespace}`),
    ...workloads.flatMap((workload) => [
      ...wrap(`${workload.kind} ${workload.name} (${count(workload.pods, 'pod')})`, look.columns, {first: '  '}),
      ...workload.rules.flatMap(({id, fields}) => wrap(`${id}: ${fields.join(', ')}`, look.columns, {first: '    ', rest: '      '})),
    ]),
  ])
}

function namespaceRow({name, mode, podSecurity, workloads, blocked}: Namespace): Cell[] {
  return [name, mode === 'enforce' ? {text: MODES[mode], colour: 'green'} : MODES[mode], podSecurity ?? {text: 'none', colour: 'yellow'}, String(workloads), blocked === 0 ? '0' : {text: String(blocked), colour: 'yellow'}]
}

function nextOf({blocked, namespaces, mode, engine}: PolicyReportResult): string[] {
  if (engine === 'none') return ['choose an engine: phases.security.engine in kp.yaml']
  const ready = mode === 'enforce' ? undefined : namespaces.find((one) => one.mode === 'audit' && one.blocked === 0 && one.workloads > 0)
  return [
    ...(blocked.length === 0 ? [] : ['correct the fields that are named, in the pod templates']),
    ...(ready === undefined ? [] : [`kp policy enforce ${ready.name}`]),
    'kp verify security',
  ]
}

/** What was done, and what it means. */
export function renderPolicyEnforce({namespace, mode, changed, dryRun, enforceNamespaces}: PolicyEnforceResult, look: Look): string {
  const {green} = styleFor(look)
  const verb = mode === 'enforce' ? 'refuse' : 'only report'
  const said = dryRun && changed ? `Policies could ${verb} in ${namespace}: nothing stands in the way.` : changed ? `Policies ${verb} in ${namespace} now.` : `Policies ${verb} in ${namespace} already: nothing was changed.`
  const list = enforceNamespaces.length === 0 ? 'They refuse nowhere.' : `They refuse in ${enforceNamespaces.join(', ')}.`
  const next = mode === 'enforce' ? ['kp verify security', `kp policy enforce ${namespace} --revert`] : ['kp policy report']
  return [...wrap(said, look.columns).map(green), ...(dryRun ? [] : wrap(`${list} kp.yaml says so: phases.security.enforceNamespaces.`, look.columns)), '', ...nextLines(next, look)].join('\n')
}
