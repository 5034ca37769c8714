/** Checks of phase 8 that read the cluster. */
import {parse} from 'yaml'
import {check, conditionsTrue, definitionsEstablished, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {liveChecks} from './checks-live.ts'
import {selectionChecks} from './checks-selection.ts'
import {grafanaCheck} from './grafana.ts'
import {ALERTING_SECRET, ALERTMANAGER, MONITORING_NAMESPACE, PROMETHEUS} from './names.ts'
import {secretsCheck} from './secrets.ts'

const GROUP = 'monitoring.coreos.com/v1'
/** Volumes have to be made, images pulled, a log replayed. */
const LATER = {deadlineMs: 5 * 60_000, everyMs: 2000}
/** Somebody must get these. */
const SEVERITIES = ['page', 'critical', 'warning'] as const

const patience = (simulated: string): Pick<PlatformCheck, 'simulated'> => ({simulated: (ctx) => ctx.provider.simulated && simulated})

interface AlertingConfig {
  route?: {routes?: {receiver?: string; matchers?: string[]}[]}
  receivers?: Record<string, unknown>[]
}

/** Monitoring: its kinds, workloads, volumes, routes. */
export const checks: PlatformCheck[] = [
  definitionsEstablished({id: 'monitoring.kinds', title: 'The kinds of the Prometheus operator are established', component: 'prometheus-operator-crds', pitfalls: ['KP0803']}),
  workloadsReady({id: 'monitoring.ready', title: 'Operator, Grafana, kube-state-metrics and node exporters are ready', component: 'kube-prometheus-stack', pitfalls: ['KP0806', 'KP0812']}),
  conditionsTrue({
    id: 'monitoring.prometheus',
    title: 'Prometheus runs as kp.yaml wants it',
    pitfalls: ['KP0801', 'KP0802', 'KP0808'],
    apiVersion: GROUP,
    kind: 'Prometheus',
    conditions: ['Available', 'Reconciled'],
    names: () => [`${MONITORING_NAMESPACE}/${PROMETHEUS}`],
    within: LATER,
    expected: 'Available=True, Reconciled=True',
  }),
  conditionsTrue({
    id: 'monitoring.alertmanager',
    title: 'Alertmanager runs with a configuration that it understands',
    pitfalls: ['KP0807'],
    apiVersion: GROUP,
    kind: 'Alertmanager',
    conditions: ['Available', 'Reconciled'],
    names: () => [`${MONITORING_NAMESPACE}/${ALERTMANAGER}`],
    within: LATER,
    expected: 'Available=True, Reconciled=True',
  }),
  check({
    id: 'monitoring.volumes',
    title: 'Every Prometheus and Alertmanager has its volume',
    pitfalls: ['KP0808'],
    ...patience('the lab makes the volumes'),
    within: SOON,
    run: lookAtVolumes,
  }),
  check({
    id: 'monitoring.routes',
    title: 'Alerts that page and warnings reach somebody',
    severity: 'warning',
    pitfalls: ['KP0809'],
    appliesTo: (ctx) => (ctx.provider.simulated && ctx.spec.phases.monitoring.receivers.length === 0 ? 'a lab needs no receivers' : true),
    async run(ctx) {
      const secret = await (await ctx.cluster()).get('v1', 'Secret', ALERTING_SECRET, MONITORING_NAMESPACE)
      const config = readConfig(secret)
      if (config === undefined) return {status: 'unknown', observed: `Secret ${MONITORING_NAMESPACE}/${ALERTING_SECRET} holds no configuration`}
      const complaints = SEVERITIES.filter((severity) => receiversOf(config, severity).length === 0).map((severity) => `nobody gets alerts of severity ${severity}`)
      return verdict(complaints, SEVERITIES.map((severity) => `${severity} to ${receiversOf(config, severity).join(', ')}`).join('; '), 'a receiver for page, critical and warning: phases.monitoring.receivers')
    },
  }),
  secretsCheck,
  grafanaCheck,
  ...selectionChecks,
  ...liveChecks,
]

async function lookAtVolumes(ctx: PlatformContext): ReturnType<PlatformCheck['run']> {
  const {replicas} = ctx.spec.phases.monitoring
  const claims = (await (await ctx.cluster()).listKnown('v1', 'PersistentVolumeClaim')).filter((claim) => claim.metadata.namespace === MONITORING_NAMESPACE)
  const of = (prefix: string): KubeObject[] => claims.filter((claim) => claim.metadata.name.startsWith(prefix))
  const wanted = [{prefix: `prometheus-${PROMETHEUS}-db-`, count: replicas}, {prefix: `alertmanager-${ALERTMANAGER}-db-`, count: 2}]
  const missing = wanted.filter(({prefix, count}) => of(prefix).length < count).map(({prefix, count}) => `${of(prefix).length} of ${count} claims ${prefix}… are there`)
  const unbound = claims.flatMap((claim) => {
    const phase = (claim['status'] as {phase?: string} | undefined)?.phase
    return phase === 'Bound' ? [] : [`claim ${claim.metadata.namespace}/${claim.metadata.name} is ${phase ?? 'without a status'}`]
  })
  return verdict([...missing, ...unbound], `${claims.length} claims are bound`, 'a bound claim for each of them')
}

function readConfig(secret: KubeObject | undefined): AlertingConfig | undefined {
  const text = (secret?.['data'] as Record<string, string> | undefined)?.['alertmanager.yaml']
  if (text === undefined) return undefined
  const config: unknown = parse(Buffer.from(text, 'base64').toString('utf8'), {logLevel: 'silent'})
  return typeof config === 'object' && config !== null ? config : undefined
}

/** Names of the receivers that get alerts of a severity. A receiver without a way to send is none. */
export function receiversOf({route, receivers = []}: AlertingConfig, severity: string): string[] {
  const able = new Set(receivers.filter((receiver) => Object.keys(receiver).some((key) => key.endsWith('_configs'))).map((receiver) => String(receiver['name'])))
  return (route?.routes ?? []).filter(({receiver = '', matchers = []}) => able.has(receiver) && matchers.some((matcher) => takes(matcher, severity))).map(({receiver = ''}) => receiver)
}

/** Whether a matcher such as `severity =~ "page|critical"` lets the severity through. */
function takes(matcher: string, severity: string): boolean {
  const found = /^severity\s*(=~?)\s*"([^"]*)"$/.exec(matcher.trim())
  return found !== null && (found[1] === '=' ? found[2] === severity : (found[2] ?? '').split('|').includes(severity))
}
