/** Checks of the way of secrets into pods: External Secrets, the Secrets Store CSI driver, Reloader. */
import {check, complainAboutCondition, conditionsOf, definitionsEstablished, simulatedControllers, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {delivers, storeName} from './names.ts'

const API = 'external-secrets.io/v1'
const CSI_API = 'secrets-store.csi.x-k8s.io/v1'
const DRIVER = 'secrets-store.csi.k8s.io'
const external = delivers('external-secrets')
const csi = delivers('secrets-store-csi')
/** How many intervals late an ExternalSecret may be. */
const LATE = 2

/** Whether the last refresh of an ExternalSecret is too long ago; those without an interval are read once. */
function complainAboutAge(object: KubeObject, now: number): string | undefined {
  const {refreshInterval = '1h', refreshPolicy} = (object['spec'] ?? {}) as {refreshInterval?: string; refreshPolicy?: string}
  const every = seconds(refreshInterval)
  const at = Date.parse((object['status'] as {refreshTime?: string} | undefined)?.refreshTime ?? '')
  if (every === 0 || Number.isNaN(at) || (refreshPolicy !== undefined && refreshPolicy !== 'Periodic')) return undefined
  const minutes = Math.floor((now - at) / 60_000)
  return now - at > (LATE * every + 300) * 1000 ? `ExternalSecret ${nameOf(object.metadata)} was refreshed ${minutes} minutes ago, and wants it every ${refreshInterval}` : undefined
}

const UNITS: Record<string, number> = {h: 3600, m: 60, s: 1}

/** A duration of Go, as External Secrets writes it (`1h0m0s`), in seconds. */
function seconds(text: string): number {
  return [...text.matchAll(/(\d+)(h|m|s)/g)].reduce((sum, [, count = '0', unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 0), 0)
}

/** The providers of the CSI driver that this platform runs. */
function providerOf(ctx: PlatformContext): string {
  return ctx.spec.phases.secrets.store === 'vault' ? 'vault' : 'aws'
}

export const deliveryChecks: PlatformCheck[] = [
  workloadsReady({id: 'secrets.external-secrets-ready', title: 'External Secrets is ready: controller, webhook, cert controller', component: 'external-secrets', appliesTo: external, pitfalls: ['KP1210']}),
  definitionsEstablished({id: 'secrets.external-secrets-crds', title: 'The kinds of External Secrets are established', component: 'external-secrets', appliesTo: external, pitfalls: ['KP1211']}),
  check({
    id: 'secrets.stores-valid',
    title: 'Every store of secrets is valid',
    pitfalls: ['KP1209'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: external,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const [shared, own] = await Promise.all([cluster.list(API, 'ClusterSecretStore'), cluster.list(API, 'SecretStore')])
      if (shared === undefined || own === undefined) return {status: 'fail', observed: 'the cluster does not know ClusterSecretStore and SecretStore', expected: 'the kinds of External Secrets'}
      const name = storeName(ctx)
      const missing = shared.some(({metadata}) => metadata.name === name) ? [] : [`ClusterSecretStore ${name} does not exist`]
      const all = [...shared, ...own]
      return verdict([...missing, ...all.flatMap((store) => complainAboutCondition(store, 'Ready') ?? [])], `${all.length} stores are valid`, 'Ready=True: External Secrets can log in and read')
    },
  }),
  check({
    id: 'secrets.external-secrets-synced',
    title: 'Every ExternalSecret is synced, and as often as it wants',
    pitfalls: ['KP1212'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: external,
    async run(ctx) {
      const all = await (await ctx.cluster()).list(API, 'ExternalSecret')
      if (all === undefined) return {status: 'fail', observed: 'the cluster does not know ExternalSecret', expected: 'the kinds of External Secrets'}
      const complaints = all.flatMap((object) => complainAboutCondition(object, 'Ready') ?? complainAboutAge(object, ctx.clock.now()) ?? [])
      return verdict(complaints, `${all.length} ${all.length === 1 ? 'ExternalSecret is' : 'ExternalSecrets are'} synced`, 'Ready=True (SecretSynced)')
    },
  }),
  check({
    id: 'secrets.external-secrets-versions',
    title: 'No ExternalSecret is kept in a version that is not served any more',
    pitfalls: ['KP1211'],
    appliesTo: external,
    async run(ctx) {
      const definitions = await (await ctx.cluster()).listKnown('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
      const own = definitions.filter(({metadata}) => metadata.name.endsWith('.external-secrets.io') && !metadata.name.includes('.generators.'))
      if (own.length === 0) return {status: 'fail', observed: 'the cluster does not know the kinds of External Secrets', expected: 'kp step secrets installs them'}
      const complaints = own.flatMap((definition) => {
        const served = new Set(((definition['spec'] as {versions?: {name: string; served: boolean}[]} | undefined)?.versions ?? []).filter((version) => version.served).map((version) => version.name))
        const stored = (definition['status'] as {storedVersions?: string[]} | undefined)?.storedVersions ?? []
        return stored.filter((version) => !served.has(version)).map((version) => `${definition.metadata.name} stores ${version}, which is not served`)
      })
      return verdict(complaints, `${own.length} kinds`, 'status.storedVersions names served versions alone')
    },
  }),
  workloadsReady({
    id: 'secrets.csi-ready',
    title: 'The Secrets Store CSI driver is ready on every node',
    component: 'secrets-store-csi-driver',
    appliesTo: csi,
    pitfalls: ['KP1213'],
  }),
  workloadsReady({
    id: 'secrets.csi-provider-ready',
    title: "The store's provider for the CSI driver is ready on every node",
    component: (ctx) => (providerOf(ctx) === 'vault' ? 'vault' : 'secrets-store-csi-driver-provider-aws'),
    kinds: ['DaemonSet'],
    appliesTo: csi,
    pitfalls: ['KP1214'],
  }),
  check({
    id: 'secrets.csi-registered',
    title: 'The Secrets Store CSI driver is registered, and reads rotated secrets anew',
    pitfalls: ['KP1213'],
    appliesTo: csi,
    async run(ctx) {
      const driver = (await (await ctx.cluster()).listKnown('storage.k8s.io/v1', 'CSIDriver')).find(({metadata}) => metadata.name === DRIVER)
      if (driver === undefined) return {status: 'fail', observed: `CSIDriver ${DRIVER} does not exist`, expected: 'kp step secrets installs it'}
      const {podInfoOnMount, requiresRepublish} = (driver['spec'] ?? {}) as {podInfoOnMount?: boolean; requiresRepublish?: boolean}
      return verdict([...(podInfoOnMount === true ? [] : [`CSIDriver ${DRIVER}: podInfoOnMount is off`]), ...(requiresRepublish === true ? [] : [`CSIDriver ${DRIVER}: requiresRepublish is off: mounted files do not follow a rotation`])], DRIVER, 'a CSIDriver that knows the pod and is asked again')
    },
  }),
  check({
    id: 'secrets.csi-nodes',
    title: 'Every node has registered the Secrets Store CSI driver',
    pitfalls: ['KP1213'],
    within: SOON,
    appliesTo: (ctx) => (csi(ctx) !== true ? csi(ctx) : ctx.provider.simulated ? 'simulated nodes: no driver runs on them that could register' : true),
    async run(ctx) {
      const nodes = await (await ctx.cluster()).listKnown('storage.k8s.io/v1', 'CSINode')
      const complaints = nodes.filter((node) => !((node['spec'] as {drivers?: {name: string}[]} | undefined)?.drivers ?? []).some(({name}) => name === DRIVER)).map(({metadata}) => `node ${metadata.name} has not registered ${DRIVER}`)
      return verdict(complaints, `${nodes.length} nodes`, 'CSINode names the driver')
    },
  }),
  check({
    id: 'secrets.csi-classes',
    title: 'Every SecretProviderClass names a provider that runs here',
    severity: 'warning',
    pitfalls: ['KP1214'],
    appliesTo: csi,
    async run(ctx) {
      const classes = await (await ctx.cluster()).list(CSI_API, 'SecretProviderClass')
      if (classes === undefined) return {status: 'fail', observed: 'the cluster does not know SecretProviderClass', expected: 'the kinds of the driver'}
      const runs = providerOf(ctx)
      const complaints = classes.flatMap((one) => {
        const provider = (one['spec'] as {provider?: string} | undefined)?.provider
        return provider === runs ? [] : [`SecretProviderClass ${nameOf(one.metadata)} names provider ${provider ?? 'none'}`]
      })
      return verdict(complaints, `${classes.length} classes`, `provider ${runs}`)
    },
  }),
  workloadsReady({id: 'secrets.reloader-ready', title: 'Reloader is ready', component: 'reloader', appliesTo: (ctx) => (ctx.spec.phases.secrets.reloader ? true : 'phases.secrets.reloader is false'), pitfalls: ['KP1215']}),
]

/** Why SealedSecrets and the like are not synced; shared with the checks of Git. */
export function complainAboutSync(object: KubeObject): string | undefined {
  const condition = conditionsOf(object).find(({type}) => type === 'Synced')
  if (condition === undefined) return `${object.kind} ${nameOf(object.metadata)} has no condition Synced yet`
  return condition.status === 'True' ? undefined : `${object.kind} ${nameOf(object.metadata)}: ${condition.message ?? 'not synced'}`
}
