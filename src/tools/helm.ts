/** helm, as far as kp uses it. */
import {parseAllDocuments} from 'yaml'
import type {Tags} from 'yaml'
import type {Exec, ToolResult} from '../engine/types.ts'
import {accessEnv} from './kubectl.ts'
import type {ClusterAccess} from './kubectl.ts'
import type {KubeObject} from './kube-api.ts'

/** A release that helm is to make. */
export interface HelmRelease {
  name: string
  namespace: string
  /** A path, `oci://…`, or a chart name together with `repo`. */
  chart: string
  version?: string
  repo?: string
  /** YAML; goes over standard input, never into the command line. */
  values: string
  labels: Record<string, string>
  /** Milliseconds to wait for the workloads. */
  timeoutMs: number
  /** False where the workloads cannot be ready before a person has done something: helm then waits for its hooks alone. */
  wait?: boolean
  /** Objects and a release that somebody else made are taken over. */
  takeOwnership?: boolean
}

/**
 * Installs or upgrades, and waits until the workloads are ready.
 * @throws KpError TOOL_FAILED with helm's output
 */
export function upgradeInstall(exec: Exec, access: ClusterAccess, release: HelmRelease, options: {doing: string; redact?: string[]; onLine?: (line: string) => void}): Promise<ToolResult> {
  return exec.run({
    tool: 'helm',
    args: upgradeArgs(release, access),
    mutates: true,
    doing: options.doing,
    input: release.values,
    env: accessEnv(access),
    // helm has its own limit; this one is for a helm that hangs.
    timeoutMs: release.timeoutMs + 60_000,
    ...(options.redact === undefined ? {} : {redact: options.redact}),
    ...(options.onLine === undefined ? {} : {onLine: options.onLine}),
  })
}

/** The arguments of the helm call, also shown in plans. */
export function upgradeArgs(release: HelmRelease, access: ClusterAccess): string[] {
  const labels = Object.entries(release.labels).map(([key, value]) => `${key}=${value}`)
  return [
    'upgrade',
    '--install',
    release.name,
    release.chart,
    ...(release.repo === undefined ? [] : ['--repo', release.repo]),
    ...(release.version === undefined ? [] : ['--version', release.version]),
    '--namespace',
    release.namespace,
    ...(access.context === undefined ? [] : ['--kube-context', access.context]),
    '--values',
    '-',
    ...(labels.length === 0 ? [] : ['--labels', labels.join(',')]),
    '--force-conflicts',
    // A release of an older helm was applied by the client; from now on the server does it.
    ...(release.takeOwnership === true ? ['--take-ownership', '--server-side=true'] : []),
    '--reset-values',
    ...(release.wait === false ? [] : ['--wait']),
    '--timeout',
    `${Math.round(release.timeoutMs / 1000)}s`,
    '--hide-notes',
  ]
}

/**
 * What helm would install, without asking the cluster.
 * @param has its version, and the kinds that it has besides those of Kubernetes
 */
export async function template(exec: Exec, access: ClusterAccess, release: HelmRelease, has: {kubeVersion: string; kinds: readonly string[]}): Promise<KubeObject[]> {
  const result = await exec.run({
    tool: 'helm',
    args: [
      'template',
      release.name,
      release.chart,
      ...(release.repo === undefined ? [] : ['--repo', release.repo]),
      ...(release.version === undefined ? [] : ['--version', release.version]),
      '--namespace',
      release.namespace,
      '--kube-version',
      has.kubeVersion,
      ...(has.kinds.length === 0 ? [] : ['--api-versions', has.kinds.join(',')]),
      '--no-hooks',
      '--values',
      '-',
    ],
    mutates: false,
    doing: `render the chart of ${release.name}`,
    input: release.values,
    env: accessEnv(access),
  })
  return parseManifest(result.stdout)
}

/** Removes a release and what it made. */
export function uninstall(exec: Exec, access: ClusterAccess, name: string, namespace: string, doing: string): Promise<ToolResult> {
  return exec.run({
    tool: 'helm',
    args: ['uninstall', name, '--namespace', namespace, ...(access.context === undefined ? [] : ['--kube-context', access.context]), '--ignore-not-found', '--wait', '--timeout', '120s'],
    mutates: true,
    doing,
    env: accessEnv(access),
    timeoutMs: 180_000,
  })
}

/** The objects of a manifest, read as helm and kubectl read it; empty documents are left out, lists are opened. */
export function parseManifest(text: string): KubeObject[] {
  return parseAllDocuments(text, {logLevel: 'silent', version: '1.1', customTags: withoutTimes})
    .map((document) => ('toJS' in document ? (document.toJS() as KubeObject | null) : null))
    .filter((object): object is KubeObject => object !== null && typeof object === 'object' && 'kind' in object)
    .flatMap((object) => (object.kind === 'List' ? ((object['items'] as KubeObject[] | undefined) ?? []) : [object]))
}

/** They read YAML 1.1, in which 0400 is octal and `yes` is true, but take times of day and dates for text. */
function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'))
}
