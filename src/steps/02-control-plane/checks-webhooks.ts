/** Checks of phase 2 about admission webhooks: who answers, how long it is waited for, and what they can bring to a stop. */
import {check, hasReadyEndpoint, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** An API server waits so long at most for a webhook that says nothing of it. */
const LONGEST_SECONDS = 10

/** A webhook of a configuration. */
interface Webhook {
  name: string
  failurePolicy?: string
  timeoutSeconds?: number
  clientConfig?: {caBundle?: string; service?: {namespace: string; name: string}}
  rules?: {apiGroups?: string[]; resources?: string[]; operations?: string[]}[]
  namespaceSelector?: {matchLabels?: Record<string, string>; matchExpressions?: {key: string; operator: string; values?: string[]}[]}
  objectSelector?: {matchLabels?: Record<string, string>; matchExpressions?: unknown[]}
}

/** The configurations of both kinds. */
async function configurationsOf(ctx: PlatformContext): Promise<KubeObject[]> {
  const cluster = await ctx.cluster()
  const [validating, mutating] = await Promise.all(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => cluster.listKnown('admissionregistration.k8s.io/v1', kind)))
  return [...(validating ?? []), ...(mutating ?? [])]
}

const webhooksOf = (configuration: KubeObject): Webhook[] => (configuration['webhooks'] as Webhook[] | undefined) ?? []
const named = (configuration: KubeObject, {name}: Webhook): string => `${configuration.kind} ${nameOf(configuration.metadata)}, ${name}`

/** Admission webhooks. */
export const webhookChecks: PlatformCheck[] = [
  check({
    id: 'control-plane.webhooks',
    title: 'Every admission webhook that can block has somebody who answers',
    pitfalls: ['KP0209'],
    appliesTo: (ctx) => (ctx.provider.simulated ? "the lab's API server runs without webhook admission: simulated pods cannot answer" : true),
    async run(ctx) {
      const slices = await (await ctx.cluster()).listKnown('discovery.k8s.io/v1', 'EndpointSlice')
      const ready = new Set(slices.filter(hasReadyEndpoint).map((slice) => `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}`))
      const configurations = await configurationsOf(ctx)
      const complaints = configurations.flatMap((configuration) => webhooksOf(configuration).flatMap((webhook) => complainAboutAnswer(configuration, webhook, ready)))
      return verdict(complaints, `${configurations.length} webhook configurations`, 'a Service with ready endpoints and a CA bundle for every webhook with failurePolicy Fail')
    },
  }),
  check({
    id: 'control-plane.webhook-scope',
    title: 'No admission webhook can hold up the pods of kube-system, or a request for long',
    severity: 'warning',
    pitfalls: ['KP0216'],
    async run(ctx) {
      const configurations = await configurationsOf(ctx)
      const complaints = configurations.flatMap((configuration) => webhooksOf(configuration).flatMap((webhook) => complainAboutScope(configuration, webhook)))
      return verdict(complaints, `${configurations.length} webhook configurations`, `kube-system left out where pods are asked about, ${LONGEST_SECONDS} seconds at most`)
    },
  }),
]

function complainAboutAnswer(configuration: KubeObject, webhook: Webhook, ready: Set<string>): string[] {
  if (webhook.failurePolicy === 'Ignore' || webhook.clientConfig?.service === undefined) return []
  const {namespace, name} = webhook.clientConfig.service
  const who = named(configuration, webhook)
  if (!ready.has(`${namespace}/${name}`)) return [`${who}: Service ${namespace}/${name} has no ready endpoint`]
  return webhook.clientConfig.caBundle ? [] : [`${who}: no CA bundle`]
}

function complainAboutScope(configuration: KubeObject, webhook: Webhook): string[] {
  if (webhook.failurePolicy === 'Ignore') return []
  const who = named(configuration, webhook)
  return [
    ...((webhook.timeoutSeconds ?? LONGEST_SECONDS) > LONGEST_SECONDS ? [`${who} is waited for ${webhook.timeoutSeconds} seconds`] : []),
    ...(asksAboutPods(webhook) && !leavesOut(webhook) ? [`${who} is asked about the pods of kube-system too, and blocks them where nobody answers`] : []),
  ]
}

function asksAboutPods({rules = []}: Webhook): boolean {
  const has = (list: string[] | undefined, wanted: string[]): boolean => list?.some((one) => wanted.includes(one)) === true
  return rules.some(({apiGroups, resources, operations}) => has(apiGroups, ['', '*']) && has(resources, ['pods', '*', '*/*']) && has(operations, ['CREATE', '*']))
}

/** Whether kube-system is not asked about: by a label that it lacks or that is excluded, or since only objects with a label are. */
function leavesOut({namespaceSelector, objectSelector}: Webhook): boolean {
  const {matchLabels = {}, matchExpressions = []} = namespaceSelector ?? {}
  if (Object.keys(objectSelector?.matchLabels ?? {}).length + (objectSelector?.matchExpressions ?? []).length > 0) return true
  if (Object.entries(matchLabels).some(([key, value]) => key !== 'kubernetes.io/metadata.name' || value !== 'kube-system')) return true
  return matchExpressions.some(({key, operator, values = []}) => {
    if (key === 'kubernetes.io/metadata.name') return operator === 'NotIn' ? values.includes('kube-system') : operator === 'In' && !values.includes('kube-system')
    // kube-system has none of the labels by which namespaces are let in; one that leaves namespaces out must be set there by somebody.
    return operator === 'In' || operator === 'Exists'
  })
}
