/** A step: the root deploys what is in Git, and has the last commit where kp is the one who commits. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import type {Difference, Probe} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {marker} from '../shared/gitops/argo-objects.ts'
import {TOOLS} from '../shared/gitops/names.ts'
import type {Tool} from '../shared/gitops/names.ts'
import {wantedRevision} from '../shared/gitops/repository.ts'
import {deliveryStatus} from '../shared/gitops/status.ts'
import {requestLook, waitFor} from '../shared/gitops/sync.ts'
import {withoutCascade} from '../shared/gitops/take-back.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {hasCluster} from '../shared/on-cluster.ts'

/** How long the tool may take to look and sync. */
const TIMEOUT_MS = 10 * 60_000

/**
 * @param objects the objects of the root
 * @param sources what it reads, which has to look first
 */
export function rootStep(tool: Tool, objects: (ctx: ManifestContext) => KubeObject[], sources: (ctx: ManifestContext) => KubeObject[]): PlatformStep {
  const {title, namespace} = TOOLS[tool]
  const set = manifestSet({id: 'gitops/root', title: `Let ${title} deploy what is in Git`, objects})
  return {
    ...set,
    timeoutMs: TIMEOUT_MS,
    delivered: (ctx) => [{file: 'apps/marker.yaml', objects: [marker(ctx, namespace)]}],
    async probe(ctx) {
      const probe = await set.probe(ctx)
      if (probe.state !== 'satisfied' || !ctx.spec.phases.gitops.handOver) return probe
      const behind = await complaints(ctx, objects(ctx))
      return behind.length === 0 ? probe : {state: 'drifted', observed: `${behind[0]?.object} ${behind[0]?.seen}`, differences: behind}
    },
    async plan(ctx, probe) {
      if (probe.data !== undefined || !isAbout(probe)) return set.plan(ctx, probe)
      return {lines: (probe.differences ?? []).map(({object, seen}) => `let ${title} look at Git: ${object} ${seen}`), commands: requestCommands(tool)}
    },
    async apply(ctx, probe) {
      const found = isAbout(probe) ? await set.probe(ctx) : probe
      if (found.state !== 'satisfied') await set.apply(ctx, found)
      // Without a hand-over people commit, when they like.
      if (!ctx.spec.phases.gitops.handOver) return
      const head = await wantedRevision(ctx)
      for (const object of [...sources(ctx), ...objects(ctx)]) await requestLook(ctx, tool, object, head)
      for (const object of objects(ctx)) await waitFor(ctx, tool, object, {phase: 'gitops', step: set.id})
    },
    // What it deploys stays, also where somebody made it delete that with itself.
    async undo(ctx, removal) {
      const cluster = await ctx.cluster()
      for (const {apiVersion, kind, metadata} of objects(ctx)) {
        const live = await cluster.get(apiVersion, kind, metadata.name, metadata.namespace)
        if (live?.metadata.labels?.[PLATFORM_LABEL] === ctx.spec.platform) await withoutCascade(ctx, live)
      }
      await set.undo?.(ctx, removal)
    },
  }
}

/** What is not at the last commit, or not well. */
async function complaints(ctx: PlatformContext, wanted: KubeObject[]): Promise<Difference[]> {
  if (!(await hasCluster(ctx))) return []
  const cluster = await ctx.cluster()
  const head = await wantedRevision(ctx)
  const found = await Promise.all(wanted.map(({apiVersion, kind, metadata}) => cluster.get(apiVersion, kind, metadata.name, metadata.namespace)))
  return found.flatMap((object) => {
    if (object === undefined) return []
    const {well, complaints: said, doing, revision} = deliveryStatus(object)
    const name = `${object.kind} ${object.metadata.name}`
    if (!well) return [{object: name, seen: said[0] ?? doing}]
    return head !== undefined && revision !== head ? [{object: name, seen: `has ${revision === undefined ? 'no commit' : `commit ${revision.slice(0, 8)}`}, and the branch ${head.slice(0, 8)}`}] : []
  })
}

/** Whether a probe is about the status of the root, not about its objects. */
function isAbout(probe: Probe): boolean {
  return probe.data === undefined && (probe.differences?.length ?? 0) > 0
}

function requestCommands(tool: Tool): string[] {
  return tool === 'argo-cd'
    ? ['kubectl -n argocd annotate application platform argocd.argoproj.io/refresh=normal --overwrite']
    : ['kubectl -n flux-system annotate gitrepository,kustomization --all reconcile.fluxcd.io/requestedAt="$(date +%s)" --overwrite']
}
