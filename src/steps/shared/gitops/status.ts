/** What a GitOps tool says about an object of its own: synced or not, healthy or not, and what differs. Pure. */
import {complainAboutCondition, conditionsOf} from '../../../checks/builders.ts'
import {nameOf} from '../../../checks/cluster.ts'
import type {KubeObject} from '../../../tools/kube-api.ts'

/** What the tool says. */
export interface DeliveryStatus {
  /** Nothing to complain about. */
  well: boolean
  /** Still at work: no status yet, a sync that runs, a generation that was not looked at. */
  busy: boolean
  /** Why it is not well, one sentence each; resources that differ are named. */
  complaints: string[]
  /** The commit that was deployed, where it is known. */
  revision?: string
  /** What it is doing, for progress. */
  doing: string
}

interface ApplicationStatus {
  sync?: {status?: string; revision?: string; revisions?: string[]}
  health?: {status?: string; message?: string}
  operationState?: {phase?: string; message?: string}
  resources?: {group?: string; kind: string; namespace?: string; name: string; status?: string; health?: {status?: string; message?: string}}[]
  conditions?: {type: string; message: string}[]
}

const COMMIT = /[0-9a-f]{40}/

/** What the tool says of an Application, Kustomization, HelmRelease or source. */
export function deliveryStatus(object: KubeObject): DeliveryStatus {
  return object.kind === 'Application' ? ofApplication(object) : ofFlux(object)
}

function ofApplication(object: KubeObject): DeliveryStatus {
  const name = `Application ${nameOf(object.metadata)}`
  const status = (object['status'] ?? {}) as ApplicationStatus
  const [sync, health, phase] = [status.sync?.status ?? 'Unknown', status.health?.status ?? 'Unknown', status.operationState?.phase]
  const resources = status.resources ?? []
  const differing = resources.filter((resource) => resource.status === 'OutOfSync').map(nameResource)
  const sick = resources.filter((resource) => resource.health?.status !== undefined && ['Degraded', 'Missing'].includes(resource.health.status)).map((resource) => `${nameResource(resource)} is ${resource.health?.status}${resource.health?.message === undefined ? '' : `: ${resource.health.message}`}`)
  const failed = phase === 'Failed' || phase === 'Error'
  const complaints = [
    ...(failed ? [`${name}: the last sync failed: ${status.operationState?.message ?? 'no reason is given'}`] : []),
    ...(status.conditions ?? []).filter(({type}) => type.endsWith('Error')).map(({type, message}) => `${name}: ${type}: ${message}`),
    ...(sync === 'Synced' ? [] : [`${name} is ${sync}${differing.length === 0 ? '' : `: ${differing.join(', ')}`}`]),
    ...(health === 'Healthy' ? [] : [`${name} is ${health}${status.health?.message === undefined ? '' : `: ${status.health.message}`}`, ...sick]),
  ]
  const revision = [status.sync?.revision, ...(status.sync?.revisions ?? [])].findLast((one) => one !== undefined && COMMIT.test(one))
  const busy = object['operation'] !== undefined || phase === 'Running' || object['status'] === undefined || (health === 'Progressing' && !failed)
  return {well: complaints.length === 0 && !busy, busy, complaints, ...(revision === undefined ? {} : {revision}), doing: `${sync}, ${health}${phase === 'Running' ? ', a sync is running' : ''}`}
}

function ofFlux(object: KubeObject): DeliveryStatus {
  const name = `${object.kind} ${nameOf(object.metadata)}`
  const status = (object['status'] ?? {}) as {observedGeneration?: number; lastAppliedRevision?: string; lastHandledReconcileAt?: string; artifact?: {revision?: string}}
  const requested = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt']
  const behind = (status.observedGeneration ?? 0) < (object.metadata.generation ?? 0) || (requested !== undefined && status.lastHandledReconcileAt !== requested)
  const stalled = conditionsOf(object).some(({type, status: value}) => type === 'Stalled' && value === 'True')
  const ready = complainAboutCondition(object, 'Ready')
  const suspended = (object['spec'] as {suspend?: boolean} | undefined)?.suspend === true
  const complaints = [
    ...(ready === undefined ? [] : [ready]),
    ...(behind ? [`${name}: Flux has not looked at generation ${object.metadata.generation} yet`] : []),
    ...(suspended ? [`${name} is suspended`] : []),
  ]
  const revision = COMMIT.exec(status.lastAppliedRevision ?? status.artifact?.revision ?? '')?.[0]
  const failed = conditionsOf(object).some(({type, status: value, reason}) => type === 'Ready' && value === 'False' && /Failed|Error|Exhausted/.test(reason ?? ''))
  return {well: complaints.length === 0, busy: !stalled && !failed && (behind || ready !== undefined), complaints, ...(revision === undefined ? {} : {revision}), doing: ready ?? 'ready'}
}

function nameResource({kind, namespace, name}: {kind: string; namespace?: string; name: string}): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}
