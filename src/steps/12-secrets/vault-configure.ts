/** Step: keeps Vault configured as kp.yaml says, with a token that kp.yaml names. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {inVaultAs, vaultServers} from './vault-pods.ts'
import {vaultSettings} from './vault-settings.ts'
import type {VaultSetting} from './vault-settings.ts'
import {canTalk} from './vault-unseal.ts'

/** Exit codes of `vault` for "there is no such thing". */
const NOT_THERE = [0, 2]

/** The leader with the token, or why nobody can ask it. */
export async function leaderOf(ctx: PlatformContext): Promise<{server: string; token: string} | {reason: string}> {
  const {token: entry} = ctx.spec.phases.secrets.vault
  if (entry === undefined) return {reason: 'phases.secrets.vault.token names no token'}
  const leader = (await vaultServers(ctx)).find(({active}) => active)
  if (leader === undefined) return {reason: 'no server of Vault is the leader: they are sealed, or not initialized'}
  const read = await ctx.secret(entry)
  return 'reason' in read ? {reason: `the secret ${entry} cannot be read: ${read.reason}`} : {server: leader.name, token: read.value}
}

/** The settings that do not hold. Each read is made once. */
export async function missingSettings(ctx: PlatformContext, {server, token}: {server: string; token: string}, wanted: readonly VaultSetting[]): Promise<VaultSetting[]> {
  const answers = new Map<string, string>()
  for (const {name, read} of wanted) {
    const key = read.join(' ')
    if (answers.has(key)) continue
    const {exitCode, stdout, stderr} = await inVaultAs(ctx, server, token, read, {doing: `look at the ${name} of Vault`, mutates: false, okExitCodes: NOT_THERE})
    if (exitCode !== 0 && /permission denied|Code: 403/.test(stderr)) {
      throw new KpError({code: 'CREDENTIALS_MISSING', message: `the token may not read the ${name} of Vault`, doing: 'look at the configuration of Vault', next: ['give secrets of kp.yaml a token with the rights that the runbook vault-configure names']})
    }
    answers.set(key, exitCode === 0 ? stdout : '')
  }
  return wanted.filter(({read, holds}) => !holds(answers.get(read.join(' ')) ?? ''))
}

export const vaultConfigure: PlatformStep = onCluster({
  id: 'secrets/vault-configure',
  title: 'Configure Vault',
  risk: 'none',
  verify: ['secrets.vault-audit'],
  appliesTo(ctx) {
    const talk = canTalk(ctx)
    if (talk !== true) return talk
    return ctx.spec.phases.secrets.vault.token === undefined ? 'phases.secrets.vault.token names no token: a person follows runbooks/vault-configure.md' : true
  },
  async probe(ctx) {
    const leader = await leaderOf(ctx)
    if ('reason' in leader) return {state: 'absent', observed: leader.reason}
    const wanted = vaultSettings(ctx)
    const missing = await missingSettings(ctx, leader, wanted)
    if (missing.length === 0) return {state: 'satisfied', observed: `${wanted.length} settings are as wanted`}
    return {state: missing.length === wanted.length ? 'absent' : 'drifted', observed: `${missing.length} of ${wanted.length} settings are not as wanted`, differences: missing.map(({name}) => ({object: `Vault: ${name}`, seen: 'is missing or differs'}))}
  },
  async plan(ctx, probe) {
    const named = new Set((probe.differences ?? []).map(({object}) => object))
    const settings = vaultSettings(ctx).filter(({name}) => named.size === 0 || named.has(`Vault: ${name}`))
    return {lines: settings.map(({name}) => `set the ${name}`), commands: settings.flatMap(({write}) => write.map(({args}) => `vault ${args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')}`))}
  },
  async apply(ctx) {
    const leader = await leaderOf(ctx)
    if ('reason' in leader) {
      if (ctx.dryRun) return
      throw new KpError({code: 'PREREQUISITE_MISSING', message: leader.reason, doing: 'configure Vault', next: ['kubectl get pods -A -l component=server -L vault-initialized,vault-sealed,vault-active', 'then run the same command again']})
    }
    for (const {name, write} of await missingSettings(ctx, leader, vaultSettings(ctx))) {
      for (const {args, input} of write) {
        // What is there already is enough: the look afterwards tells.
        const okExitCodes = args.includes('enable') ? NOT_THERE : [0]
        await inVaultAs(ctx, leader.server, leader.token, args, {doing: `set the ${name} of Vault`, mutates: true, okExitCodes, ...(input === undefined ? {} : {input})})
      }
    }
  },
})
