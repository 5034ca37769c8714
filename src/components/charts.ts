/** Where a component's chart comes from: a mirror, its own repository, or (in a lab) the stand-in. */
import {join} from 'node:path'
import {KpError} from '../engine/errors.ts'
import {chartFor} from './compatibility.ts'
import type {ChartChoice} from './compatibility.ts'
import {findInFolder, folderDigest} from './chart-folder.ts'
import type {Component, ProviderId} from './types.ts'

/** What of the network the resolver asks; see `chart-network.ts`. Each answers within a few seconds. */
export interface ChartNetwork {
  /** Whether a repository (`https://…`, `oci://…`) answers. Asked once for each. */
  reachable(repository: string): Promise<boolean>
  /** The versions of a chart in a mirror; undefined where the mirror does not answer, `unknown` where it does not tell. */
  versions(repository: string, chart: string): Promise<string[] | 'unknown' | undefined>
}

/** What decides where charts come from. */
export interface ChartSettings {
  provider: ProviderId
  /** `charts.mirror` of kp.yaml. */
  mirror?: string | undefined
  /** The folder from which a mirror folder's relative path counts. */
  base: string
  /** Minor of Kubernetes: `1.35`. */
  kubernetes: string
  /** Folder of the stand-in chart. */
  standIn: string
  network: ChartNetwork
}

/** A chart as helm gets it. */
export interface ResolvedChart {
  kind: 'mirror-dir' | 'mirror-http' | 'mirror-oci' | 'repository' | 'stand-in'
  /** A path, `oci://…/<name>`, or a name together with `repo`. */
  chart: string
  /** For `--version`; absent for a path. */
  version?: string
  /** For `--repo`. */
  repo?: string
  /** sha256 of the package, where it is a file. */
  digest?: string
  /** The same identity means the same content. */
  identity: string
  /** One sentence for the user. */
  said: string
}

/**
 * Finds the chart of a component.
 * @throws KpError PREREQUISITE_MISSING where it cannot be had (for provider `lab` only where the mirror itself is broken)
 */
export async function resolveChart(component: Component, settings: ChartSettings): Promise<ResolvedChart> {
  const wanted = chartFor(component, settings.kubernetes)
  const {mirror} = settings
  if (mirror === undefined) return fromRepository(component, wanted, settings)
  const place = mirror.replace(/(.)\/+$/, '$1')
  if (place.startsWith('oci://')) return fromMirror('mirror-oci', component, wanted, place, settings)
  if (/^https?:\/\//.test(place)) return fromMirror('mirror-http', component, wanted, place, settings)
  return fromFolder(wanted, place, settings)
}

async function fromFolder(wanted: ChartChoice, mirror: string, settings: ChartSettings): Promise<ResolvedChart> {
  const folder = join(mirror.startsWith('/') ? '/' : settings.base, mirror)
  const found = await findInFolder(folder, wanted)
  if ('others' in found) {
    if (settings.provider === 'lab') return standIn(wanted, settings, `the chart mirror ${mirror} does not have it`)
    throw notThere(wanted, `the chart mirror ${mirror}`, `${wanted.name}-${wanted.version}.tgz`, found.others, [`helm pull ${pullArgs(wanted)} --destination ${mirror}`])
  }
  return {kind: 'mirror-dir', chart: found.path, ...(found.digest === undefined ? {} : {digest: found.digest}), identity: found.identity, said: `chart ${found.file} from the mirror ${mirror}`}
}

async function fromMirror(kind: 'mirror-http' | 'mirror-oci', component: Component, wanted: ChartChoice, mirror: string, settings: ChartSettings): Promise<ResolvedChart> {
  const versions = await settings.network.versions(mirror, wanted.name)
  const version = versions === 'unknown' ? wanted.version : versions?.find((known) => sameVersion(known, wanted.version))
  if (version === undefined) {
    const why = versions === undefined ? `the chart mirror ${mirror} does not answer` : `the chart mirror ${mirror} does not have it`
    if (settings.provider === 'lab') return standIn(wanted, settings, why)
    if (versions === undefined) throw new KpError({code: 'PREREQUISITE_MISSING', message: why, doing: `find the chart of ${component.title}`, next: ['check charts.mirror in kp.yaml and the way to it', 'kp doctor']})
    const push = kind === 'mirror-oci' ? [`helm pull ${pullArgs(wanted)}`, `helm push ${wanted.name}-${wanted.version}.tgz ${mirror}`] : [`helm pull ${pullArgs(wanted)}, then put it into the mirror`]
    throw notThere(wanted, `the chart mirror ${mirror}`, `${wanted.name} ${wanted.version}`, versions === 'unknown' ? [] : versions, push)
  }
  const said = `chart ${wanted.name} ${version} from the mirror ${mirror}`
  if (kind === 'mirror-oci') return {kind, chart: `${mirror}/${wanted.name}`, version, identity: `${mirror}/${wanted.name}@${version}`, said}
  return {kind, chart: wanted.name, repo: mirror, version, identity: `${mirror}/${wanted.name}@${version}`, said}
}

async function fromRepository(component: Component, wanted: ChartChoice, settings: ChartSettings): Promise<ResolvedChart> {
  const {name, repository, version} = wanted
  const place = repository.replace(/\/+$/, '')
  if (!(await settings.network.reachable(place))) {
    if (settings.provider === 'lab') return standIn(wanted, settings, `${place} is out of reach`)
    throw new KpError({
      code: 'PREREQUISITE_MISSING',
      message: `the chart repository ${place} is out of reach`,
      doing: `find the chart of ${component.title}`,
      next: ['check the network and the proxy settings: kp doctor', 'or set charts.mirror in kp.yaml to a folder, repository or registry that holds the charts'],
    })
  }
  const said = `chart ${name} ${version} from ${place}`
  const identity = `${place}/${name}@${version}`
  return place.startsWith('oci://') ? {kind: 'repository', chart: `${place}/${name}`, version, identity, said} : {kind: 'repository', chart: name, repo: place, version, identity, said}
}

async function standIn(wanted: ChartChoice, {standIn: folder}: ChartSettings, why: string): Promise<ResolvedChart> {
  return {kind: 'stand-in', chart: folder, identity: `stand-in:${await folderDigest(folder)}`, said: `stand-in for chart ${wanted.name} ${wanted.version}: ${why}`}
}

/** Whether two versions are the same but for a leading `v`. */
export function sameVersion(a: string, b: string): boolean {
  return a.replace(/^v/, '') === b.replace(/^v/, '')
}

function notThere(wanted: ChartChoice, where: string, what: string, others: string[], next: string[]): KpError {
  return new KpError({
    code: 'PREREQUISITE_MISSING',
    message: `${where} lacks ${what}`,
    doing: `find the chart ${wanted.name}`,
    ...(others.length === 0 ? {} : {details: [`it has ${wanted.name} ${others.slice(0, 5).join(', ')}`]}),
    next,
  })
}

function pullArgs({name, repository, version}: ChartChoice): string {
  const place = repository.replace(/\/+$/, '')
  return place.startsWith('oci://') ? `${place}/${name} --version ${version}` : `${name} --repo ${place} --version ${version}`
}
