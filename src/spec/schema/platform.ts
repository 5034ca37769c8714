/** The whole of kp.yaml: sections that every environment shares or overrides, and the document itself. */
import {z} from 'zod'
import {infraSchema, kubernetesSchema, networkSchema, nodePoolsSchema} from './cluster.ts'
import {dnsLabel, domainName, duration, gitAddress, mailAddress, onOff, secretName, secretReference, shortName, text, version, webAddress} from './common.ts'
import {ISSUERS} from './phases-foundation.ts'
import {phasesSchema} from './phases.ts'
import {PROVIDER_TYPES, providerSchema} from './provider.ts'

/** The only apiVersion there is. */
export const API_VERSION = 'kp.dev/v1alpha1'

/** `metadata` */
export const metadataSchema = z.strictObject({
  name: shortName().describe('Name of the platform; begins the names of what kp makes'),
  owner: text(/^\S(.{0,98}\S)?$/, 'must be a team or a mail address').optional().describe('Who answers for it'),
  runbooks: text(/^(https?:\/\/[^\s/@:]+(:[0-9]{1,5})?(\/[^\s@]*)?|(?!\/)(?!.*(^|\/)\.\.(\/|$))[A-Za-z0-9._/-]+)$/,
    'must be an http or https address without a user name or password, or a folder of the repository').optional().describe('Where the runbooks are'),
  repository: gitAddress().optional().describe('Git repository of the platform'),
}).describe('Name, owner, runbooks')

/** `components`: version and value overrides by component id. */
export const componentsSchema = z.record(dnsLabel(), z.strictObject({
  version: version().optional().describe('Chart version; default the one of the catalog for the Kubernetes version'),
  namespace: dnsLabel().optional().describe('Namespace of a release that was there before kp; default the catalog\'s'),
  releaseName: dnsLabel().optional().describe('Name of a release that was there before kp; default the catalog\'s'),
  values: z.record(z.string(), z.unknown()).optional().describe('Chart values that are laid over kp\'s own'),
})).default({}).describe('Version and values of single components, by id')

/** `charts` */
export const chartsSchema = z.strictObject({
  mirror: z.string({error: 'must be oci://…, http(s)://… or a folder'}).optional().describe('Where charts come from: oci://HOST/PATH, a chart repository, or a folder'),
}).prefault({}).describe('Where charts come from')

/** `images` */
export const imagesSchema = z.strictObject({
  mirror: z.string({error: 'must be HOST/PATH without a scheme, such as harbor.example.com/mirror'}).optional().describe('Registry that every image comes from: HOST/PATH'),
  pullSecret: secretName().optional().describe('Entry of secrets with credentials for it'),
}).prefault({}).describe('Where images come from')

/** `secrets` */
export const secretsSchema = z.record(
  text(/^[A-Za-z][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dots, dashes and underscores, beginning with a letter'),
  secretReference(),
).default({}).describe('Where secrets are kept: env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY')

const objective = 'must be a number above 0 and below 100 such as 99.9; 100 leaves no room for any failure'
const route = {
  route: dnsLabel().describe('Route (HTTPRoute or Ingress) that is measured'),
  namespace: dnsLabel().optional().describe('Its namespace; default that of the demo application'),
}

/** One entry of `slos` */
export const sloSchema = z.strictObject({
  name: dnsLabel().describe('Name, unique'),
  objective: z.number({error: objective}).gt(0, {error: objective}).lt(100, {error: objective}).describe('Per cent of good events'),
  window: duration().default('30d').describe('Over how long; 1d to 90d'),
  indicator: z.discriminatedUnion('type', [
    z.strictObject({type: z.literal('http-errors').describe('Requests that do not fail'), ...route}),
    z.strictObject({
      type: z.literal('http-latency').describe('Requests that are fast enough'), ...route,
      threshold: text(/^[1-9][0-9]*ms$|^[1-9][0-9]*s$/, 'must be a time such as 300ms or 1s').describe('Slowest good answer'),
    }),
    z.strictObject({
      type: z.literal('prometheus').describe('Your own queries'),
      good: text(/\S/, 'must be a PromQL query').describe('PromQL: rate of good events'),
      total: text(/\S/, 'must be a PromQL query').describe('PromQL: rate of all events'),
    }),
  ]).describe('What is counted'),
  runbook: webAddress().optional().describe('Runbook of its alerts; default the one that kp writes'),
})

/** `backup`: what is promised; `phases.backup` is how. */
export const backupSchema = z.strictObject({
  rpo: duration().default('6h').describe('Most work that may be lost'),
  rto: duration().default('10m').describe('Longest time until a restore is done'),
}).prefault({}).describe('What is promised about backups')

/** What all environments share, and what each may override. */
export const bodyShape = {
  provider: providerSchema,
  kubernetes: kubernetesSchema,
  network: networkSchema,
  nodePools: nodePoolsSchema.optional(),
  domain: domainName().optional().describe('Domain of the platform; default <name>.test, where no public issuer is used'),
  email: mailAddress().optional().describe('Mail address for certificate authorities and alerts'),
  infra: infraSchema,
  phases: phasesSchema,
  components: componentsSchema,
  charts: chartsSchema,
  images: imagesSchema,
  secrets: secretsSchema,
  slos: z.array(sloSchema).optional().describe('Service level objectives; default 99.9 % of the requests to the demo application, where it is measured'),
  backup: backupSchema,
  tools: z.record(text(/^[a-z][a-z0-9-]*$/, 'must be the name of a tool'), version()).default({}).describe('Versions of tools to pin, by name'),
} as const

/** The sections of `bodyShape`, by name. */
export const BODY_KEYS = Object.keys(bodyShape) as (keyof typeof bodyShape)[]

/** One environment after its overrides were merged into the shared sections. */
export const bodySchema = z.strictObject(bodyShape)

const override = () => z.unknown().optional()

/** One entry of `environments`; the overrides are checked after they were merged. */
export const environmentSchema = z.strictObject({
  name: shortName().describe('Name, unique'),
  cluster: dnsLabel().optional().describe('Name of its cluster, unique; default <platform>-<name>'),
  protected: onOff(false, 'Changes want the cluster\'s name typed'),
  issuer: z.enum(ISSUERS).optional().describe('Short for phases.cert-manager.issuer'),
  ...Object.fromEntries(BODY_KEYS.map((key) => [key, override()])) as Record<keyof typeof bodyShape, ReturnType<typeof override>>,
})

const {provider: _, ...shared} = bodyShape

/** The shared sections before they are merged: a provider may be completed by each environment. */
export const platformSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION, {error: `must be ${API_VERSION}`}).describe('Version of this format'),
  kind: z.literal('Platform', {error: 'must be Platform'}).describe('Kind of this document'),
  metadata: metadataSchema,
  provider: z.looseObject({type: z.enum(PROVIDER_TYPES).describe('Kind of provider; decides which settings there are')}).prefault({type: 'lab'}).describe('Where the cluster runs'),
  environments: z.array(environmentSchema).min(1, {error: 'must have at least one entry, or be left out'}).optional()
    .describe('Each is a cluster of its own and overrides what it names. Left out: one, named lab for provider lab and default elsewhere'),
  ...shared,
})
