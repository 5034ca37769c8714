/** What a person should know of secrets once they are built. */
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import {hasVault, inGit, vaultNamespace} from './names.ts'
import {sealingKeys} from './sealing-keys.ts'
import {vaultServers} from './vault-pods.ts'

/** Vault that waits for a person, keys that nobody has backed up. Nothing where it cannot look. */
export async function secretsHints(ctx: PlatformContext): Promise<string[]> {
  if ((await ctx.presence()).state !== 'running') return []
  const hints: string[] = []
  if (hasVault(ctx) === true) {
    const namespace = vaultNamespace(ctx)
    const servers = await vaultServers(ctx).catch(() => [])
    if (servers.length > 0 && servers.every(({initialized}) => initialized !== true)) hints.push(`Vault waits for a person who initializes it: runbooks/vault-initialize.md`)
    hints.push(`Vault: kubectl -n ${namespace} port-forward svc/vault 8200:8200, then ${ctx.spec.phases['cert-manager'].enabled ? 'https' : 'http'}://127.0.0.1:8200`)
  }
  if (inGit('sealed-secrets')(ctx) === true) {
    const open = (await sealingKeys(ctx).catch(() => [])).filter(({backedUp}) => !backedUp)
    if (open.length > 0) hints.push(`Back up the keys of Sealed Secrets outside of the cluster (${open.map(({meta}) => nameOf(meta)).join(', ')}): runbooks/sealed-secrets-keys.md`)
  }
  return hints
}
