/** Reads the component catalog: `templates/components/<id>/`. */
import {readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {isMap as isYamlMap, isNode, isScalar, LineCounter, parseDocument} from 'yaml'
import type {Document} from 'yaml'
import {asKpError, KpError} from '../engine/errors.ts'
import {didYouMean} from '../engine/spelling.ts'
import {LOGGING_NAMES} from './logging/values.ts'
import {AUTOSCALING_NAMES} from './autoscaling-values.ts'
import {MESH_NAMES} from './mesh-values.ts'
import {METRICS_NAMES} from './metrics-values.ts'
import {POLICY_NAMES} from './policy-values.ts'
import {componentSchema} from './schema.ts'
import type {ComponentEntry} from './schema.ts'
import {SECRETS_NAMES} from './secrets-values.ts'
import type {Catalog, Component, ProviderId, ValuePaths, Values} from './types.ts'
import {isMap, placeholders} from './values.ts'

const OVERLAY = /^values\.([a-z0-9-]+)\.yaml$/
const PROVIDERS: readonly ProviderId[] = ['lab', 'existing', 'kind', 'eks', 'kubeadm-aws', 'bare-metal']
const CONTEXT = [
  'provider', 'cluster', 'environment', 'domain', 'podCidr', 'serviceCidr', 'zones', 'apiServer.host', 'apiServer.port', 'monitoring', 'certificates', 'gitopsInterval', 'imageMirror', 'volumeGroup', 'gpuPools', 'spotPools',
  'cni.kubeProxyReplacement', 'cni.healthzBindAddress', 'cni.apiServer.host', 'cni.apiServer.port', 'cni.routingMode', 'cni.nativeCidr', 'cni.nodeRoutes', 'cni.encryption', 'cni.hubble', 'cni.bgp',
  'cni.exclusive', 'cni.hostSocketsOnly', 'cni.calico.encapsulation', 'cni.calico.bgp',
  'ingress.replicas', 'ingress.serviceAnnotations', 'ingress.scheme', 'ingress.targetType', 'ingress.region',
  'externalDns.provider', 'externalDns.policy', 'externalDns.sources', 'externalDns.args', 'externalDns.env', 'externalDns.volumes', 'externalDns.mounts', 'externalDns.owner', 'externalDns.domains',
  'backup.ttl', 'backup.features', 'backup.useSecret', 'backup.secret',
  ...['aws-load-balancer-controller', 'cluster-autoscaler', 'karpenter', 'cert-manager', 'external-dns', 'velero', 'external-secrets'].map((component) => `awsRoles.${component}`),
  ...AUTOSCALING_NAMES.map((name) => `autoscaling.${name}`),
  ...METRICS_NAMES.map((name) => `metrics.${name}`),
  ...POLICY_NAMES.map((name) => `policies.${name}`),
  ...LOGGING_NAMES.map((name) => `logging.${name}`),
  ...SECRETS_NAMES.map((name) => `secrets.${name}`),
  ...MESH_NAMES.map((name) => `mesh.${name}`),
]

/**
 * Reads and checks every component under `<templatesDir>/components`.
 * @throws KpError BUG with file, line and field of everything that is wrong; FILE_SYSTEM where a file cannot be read
 */
export function loadCatalog(templatesDir: string): Catalog {
  const root = join(templatesDir, 'components')
  const problems: string[] = []
  const loaded = componentIds(templatesDir).map((id) => loadComponent(join(root, id), id, problems))
  const components = inUpgradeOrder(loaded.filter((component) => component !== undefined))
  const byId = new Map(components.map((component) => [component.id, component]))
  for (const component of components) {
    for (const other of component.dependsOn) {
      if (!byId.has(other) && problems.length === 0) problems.push(`${component.id}/component.yaml: dependsOn: there is no component "${other}"`)
    }
  }
  refuseProblems(problems, root)
  return {
    get(id) {
      const component = byId.get(id)
      if (component !== undefined) return component
      throw noComponent(id, byId.keys())
    },
    has: (id) => byId.has(id),
    ids: () => [...byId.keys()],
    all: () => components,
  }
}

/** @throws KpError BUG where there are problems */
export function refuseProblems(problems: string[], root: string): void {
  if (problems.length === 0) return
  problems.sort((a, b) => a.localeCompare(b, 'en', {numeric: true}))
  throw new KpError({
    code: 'BUG',
    message: `the component catalog has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}: ${problems[0]}`,
    doing: 'read the component catalog',
    details: problems,
    next: [`correct the files under ${root}, or install kp again`],
  })
}

/** What is said of a component that the catalog does not have. */
export function noComponent(id: string, ids: Iterable<string>): KpError {
  return new KpError({code: 'BUG', message: `the catalog has no component "${id}"${didYouMean(id, ids)}`})
}

/** The components in the order in which they are upgraded, then by id. */
export function inUpgradeOrder<T extends {upgradeOrder: number; id: string}>(components: T[]): T[] {
  return components.toSorted((a, b) => a.upgradeOrder - b.upgradeOrder || (a.id < b.id ? -1 : 1))
}

/**
 * The ids of all components: the folders under `<templatesDir>/components`.
 * @throws KpError FILE_SYSTEM where the folder cannot be read
 */
export function componentIds(templatesDir: string): string[] {
  try {
    return readdirSync(join(templatesDir, 'components'), {withFileTypes: true}).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  } catch (error) {
    throw asKpError(error, 'read the component catalog')
  }
}

/** Reads and checks one component; what is wrong goes to `problems`. */
export function loadComponent(folder: string, id: string, problems: string[]): Component | undefined {
  const before = problems.length
  const entry = parseEntry(read(folder, 'component.yaml', problems), `${id}/component.yaml`, problems)
  if (entry !== undefined && entry.id !== id) problems.push(`${id}/component.yaml: id: is "${entry.id}", must be the folder's name`)
  if (entry !== undefined) problems.push(...referenceProblems(entry).map((problem) => `${id}/component.yaml: ${problem}`))
  const template = parseValues(read(folder, 'values.yaml', problems), `${id}/values.yaml`, problems)
  const valuePaths = parsePaths(read(folder, 'value-paths.json', problems), `${id}/value-paths.json`, problems)
  const overlays: Partial<Record<ProviderId, Values>> = {}
  for (const file of readdirSync(folder).toSorted()) {
    const name = OVERLAY.exec(file)?.[1]
    if (name === undefined) continue
    const provider = PROVIDERS.find((known) => known === name)
    if (provider === undefined) problems.push(`${id}/${file}: "${name}" is no provider${didYouMean(name, PROVIDERS)}`)
    else overlays[provider] = parseValues(read(folder, file, problems), `${id}/${file}`, problems)
  }
  return entry === undefined || problems.length > before ? undefined : {...entry, template, overlays, valuePaths}
}

function read(folder: string, file: string, problems: string[]): string {
  try {
    return readFileSync(join(folder, file), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw asKpError(error, 'read the component catalog')
    problems.push(`${folder.split(/[\\/]/).at(-1)}/${file}: is missing`)
    return ''
  }
}

/** Checks a component.yaml; what is wrong goes to `problems` as `file:line:column: field: problem`. */
export function parseEntry(source: string, file: string, problems: string[]): ComponentEntry | undefined {
  const lines = new LineCounter()
  const document = parseDocument(source, {lineCounter: lines, prettyErrors: false})
  if (document.errors.length > 0) {
    for (const error of document.errors) problems.push(`${file}:${position(lines, error.pos[0])}: ${error.message}`)
    return undefined
  }
  if (source === '') return undefined
  const checked = componentSchema.safeParse(document.toJS())
  if (checked.success) return checked.data
  for (const issue of checked.error.issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : []
    for (const key of keys.length > 0 ? keys : [undefined]) {
      const path = [...issue.path, ...(key === undefined ? [] : [key])].map(String)
      const said = key === undefined ? issue.message : 'is not known here'
      problems.push(`${file}:${position(lines, offsetOf(document, issue.path.concat(key ?? [])))}: ${path.join('.')}: ${said}`)
    }
  }
  return undefined
}

function parseValues(source: string, file: string, problems: string[]): Values {
  const lines = new LineCounter()
  const document = parseDocument(source, {lineCounter: lines, prettyErrors: false})
  for (const error of document.errors) problems.push(`${file}:${position(lines, error.pos[0])}: ${error.message}`)
  if (document.errors.length > 0) return {}
  const values: unknown = document.toJS() ?? {}
  if (!isMap(values)) {
    problems.push(`${file}:1:1: must be a map of values`)
    return {}
  }
  for (const name of placeholders(values)) {
    if (CONTEXT.includes(name)) continue
    const at = Math.max(0, source.search(new RegExp(`\\$\\{${name.replaceAll('.', '\\.')}\\??\\}`)))
    problems.push(`${file}:${position(lines, at)}: \${${name}} is no value of the platform${didYouMean(name, CONTEXT)}`)
  }
  return values
}

function parsePaths(source: string, file: string, problems: string[]): ValuePaths {
  try {
    return source === '' ? '*' : (JSON.parse(source) as ValuePaths)
  } catch (error) {
    problems.push(`${file}: ${(error as Error).message}`)
    return '*'
  }
}

/** What names something that is not there: a Service of no workload, a webhook of no Service. */
function referenceProblems(entry: ComponentEntry): string[] {
  const workloads = new Set(entry.workloads.map(({name}) => name))
  const leads = ({workload, selector}: {workload?: string | undefined; selector?: Record<string, string> | undefined}): boolean => (workload === undefined ? selector !== undefined : workloads.has(workload))
  const services = new Set(entry.services.map(({name}) => name))
  const crds = entry.crds.filter(({storage, versions}) => storage !== undefined && !versions.includes(storage))
  return [
    ...entry.services.filter((service) => !leads(service)).map(({name, workload = ''}) => `services: ${name} leads to no workload "${workload}"`),
    ...entry.budgets.filter((budget) => !leads(budget)).map(({name, workload = ''}) => `budgets: ${name} guards no workload "${workload}"`),
    ...entry.webhooks.filter(({service}) => !services.has(service)).map(({name, service}) => `webhooks: ${name} calls no service "${service}"`),
    ...crds.map(({name, storage}) => `crds: ${name} stores "${storage}", which is not among its versions`),
  ]
}

function position(lines: LineCounter, offset: number): string {
  const {line, col} = lines.linePos(offset)
  return `${line}:${col}`
}

/** Where a field is written; of a field that is missing, where its parent is. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const last = path[length - 1]
    if (isYamlMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last)
      if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0] ?? 0
    }
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node)) return node.range?.[0] ?? 0
  }
  return 0
}
