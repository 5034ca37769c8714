/** Every object of the cluster by name, before and after. */
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import {mapParallel} from '../../engine/graph.ts'

/** Kinds that come and go by themselves, or are named anew each time. */
const PASSING = new Set(['Event', 'Pod', 'Lease', 'ControllerRevision', 'EndpointSlice', 'Endpoints', 'ReplicaSet', 'CSINode', 'VolumeAttachment', 'NodeMetrics', 'PodMetrics', 'CertificateSigningRequest', 'ComponentStatus', 'PolicyReport', 'ClusterPolicyReport', 'EphemeralReport', 'ClusterEphemeralReport', 'Job', 'IPAddress', 'CiliumEndpoint', 'CiliumIdentity'])
/** Those of helm's older revisions go when a release is upgraded. */
const PASSING_SECRET = /^sh\.helm\.release\.v1\./
const AT_ONCE = 6

/**
 * `Deployment demo/demo` of all kinds that can be listed, also custom ones.
 * @throws KpError where a kind cannot be listed: it would count as lost
 */
export async function objectNames(ctx: Pick<PlatformContext, 'cluster'>): Promise<string[]> {
  const cluster = await ctx.cluster()
  const kinds = (await cluster.api.kinds()).filter(({kind, apiVersion}) => !PASSING.has(kind) && !apiVersion.startsWith('metrics.k8s.io') && !apiVersion.startsWith('custom.metrics.k8s.io'))
  const found = await mapParallel(kinds, AT_ONCE, async ({apiVersion, kind}) => {
    const all = await cluster.metadata(apiVersion, kind)
    return [...(all?.values() ?? [])].filter((meta) => !(kind === 'Secret' && PASSING_SECRET.test(meta.name)) && (meta.deletionTimestamp === undefined)).map((meta) => `${kind} ${nameOf(meta)}`)
  })
  return found.flat().toSorted()
}

/** What was there before and is not any more. Pure. */
export function lostObjects(before: readonly string[], after: readonly string[]): string[] {
  const now = new Set(after)
  return before.filter((name) => !now.has(name))
}
