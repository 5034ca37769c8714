/** Checks of phase 4. */
import {keptElsewhere} from '../../checks/own-namespaces.ts'
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import {check, namedWorkloadsReady, verdict} from '../../checks/builders.ts'
import type {WorkloadName} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeMeta, KubeObject} from '../../tools/kube-api.ts'
import {platformObjects} from '../../components/platform-values.ts'
import {calicoChecks, serviceRouting} from './checks-plugin.ts'
import {connectivityChecks} from './checks-connectivity.ts'
import {podChecks} from './checks-pods.ts'
import {CALICO_NAMESPACE, CALICO_OPERATOR_NAMESPACE, OPEN_LABEL} from './names.ts'
import {findPlugins} from './plugins.ts'
import {NAMESPACE_POLICIES} from '../shared/network-policies.ts'

interface PolicySpec {
  podSelector?: {matchLabels?: object; matchExpressions?: unknown[]}
  policyTypes?: string[]
  ingress?: unknown[]
  egress?: {ports?: {port?: number | string; protocol?: string}[]}[]
}

const wantsDeny = (ctx: PlatformContext): true | string => (ctx.spec.phases.cni.defaultDeny ? true : 'phases.cni.defaultDeny is off')

/**
 * Namespaces that kp guards: its own but for those that are open on purpose, and `default`. They are known by kp's label; where somebody
 * took that away, by what stands in them of the policies that kp gives each.
 */
async function guardedNamespaces(ctx: PlatformContext, policies: ReadonlyMap<string, KubeObject[]>): Promise<string[]> {
  const namespaces = (await (await ctx.cluster()).metadata('v1', 'Namespace')) ?? new Map<string, KubeMeta>()
  const [teams, elsewhere] = [openToTeams(ctx), keptElsewhere(ctx)]
  const isOwn = ({name, labels}: KubeMeta): boolean => labels?.[PLATFORM_LABEL] === ctx.spec.platform || (elsewhere.has(name) && (policies.get(name) ?? []).some(({metadata}) => NAMESPACE_POLICIES.has(metadata.name)))
  const own = [...namespaces.values()].filter((meta) => isOwn(meta) && meta.labels?.[OPEN_LABEL] !== 'none' && !teams.has(meta.name)).map(({name}) => name)
  return [...new Set(['default', ...own.toSorted((a, b) => a.localeCompare(b))])]
}

/** Namespaces that kp made for teams, who keep their policies themselves; where kp generates those, they are guarded like its own. */
function openToTeams(ctx: PlatformContext): Set<string> {
  const {security, cost} = ctx.spec.phases
  const named = security.namespaces.map(({name}) => name)
  const generated = new Set(security.enabled && security.generateNetworkPolicies ? named : [])
  const elsewhere = keptElsewhere(ctx)
  return new Set([...named, ...cost.teams.flatMap(({namespaces}) => namespaces)].filter((name) => !elsewhere.has(name) && !generated.has(name)))
}

async function policiesBy(ctx: PlatformContext): Promise<Map<string, KubeObject[]>> {
  const byNamespace = new Map<string, KubeObject[]>()
  for (const policy of await (await ctx.cluster()).listKnown('networking.k8s.io/v1', 'NetworkPolicy')) {
    const namespace = policy.metadata.namespace ?? ''
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), policy])
  }
  return byNamespace
}

const specOf = (policy: KubeObject): PolicySpec => (policy['spec'] ?? {})

function selectsAll(spec: PolicySpec): boolean {
  return Object.keys(spec.podSelector?.matchLabels ?? {}).length === 0 && (spec.podSelector?.matchExpressions ?? []).length === 0
}

