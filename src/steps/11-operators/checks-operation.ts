/** Checks of phase 11 about what runs beside a database: its operator's view, its metrics and alerts, its backup. */
import {check, complainAboutCondition, simulatedControllers, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {platformObjects} from '../../components/platform-values.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {instances} from './checks-placement.ts'
import {measured, measuredSystems, RULES} from './monitors.ts'
import {namespaceOf, systemsOf} from './names.ts'
import {POSTGRES, STORE, wantsBackup} from './postgres.ts'

/** A base backup takes its time. */
const TAKES_MS = 2 * 3600_000

interface Container {
  env?: {name: string; value?: string; valueFrom?: {fieldRef?: {fieldPath?: string}}}[]
  ports?: {name?: string}[]
}

const containersOf = (object: KubeObject): Container[] => {
  const spec = (object['spec'] ?? {}) as {containers?: Container[]; template?: {spec?: {containers?: Container[]}}}
  return spec.template?.spec?.containers ?? spec.containers ?? []
}

/** The namespaces that an operator looks after, by a variable of its Deployment; undefined for all of them. */
export function watchedBy(deployment: KubeObject, variable: string): string[] | undefined {
  const entry = containersOf(deployment).flatMap(({env = []}) => env).find(({name}) => name === variable)
  if (entry?.valueFrom?.fieldRef?.fieldPath === 'metadata.namespace') return [deployment.metadata.namespace ?? '']
  const names = (entry?.value ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '')
  return names.length === 0 || names.includes('*') ? undefined : names
}

async function lookAtWatches(ctx: PlatformContext): Promise<CheckResult> {
  const deployments = await (await ctx.cluster()).listKnown('apps/v1', 'Deployment')
  const systems = systemsOf(ctx).filter(({component, watch}) => component !== undefined && watch !== undefined)
  const complaints = systems.flatMap(({id, component = '', watch = ''}) => platformObjects(ctx, component).workloads.filter(({kind}) => kind === 'Deployment').flatMap(({namespace, name}) => {
    const found = deployments.find(({metadata}) => nameOf(metadata) === `${namespace}/${name}`)
    const watched = found === undefined ? undefined : watchedBy(found, watch)
    return watched === undefined || watched.includes(namespaceOf(ctx, id)) ? [] : [`Deployment ${namespace}/${name} looks after ${watched.join(', ')} alone (${watch}), and not after ${namespaceOf(ctx, id)}`]
  }))
  return verdict(complaints, `${systems.length} operators, each for the namespace of its database`, 'each operator looks after every namespace')
}

async function lookAtMetrics(ctx: PlatformContext): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const [monitors, pods] = await Promise.all([cluster.list('monitoring.coreos.com/v1', 'PodMonitor'), cluster.listKnown('v1', 'Pod')])
  const complaints = measuredSystems(ctx).flatMap((system) => {
    const at = `${namespaceOf(ctx, system.id)}/${system.name}`
    if (monitors?.some(({metadata}) => nameOf(metadata) === at) !== true) return [`PodMonitor ${at} does not exist`]
    const own = instances(ctx, system, pods)
    const silent = own.filter((pod) => !containersOf(pod).some(({ports = []}) => ports.some(({name}) => name === system.metrics)))
    return own.length === 0 ? [`PodMonitor ${at} selects no pod`] : silent.map(({metadata}) => `pod ${nameOf(metadata)} has no port ${system.metrics}: its metrics are off`)
  })
  return verdict(complaints, `${measuredSystems(ctx).map(({title}) => title).join(', ')}: each instance shows metrics`, 'a PodMonitor, and the port that it reads on every instance')
}

/** The Secrets that an ObjectStore names. */
export function secretsOf(store: KubeObject): string[] {
  const {s3Credentials = {}} = ((store['spec'] ?? {}) as {configuration?: {s3Credentials?: Record<string, {name?: string} | boolean>}}).configuration ?? {}
  return [...new Set(Object.values(s3Credentials).flatMap((one) => (typeof one === 'object' && one.name !== undefined ? [one.name] : [])))]
}

