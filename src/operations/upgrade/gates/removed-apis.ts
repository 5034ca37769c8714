/** Whether something still uses an API that the new minor has not. Each finding says where it was seen, and how sure that is. */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join, relative} from 'node:path'
import {gunzipSync} from 'node:zlib'
import type {ClusterReader} from '../../../checks/cluster.ts'
import {nameOf} from '../../../checks/cluster.ts'
import type {PlatformContext} from '../../../context.ts'
import {asKpError} from '../../../engine/errors.ts'
import type {KubeMeta, KubeObject} from '../../../tools/kube-api.ts'
import {apiError} from '../../../tools/kube-api.ts'
import {namedIn} from '../manifests.ts'
import type {Named} from '../manifests.ts'
import {isAtMost, removedApi, REMOVED_APIS} from '../removed-apis.ts'
import type {RemovedApi} from '../removed-apis.ts'
import type {Gate, GateProblem} from '../types.ts'

/** What a source found; `sure` where the next use of it fails. */
interface Found {
  problems: GateProblem[]
  sure: boolean
}

/** Removed APIs in use. */
export const removedApisGate: Gate = {
  id: 'removed-apis',
  title: 'Nothing uses an API that the new minor does not have',
  kinds: ['minor'],
  async run({ctx, target}) {
    const minor = target.toMinor
    const sources: [string, () => Promise<Found>][] = [
      ['the releases of helm', async () => inReleases(await ctx.cluster(), minor)],
      ['the repository', () => Promise.resolve(inRepository(ctx.paths.root, minor))],
      ['the API server\'s own count', async () => askedFor(await ctx.cluster(), minor)],
      ['the live objects', async () => inObjects(await ctx.cluster(), minor)],
      ...(ctx.aws === undefined ? [] : [['EKS insights', () => ofInsights(ctx, minor)] as [string, () => Promise<Found>]]),
    ]
    const unseen: string[] = []
    const found: Found[] = []
    for (const [name, look] of sources) {
      try {
        found.push(await look())
      } catch (error) {
        unseen.push(`${name}: ${asKpError(error).message}`)
      }
    }
    const sure = found.filter((one) => one.sure).flatMap(({problems}) => problems)
    const unsure = found.filter((one) => !one.sure).flatMap(({problems}) => problems)
    const problems = [...sure, ...unsure]
    if (sure.length > 0) return {status: 'fail', reason: `${sure.length} ${sure.length === 1 ? 'object uses' : 'objects use'} an API that ${minor} does not have`, fix: sure[0]?.fix ?? null, problems}
    if (unseen.length > 0) return {status: 'unknown', reason: `not everything could be looked at: ${unseen.join('; ')}`, fix: 'give kp the right to read it, or look by hand and waive this gate', problems}
    if (unsure.length > 0) return {status: 'warn', reason: `${unsure.length} live ${unsure.length === 1 ? 'object was' : 'objects were'} once written by an API that ${minor} does not have: the file it came from may still say so`, fix: unsure[0]?.fix ?? null, problems}
    return {status: 'pass', reason: `looked at ${sources.map(([name]) => name).join(', ')}`, fix: null}
  },
}

/** The newest revision of every release, by what helm keeps of it. */
async function inReleases(cluster: ClusterReader, minor: string): Promise<Found> {
  const secrets = await cluster.listKnown('v1', 'Secret', {labelSelector: 'owner=helm'})
  const newest = new Map<string, KubeObject>()
  for (const secret of secrets) {
    const {labels = {}, namespace} = secret.metadata
    const key = `${namespace}/${labels['name']}`
    const known = newest.get(key)
    if (labels['status'] !== 'uninstalled' && Number(labels['version'] ?? 0) >= Number(known?.metadata.labels?.['version'] ?? 0)) newest.set(key, secret)
  }
  const problems = [...newest].flatMap(([release, secret]) => {
    const [namespace = '', name = ''] = release.split('/')
    return complain(namedIn(manifestOf(secret)), minor, `helm release ${release}`, (instead) => `upgrade its chart to one that writes ${instead}; if the release cannot be upgraded any more: helm mapkubeapis ${name} --namespace ${namespace}`)
  })
  return {problems, sure: true}
}

/** The manifest in a record of helm; empty where it cannot be read as one. */
export function manifestOf(secret: KubeObject): string {
  const encoded = (secret['data'] as {release?: string} | undefined)?.release
  if (encoded === undefined) return ''
  try {
    const inner = Buffer.from(Buffer.from(encoded, 'base64').toString('utf8'), 'base64')
    return (JSON.parse(gunzipSync(inner).toString('utf8')) as {manifest?: string}).manifest ?? ''
  } catch {
    return ''
  }
}

