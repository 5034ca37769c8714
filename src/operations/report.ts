/** What a report is made of: a run, what is true now, and what it is made of. Reads only. */
import {join} from 'node:path'
import type {PlatformContext, PlatformPhase} from '../context.ts'
import {applies} from '../engine/applies.ts'
import {KpError} from '../engine/errors.ts'
import type {Event} from '../engine/events.ts'
import {listRuns, readJournal} from '../engine/journal.ts'
import type {RunSummary} from '../engine/journal.ts'
import {didYouMean} from '../engine/spelling.ts'
import type {CheckReport} from '../engine/types.ts'
import type {ReportResult, VerifyResult} from '../ui/results.ts'
import {costClass} from './cost-class.ts'
import {timelineOf} from './timeline.ts'
import {topologyOf} from './topology.ts'

/** What is asked for. */
export interface ReportOptions {
  /** Id of a run, or the beginning of one; without it the last that built something. */
  run: string | undefined
  /** Runs every check now; undefined: what the run itself has checked. */
  verify: (() => Promise<VerifyResult>) | undefined
  /** Makes a result of checks that ran earlier. */
  resultOf(reports: CheckReport[]): VerifyResult
}

/**
 * Gathers a report.
 * @throws KpError USAGE for a run that does not exist
 */
export async function reportOf(ctx: PlatformContext, {run: wanted, verify, resultOf}: ReportOptions): Promise<ReportResult> {
  const {spec} = ctx
  const run = findRun(ctx, wanted)
  const events = run === undefined ? [] : readJournal(run.dir)
  const titles = new Map(ctx.phases.flatMap((phase): [string, string][] => [[phase.id, phase.title], ...stepsOf(phase, ctx).map((step): [string, string] => [step.id, step.title])]))
  const checks = verify === undefined ? checksOfRun(events, resultOf) : await verify()
  const offered = events.filter(({code}) => code === 'pitfall.offered').map(({data}) => String(data?.['code']))
  const named = checks?.checks.filter(({status, ignored}) => ['fail', 'warn'].includes(status) && ignored === undefined).flatMap(({pitfalls}) => pitfalls.slice(0, 1)) ?? []
  return {
    schema: 'kp/report/v1',
    platform: spec.platform,
    environment: spec.environment.name,
    cluster: spec.environment.cluster,
    provider: spec.provider.type,
    generatedAt: new Date(ctx.clock.now()).toISOString(),
    file: null,
    run: run === undefined ? null : factsOf(run),
    timeline: timelineOf(events, (phase, step) => titles.get(step ?? phase) ?? step ?? phase),
    checks,
    checksFrom: verify !== undefined ? 'now' : checks === null ? 'none' : 'run',
    pitfalls: [...new Set([...offered, ...named])].filter((code) => ctx.phases.some(({pitfalls}) => pitfalls.some((one) => one.code === code))),
    topology: await topologyOf(ctx).catch(() => null),
    versions: await versionsOf(ctx),
    cost: costClass([spec]),
  }
}

function findRun(ctx: PlatformContext, wanted: string | undefined): RunSummary | undefined {
  const runs = listRuns(ctx.paths.runs)
  const own = runs.filter((run) => run.environment === ctx.spec.environment.name)
  if (wanted === undefined) return own.find((run) => !run.dryRun && run.phases.length > 0)
  const found = runs.find(({id}) => id === wanted) ?? runs.find(({id}) => id.startsWith(wanted))
  if (found === undefined) throw new KpError({code: 'USAGE', message: `there is no run "${wanted}"${didYouMean(wanted, runs.map(({id}) => id))}`, next: ['kp history lists the runs']})
  if (found.environment !== ctx.spec.environment.name) throw new KpError({code: 'USAGE', message: `the run ${found.id} was of the environment ${found.environment}`, next: [`kp report ${found.id} --env ${found.environment}`]})
  return found
}

function factsOf(run: RunSummary): NonNullable<ReportResult['run']> {
  const {id, command, by, startedAt, finishedAt, result, error} = run
  return {run: id, command, by: by ?? null, startedAt, finishedAt: finishedAt ?? null, durationMs: finishedAt === undefined ? null : Date.parse(finishedAt) - Date.parse(startedAt), result, error: error ?? null}
}

/** The last result of each check that ran in a run; null where none did. */
function checksOfRun(events: Event[], resultOf: ReportOptions['resultOf']): VerifyResult | null {
  const last = new Map<string, CheckReport>()
  for (const {code, data} of events) if (code === 'check.finished' && data !== undefined) last.set(String(data['id']), data as unknown as CheckReport)
  return last.size === 0 ? null : resultOf([...last.values()])
}

const stepsOf = (phase: PlatformPhase, ctx: PlatformContext): ReturnType<PlatformPhase['steps']> => (applies(phase, ctx) ? phase.steps(ctx) : [])

async function versionsOf(ctx: PlatformContext): Promise<ReportResult['versions']> {
  const names = ctx.provider.id === 'lab' ? ['kubectl', 'helm', 'kwok', 'kube-apiserver'] : ['kubectl', 'helm']
  const tools = await Promise.all(names.map(async (name) => {
    const tool = await ctx.tool(name)
    return {name, version: 'version' in tool ? tool.version : null}
  }))
  const components = ctx.phases.flatMap((phase) =>
    [...new Set(stepsOf(phase, ctx).flatMap((step) => (step.component !== undefined && applies(step, ctx) ? [step.component] : [])))].map((id) => {
      const {title, chart} = ctx.catalog.get(id)
      return {id, title, phase: phase.id, chart: chart.name, version: ctx.spec.components[id]?.version ?? chart.version}
    }),
  )
  const version = await ctx.cluster().then((cluster) => cluster.raw('/version')).catch(() => undefined)
  return {kp: ctx.version, kubernetes: (version as {gitVersion?: string} | undefined)?.gitVersion ?? null, tools, components}
}

/** Where the page of a report is written, where nobody says: beside the journals, which are not in Git. */
export function reportFile(ctx: Pick<PlatformContext, 'paths'>, run: string | undefined): string {
  return join(ctx.paths.state, 'reports', `${run ?? 'platform'}.html`)
}
