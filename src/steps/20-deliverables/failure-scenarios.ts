/** What happens when something fails, on this platform: zones, replicas, backups as kp.yaml has them. */
import type {RepositoryContext} from '../../context.ts'
import {budgetOf} from '../../spec/slo-windows.ts'
import type {EnvironmentSpec} from '../../spec/types.ts'
import {durationSeconds} from '../../spec/units.ts'

interface Scenario {
  what: string
  users: string
  platform: string
  people: string
}

/** The page; an environment is a section of its own. */
export function failureScenarios({environments}: Pick<RepositoryContext, 'environments'>): string {
  return `# Failure scenarios

Rendered by kp from kp.yaml. Change kp.yaml, then run: \`kp render\`

What fails, what users see, what the platform does by itself, and what is left for
people. Practise them: \`kp lab scenario list\` has incidents for a lab.

${environments.map(section).join('\n')}`
}

function section(spec: EnvironmentSpec): string {
  const rows = scenariosOf(spec).map(({what, users, platform, people}) => `| ${what} | ${users} | ${platform} | ${people} |`)
  return `## ${spec.environment.name}

| fails | users see | the platform | people |
| --- | --- | --- | --- |
${rows.join('\n')}

### Scaling

${scalingOf(spec).map((line) => `- ${line}`).join('\n')}

### Reliability and its price

${priceOf(spec).map((line) => `- ${line}`).join('\n')}
`
}

function scenariosOf(spec: EnvironmentSpec): Scenario[] {
  const {network: {zones}, phases: {ingress, monitoring, backup, 'cert-manager': certManager, gitops}, backup: promise} = spec
  const spread = zones > 1
  return [
    {what: 'a pod', users: 'nothing, where there are two', platform: 'starts another at once; the Service leaves the dead one out', people: 'look when it repeats: `kp verify`'},
    {what: 'a node', users: 'failed requests until its pods are left out', platform: 'after 40 seconds NotReady, after 5 minutes pods elsewhere; budgets hold for drains alone', people: '`runbooks/node-not-ready.md`'},
    {what: 'a zone', users: spread ? 'a part of the requests, until load balancers leave it out' : 'everything: there is one zone', platform: spread ? `runs on in ${zones - 1} of ${zones}; volumes stay in theirs, their pods wait` : 'nothing', people: spread ? 'room in the other zones, pods that wait for volumes' : 'build it elsewhere: `make bootstrap`, then restore'},
    {what: 'the control plane', users: 'nothing at first: pods run on', platform: 'no new pods, no changes, no scaling', people: '`runbooks/api-unreachable.md`'},
    ...(ingress.enabled ? [{what: 'the way in', users: 'everything fails', platform: ingress.replicas > 1 ? `${ingress.replicas} proxies over zones; a budget keeps one` : 'one proxy: it is started again', people: '`runbooks/gateway-not-programmed.md`'}] : []),
    {what: 'a volume', users: 'the application on it', platform: backup.enabled ? `a backup of at most ${promise.rpo} ago` : 'nothing: there are no backups', people: backup.enabled ? `restore, within ${promise.rto}` : 'switch phases.backup on'},
    {what: 'DNS in the cluster', users: 'errors everywhere, a little later', platform: 'two copies over zones', people: '`runbooks/dns-broken.md`'},
    ...(certManager.enabled ? [{what: 'a certificate', users: 'a warning of the browser', platform: 'renews after two thirds of its time', people: '`runbooks/certificate-not-ready.md`'}] : []),
    {what: 'the registry', users: 'nothing, until a pod moves', platform: spec.images.mirror === undefined ? 'images on the nodes stay; new ones cannot start' : `asks ${spec.images.mirror} alone`, people: 'no rollouts, no node replacement until it is back'},
    ...(gitops.tool === 'none' ? [] : [{what: 'Git', users: 'nothing', platform: `${gitops.tool} keeps what it has; no change arrives`, people: 'kp up still works from a clone'}]),
    ...(monitoring.enabled ? [{what: 'Prometheus', users: 'nothing', platform: monitoring.replicas > 1 ? `${monitoring.replicas} copies` : 'started again; a gap in the metrics', people: 'no alert can fire meanwhile: `runbooks/prometheus-unwell.md`'}] : []),
    {what: 'whoever is on call is wrong', users: 'depends', platform: spec.environment.protected ? 'protected: the cluster\'s name must be typed' : 'asks once before changes', people: '`kp history` says what was done'},
  ]
}

function scalingOf({nodePools, phases: {autoscaling, ingress}}: EnvironmentSpec): string[] {
  return [
    ...nodePools.map((pool) => `Pool ${pool.name}: ${pool.min} to ${pool.max} nodes${autoscaling.nodes === 'none' ? ', changed in kp.yaml' : `, by ${autoscaling.nodes}`}.`),
    ...(ingress.enabled ? [`The way in has ${ingress.replicas} proxies: phases.ingress.replicas.`] : []),
    'Pods grow with HorizontalPodAutoscalers of their own; requests decide how many fit on a node.',
  ]
}

function priceOf(spec: EnvironmentSpec): string[] {
  const {network: {zones}, phases: {monitoring, backup}, slos} = spec
  return [
    `${zones} ${zones === 1 ? 'zone: cheapest, and a zone that fails takes everything' : 'zones: a node and its traffic more in each, and one of them may fail'}.`,
    ...slos.map((slo) => `${slo.name}: ${slo.objective} % over ${slo.window} allows ${Math.round((durationSeconds(slo.window) / 60) * budgetOf(slo) * 10) / 10} minutes of a whole outage. Ten times less costs about another copy of everything that is single.`),
    ...(backup.enabled ? [`Backups each ${backup.every}: at most ${spec.backup.rpo} of work is lost. Twice as often is twice the storage and the load.`] : ['No backups: what is lost is lost.']),
    ...(monitoring.enabled ? [`Metrics for ${monitoring.retention} on ${monitoring.volume}: longer is proportionally more.`] : []),
  ]
}
