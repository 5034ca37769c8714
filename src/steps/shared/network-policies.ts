/**
 * The network policies of a namespace of kp: nothing may talk but what is
 * named. Probes of the kubelet come from the node itself, which every network
 * plugin lets through, so they need no rule.
 */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from './manifest-set.ts'

/** One more rule for the pods of a namespace. */
export interface TrafficRule {
  name: string
  /** Labels of the pods; empty for all. */
  pods: Record<string, string>
  ingress?: unknown[]
  egress?: unknown[]
}

/** Ports of API servers: 443 behind the Service, 6443 on the machines. */
const API_SERVER_PORTS = [{protocol: 'TCP', port: 443}, {protocol: 'TCP', port: 6443}]

/** Names of the policies that each namespace has, whatever runs in it. */
export const NAMESPACE_POLICIES: ReadonlySet<string> = new Set(['default-deny', 'allow-dns'])

/** Default deny, DNS, and the namespace's own rules. */
export function namespacePolicies(namespace: string, rules: TrafficRule[]): KubeObject[] {
  return [
    policy(namespace, 'default-deny', {podSelector: {}, policyTypes: ['Ingress', 'Egress']}),
    policy(namespace, 'allow-dns', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': 'kube-system'}}, podSelector: {matchLabels: {'k8s-app': 'kube-dns'}}}],
          ports: [{protocol: 'UDP', port: 53}, {protocol: 'TCP', port: 53}],
        },
      ],
    }),
    ...rules.map((rule) =>
      policy(namespace, rule.name, {
        podSelector: Object.keys(rule.pods).length === 0 ? {} : {matchLabels: rule.pods},
        policyTypes: [...(rule.ingress === undefined ? [] : ['Ingress']), ...(rule.egress === undefined ? [] : ['Egress'])],
        ...(rule.ingress === undefined ? {} : {ingress: rule.ingress}),
        ...(rule.egress === undefined ? {} : {egress: rule.egress}),
      }),
    ),
  ]
}

/** The pods may talk to the API server. Its address is no pod's, so only the ports can be named. */
export function allowApiServer(pods: Record<string, string> = {}): TrafficRule {
  return {name: 'allow-api-server', pods, egress: [{ports: API_SERVER_PORTS}]}
}

/** The API server may call webhooks on these ports of the pods. It comes from outside the pod network. */
export function allowWebhooks(name: string, pods: Record<string, string>, ports: number[]): TrafficRule {
  return {name, pods, ingress: [{ports: ports.map((port) => ({protocol: 'TCP', port}))}]}
}

/** Prometheus may read the metrics of every pod, at whatever port they are. */
export const ALLOW_METRICS: TrafficRule = {
  name: 'allow-metrics',
  pods: {},
  ingress: [{from: [{namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': 'monitoring'}}, podSelector: {matchLabels: {'app.kubernetes.io/name': 'prometheus'}}}]}],
}

/** A step that keeps the policies of a namespace. */
export function networkPolicies(options: {id: string; namespace: string; rules: (ctx: ManifestContext) => TrafficRule[]}): PlatformStep {
  return manifestSet({
    id: options.id,
    title: `Deny all traffic in ${options.namespace} but what is named`,
    appliesTo: (ctx) => (ctx.spec.phases.cni.defaultDeny ? true : 'phases.cni.defaultDeny is off'),
    objects: (ctx) => namespacePolicies(options.namespace, [...options.rules(ctx), ...(ctx.spec.phases.monitoring.enabled ? [ALLOW_METRICS] : [])]),
  })
}

function policy(namespace: string, name: string, spec: Record<string, unknown>): KubeObject {
  return {apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: {name, namespace}, spec}
}
