/** The servers of Vault as their pods show them: Vault itself writes its state into labels. */
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import type {ToolResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {execInPod} from '../../tools/kubectl.ts'
import {VAULT_PODS, vaultNamespace} from './names.ts'

/** One server. */
export interface VaultServer {
  name: string
  node?: string
  /** Undefined as long as Vault has not said it. */
  initialized?: boolean
  sealed?: boolean
  active: boolean
}

const SELECTOR = Object.entries(VAULT_PODS).map(([key, value]) => `${key}=${value}`).join(',')

/** The servers, by name. */
export async function vaultServers(ctx: PlatformContext): Promise<VaultServer[]> {
  const namespace = vaultNamespace(ctx)
  const pods = await (await ctx.cluster()).listKnown('v1', 'Pod', {labelSelector: SELECTOR})
  return pods.filter(({metadata}) => metadata.namespace === namespace && metadata.deletionTimestamp === undefined).map(serverOf).toSorted((a, b) => a.name.localeCompare(b.name, 'en', {numeric: true}))
}

function serverOf(pod: KubeObject): VaultServer {
  const {labels = {}} = pod.metadata
  const said = (label: string): boolean | undefined => (labels[label] === undefined ? undefined : labels[label] === 'true')
  const node = (pod['spec'] as {nodeName?: string} | undefined)?.nodeName
  const [initialized, sealed] = [said('vault-initialized'), said('vault-sealed')]
  return {
    name: nameOf(pod.metadata).split('/').at(-1) ?? '',
    active: said('vault-active') === true,
    ...(node === undefined ? {} : {node}),
    ...(initialized === undefined ? {} : {initialized}),
    ...(sealed === undefined ? {} : {sealed}),
  }
}

/** What is given to a program of Vault's pod. */
export interface VaultCall {
  doing: string
  mutates: boolean
  /** Goes over the standard input. */
  input?: string
  redact?: string[]
  okExitCodes?: number[]
}

/** Runs `vault` in the pod of a server, without a token. */
export function inVault(ctx: PlatformContext, server: string, args: string[], call: VaultCall): Promise<ToolResult> {
  return execInPod(ctx.exec, ctx.access, {namespace: vaultNamespace(ctx), name: server, container: 'vault'}, ['vault', ...args], call)
}

/** Takes the first line of the standard input as the token; what follows is for the program. */
const WITH_TOKEN = 'read -r VAULT_TOKEN; export VAULT_TOKEN; exec vault "$@"'

/** The same with a token, which is the first line of the standard input. */
export function inVaultAs(ctx: PlatformContext, server: string, token: string, args: string[], call: VaultCall): Promise<ToolResult> {
  return execInPod(ctx.exec, ctx.access, {namespace: vaultNamespace(ctx), name: server, container: 'vault'}, ['sh', '-c', WITH_TOKEN, 'vault', ...args], {
    ...call,
    input: `${token}\n${call.input ?? ''}`,
    redact: [token, ...(call.redact ?? [])],
  })
}
