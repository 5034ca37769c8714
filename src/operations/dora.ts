/** The four figures of DORA, from what was really done: runs of kp, the history of the GitOps tool, and Git. No data is unknown. */
import {nameOf} from '../checks/cluster.ts'
import type {PlatformContext} from '../context.ts'
import {asKpError, KpError} from '../engine/errors.ts'
import {listRuns, readJournal} from '../engine/journal.ts'
import type {RunSummary} from '../engine/journal.ts'
import {parseDuration} from '../spec/units.ts'
import {commitTimeBefore, commitTimeOf} from '../tools/git.ts'
import type {KubeObject} from '../tools/kube-api.ts'
import type {DoraResult} from '../ui/results.ts'

/** One change that reached the cluster. */
export interface Deployment {
  /** `kp up`, `Application shop`. */
  what: string
  source: 'kp' | 'argo-cd' | 'flux'
  at: number
  /** false: it failed, or was left half done. */
  good: boolean
  /** When the change was committed; undefined where that is not known. */
  committedAt?: number
}

const DEPLOYS = /^kp (?:up|step|upgrade)\b/
const DAY_MS = 24 * 3600_000

/** @param since `30d`. @throws KpError USAGE */
export async function doraOf(ctx: PlatformContext, since: string): Promise<DoraResult> {
  const seconds = parseDuration(since)
  if (seconds === undefined || seconds < 3600) throw new KpError({code: 'USAGE', message: `--since ${since} is no time from 1h on`, next: ['kp report --dora --since 30d']})
  const now = ctx.clock.now()
  const from = now - seconds * 1000
  const unknown: string[] = []
  const gitops = await ofGitOps(ctx).catch((error: unknown) => {
    unknown.push(`the GitOps tool was not asked: ${asKpError(error).message}`)
    return []
  })
  const all = [...(await ofRuns(ctx)), ...gitops].filter(({at}) => at >= from && at <= now).toSorted((a, b) => a.at - b.at)
  return {schema: 'kp/dora/v1', environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, since: new Date(from).toISOString(), until: new Date(now).toISOString(), ...figuresOf(all, (now - from) / DAY_MS, unknown)}
}

/** Runs that changed something, or tried to. */
async function ofRuns(ctx: PlatformContext): Promise<Deployment[]> {
  const runs = listRuns(ctx.paths.runs).filter((run) => run.environment === ctx.spec.environment.name && !run.dryRun && DEPLOYS.test(run.command))
  const found: Deployment[] = []
  for (const run of runs) {
    if (!changedSomething(run)) continue
    const committedAt = await commitTimeBefore(ctx.paths.root, Date.parse(run.startedAt), ctx.env)
    found.push({what: run.command, source: 'kp', at: Date.parse(run.finishedAt ?? run.startedAt), good: run.result === 'ok', ...(committedAt === undefined ? {} : {committedAt})})
  }
  return found
}

/** A run in which a step did something; one that found all as planned is no deployment. */
function changedSomething(run: RunSummary): boolean {
  return readJournal(run.dir).some(({code}) => code === 'step.started' || code === 'step.finished' || code === 'step.failed')
}

async function ofGitOps(ctx: PlatformContext): Promise<Deployment[]> {
  if (!ctx.spec.phases.gitops.enabled || (await ctx.presence()).state !== 'running') return []
  const cluster = await ctx.cluster()
  const [applications, releases] = await Promise.all([cluster.list('argoproj.io/v1alpha1', 'Application'), cluster.list('helm.toolkit.fluxcd.io/v2', 'HelmRelease')])
  const found: Deployment[] = []
  for (const one of applications ?? []) {
    for (const entry of deployedBy(one)) {
      const committedAt = entry.revision === undefined ? undefined : await commitTimeOf(ctx.paths.root, entry.revision, ctx.env)
      found.push({what: `Application ${one.metadata.name}`, source: 'argo-cd', at: entry.at, good: entry.good, ...(committedAt === undefined ? {} : {committedAt})})
    }
  }
  return [...found, ...(releases ?? []).flatMap(releasedBy)]
}

/** What Argo CD says that it brought, and whether the last try failed. Pure. */
export function deployedBy(application: KubeObject): {at: number; good: boolean; revision?: string}[] {
  const {history = [], operationState} = (application['status'] ?? {}) as {history?: {deployedAt?: string; revision?: string}[]; operationState?: {phase?: string; finishedAt?: string}}
  const good = history.filter(({deployedAt}) => deployedAt !== undefined).map(({deployedAt = '', revision}) => ({at: Date.parse(deployedAt), good: true, ...(revision === undefined ? {} : {revision})}))
  const failed = ['Failed', 'Error'].includes(operationState?.phase ?? '') && operationState?.finishedAt !== undefined ? [{at: Date.parse(operationState.finishedAt), good: false}] : []
  return [...good, ...failed]
}

/** What Flux says of a HelmRelease: a snapshot each. Pure. */
export function releasedBy(release: KubeObject): Deployment[] {
  const {history = []} = (release['status'] ?? {}) as {history?: {lastDeployed?: string; status?: string}[]}
  return history.filter(({lastDeployed}) => lastDeployed !== undefined).map(({lastDeployed = '', status}) => ({what: `HelmRelease ${nameOf(release.metadata)}`, source: 'flux', at: Date.parse(lastDeployed), good: status !== 'failed'}))
}

type Figures = Omit<DoraResult, 'schema' | 'environment' | 'cluster' | 'since' | 'until'>

/** The four figures. Pure. @param deployments the oldest first */
export function figuresOf(deployments: readonly Deployment[], days: number, unknown: readonly string[]): Figures {
  const good = deployments.filter((one) => one.good)
  const leads = good.flatMap(({at, committedAt}) => (committedAt === undefined || committedAt > at ? [] : [(at - committedAt) / 1000]))
  const restores = restoresOf(deployments)
  const failed = deployments.length - good.length
  return {
    deployments: {total: deployments.length, perDay: round(deployments.length / days), kp: deployments.filter(({source}) => source === 'kp').length, gitops: deployments.filter(({source}) => source !== 'kp').length},
    leadTime: leads.length === 0 ? null : {medianSeconds: Math.round(median(leads)), measured: leads.length},
    changeFailures: deployments.length === 0 ? null : {failed, percent: round((failed / deployments.length) * 100)},
    timeToRestore: restores.closed.length === 0 ? null : {medianSeconds: Math.round(median(restores.closed)), incidents: restores.closed.length},
    openSince: restores.open === undefined ? null : new Date(restores.open).toISOString(),
    unknown: [
      ...unknown,
      ...(deployments.length === 0 ? ['nothing was deployed in this time'] : []),
      ...(deployments.length > 0 && leads.length === 0 ? ['lead time: the repository is not in Git, or Git does not know what was deployed'] : []),
      ...(failed === 0 && deployments.length > 0 ? ['time to restore: nothing failed'] : []),
    ],
  }
}

/** From each first failure of something to its next success. */
function restoresOf(deployments: readonly Deployment[]): {closed: number[]; open: number | undefined} {
  const broken = new Map<string, number>()
  const closed: number[] = []
  for (const {what, source, at, good} of deployments) {
    // One run of kp mends what another one broke, whatever was typed.
    const key = source === 'kp' ? 'kp' : what
    const since = broken.get(key)
    if (!good) broken.set(key, since ?? at)
    else if (since !== undefined) {
      closed.push((at - since) / 1000)
      broken.delete(key)
    }
  }
  return {closed, open: broken.size === 0 ? undefined : Math.min(...broken.values())}
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
