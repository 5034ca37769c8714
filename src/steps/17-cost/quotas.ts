/** Quotas and defaults of teams, as objects. Pure. */
import {keptElsewhere} from '../../checks/own-namespaces.ts'
import {formatBytes, formatCpu} from '../../checks/quantities.ts'
import type {ManifestContext} from '../../context.ts'
import {parseQuantity} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {costOf, DEFAULTS, QUOTA, TEAM_LABEL} from './names.ts'
import type {Team} from './names.ts'

/** Limits may be so many times the requests: what is not used by all at once is shared. */
const OVERCOMMIT = 2
/** What a container asks for that says nothing, and the most memory it then gets. A limit of CPU only makes it slow. */
const CONTAINER_DEFAULTS = {defaultRequest: {cpu: '100m', memory: '128Mi'}, default: {memory: '1Gi'}}

/** What a namespace of a team may have, as numbers: CPUs, bytes, pods. */
export interface Allowance {
  'requests.cpu': number
  'requests.memory': number
  pods: number
}

/** A namespace with the team that it belongs to. */
export interface TeamNamespace {
  team: Team
  namespace: string
}

/** Every namespace that gets a quota. */
export function teamNamespaces(ctx: Pick<ManifestContext, 'spec'>): TeamNamespace[] {
  return costOf(ctx).teams.flatMap((team) => team.namespaces.map((namespace) => ({team, namespace})))
}

/** What a team's namespaces may have, each. */
export function allowanceOf({cpu, memory, pods}: Pick<Team, 'cpu' | 'memory' | 'pods'>): Allowance {
  return {'requests.cpu': parseQuantity(String(cpu)) ?? 0, 'requests.memory': parseQuantity(memory) ?? 0, pods}
}

/** Quota and defaults of every namespace of a team. */
export function quotaObjects(ctx: ManifestContext): KubeObject[] {
  return teamNamespaces(ctx).flatMap(({team, namespace}): KubeObject[] => {
    const labels = {[TEAM_LABEL]: team.name}
    const limit = allowanceOf(team)
    return [
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: {name: QUOTA, namespace, labels},
        spec: {
          hard: {
            'requests.cpu': formatCpu(limit['requests.cpu']),
            'requests.memory': formatBytes(limit['requests.memory']),
            'limits.memory': formatBytes(limit['requests.memory'] * OVERCOMMIT),
            pods: String(limit.pods),
          },
        },
      },
      {apiVersion: 'v1', kind: 'LimitRange', metadata: {name: DEFAULTS, namespace, labels}, spec: {limits: [{type: 'Container', ...CONTAINER_DEFAULTS}]}},
    ]
  })
}

/** Namespaces of teams that no other phase makes. They get the level of Pod Security of applications. */
export function teamNamespaceObjects(ctx: ManifestContext): KubeObject[] {
  const {security} = ctx.spec.phases
  const named = new Set(security.enabled ? security.namespaces.map(({name}) => name) : [])
  const elsewhere = keptElsewhere(ctx)
  const level = security.enabled ? security.podSecurity : 'baseline'
  return teamNamespaces(ctx)
    .filter(({namespace}) => !elsewhere.has(namespace) && !named.has(namespace))
    .map(({team, namespace}) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {name: namespace, labels: {[TEAM_LABEL]: team.name, 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/warn': 'restricted'}},
    }))
}
