/** Phase 11: stateful systems by operators. */
import type {ManifestContext, PlatformPhase, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {storePorts} from '../shared/backup-store.ts'
import {componentStep} from '../shared/component.ts'
import {labStages} from '../shared/lab-stages.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {ALLOW_METRICS, allowApiServer, allowWebhooks, namespacePolicies} from '../shared/network-policies.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'
import {WEBHOOK_STARTING} from '../shared/retries.ts'
import {about} from './about.ts'
import {checks} from './checks.ts'
import {has, namespaceOf, SYSTEMS, systemsOf} from './names.ts'
import type {System} from './names.ts'
import {alerts, monitors} from './monitors.ts'
import {systemObjects} from './objects.ts'
import {madePassword} from './passwords.ts'
import {pitfalls} from './pitfalls.ts'
import {backupCredentials, wantsBackup} from './postgres.ts'
import {volumesGate} from './volumes-gate.ts'

/** Where the operator of PostgreSQL answers the API server. */
const WEBHOOK_PORT = 9443
const PASSWORDS = ['mysql', 'mongodb', 'redis'] as const

function stepsOf(ctx: ManifestContext, system: System): PlatformStep[] {
  const {id, title, component} = system
  const wanted = has(id)
  const before = component === undefined ? [] : [`operators/${id}-simulation`]
  const password = PASSWORDS.some((one) => one === id) ? [`operators/${id}-password`] : []
  const operator = component === undefined ? [] : [
    componentStep({id: `operators/${id}-operator`, title: `Install the operator of ${title}`, component, appliesTo: wanted, after: [...PODS_CAN_RUN, ...(ctx.spec.phases.monitoring.enabled ? ['monitoring/release'] : [])], verify: [`operators.${id}-operator`]}),
    simulated(`operators/${id}-simulation`, component, wanted, `operators/${id}-operator`),
  ]
  return [
    ...operator,
    ...(id === 'postgres' ? [
      componentStep({id: 'operators/postgres-plugin', title: 'Install the plugin that backs PostgreSQL up', component: 'plugin-barman-cloud', appliesTo: wantsBackup, after: ['cert-manager', 'operators/postgres-operator'], verify: ['operators.postgres-plugin']}),
      simulated('operators/postgres-plugin-simulation', 'plugin-barman-cloud', wantsBackup, 'operators/postgres-plugin'),
      {...backupCredentials, after: ['control-plane']},
    ] : []),
    ...(PASSWORDS.filter((one) => one === id).map((one) => ({...madePassword(one), after: ['control-plane']}))),
    manifestSet({
      id: `operators/${id}`,
      title: `Make ${title}`,
      after: ['operators/storage-class', ...before, ...password, ...(id === 'postgres' ? ['operators/postgres-plugin-simulation', 'operators/postgres-backup-credentials'] : []), ...PODS_CAN_RUN],
      retry: WEBHOOK_STARTING,
      verify: [`operators.${id}`, ...(id === 'postgres' ? ['operators.postgres-backup'] : [])],
      appliesTo: wanted,
      objects: (one) => systemObjects(one, system),
    }),
  ]
}

function simulated(id: string, component: string, wanted: ReturnType<typeof has>, after: string): PlatformStep {
  const stages = labStages(id, component)
  return {...stages, after: [after], appliesTo: (ctx) => (wanted(ctx) === true ? (stages.appliesTo?.(ctx) ?? true) : wanted(ctx))}
}

/** The operators reach the API server, what they look after, and each other's plugins; the API server reaches their webhooks. */
function operatorPolicies(ctx: ManifestContext): KubeObject[] {
  const systems = systemsOf(ctx)
  return systems.flatMap(({id, component}) => (component === undefined ? [] : namespacePolicies(ctx.catalog.get(component).namespace, [
    allowApiServer(),
    ...(ctx.catalog.get(component).webhooks.length > 0 ? [allowWebhooks('allow-webhooks', {}, [WEBHOOK_PORT])] : []),
    {name: 'allow-inside', pods: {}, ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]},
    {name: 'allow-databases', pods: {}, ingress: [{from: [inNamespace(namespaceOf(ctx, id))]}], egress: [{to: [inNamespace(namespaceOf(ctx, id))]}]},
    ...(ctx.spec.phases.monitoring.enabled ? [ALLOW_METRICS] : []),
  ])))
}

const inNamespace = (name: string): Record<string, unknown> => ({namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': name}}})

/** Clients of the cluster on the ports of a system, its own instances among themselves, and its operator. */
const policies: PlatformStep = manifestSet({
  id: 'operators/network-policies',
  title: 'Deny all traffic to the databases but that of their clients',
  after: SYSTEMS.map(({id}) => `operators/${id}`),
  appliesTo: (ctx) => (!ctx.spec.phases.cni.defaultDeny ? 'phases.cni.defaultDeny is off' : systemsOf(ctx).length > 0 ? true : 'phases.operators switches nothing on'),
  objects: (ctx) => [...operatorPolicies(ctx), ...systemsOf(ctx).flatMap((system) => namespacePolicies(namespaceOf(ctx, system.id), [
    {name: 'allow-clients', pods: {}, ingress: [{from: [{namespaceSelector: {}}], ports: system.ports.map((port) => ({protocol: 'TCP', port}))}]},
    {name: 'allow-inside', pods: {}, ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]},
    {name: 'allow-api-server', pods: {}, egress: [{ports: [443, 6443].map((port) => ({protocol: 'TCP', port}))}]},
    ...(system.metrics !== undefined && ctx.spec.phases.monitoring.enabled ? [ALLOW_METRICS] : []),
    ...(system.id === 'postgres' && wantsBackup(ctx) === true ? [{name: 'allow-object-store', pods: system.pods, egress: [{ports: storePorts(ctx).map((port) => ({protocol: 'TCP', port}))}]}] : []),
    ...(system.component === undefined ? [] : [{name: 'allow-operator', pods: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': ctx.catalog.get(system.component).namespace}}}]}]}]),
  ]))],
})

export const operators: PlatformPhase = {
  ...about,
  appliesTo: (ctx) => (ctx.spec.phases.operators.enabled ? true : 'phases.operators.enabled is false'),
  dependsOn: (ctx) => ['node-pools', 'cni', ...(wantsBackup(ctx) === true ? ['cert-manager'] : []), ...(ctx.spec.phases.monitoring.enabled ? ['monitoring'] : [])],
  steps: (ctx) => [{...volumesGate, after: ['node-pools/storage-class']}, ...SYSTEMS.flatMap((system) => stepsOf(ctx, system)), policies, {...monitors, after: ['monitoring', ...SYSTEMS.map(({id}) => `operators/${id}`)]}, alerts],
  checks,
  pitfalls,
}
