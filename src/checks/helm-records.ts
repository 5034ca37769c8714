/**
 * What helm remembers of its releases: one Secret a revision, read by metadata
 * for all releases at once, and whole only where a manifest is needed.
 */
import {gunzipSync} from 'node:zlib'
import type {ClusterReader} from './cluster.ts'
import {parseManifest} from '../tools/helm.ts'
import type {KubeMeta, KubeObject} from '../tools/kube-api.ts'

/** One revision of a release, from the labels of its Secret. */
export interface ReleaseRevision {
  name: string
  namespace: string
  revision: number
  /** `deployed`, `superseded`, `failed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `uninstalling` … */
  status: string
  labels: Record<string, string>
  secret: {name: string; uid: string; resourceVersion: string}
}

/** The content of a revision. */
export interface ReleaseContent {
  chart: {name: string; version: string}
  /** The values that were given, not those of the chart. */
  config: Record<string, unknown>
  manifest: KubeObject[]
}

/** The revisions of one release, newest first. */
export async function readRevisions(cluster: ClusterReader, namespace: string, name: string): Promise<ReleaseRevision[]> {
  const secrets = await cluster.metadata('v1', 'Secret', {labelSelector: 'owner=helm'})
  return [...(secrets?.values() ?? [])]
    .filter((meta) => meta.namespace === namespace && meta.labels?.['name'] === name)
    .map(toRevision)
    .toSorted((a, b) => b.revision - a.revision)
}

function toRevision(meta: KubeMeta): ReleaseRevision {
  const labels = meta.labels ?? {}
  return {
    name: labels['name'] ?? '',
    namespace: meta.namespace ?? '',
    revision: Number(labels['version'] ?? 0),
    status: labels['status'] ?? 'unknown',
    labels,
    secret: {name: meta.name, uid: meta.uid ?? '', resourceVersion: meta.resourceVersion ?? ''},
  }
}

/** The content of a revision; undefined where its Secret is gone or cannot be read. */
export async function readContent(cluster: ClusterReader, revision: ReleaseRevision): Promise<ReleaseContent | undefined> {
  const secret = (await cluster.api.get(`/api/v1/namespaces/${revision.namespace}/secrets/${revision.secret.name}`)) as
    | {data?: {release?: string}}
    | undefined
  const encoded = secret?.data?.release
  if (encoded === undefined) return undefined
  try {
    const inner = Buffer.from(Buffer.from(encoded, 'base64').toString('utf8'), 'base64')
    const release = JSON.parse(gunzipSync(inner).toString('utf8')) as {
      chart?: {metadata?: {name?: string; version?: string}; files?: unknown}
      config?: Record<string, unknown> | null
      manifest?: string
    }
    return {
      chart: {name: release.chart?.metadata?.name ?? '', version: release.chart?.metadata?.version ?? ''},
      config: release.config ?? {},
      manifest: parseManifest(release.manifest ?? ''),
    }
  } catch {
    return undefined
  }
}
