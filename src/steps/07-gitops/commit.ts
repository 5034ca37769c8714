/** A step: what kp rendered is in Git, where the tool reads it. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import type {Difference} from '../../engine/types.ts'
import {keepers} from '../shared/gitops/keeping.ts'
import {deliver, isDelivered, lookAtGit} from '../shared/gitops/repository.ts'
import {hasCluster} from '../shared/on-cluster.ts'

/** Commits kp's own files and pushes them. Only what is handed over, or was, is kp's to commit; else people do. */
export const commit: PlatformStep = {
  id: 'gitops/commit',
  title: 'Commit what is rendered',
  risk: 'none',
  verify: ['gitops.committed'],
  async probe(ctx) {
    if (!(await isKpsToCommit(ctx))) return {state: 'satisfied', observed: 'nothing is handed over: the repository is yours to commit'}
    const look = await lookAtGit(ctx)
    if (isDelivered(look)) return {state: 'satisfied', observed: `commit ${look.head?.slice(0, 8)} holds everything${look.remote === undefined ? '' : `, also at ${look.remote}`}`}
    const differences: Difference[] = [
      ...(look.refused === undefined ? [] : [{object: 'repository', seen: look.refused.message}]),
      ...look.changes.map((path) => ({object: path, seen: 'is not committed'})),
      ...(look.remote !== undefined && look.remoteHead !== look.head ? [{object: `branch ${ctx.spec.phases.gitops.branch}`, seen: `is not as at ${look.remote}`}] : []),
    ]
    return {state: 'drifted', observed: `${differences[0]?.object ?? 'the repository'} ${differences[0]?.seen ?? 'has no commit'}${differences.length > 1 ? `, and ${differences.length - 1} more` : ''}`, differences}
  },
  plan(ctx, probe) {
    const files = (probe.differences ?? []).filter(({seen}) => seen === 'is not committed').map(({object}) => object)
    const {branch} = ctx.spec.phases.gitops
    return Promise.resolve({
      lines: [...(files.length === 0 ? [] : [`commit ${files.length} ${files.length === 1 ? 'file' : 'files'} of kp's: ${files.slice(0, 3).join(', ')}${files.length > 3 ? ' …' : ''}`]), `push ${branch} where a remote is set`],
      commands: ['git add <files> && git commit', `git push origin HEAD:refs/heads/${branch}`],
    })
  },
  async apply(ctx) {
    await deliver(ctx)
  },
}

/** Handed over now, or still kept by the tool: what it reads must be right before the root deploys it. */
async function isKpsToCommit(ctx: PlatformContext): Promise<boolean> {
  return ctx.spec.phases.gitops.handOver || ((await hasCluster(ctx)) && (await keepers(ctx)).length > 0)
}