async function lookAtBackup(ctx: PlatformContext): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const at = `${namespaceOf(ctx, 'postgres')}/${POSTGRES}`
  const [stores, clusters, secrets] = await Promise.all([cluster.list(STORE.apiVersion, STORE.kind), cluster.list('postgresql.cnpg.io/v1', 'Cluster'), cluster.metadata('v1', 'Secret')])
  const expected = 'the log reaches the object store, and a base backup is not older than phases.backup.every'
  const store = stores?.find(({metadata}) => nameOf(metadata) === at)
  if (store === undefined) return {status: 'fail', observed: `ObjectStore ${at} does not exist`, expected}
  const gone = secretsOf(store).filter((name) => secrets?.has(`${store.metadata.namespace}/${name}`) !== true)
  if (gone.length > 0) return {status: 'fail', observed: `ObjectStore ${at} wants Secret ${store.metadata.namespace}/${gone[0]}, which does not exist`, expected}
  const own = clusters?.find(({metadata}) => nameOf(metadata) === at)
  if (own === undefined) return {status: 'fail', observed: `Cluster ${at} does not exist`, expected}
  const complaints = ['ContinuousArchiving', 'LastBackupSucceeded'].flatMap((type) => complainAboutCondition(own, type) ?? [])
  const last = ((store['status'] ?? {}) as {serverRecoveryWindow?: Record<string, {lastSuccessfulBackupTime?: string}>}).serverRecoveryWindow?.[POSTGRES]?.lastSuccessfulBackupTime
  const {every} = ctx.spec.phases.backup
  const age = last === undefined ? undefined : ctx.clock.now() - Date.parse(last)
  const late = age === undefined ? ['there is no base backup in the object store'] : age > durationSeconds(every) * 1000 + TAKES_MS ? [`the last base backup is ${Math.round(age / 3600_000)} hours old: more than phases.backup.every ${every}`] : []
  return verdict([...complaints, ...late], 'the log is archived, and the base backup is recent', expected)
}

export const operationChecks: PlatformCheck[] = [
  check({
    id: 'operators.watches',
    title: 'Each operator looks after the namespace of its database',
    pitfalls: ['KP1105'],
    appliesTo: (ctx) => (systemsOf(ctx).some(({watch}) => watch !== undefined) ? true : 'no database of the platform has an operator'),
    run: lookAtWatches,
  }),
  check({
    id: 'operators.metrics',
    title: 'Prometheus finds the metrics of the databases',
    pitfalls: ['KP1110'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: (ctx) => (measured(ctx) !== true ? measured(ctx) : measuredSystems(ctx).length > 0 ? true : 'no database of the platform shows metrics'),
    run: lookAtMetrics,
  }),
  check({
    id: 'operators.alerts',
    title: 'Alerts about databases and their disks are there',
    pitfalls: ['KP1110'],
    appliesTo: measured,
    async run(ctx) {
      const rules = await (await ctx.cluster()).list('monitoring.coreos.com/v1', 'PrometheusRule')
      const found = rules?.find(({metadata}) => nameOf(metadata) === `${RULES.namespace}/${RULES.name}`)
      const count = ((found?.['spec'] ?? {}) as {groups?: {rules?: unknown[]}[]}).groups?.reduce((sum, group) => sum + (group.rules?.length ?? 0), 0) ?? 0
      return count > 0 ? {status: 'pass', observed: `${count} alerts`} : {status: 'fail', observed: `PrometheusRule ${RULES.namespace}/${RULES.name} does not exist`, expected: 'alerts about disks, JVMs and instances'}
    },
  }),
  workloadsReady({id: 'operators.postgres-plugin', title: 'The plugin that backs PostgreSQL up is ready', component: 'plugin-barman-cloud', appliesTo: wantsBackup, pitfalls: ['KP1101']}),
  check({
    id: 'operators.postgres-backup',
    title: 'PostgreSQL is backed up to the object store',
    pitfalls: ['KP1106', 'KP1111'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: wantsBackup,
    run: lookAtBackup,
  }),
]