const NOT_LOOKED_INTO = new Set(['.git', '.kp', 'node_modules', '.terraform'])

function inRepository(root: string, minor: string): Found {
  const problems = yamlFiles(root).flatMap((path) => complain(namedIn(readFileSync(path, 'utf8')), minor, relative(root, path), (instead) => `write ${instead} in ${relative(root, path)}`))
  return {problems, sure: true}
}

function yamlFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    if (NOT_LOOKED_INTO.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return yamlFiles(path)
    return entry.isFile() && /\.ya?ml$/.test(entry.name) ? [path] : []
  })
}

function complain(named: readonly Named[], minor: string, source: string, fix: (instead: string) => string): GateProblem[] {
  return named.flatMap(({apiVersion, kind, name}) => {
    const removed = removedApi(apiVersion, kind, minor)
    return removed === undefined ? [] : [{what: `${kind} ${name} is ${apiVersion}, which ${removed.removedIn} took away`, source, fix: removed.instead === undefined ? 'take it out: there is nothing in its place' : fix(removed.instead)}]
  })
}

/** Who asks for what since the API server was started. */
async function askedFor(cluster: ClusterReader, minor: string): Promise<Found> {
  const answer = await cluster.api.request({path: '/metrics'})
  if (answer.status >= 300) throw apiError(answer, 'read /metrics')
  return {problems: deprecatedIn(String(answer.body), minor), sure: true}
}

/** Lines of apiserver_requested_deprecated_apis about what a minor has not. Pure. */
export function deprecatedIn(metrics: string, minor: string): GateProblem[] {
  return [...metrics.matchAll(/^apiserver_requested_deprecated_apis\{([^}]*)\} [1-9]/gm)].flatMap(([, labels = '']) => {
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? ''
    const removed = label('removed_release')
    if (!/^1\.\d+$/.test(removed) || !isAtMost(removed, minor)) return []
    const name = [label('group'), label('version')].filter((part) => part !== '').join('/')
    return [{what: `somebody asks for ${label('resource')} of ${name}, which ${removed} takes away`, source: 'metric apiserver_requested_deprecated_apis, since the API server was started', fix: 'find who it is in the audit log (annotation k8s.io/deprecated) and give it a newer client'}]
  })
}

/** Kinds of live objects that were once of a removed API, in the version that they have now. */
const NOT_WORTH_A_LIST = new Set(['Event', 'Lease', 'TokenReview', 'CSIStorageCapacity', 'CSINode', 'VolumeAttachment', 'ResourceSlice', 'EndpointSlice', 'ReplicaSet', 'CertificateSigningRequest'])

async function inObjects(cluster: ClusterReader, minor: string): Promise<Found> {
  const kinds = new Map(REMOVED_APIS.filter(({removedIn}) => isAtMost(removedIn, minor)).flatMap((one) => (one.instead === undefined ? [] : one.kinds.filter((kind) => !NOT_WORTH_A_LIST.has(kind)).map((kind) => [`${one.instead}/${kind}`, {apiVersion: one.instead ?? '', kind}] as const))))
  const problems: GateProblem[] = []
  for (const {apiVersion, kind} of kinds.values()) {
    const all = await cluster.metadata(apiVersion, kind)
    for (const meta of all?.values() ?? []) {
      const removed = writtenBy(meta, kind, minor)
      if (removed === undefined) continue
      problems.push({what: `${kind} ${nameOf(meta)} was written as ${removed.apiVersion}`, source: 'the annotation of kubectl apply on the live object: it may be old', fix: `write ${removed.instead ?? 'something else'} in the file it comes from, and apply it once more`})
    }
  }
  return {problems, sure: false}
}

/** What kubectl apply last wrote it as, where that is gone. Pure. */
export function writtenBy(meta: KubeMeta, kind: string, minor: string): RemovedApi | undefined {
  const applied = /"apiVersion":"([^"]+)"/.exec(meta.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '')?.[1]
  return applied === undefined ? undefined : removedApi(applied, kind, minor)
}

async function ofInsights(ctx: PlatformContext, minor: string): Promise<Found> {
  const insights = (await (await ctx.aws?.upgrade())?.insights()) ?? []
  const bad = insights.filter(({status, version}) => (status === 'ERROR' || status === 'WARNING') && (version === undefined || isAtMost(version, minor)))
  return {problems: bad.map(({name, reason, recommendation}) => ({what: `${name}: ${reason}`, source: 'EKS insight; it looks 30 days back, so what was corrected stays for so long', fix: recommendation})), sure: bad.some(({status}) => status === 'ERROR')}
}
