/** The text of a new kp.yaml. */
import {Document, isCollection, isMap, isScalar, isSeq, type Node, type Pair} from 'yaml'
import type {z} from 'zod'
import {defaultNodePools} from './default-pools.ts'
import {mergeValues} from './merge.ts'
import {isMap as isPlainMap} from './paths.ts'
import {API_VERSION, bodySchema, platformSchema} from './schema/platform.ts'
import type {providerSchema} from './schema/provider.ts'
import type {ProviderType} from './types.ts'
import {bare, branches, member} from './walk.ts'
import {YAML_STYLE} from './write.ts'

/** A provider as it may be written. */
export type ProviderInput = NonNullable<z.input<typeof providerSchema>>

/** Everything that may be said about a new platform; only the name must be. */
export type PlatformAnswers = {name: string; provider?: ProviderInput | undefined}
  & Omit<Partial<z.input<typeof platformSchema>>, 'apiVersion' | 'kind' | 'metadata' | 'provider'>
  & Omit<z.input<typeof platformSchema>['metadata'], 'name'>

const HEAD = ' kp.yaml: what this platform is. docs/kp-yaml.md lists every field.'

/** One line on what each block decides; blocks are written in the order of the schema. */
const COMMENTS: Record<string, string> = {
  metadata: 'Its name, who answers for it, where its runbooks are.',
  environments: 'Each is a cluster of its own and may override anything below.',
  provider: 'Where the cluster runs.',
  kubernetes: 'The minor version, in quotes. A running cluster moves one minor at a time.',
  network: 'Addresses, which must not overlap and cannot be changed later; zones.',
  nodePools: 'Groups of equal nodes.',
  domain: 'Names of what is reachable from outside end in this.',
  email: 'Where certificate authorities write to.',
  infra: 'How the infrastructure code is laid out and where its state is kept.',
  phases: 'The phases and their choices. What is not here has its default.',
  components: 'Version and values of single components.',
  charts: 'Where charts come from.',
  images: 'Where images come from.',
  secrets: 'Where secrets are kept; never the secrets themselves.',
  slos: 'What is promised to users.',
  backup: 'What is promised about backups.',
  tools: 'Versions of tools that are pinned.',
}

/**
 * The text of a commented kp.yaml. The same answers give the same bytes, in
 * whatever order they were given. The answers are not checked: `parseSpec` does that.
 */
export function defaultPlatform(answers: PlatformAnswers): string {
  return withComments(platformValue(answers)).toString(YAML_STYLE)
}

/** The same before it is a text. */
export function platformValue(answers: PlatformAnswers): Record<string, unknown> {
  const {name, owner, runbooks, repository, provider = {type: 'lab'}, ...sections} = answers
  const type = provider.type
  const pools = defaultNodePools(type)
  const base = {
    environments: [{name: type === 'lab' ? 'lab' : 'default', cluster: name}],
    kubernetes: {version: '1.35'},
    network: {...(type === 'lab' || type === 'eks' || type === 'kubeadm-aws' ? {vpcCidr: '10.20.0.0/16'} : {}), podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/12', zones: 3},
    ...(pools.length === 0 ? {} : {nodePools: pools}),
    domain: `${name}.test`,
    phases: chosenPhases(type, sections.phases),
  }
  const written = mergeValues(base, {...sections, provider, metadata: {name, owner, runbooks, repository}}) as Record<string, unknown>
  return ordered({apiVersion: API_VERSION, kind: 'Platform', ...written}, platformSchema) as Record<string, unknown>
}

/** The choices that everybody should see; of a phase that is off there is nothing to see. */
function chosenPhases(type: ProviderType, said: PlatformAnswers['phases']): Record<string, unknown> {
  const choices = {
    cni: {plugin: 'cilium', defaultDeny: true},
    'cert-manager': {issuer: firstIssuer(type)},
    ingress: {controller: 'envoy-gateway'},
  }
  return Object.fromEntries(Object.entries(choices).filter(([id]) => said?.[id as keyof typeof choices]?.enabled !== false))
}

function firstIssuer(type: ProviderType): string {
  return type === 'lab' || type === 'kind' ? 'internal-ca' : 'letsencrypt-staging'
}

/** The same value with keys in the order of the schema, then by name; undefined is left out. */
function ordered(value: unknown, schema: z.ZodType | undefined): unknown {
  if (Array.isArray(value)) return value.map((item, i) => ordered(item, schema === undefined ? undefined : member(schema, i)))
  if (!isPlainMap(value)) return value
  const known = schema === undefined ? [] : keysOf(schema, value)
  const rank = (key: string) => (known.includes(key) ? known.indexOf(key) : known.length)
  const keys = Object.keys(value).filter((key) => value[key] !== undefined)
  keys.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return Object.fromEntries(keys.map((key) => [key, ordered(value[key], schema === undefined ? undefined : memberOf(schema, key, value))]))
}

/** Overrides of an environment, and providers, are described by the merged sections. */
function memberOf(schema: z.ZodType, key: string, value: unknown): z.ZodType | undefined {
  const found = member(schema, key, value)
  const general = schema === platformSchema ? key === 'provider' : found?.type === 'optional' && bare(found).type === 'unknown'
  return general ? member(bodySchema, key) : found
}

function keysOf(schema: z.ZodType, value: Record<string, unknown>): string[] {
  const here = bare(schema)
  const branch = branches(here).find(({tag, name}) => value[tag] === name)?.schema ?? here
  return 'shape' in branch ? Object.keys(branch.shape as object) : []
}

function withComments(value: Record<string, unknown>): Document {
  const document = new Document(value)
  document.commentBefore = HEAD
  if (!isMap(document.contents)) return document
  for (const pair of document.contents.items as unknown as Pair<Node, Node>[]) {
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    const comment = COMMENTS[key]
    if (comment !== undefined && isScalar(pair.key)) {
      pair.key.commentBefore = ` ${comment}`
      pair.key.spaceBefore = true
    }
    if (isCollection(pair.value)) compact(pair.value)
  }
  return document
}

/** Lists of plain values and small maps inside lists' entries stand on one line. */
function compact(node: unknown, inList = false): void {
  if (isSeq(node)) {
    if (node.items.every((item) => isScalar(item))) node.flow = true
    else for (const item of node.items) compact(item, true)
  } else if (isMap(node)) {
    for (const pair of node.items) {
      if (inList && isMap(pair.value) && pair.value.items.every((item) => isScalar((item).value)) && pair.value.items.length <= 2) pair.value.flow = true
      else compact(pair.value, inList)
    }
  }
}
