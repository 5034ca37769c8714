/** Checks of phase 2 about what the API server serves: kinds, their versions and conversions, and what waits to be deleted. */
import {check, complainAboutCondition, conditionsOf, hasReadyEndpoint, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {apiError} from '../../tools/kube-api.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const STUCK_MS = 10 * 60_000

interface DefinitionSpec {
  versions?: {name: string; served: boolean}[]
  conversion?: {strategy?: string; webhook?: {clientConfig?: {caBundle?: string; service?: {namespace: string; name: string}}}}
}

const specOf = (definition: KubeObject): DefinitionSpec => definition['spec'] ?? {}
const served = (definition: KubeObject): string[] => (specOf(definition).versions ?? []).filter((version) => version.served).map(({name}) => name)

async function definitionsOf(ctx: PlatformContext): Promise<KubeObject[]> {
  return (await ctx.cluster()).listKnown('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
}

/** Kinds and versions. */
export const kindChecks: PlatformCheck[] = [
  check({
    id: 'control-plane.kinds-accepted',
    title: 'Every kind that was added to the API is accepted and served',
    pitfalls: ['KP0217'],
    async run(ctx) {
      const definitions = await definitionsOf(ctx)
      const complaints = definitions.flatMap((definition) => {
        const schema = conditionsOf(definition).find(({type, status}) => type === 'NonStructuralSchema' && status === 'True')
        const wrong = complainAboutCondition(definition, 'NamesAccepted') ?? complainAboutCondition(definition, 'Established')
        return [...(wrong === undefined ? [] : [wrong]), ...(schema === undefined ? [] : [`${definition.metadata.name}: its schema is not structural: ${schema.message ?? ''}`.trim()]), ...(served(definition).length === 0 ? [`${definition.metadata.name} serves no version`] : [])]
      })
      return verdict(complaints, `${definitions.length} kinds`, 'NamesAccepted=True, Established=True, a structural schema, a version that is served')
    },
  }),
  check({
    id: 'control-plane.stored-versions',
    title: 'No object is stored in a version that its kind does not serve any more',
    pitfalls: ['KP0218'],
    async run(ctx) {
      const definitions = await definitionsOf(ctx)
      const complaints = definitions.flatMap((definition) => {
        const stored = (definition['status'] as {storedVersions?: string[]} | undefined)?.storedVersions ?? []
        const left = stored.filter((version) => !served(definition).includes(version))
        return left.length === 0 ? [] : [`${definition.metadata.name} may hold objects in ${left.join(', ')} and serves ${served(definition).join(', ') || 'nothing'}`]
      })
      return verdict(complaints, `${definitions.length} kinds`, 'status.storedVersions names served versions alone')
    },
  }),
  check({
    id: 'control-plane.conversion',
    title: 'Whoever converts the versions of a kind answers',
    pitfalls: ['KP0219'],
    appliesTo: (ctx) => (ctx.provider.simulated ? 'simulated pods convert nothing' : true),
    async run(ctx) {
      const cluster = await ctx.cluster()
      const slices = await cluster.listKnown('discovery.k8s.io/v1', 'EndpointSlice')
      const ready = new Set(slices.filter(hasReadyEndpoint).map((slice) => `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}`))
      const converted = (await definitionsOf(ctx)).filter((definition) => specOf(definition).conversion?.strategy === 'Webhook')
      const complaints = converted.flatMap((definition) => {
        const {caBundle, service} = specOf(definition).conversion?.webhook?.clientConfig ?? {}
        if (service === undefined) return []
        const name = `${service.namespace}/${service.name}`
        return ready.has(name) ? (caBundle ? [] : [`${definition.metadata.name}: no CA bundle for its conversion`]) : [`${definition.metadata.name}: Service ${name}, which converts it, has no ready endpoint`]
      })
      return verdict(complaints, `${converted.length} kinds are converted by webhooks`, 'ready endpoints and a CA bundle for each conversion webhook')
    },
  }),
  check({
    id: 'control-plane.nothing-stuck',
    title: 'Nothing has waited for ten minutes to be deleted',
    pitfalls: ['KP0220', 'KP0511'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [namespaces, definitions, volumes] = await Promise.all([cluster.listKnown('v1', 'Namespace'), definitionsOf(ctx), cluster.listKnown('v1', 'PersistentVolume')])
      const stuck = [...namespaces, ...definitions, ...volumes].filter(({metadata}) => metadata.deletionTimestamp !== undefined && ctx.clock.now() - Date.parse(metadata.deletionTimestamp) > STUCK_MS)
      return verdict(stuck.map((object) => complainAboutDeletion(object, ctx.clock.now())), `${namespaces.length} namespaces, ${definitions.length} kinds, ${volumes.length} volumes`, 'whoever set the finalizer takes it away')
    },
  }),
  check({
    id: 'control-plane.removed-apis',
    title: 'Nobody asks for an API that the next minor version does not have',
    severity: 'warning',
    pitfalls: ['KP0221'],
    async run(ctx) {
      const answer = await (await ctx.cluster()).api.request({path: '/metrics'})
      if (answer.status >= 300) throw apiError(answer, 'read /metrics')
      const next = Number(ctx.spec.kubernetes.version.split('.')[1]) + 1
      const lines = String(answer.body).split('\n')
      if (!lines.some((line) => line.startsWith('apiserver_'))) return {status: 'unknown', observed: 'the API server shows no metrics of its own'}
      const asked = lines.flatMap((line) => readDeprecated(line) ?? [])
      const gone = asked.filter(({removed}) => removed !== undefined && removed <= next)
      return verdict(gone.map(({name, removed}) => `${name} is asked for; 1.${removed} does not have it`), asked.length === 0 ? 'nobody asks for a deprecated API' : `${asked.length} deprecated APIs are asked for, all of them in 1.${next} too`, 'clients that use the new version, since the API server was started')
    },
  }),
]

function complainAboutDeletion(object: KubeObject, now: number): string {
  const {deletionTimestamp = '', finalizers = []} = object.metadata
  const minutes = Math.round((now - Date.parse(deletionTimestamp)) / 60_000)
  const why = conditionsOf(object).find(({type, status}) => status === 'True' && /^(?:NamespaceFinalizersRemaining|NamespaceContentRemaining|NamespaceDeletionDiscoveryFailure|NamespaceDeletionContentFailure)$/.test(type))?.message
  return `${object.kind} ${nameOf(object.metadata)} has been going for ${minutes} minutes${why === undefined ? (finalizers.length === 0 ? '' : `, held by ${finalizers.join(', ')}`) : `: ${why}`}`
}

/** A line of apiserver_requested_deprecated_apis: which API, and the minor that removes it. */
function readDeprecated(line: string): {name: string; removed: number | undefined} | undefined {
  if (!line.startsWith('apiserver_requested_deprecated_apis{')) return undefined
  const label = (name: string): string => new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? ''
  const removed = /^1\.(\d+)$/.exec(label('removed_release'))?.[1]
  return {name: [label('group'), label('version'), label('resource')].filter((part) => part !== '').join('/'), removed: removed === undefined ? undefined : Number(removed)}
}
