/** Where kp works with the hosts of a platform, and where the repository holds the same for people. */
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {ansibleFiles} from '../../components/hosts/files.ts'
import {awsHosts, bareMetalHosts, inventoryText} from '../../components/hosts/inventory.ts'
import type {InventoryHost, MachineOutput} from '../../components/hosts/inventory.ts'
import type {PlatformContext, RepositoryContext, RepositoryFile} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {ProviderType} from '../../spec/types.ts'
import type {AnsiblePlace} from '../../tools/ansible.ts'
import {requireAws} from '../terraform/place.ts'

/** The hosts of an environment, as far as they are known. */
export interface KnownHosts {
  hosts: InventoryHost[]
  apiEndpoint: string
}

/** Whether kp sets Kubernetes up on the machines of a provider. */
export function setsUpHosts(provider: ProviderType): boolean {
  return provider === 'kubeadm-aws' || provider === 'bare-metal'
}

/** Folder of kp's own copy: `.kp/environments/<name>/hosts/`. */
export function hostsFolder({paths}: Pick<PlatformContext, 'paths'>): string {
  return join(paths.environment, 'hosts')
}

/** The inventory; what people give to ansible-playbook. */
export function inventoryPath(ctx: Pick<PlatformContext, 'paths'>): string {
  return join(hostsFolder(ctx), 'inventory.yml')
}

/** The hosts; undefined where the stacks that make them are not there yet. */
export function knownHosts(ctx: PlatformContext): KnownHosts | undefined {
  const {provider} = ctx.spec
  if (provider.type === 'bare-metal') return {hosts: bareMetalHosts(provider), apiEndpoint: provider.apiEndpoint}
  if (provider.type !== 'kubeadm-aws') return undefined
  const control = outputsOf(ctx, 'control-plane-machines') as {machines?: Record<string, MachineOutput>; api_endpoint?: string} | undefined
  if (control?.machines === undefined || control.api_endpoint === undefined) return undefined
  const workers = outputsOf(ctx, 'worker-machines') as {machines?: Record<string, MachineOutput>} | undefined
  return {hosts: awsHosts(provider, {apiEndpoint: control.api_endpoint, controlPlanes: control.machines, workers: workers?.machines ?? {}}), apiEndpoint: control.api_endpoint}
}

function outputsOf(ctx: PlatformContext, stack: string): unknown {
  const path = join(requireAws(ctx).stacksFolder, `${stack}.outputs.json`)
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

/** The inventory as it should be; undefined where the machines are not known yet. */
export function wantedInventory(ctx: PlatformContext): string | undefined {
  const known = knownHosts(ctx)
  return known === undefined ? undefined : inventoryText(ctx.spec, known.hosts, {apiEndpoint: known.apiEndpoint, kubeconfig: ctx.access.kubeconfig})
}

/** Lays playbooks, roles and inventory in kp's own folder. @throws KpError STEP_FAILED where the machines are not there yet */
export function layHosts(ctx: PlatformContext): AnsiblePlace {
  const folder = hostsFolder(ctx)
  const inventory = wantedInventory(ctx)
  if (inventory === undefined) throw new KpError({code: 'STEP_FAILED', message: 'the machines are not there yet', next: [`kp up --env ${ctx.spec.environment.name} --only networking,control-plane,node-pools`]})
  const files = [...ansibleFiles(ctx.home), {path: 'inventory.yml', text: inventory}]
  const wanted = new Set(files.map(({path}) => path))
  for (const entry of existsSync(folder) ? readdirSync(folder, {recursive: true, withFileTypes: true}) : []) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && /\.(ya?ml|j2|py|cfg)$/.test(entry.name) && !wanted.has(path.slice(folder.length + 1))) rmSync(path)
  }
  for (const {path, text} of files) {
    const target = join(folder, path)
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue
    mkdirSync(dirname(target), {recursive: true})
    writeFileSync(target, text, {mode: 0o600})
  }
  return {exec: ctx.exec, folder, env: {}}
}

/** The playbook and the roles in the repository, one copy for all environments; of machines of one's own the inventory too. */
export function hostRepositoryFiles(ctx: RepositoryContext): RepositoryFile[] {
  const {spec} = ctx
  if (!setsUpHosts(ctx.provider.id)) return []
  const roles = ansibleFiles(ctx.home).map(({path, text}) => ({path: `infra/ansible/${path}`, text}))
  if (spec.provider.type !== 'bare-metal') return roles
  const inventory = inventoryText(spec, bareMetalHosts(spec.provider), {apiEndpoint: spec.provider.apiEndpoint})
  return [...roles, {path: `infra/${spec.environment.name}/inventory.yml`, text: inventory}]
}
