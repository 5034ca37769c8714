/** The objects of a chart as helm renders it, without asking whether anything is installed. */
import type {PlatformContext} from '../../context.ts'
import {keyOf} from '../../checks/objects.ts'
import type {ObjectKey, WantedObjects} from '../../checks/objects.ts'
import {template} from '../../tools/helm.ts'
import type {HelmRelease} from '../../tools/helm.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** What is rendered, and what is made of each object. */
export interface ChartRendering {
  /** Of chart and values: the same digest, the same objects. */
  digest: string
  helm: HelmRelease
  /** What the cluster has besides what comes with Kubernetes, where the chart may ask: `monitoring.coreos.com/v1`. */
  kinds?: string[]
  /** Name of the cache files. */
  cache: string
  /**
   * Where somebody else renders the chart, what it makes up anew each time (passwords, certificates and digests of
   * them) can be held against nothing: it is rendered twice, and what differs is left out.
   */
  steadyOnly?: boolean
  finish(object: KubeObject): KubeObject | Promise<KubeObject>
}

/** The objects; rendered once per digest, then kept in two files: the names alone are read more often. */
export async function renderedObjects(ctx: PlatformContext, {digest, helm, kinds = [], cache, steadyOnly = false, finish}: ChartRendering): Promise<WantedObjects> {
  const keysFile = ctx.cacheFile(`${cache}.keys.json`)
  const objectsFile = ctx.cacheFile(`${cache}.json`)
  const load = async (): Promise<KubeObject[]> => {
    const known = parse<KubeObject[]>(objectsFile.read(), digest)
    if (known !== undefined) return known
    const render = (): Promise<KubeObject[]> => template(ctx.exec, ctx.access, helm, {kubeVersion: `v${ctx.spec.kubernetes.version}.0`, kinds})
    const [rendered, again] = await Promise.all([render(), steadyOnly ? render() : undefined])
    const content = await Promise.all((again === undefined ? rendered : steadyObjects(rendered, again)).map(async (object) => finish(object)))
    objectsFile.write(JSON.stringify({digest, content}))
    return content
  }
  const known = parse<ObjectKey[]>(keysFile.read(), digest)
  if (known !== undefined) return {keys: known, load}
  const keys = (await load()).map(keyOf)
  keysFile.write(JSON.stringify({digest, content: keys}))
  return {keys, load}
}

/** What is the same in two renderings of a chart. An object that only one of them has stays as it is. */
export function steadyObjects(rendered: KubeObject[], again: KubeObject[]): KubeObject[] {
  const others = new Map(again.map((object) => [nameIn(object), object]))
  return rendered.map((object) => (steady(object, others.get(nameIn(object)) ?? object) ?? object) as KubeObject)
}

const nameIn = ({apiVersion, kind, metadata}: KubeObject): string => JSON.stringify([apiVersion, kind, metadata.namespace, metadata.name])

/** Fields of a map that differ are left out; a list of which a part would be left out is left out whole: its items have no names. */
function steady(value: unknown, other: unknown): unknown {
  if (Array.isArray(value)) {
    if (!Array.isArray(other) || other.length !== value.length) return undefined
    const items = value.map((item, index) => steady(item, (other as unknown[])[index]))
    return items.includes(undefined) ? undefined : items
  }
  if (typeof value === 'object' && value !== null) {
    if (typeof other !== 'object' || other === null || Array.isArray(other)) return undefined
    const parts = Object.entries(value).map(([key, part]): [string, unknown] => [key, steady(part, (other as Record<string, unknown>)[key])])
    return Object.fromEntries(parts.filter(([, part]) => part !== undefined))
  }
  return value === other ? value : undefined
}

/** Groups of Kubernetes itself, of which helm knows. */
const OF_KUBERNETES = /^((admissionregistration|apiextensions|apiregistration|authentication|(rbac\.)?authorization|certificates|coordination|discovery|events|(flowcontrol|internal)\.apiserver|networking|node|resource|scheduling|storage|storagemigration)\.k8s\.io|[^.]+)\//

/** What the cluster has besides what comes with Kubernetes: whoever installs a chart tells it the same. */
export async function kindsOf(ctx: PlatformContext): Promise<string[]> {
  const {api} = await ctx.cluster()
  const others = (await api.kinds()).filter(({apiVersion}) => apiVersion.includes('/') && !OF_KUBERNETES.test(apiVersion))
  return [...new Set(others.flatMap(({apiVersion, kind}) => [apiVersion, `${apiVersion}/${kind}`]))].toSorted()
}

/** What a cache file holds, where it is of that digest. */
function parse<T>(text: string | undefined, digest: string): T | undefined {
  try {
    const known = JSON.parse(text ?? '{}') as {digest?: string; content?: T}
    return known.digest === digest ? known.content : undefined
  } catch {
    // a broken cache file: made anew
    return undefined
  }
}
