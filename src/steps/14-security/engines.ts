/** Policy engines and how they are recognised in a cluster. */
import type {PlatformContext} from '../../context.ts'
import {readRevisions} from '../../checks/helm-records.ts'
import {RELEASE_LABELS} from '../shared/release-state.ts'

interface Known {
  engine: string
  title: string
  /** Webhook configurations that it makes. */
  webhook: RegExp
  /** Its controllers. */
  workload: RegExp
}

const ENGINES: readonly Known[] = [
  {engine: 'kyverno', title: 'Kyverno', webhook: /^kyverno-.*(?:validating|policy|resource)/, workload: /^kyverno-admission-controller$|^kyverno$/},
  {engine: 'gatekeeper', title: 'Gatekeeper', webhook: /^gatekeeper-validating-webhook-configuration$/, workload: /^gatekeeper-controller-manager$/},
  {engine: 'kubewarden', title: 'Kubewarden', webhook: /^clusterwide-|^kubewarden-/, workload: /^policy-server-|^kubewarden-controller$/},
  {engine: 'polaris', title: 'Polaris', webhook: /^polaris-webhook$/, workload: /^polaris-webhook$/},
  {engine: 'datree', title: 'Datree', webhook: /^datree-webhook$/, workload: /^datree-webhook-server$/},
  {engine: 'jspolicy', title: 'jsPolicy', webhook: /^jspolicy$/, workload: /^jspolicy$/},
  {engine: 'opa', title: 'OPA', webhook: /^opa-validating-webhook$/, workload: /^opa$/},
]

/** An engine that was found. */
export interface FoundEngine {
  engine: string
  title: string
  /** By what it was found. */
  by: string
  /** Whether kp of this platform installed it. */
  ours: boolean
}

/** The engines of a cluster that ask by webhook, each once. The one that is built into the API server is always there. */
export async function findEngines(ctx: PlatformContext): Promise<FoundEngine[]> {
  const cluster = await ctx.cluster()
  const [workloads, webhooks] = await Promise.all([
    cluster.metadata('apps/v1', 'Deployment'),
    cluster.metadata('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
  ])
  const found = ENGINES.flatMap((known): Omit<FoundEngine, 'ours'>[] => {
    const workload = [...(workloads?.values() ?? [])].find(({name}) => known.workload.test(name))
    if (workload !== undefined) return [{engine: known.engine, title: known.title, by: `Deployment ${workload.namespace}/${workload.name}`}]
    const webhook = [...(webhooks?.values() ?? [])].find(({name}) => known.webhook.test(name))
    return webhook === undefined ? [] : [{engine: known.engine, title: known.title, by: `ValidatingWebhookConfiguration ${webhook.name}`}]
  })
  return Promise.all(found.map(async (one) => ({...one, ours: await installedByKp(ctx, one.engine)})))
}

async function installedByKp(ctx: PlatformContext, engine: string): Promise<boolean> {
  if (!ctx.catalog.has(engine)) return false
  const {namespace, releaseName} = ctx.catalog.get(engine)
  const [latest] = await readRevisions(await ctx.cluster(), namespace, releaseName)
  return latest?.labels[RELEASE_LABELS.platform] === ctx.spec.platform
}

