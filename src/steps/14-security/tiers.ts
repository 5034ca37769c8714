/**
 * Network policies from the labels of pods. They select by label, so they hold for what already runs and for what
 * comes; nobody has to write a policy for each application. Pure.
 */
import {keptElsewhere} from '../../checks/own-namespaces.ts'
import type {ManifestContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {frontDoor} from '../shared/front-door.ts'
import {ALLOW_METRICS, namespacePolicies} from '../shared/network-policies.ts'
import type {TrafficRule} from '../shared/network-policies.ts'
import {settingsOf} from './names.ts'

/** Label of pods: `web` takes requests from the way in, `app` from web and app, `data` from all three. */
export const TIER_LABEL = 'kp.dev/tier'
/** Label of pods: `internet` lets them out of the cluster. */
export const EGRESS_LABEL = 'kp.dev/egress'
/** Label of namespaces in which Kyverno generates the policies. */
export const GENERATE_LABEL = 'kp.dev/network-policies'

const from = (...tiers: string[]): unknown => ({podSelector: {matchExpressions: [{key: TIER_LABEL, operator: 'In', values: tiers}]}})

/** The rules beside default deny and DNS. */
export function tierRules(ctx: ManifestContext): TrafficRule[] {
  const {ingress, monitoring} = ctx.spec.phases
  const ranges = [ctx.spec.network.podCidr, ctx.spec.network.serviceCidr]
  const door = ingress.enabled ? frontDoor(ctx) : undefined
  // A load balancer outside of the cluster comes from the network of the nodes.
  const way = door === undefined ? [] : [door.inCluster ? {namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': door.namespace}}} : {ipBlock: {cidr: ctx.spec.network.vpcCidr}}]
  return [
    ...(way.length === 0 ? [] : [{name: 'allow-web-from-outside', pods: {[TIER_LABEL]: 'web'}, ingress: [{from: way}]}]),
    {name: 'allow-app', pods: {[TIER_LABEL]: 'app'}, ingress: [{from: [from('web', 'app')]}], egress: [{to: [from('app', 'data')]}]},
    {name: 'allow-web-to-app', pods: {[TIER_LABEL]: 'web'}, egress: [{to: [from('app', 'data')]}]},
    {name: 'allow-data', pods: {[TIER_LABEL]: 'data'}, ingress: [{from: [from('web', 'app', 'data')]}], egress: [{to: [from('data')]}]},
    {name: 'allow-internet', pods: {[EGRESS_LABEL]: 'internet'}, egress: [{to: [{ipBlock: {cidr: '0.0.0.0/0', except: ranges}}]}]},
    ...(monitoring.enabled ? [ALLOW_METRICS] : []),
  ]
}

/** The namespaces of kp.yaml whose traffic is no other step's. */
export function tierNamespaces(ctx: ManifestContext): string[] {
  const elsewhere = keptElsewhere(ctx)
  return settingsOf(ctx).namespaces.map(({name}) => name).filter((name) => !elsewhere.has(name))
}

/** The policies of all of them. */
export function tierPolicies(ctx: ManifestContext): KubeObject[] {
  return tierNamespaces(ctx).flatMap((namespace) => namespacePolicies(namespace, tierRules(ctx)))
}
