/** Checks of Vault: what its servers say of themselves, where they are, what they keep. */
import {check, complainAboutCondition, simulatedControllers, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import {platformObjects} from '../../components/platform-values.ts'
import {VAULT_TLS} from '../../components/secrets-values.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import {hasVault, vaultNamespace} from './names.ts'
import {leaderOf, missingSettings} from './vault-configure.ts'
import {vaultServers} from './vault-pods.ts'
import type {VaultServer} from './vault-pods.ts'
import {vaultSettings} from './vault-settings.ts'

/** Why what Vault says of itself is not true in the lab. */
const simulatedVault = (ctx: PlatformContext): false | string => ctx.provider.simulated && 'no Vault runs in simulated pods: the lab writes its labels'

const LEAST_DAYS = 14
const DAY_MS = 24 * 3600 * 1000

/** Holds all servers against a complaint. Fewer than kp.yaml wants, or none, is a failure. */
async function ofServers(ctx: PlatformContext, complain: (server: VaultServer, name: string) => string | undefined, pass: string, expected: string): Promise<CheckResult> {
  const namespace = vaultNamespace(ctx)
  const servers = await vaultServers(ctx)
  const {replicas} = ctx.spec.phases.secrets.vault
  const missing = servers.length < replicas ? [`${servers.length} of ${replicas} servers of Vault have a pod`] : []
  return verdict([...missing, ...servers.flatMap((server) => complain(server, `Pod ${namespace}/${server.name}`) ?? [])], `${servers.length} servers: ${pass}`, expected)
}

export const vaultChecks: PlatformCheck[] = [
  workloadsReady({id: 'secrets.vault-ready', title: 'Every server of Vault is ready', component: 'vault', appliesTo: hasVault, pitfalls: ['KP1203', 'KP1202']}),
  check({
    id: 'secrets.vault-initialized',
    title: 'Vault is initialized',
    pitfalls: ['KP1202'],
    simulated: simulatedVault,
    within: SOON,
    appliesTo: hasVault,
    run: (ctx) => ofServers(ctx, ({initialized}, name) => (initialized === true ? undefined : initialized === false ? `${name}: vault-initialized=false` : `${name} does not say whether it is initialized`), 'initialized', 'vault-initialized=true on every pod: a person initializes Vault once'),
  }),
  check({
    id: 'secrets.vault-unsealed',
    title: 'Every server of Vault is unsealed',
    pitfalls: ['KP1203'],
    simulated: simulatedVault,
    within: SOON,
    appliesTo: hasVault,
    run: (ctx) => ofServers(ctx, ({sealed}, name) => (sealed === false ? undefined : sealed === true ? `${name}: vault-sealed=true` : `${name} does not say whether it is sealed`), 'unsealed', 'vault-sealed=false on every pod'),
  }),
  check({
    id: 'secrets.vault-leader',
    title: 'Vault has one leader, and an odd number of servers',
    pitfalls: ['KP1204'],
    through: (ctx) => platformObjects(ctx, 'vault').workloads.filter(({kind}) => kind === 'StatefulSet').map(({kind, name, namespace}) => ({kind, name, namespace})),
    simulated: simulatedVault,
    within: SOON,
    appliesTo: hasVault,
    async run(ctx) {
      const servers = await vaultServers(ctx)
      const leaders = servers.filter(({active}) => active).map(({name}) => name)
      const complaints = [
        ...(leaders.length === 1 ? [] : [leaders.length === 0 ? 'no server says that it is the leader' : `${leaders.join(' and ')} both say that they are the leader`]),
        ...(servers.length % 2 === 1 ? [] : [`${servers.length} servers: an even number survives no more failures`]),
      ]
      return verdict(complaints, `${leaders[0]} leads ${servers.length} servers`, 'vault-active=true on one pod')
    },
  }),
  check({
    id: 'secrets.vault-spread',
    title: 'The servers of Vault are on nodes and in zones of their own',
    severity: 'warning',
    pitfalls: ['KP1205'],
    within: SOON,
    appliesTo: (ctx) => (hasVault(ctx) !== true ? hasVault(ctx) : ctx.spec.phases.secrets.vault.replicas > 1 ? true : 'there is one server'),
    async run(ctx) {
      const [servers, nodes] = [await vaultServers(ctx), await (await ctx.cluster()).listKnown('v1', 'Node')]
      const zones = new Map(nodes.map(({metadata}) => [metadata.name, metadata.labels?.['topology.kubernetes.io/zone']]))
      const placed = servers.filter(({node}) => node !== undefined)
      const used = new Set(placed.map(({node}) => zones.get(node ?? '')).filter((zone) => zone !== undefined))
      const there = new Set([...zones.values()].filter((zone) => zone !== undefined))
      const wanted = Math.min(there.size, servers.length)
      const complaints = [
        ...servers.filter(({node}) => node === undefined).map(({name}) => `${name} is on no node`),
        ...(new Set(placed.map(({node}) => node)).size < placed.length ? ['two servers share a node'] : []),
        ...(used.size < wanted ? [`${placed.length} servers are in ${used.size} of ${there.size} zones`] : []),
      ]
      return verdict(complaints, `${placed.length} servers on ${placed.length} nodes in ${used.size} zones`, 'the loss of a node or a zone leaves a majority')
    },
  }),
  check({
    id: 'secrets.vault-volumes',
    title: 'The volumes of Vault are bound',
    pitfalls: ['KP1201'],
    within: SOON,
    appliesTo: hasVault,
    async run(ctx) {
      const namespace = vaultNamespace(ctx)
      const claims = new Map((await (await ctx.cluster()).listKnown('v1', 'PersistentVolumeClaim')).map((claim) => [nameOf(claim.metadata), claim]))
      const wanted = platformObjects(ctx, 'vault').workloads.flatMap(({name, replicas, volumes}) => volumes.flatMap((volume) => Array.from({length: replicas}, (_, index) => `${namespace}/${volume.name}-${name}-${index}`)))
      const complaints = wanted.flatMap((name) => {
        const claim = claims.get(name)
        if (claim === undefined) return [`PersistentVolumeClaim ${name} does not exist`]
        const phase = (claim['status'] as {phase?: string} | undefined)?.phase
        return phase === 'Bound' ? [] : [`PersistentVolumeClaim ${name} is ${phase ?? 'of no phase'}`]
      })
      return verdict(complaints, `${wanted.length} volumes are bound`, 'a bound volume for the data, and one for the audit log, of each server')
    },
  }),
  check({
    id: 'secrets.vault-certificate',
    title: `Vault's certificate is valid for more than ${LEAST_DAYS} days`,
    pitfalls: ['KP1206'],
    simulated: simulatedControllers,
    within: SOON,
    appliesTo: (ctx) => (hasVault(ctx) !== true ? hasVault(ctx) : ctx.spec.phases['cert-manager'].enabled ? true : 'without cert-manager Vault talks without TLS'),
    async run(ctx) {
      const name = `${vaultNamespace(ctx)}/${VAULT_TLS}`
      const certificate = (await (await ctx.cluster()).list('cert-manager.io/v1', 'Certificate'))?.find(({metadata}) => nameOf(metadata) === name)
      if (certificate === undefined) return {status: 'fail', observed: `Certificate ${name} does not exist`, expected: 'kp up makes it'}
      const ends = Date.parse((certificate['status'] as {notAfter?: string} | undefined)?.notAfter ?? '')
      const days = Math.floor((ends - ctx.clock.now()) / DAY_MS)
      const complaint = complainAboutCondition(certificate, 'Ready') ?? (Number.isNaN(days) ? `Certificate ${name} does not say when it ends` : days < LEAST_DAYS ? `Certificate ${name} ends in ${days} days` : undefined)
      return verdict(complaint === undefined ? [] : [complaint], `valid for ${days} days`, `Ready=True and valid for more than ${LEAST_DAYS} days`)
    },
  }),
  check({
    id: 'secrets.vault-audit',
    title: 'Vault writes an audit log',
    pitfalls: ['KP1207'],
    appliesTo(ctx) {
      if (hasVault(ctx) !== true) return hasVault(ctx)
      if (!ctx.spec.phases.secrets.vault.audit) return 'phases.secrets.vault.audit is false'
      return ctx.provider.simulated ? 'simulated nodes: no Vault runs in the pods' : true
    },
    async run(ctx) {
      const leader = await leaderOf(ctx)
      if ('reason' in leader) return {status: 'unknown', observed: `${leader.reason}; by hand: vault audit list`}
      const [audit] = vaultSettings(ctx)
      const missing = audit === undefined ? [] : await missingSettings(ctx, leader, [audit])
      return verdict(missing.map(({name}) => `the ${name} is not enabled`), 'audit device file/', 'an audit device: vault audit list')
    },
  }),
]
