/** Vault is unsealed and configured over standard input alone: nothing secret is ever an argument. */
import {beforeAll, describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import {checks} from '../../../src/steps/12-secrets/checks.ts'
import {vaultConfigure} from '../../../src/steps/12-secrets/vault-configure.ts'
import {vaultSettings} from '../../../src/steps/12-secrets/vault-settings.ts'
import {vaultUnseal} from '../../../src/steps/12-secrets/vault-unseal.ts'
import type {PlatformContext} from '../../../src/context.ts'
import type {KpError} from '../../../src/engine/errors.ts'
import type {ToolCall, ToolResult} from '../../../src/engine/types.ts'
import {fakeApi} from '../../helpers/fake-api.ts'
import {thing} from '../../helpers/check-cases.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

const KEYS = ['first-key-aaaa', 'second-key-bbbb', 'third-key-cccc']
const TOKEN = 'hvs.secret-token'
let base: PlatformContext

beforeAll(async () => {
  base = (await readOnlyPlatform(PROJECT, {phases: {secrets: {store: 'vault', vault: {unsealKeys: 'keys', token: 'token', pki: true, database: true}}}, secrets: {keys: 'env:KEYS', token: 'env:TOKEN'}} as never)) as unknown as PlatformContext
})

interface Vault {
  /** How many keys open a server; how many were given to each. */
  threshold: number
  given: Map<string, number>
  sealed: Set<string>
  initialized: Set<string>
  /** What was set, by the read that shows it. */
  has: Map<string, string>
}

/** A cluster with three servers, whose state their labels show. */
function world(vault: Vault): {ctx: PlatformContext; calls: ToolCall[]} {
  const calls: ToolCall[] = []
  const pods = () => [0, 1, 2].map((index) => {
    const name = `vault-${index}`
    return thing('v1', 'Pod', `vault/${name}`, {spec: {nodeName: `node-${index}`}}, {labels: {
      'app.kubernetes.io/name': 'vault', component: 'server',
      'vault-initialized': String(vault.initialized.has(name)), 'vault-sealed': String(vault.sealed.has(name)), 'vault-active': String(index === 0 && !vault.sealed.has(name)),
    }})
  })
  const answer = (call: ToolCall): Partial<ToolResult> => {
    const server = call.args.find((arg) => /^vault-\d$/.test(arg)) ?? ''
    const command = call.args.slice(call.args.lastIndexOf('vault') + 1)
    if (command[0] === 'status') return {exitCode: vault.sealed.has(server) ? 2 : 0}
    if (command[1] === 'sys/unseal') {
      expect(JSON.parse(call.input ?? '')).toEqual({key: KEYS[vault.given.get(server) ?? 0]})
      vault.given.set(server, (vault.given.get(server) ?? 0) + 1)
      if ((vault.given.get(server) ?? 0) >= vault.threshold) {
        vault.sealed.delete(server)
        vault.initialized.add(server)
      }
      return {exitCode: 0}
    }
    if (call.mutates) {
      for (const setting of vaultSettings(base)) if (setting.write.some(({args}) => args.join(' ') === command.join(' '))) vault.has.set(setting.name, 'set')
      return {exitCode: 0}
    }
    const shown = vaultSettings(base).filter(({read, name}) => read.join(' ') === command.join(' ') && vault.has.has(name))
    return shown.length === 0 ? {exitCode: command.includes('list') ? 0 : 2, stdout: command.includes('list') ? '{}' : ''} : {exitCode: 0, stdout: textOf(command, shown.map(({name}) => name))}
  }
  const ctx = {
    ...base,
    provider: {...base.provider, simulated: false},
    access: {kubeconfig: 'kubeconfig'},
    presence: () => Promise.resolve({state: 'running'}),
    cluster: () => Promise.resolve(fakeApi({objects: pods()}).reader),
    secret: (name: string) => Promise.resolve({value: name === 'token' ? TOKEN : KEYS.join('\n')}),
    exec: {run: (call: ToolCall) => (calls.push(call), Promise.resolve({exitCode: 0, stdout: '', stderr: '', durationMs: 1, commandLine: '', recorded: false, ...answer(call)}))},
  } as unknown as PlatformContext
  return {ctx, calls}
}

/** What Vault prints of settings that are there. */
function textOf(command: string[], names: string[]): string {
  if (command[0] === 'policy') return vaultSettings(base).find(({name}) => names.includes(name))?.write[0]?.input ?? ''
  if (command.includes('list')) return JSON.stringify(Object.fromEntries(names.map((name) => [/(\S+\/)$/.exec(name)?.[1] ?? 'kubernetes/', {}])))
  if (command.includes('-field=certificate')) return '-----BEGIN CERTIFICATE-----'
  return JSON.stringify({data: {
    kubernetes_host: 'https://kubernetes.default.svc:443', bound_service_account_names: ['external-secrets'], bound_service_account_namespaces: ['external-secrets'], token_policies: ['kp-readers'],
    allowed_domains: [base.spec.domain], data: {marker: 'kp'},
  }})
}

const fresh = (sealed: number[], initialized: number[] = [0, 1, 2]): Vault => ({threshold: 2, given: new Map(), sealed: new Set(sealed.map((index) => `vault-${index}`)), initialized: new Set(initialized.map((index) => `vault-${index}`)), has: new Map()})

describe('unsealing', () => {
  it('names the servers that are sealed, opens each with as many keys as it wants, and then finds nothing to do', async () => {
    const vault = fresh([1, 2])
    const {ctx, calls} = world(vault)
    const seen = await vaultUnseal.probe(ctx)
    expect(seen).toMatchObject({state: 'drifted', differences: [{object: 'Pod vault/vault-1', field: 'vault-sealed'}, {object: 'Pod vault/vault-2'}]})
    await vaultUnseal.apply(ctx, seen)
    expect([...vault.given]).toEqual([['vault-1', 2], ['vault-2', 2]])
    expect((await vaultUnseal.probe(ctx)).state).toBe('satisfied')
    for (const {args} of calls) for (const key of KEYS) expect(args.join(' ')).not.toContain(key)
    for (const call of calls.filter(({mutates}) => mutates)) expect(call.redact).toEqual(expect.arrayContaining(KEYS))
  })

  it('begins with a server that knows the others', async () => {
    const vault = fresh([0, 1, 2], [1])
    const {ctx} = world(vault)
    await vaultUnseal.apply(ctx, await vaultUnseal.probe(ctx))
    expect([...vault.given.keys()]).toEqual(['vault-1', 'vault-0', 'vault-2'])
  })

  it('leaves the initialization to a person, and says how', async () => {
    const {ctx, calls} = world(fresh([0, 1, 2], []))
    const seen = await vaultUnseal.probe(ctx)
    expect(seen).toMatchObject({state: 'absent', observed: 'Vault is not initialized: a person does that once'})
    const error = await vaultUnseal.apply(ctx, seen).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({code: 'PREREQUISITE_MISSING', exit: 4})
    expect((error as KpError).next.join('\n')).toContain('vault operator init')
    expect(calls.filter(({mutates}) => mutates)).toEqual([])
  })

  it('says when the keys are too few', async () => {
    const {ctx} = world({...fresh([0]), threshold: 5})
    await expect(vaultUnseal.apply(ctx, await vaultUnseal.probe(ctx))).rejects.toMatchObject({code: 'PREREQUISITE_MISSING', message: 'vault-0 is still sealed after 3 keys'})
  })

  it('is nothing for the lab, where no Vault runs, and for KMS', () => {
    expect(vaultUnseal.appliesTo?.(base)).toBe('simulated nodes: no Vault runs in the pods')
    const {vault} = base.spec.phases.secrets
    const kms = {...base, provider: {...base.provider, simulated: false}, spec: {...base.spec, phases: {...base.spec.phases, secrets: {...base.spec.phases.secrets, vault: {...vault, unseal: 'kms'}}}}} as PlatformContext
    expect(vaultUnseal.appliesTo?.(kms)).toBe('Vault unseals itself with a KMS key')
  })
})

describe('configuring', () => {
  it('sets what is missing, once, and repairs what somebody took away', async () => {
    const vault = fresh([])
    const {ctx, calls} = world(vault)
    const seen = await vaultConfigure.probe(ctx)
    expect(seen.state).toBe('absent')
    await vaultConfigure.apply(ctx, seen)
    expect(await vaultConfigure.probe(ctx)).toMatchObject({state: 'satisfied'})
    vault.has.delete('role external-secrets')
    expect(await vaultConfigure.probe(ctx)).toMatchObject({state: 'drifted', differences: [{object: 'Vault: role external-secrets'}]})
    const before = calls.length
    await vaultConfigure.apply(ctx, seen)
    expect(calls.slice(before).filter(({mutates}) => mutates).map(({args}) => args.slice(args.lastIndexOf('vault') + 1, args.lastIndexOf('vault') + 3).join(' '))).toEqual(['write auth/kubernetes/role/external-secrets'])
    for (const {args, input} of calls) {
      expect(args.join(' ')).not.toContain(TOKEN)
      expect(input?.split('\n')[0]).toBe(TOKEN)
    }
  })

  it('asks nobody while Vault is sealed, and says why', async () => {
    const {ctx, calls} = world(fresh([0, 1, 2]))
    expect(await vaultConfigure.probe(ctx)).toMatchObject({state: 'absent', observed: 'no server of Vault is the leader: they are sealed, or not initialized'})
    await expect(vaultConfigure.apply(ctx, {state: 'absent', observed: ''})).rejects.toMatchObject({exit: 4})
    expect(calls).toEqual([])
  })
})

describe('the check of the audit log', () => {
  const audit = checks.find(({id}) => id === 'secrets.vault-audit')

  it('fails where no device is enabled, and passes where one is', async () => {
    const vault = fresh([])
    const {ctx} = world(vault)
    expect(await audit?.run(ctx)).toMatchObject({status: 'fail', observed: 'the audit device file/ is not enabled'})
    vault.has.set('audit device file/', 'set')
    expect(await audit?.run(ctx)).toMatchObject({status: 'pass'})
  })
})
