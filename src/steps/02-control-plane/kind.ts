/** A cluster of kind. */
import {join} from 'node:path'
import {stringify} from 'yaml'
import {kindConfig} from '../../components/kind-config.ts'
import type {ManifestContext, PlatformContext, PlatformStep, RepositoryFile} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import {writeFileAtomic} from '../../render/files.ts'
import {explainKind, kindClusters} from '../../tools/kind.ts'

/** The text of the configuration; undefined on other providers. */
function configText({spec, provider}: Pick<ManifestContext, 'spec' | 'provider'>): string | undefined {
  return spec.provider.type === 'kind' ? `# Rendered by kp from kp.yaml.\n${stringify(kindConfig(spec, spec.provider, provider.zones(spec)), {lineWidth: 0})}` : undefined
}

/** The configuration in the repository, so that a person can make the same cluster by hand. */
export function kindFiles(ctx: ManifestContext): RepositoryFile[] {
  const text = configText(ctx)
  return text === undefined ? [] : [{path: `infra/${ctx.spec.environment.name}/kind.yaml`, text}]
}

/** The step of a cluster of kind; none elsewhere. */
export function kindCluster(ctx: ManifestContext): PlatformStep[] {
  return ctx.provider.id === 'kind' ? [makeKind] : []
}

const makeKind: PlatformStep = {
  id: 'control-plane/kind',
  title: 'Make the cluster of kind',
  risk: 'none',
  timeoutMs: 20 * 60_000,
  async probe(ctx) {
    const {cluster} = ctx.spec.environment
    const clusters = await kindClusters(ctx.exec).catch((error: unknown) => {
      const {code, message} = asKpError(error)
      // What would be done can be said all the same; to do it ends with what is missing.
      if (code === 'PREREQUISITE_MISSING' || code === 'TOOL_MISSING') return message
      throw error
    })
    if (typeof clusters === 'string') return {state: 'absent', observed: `there is no kind cluster ${cluster} that could be seen: ${clusters}`}
    const presence = await ctx.presence()
    if (presence.state === 'running') return {state: 'satisfied', observed: presence.observed}
    if (!clusters.includes(cluster)) return {state: 'absent', observed: `there is no kind cluster ${cluster} yet`}
    return {state: 'drifted', observed: `the kind cluster ${cluster} is there, and its kubeconfig is not`, differences: [{object: ctx.access.kubeconfig, seen: 'is not there'}], data: 'kubeconfig'}
  },
  plan(ctx, probe) {
    const {cluster} = ctx.spec.environment
    if (probe.data === 'kubeconfig') return Promise.resolve({lines: [`write ${ctx.access.kubeconfig}`], commands: [`kind export kubeconfig --name ${cluster} --kubeconfig ${ctx.access.kubeconfig}`]})
    const nodes = ctx.spec.nodePools.reduce((sum, pool) => sum + pool.min, 1)
    return Promise.resolve({lines: [`make the kind cluster ${cluster}: ${nodes} containers as nodes in ${ctx.provider.zones(ctx.spec).length} zones by label`], commands: [`kind create cluster --config infra/${ctx.spec.environment.name}/kind.yaml --kubeconfig ${ctx.access.kubeconfig}`]})
  },
  async apply(ctx, probe) {
    const {cluster} = ctx.spec.environment
    if (probe.data === 'kubeconfig') {
      await runKind(ctx, ['export', 'kubeconfig', '--name', cluster, '--kubeconfig', ctx.access.kubeconfig], `write the kubeconfig of the kind cluster ${cluster}`)
      return
    }
    const config = join(ctx.paths.environment, 'kind.yaml')
    await ctx.change({doing: 'write the configuration of kind', command: `write ${config}`}, () => writeFileAtomic(config, configText(ctx) ?? ''))
    // Without a pod network no node becomes ready: the next phases wait, this one does not.
    await runKind(ctx, ['create', 'cluster', '--config', config, '--kubeconfig', ctx.access.kubeconfig], `make the kind cluster ${cluster}`)
  },
}

async function runKind(ctx: PlatformContext, args: string[], doing: string): Promise<void> {
  try {
    await ctx.exec.run({tool: 'kind', args, mutates: true, doing, timeoutMs: 18 * 60_000})
  } catch (error) {
    const explained = explainKind(error, doing)
    throw explained instanceof KpError ? explained : error
  }
}
