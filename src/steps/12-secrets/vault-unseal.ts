/** Step: unseals Vault with the keys that kp.yaml names. Initializing is for a person: what comes out then is never seen by kp. */
import {hasVault, vaultNamespace} from './names.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {Applies} from '../../engine/types.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {inVault, vaultServers} from './vault-pods.ts'
import type {VaultServer} from './vault-pods.ts'

const SETTLE_MS = 60_000

/** Whether anybody can talk to Vault here, or why not. */
export function canTalk(ctx: Pick<PlatformContext, 'spec' | 'provider'>): Applies {
  const has = hasVault(ctx)
  if (has !== true) return has
  return ctx.provider.simulated ? 'simulated nodes: no Vault runs in the pods' : true
}

export const vaultUnseal: PlatformStep = onCluster({
  id: 'secrets/vault-unseal',
  title: 'Unseal Vault',
  risk: 'none',
  verify: ['secrets.vault-unsealed'],
  settleMs: SETTLE_MS,
  // A server joins the others some seconds after they answer, and takes no key before.
  retry: {tries: 6, delayMs: 5000, when: (error) => error instanceof KpError && /not initialized|no raft cluster|connection refused|container not found/i.test(error.tool?.output ?? '')},
  appliesTo(ctx) {
    const talk = canTalk(ctx)
    if (talk !== true) return talk
    return ctx.spec.phases.secrets.vault.unseal === 'keys' ? true : 'Vault unseals itself with a KMS key'
  },
  async probe(ctx) {
    const servers = await vaultServers(ctx)
    if (servers.length === 0) return {state: 'absent', observed: 'no pod of Vault runs yet'}
    if (!servers.some(({initialized}) => initialized === true)) return {state: 'absent', observed: 'Vault is not initialized: a person does that once'}
    const sealed = servers.filter((server) => server.sealed !== false)
    if (sealed.length === 0) return {state: 'satisfied', observed: `${servers.length} servers are unsealed`}
    return {
      state: 'drifted',
      observed: `${sealed.length} of ${servers.length} servers are sealed`,
      differences: sealed.map(({name}) => ({object: `Pod ${vaultNamespace(ctx)}/${name}`, field: 'vault-sealed', wanted: 'false', seen: 'true'})),
    }
  },
  async plan(ctx) {
    const servers = (await ctx.presence()).state === 'running' ? await vaultServers(ctx) : []
    const names = servers.filter((server) => server.sealed !== false).map(({name}) => name)
    const entry = ctx.spec.phases.secrets.vault.unsealKeys ?? ''
    return {
      lines: names.length === 0 ? ['unseal each server of Vault, once a person has initialized it'] : names.map((name) => `unseal ${name} with the keys of secrets.${entry}`),
      commands: [`kubectl -n ${vaultNamespace(ctx)} exec -i ${names[0] ?? 'vault-0'} -c vault -- vault write sys/unseal - <the key, never an argument>`],
    }
  },
  async apply(ctx) {
    const servers = await vaultServers(ctx)
    if (!ctx.dryRun && !servers.some(({initialized}) => initialized === true)) throw notInitialized(ctx)
    const keys = await unsealKeys(ctx)
    // Those that know the others first: the rest joins them.
    for (const server of servers.filter(({sealed}) => sealed !== false).toSorted((a, b) => Number(b.initialized === true) - Number(a.initialized === true))) await unsealOne(ctx, server, keys)
  },
})

async function unsealOne(ctx: PlatformContext, {name}: VaultServer, keys: string[]): Promise<void> {
  for (const key of keys) {
    await inVault(ctx, name, ['write', 'sys/unseal', '-'], {doing: `unseal ${name}`, mutates: true, input: JSON.stringify({key}), redact: keys})
    if (ctx.dryRun) continue
    // 0 is unsealed, 2 is sealed.
    const {exitCode} = await inVault(ctx, name, ['status'], {doing: `look whether ${name} is sealed`, mutates: false, okExitCodes: [0, 2]})
    if (exitCode === 0) return
  }
  if (ctx.dryRun) return
  throw new KpError({
    code: 'PREREQUISITE_MISSING',
    message: `${name} is still sealed after ${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`,
    doing: 'unseal Vault',
    next: [`kubectl -n ${vaultNamespace(ctx)} exec ${name} -c vault -- vault status`, `give as many keys as its threshold says, one a line, in secrets.${ctx.spec.phases.secrets.vault.unsealKeys}`],
  })
}

/** One key a line; commas and blanks separate too. */
async function unsealKeys(ctx: PlatformContext): Promise<string[]> {
  const entry = ctx.spec.phases.secrets.vault.unsealKeys ?? ''
  const read = await ctx.secret(entry)
  if ('reason' in read) {
    throw new KpError({
      code: 'PREREQUISITE_MISSING',
      message: `the secret ${entry} cannot be read: ${read.reason}`,
      doing: 'unseal Vault',
      next: [`give secrets.${entry} for this run, or let those who hold the keys unseal each server: kubectl -n ${vaultNamespace(ctx)} exec -it vault-0 -c vault -- vault operator unseal`, 'then run the same command again'],
    })
  }
  return read.value.split(/[\s,]+/).filter((key) => key !== '')
}

function notInitialized(ctx: PlatformContext): KpError {
  return new KpError({
    code: 'PREREQUISITE_MISSING',
    message: 'Vault is not initialized: a person does that once, and keeps the keys',
    doing: 'unseal Vault',
    next: [
      'follow the runbook: runbooks/vault-initialize.md',
      `kubectl -n ${vaultNamespace(ctx)} exec -it vault-0 -c vault -- vault operator init -key-shares=5 -key-threshold=3 -pgp-keys=<five files> -root-token-pgp-key=<file>`,
      `put the keys where secrets.${ctx.spec.phases.secrets.vault.unsealKeys ?? '<entry>'} says, then run the same command again`,
    ],
  })
}