/** Pod network and network policies. */
export const checks: PlatformCheck[] = [
  namedWorkloadsReady({id: 'cni.agent-ready', title: 'The network agent is ready on every node', pitfalls: ['KP0403'], workloads: agents}),
  namedWorkloadsReady({id: 'cni.operator-ready', title: 'The network operator is ready', pitfalls: ['KP0406'], workloads: operators}),
  namedWorkloadsReady({
    id: 'cni.hubble-ready',
    title: 'Hubble shows who talks to whom: relay and UI are ready',
    severity: 'warning',
    pitfalls: ['KP0415'],
    appliesTo: ({spec: {phases}}) => (phases.cni.plugin === 'cilium' ? (phases.cni.hubble ? true : 'phases.cni.hubble is off') : 'Hubble is part of Cilium'),
    workloads: (ctx) => ciliumWorkloads(ctx).filter(({name}) => name.startsWith('hubble-')),
  }),
  ...calicoChecks,
  serviceRouting,
  check({
    id: 'cni.single-plugin',
    title: 'There is exactly one network plugin',
    pitfalls: ['KP0401'],
    async run(ctx) {
      const plugins = await findPlugins(await ctx.cluster())
      if (plugins.length === 1) return {status: 'pass', observed: plugins[0]?.name ?? ''}
      return {status: 'fail', observed: plugins.length === 0 ? 'there is none' : plugins.map((one) => `${one.name} (${one.by})`).join(' and '), expected: 'exactly one'}
    },
  }),
  check({
    id: 'cni.default-deny',
    title: 'Nothing may talk in the namespaces of kp but what is allowed by name',
    pitfalls: ['KP0402'],
    appliesTo: wantsDeny,
    async run(ctx) {
      const policies = await policiesBy(ctx)
      const namespaces = await guardedNamespaces(ctx, policies)
      const complaints = namespaces
        .filter((namespace) => !(policies.get(namespace) ?? []).some((policy) => isDefaultDeny(specOf(policy))))
        .map((namespace) => `namespace ${namespace} has no policy that denies everything`)
      return verdict(complaints, `${namespaces.length} namespaces: ${namespaces.join(', ')}`, 'a NetworkPolicy for all pods, Ingress and Egress, without rules')
    },
  }),
  check({
    id: 'cni.allow-rules',
    title: 'What every pod needs is allowed: DNS',
    pitfalls: ['KP0402'],
    appliesTo: wantsDeny,
    async run(ctx) {
      const policies = await policiesBy(ctx)
      const namespaces = await guardedNamespaces(ctx, policies)
      const complaints = namespaces
        .filter((namespace) => !(policies.get(namespace) ?? []).some((policy) => allowsDns(specOf(policy))))
        .map((namespace) => `namespace ${namespace}: DNS is not allowed`)
      return verdict(complaints, `DNS is allowed in ${namespaces.length} namespaces`, 'egress to port 53 over UDP and TCP for all pods')
    },
  }),
  check({
    id: 'cni.no-taint-left',
    title: 'No node still waits for the network agent',
    pitfalls: ['KP0403'],
    async run(ctx) {
      const nodes = await (await ctx.cluster()).listKnown('v1', 'Node')
      const complaints = nodes
        .filter((node) => ((node['spec'] as {taints?: {key: string}[]} | undefined)?.taints ?? []).some((taint) => taint.key === 'node.cilium.io/agent-not-ready'))
        .map((node) => `node ${node.metadata.name} has the taint node.cilium.io/agent-not-ready`)
      return verdict(complaints, `${nodes.length} nodes without the taint`, 'the agent takes its taint away when it is ready')
    },
  }),
  ...podChecks,
  ...connectivityChecks,
]

function ciliumWorkloads(ctx: PlatformContext): WorkloadName[] {
  return platformObjects(ctx, 'cilium').workloads
}

/** What runs on every node. */
function agents(ctx: PlatformContext): WorkloadName[] {
  if (ctx.spec.phases.cni.plugin === 'calico') return [{kind: 'DaemonSet', namespace: CALICO_NAMESPACE, name: 'calico-node'}]
  return ciliumWorkloads(ctx).filter(({kind}) => kind === 'DaemonSet')
}

/** What runs once for all of them. */
function operators(ctx: PlatformContext): WorkloadName[] {
  if (ctx.spec.phases.cni.plugin === 'cilium') return ciliumWorkloads(ctx).filter(({kind, name}) => kind === 'Deployment' && !name.startsWith('hubble-'))
  return [{kind: 'Deployment', namespace: CALICO_OPERATOR_NAMESPACE, name: 'tigera-operator'}, ...['calico-kube-controllers', 'calico-typha'].map((name) => ({kind: 'Deployment', namespace: CALICO_NAMESPACE, name}))]
}

function isDefaultDeny(spec: PolicySpec): boolean {
  return selectsAll(spec) && (spec.policyTypes ?? []).includes('Ingress') && (spec.policyTypes ?? []).includes('Egress') && (spec.ingress ?? []).length === 0 && (spec.egress ?? []).length === 0
}

function allowsDns(spec: PolicySpec): boolean {
  const ports = (spec.egress ?? []).flatMap((rule) => rule.ports ?? [])
  const allows = (protocol: string): boolean => ports.some((port) => Number(port.port) === 53 && (port.protocol ?? 'TCP') === protocol)
  return selectsAll(spec) && allows('UDP') && allows('TCP')
}
