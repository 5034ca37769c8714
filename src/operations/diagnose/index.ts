/** What is wrong in a live cluster, root cause first. Reads only. */
import type {PlatformContext, PlatformPhase} from '../../context.ts'
import {findPitfalls} from '../../engine/diagnosis.ts'
import {asKpError} from '../../engine/errors.ts'
import {selectPhases} from '../../engine/plan.ts'
import type {CheckReport, Pitfall} from '../../engine/types.ts'
import {verifyPhases} from '../../engine/verify.ts'
import {findingsOf, fixOf} from './findings.ts'
import type {Finding} from './findings.ts'
import {gather} from './gather.ts'

/** The answer of a diagnosis. */
export interface Diagnosis {
  findings: Finding[]
  /** What could not be looked at: where there is any, no finding does not mean that all is well. */
  unknown: {what: string; reason: string}[]
}

const PARALLEL_CHECKS = 12

/** Looks at everything once. @param waitMs how long checks wait for what takes a while */
export async function diagnose(ctx: PlatformContext, phases: PlatformPhase[], waitMs: number): Promise<Diagnosis> {
  const {active} = selectPhases<PlatformContext>(phases, ctx)
  const pitfalls = active.flatMap((phase) => phase.pitfalls)
  const reports = await verifyPhases(active, ctx, {parallel: PARALLEL_CHECKS, waitMs})
  try {
    const {facts, kinds, unknown} = await gather(ctx, reports)
    return {findings: findingsOf(pitfalls, facts, kinds), unknown}
  } catch (error) {
    const known = asKpError(error)
    if (known.code === 'INTERRUPTED' || known.code === 'BUG') throw known
    return withoutCluster(ctx, pitfalls, reports, [known.message, ...known.details].join('\n'))
  }
}

/** Where the cluster does not answer, what the attempt said and what the checks saw are all there is. */
async function withoutCluster(ctx: PlatformContext, pitfalls: Pitfall[], reports: CheckReport[], said: string): Promise<Diagnosis> {
  const {observed} = await ctx.presence()
  const checks = reports.filter(({status}) => status === 'fail').map((report) => ({id: report.id, observed: report.observed}))
  const dead = (await ctx.lab?.status())?.deadComponents ?? []
  const pitfall = deadPart(pitfalls, dead) ?? findPitfalls(pitfalls, {checks, output: `${observed}\n${said}`})[0]?.pitfall
  if (pitfall === undefined) return {findings: [], unknown: [{what: 'the cluster', reason: said}]}
  const object = {kind: 'Cluster', name: ctx.spec.environment.cluster}
  const finding: Finding = {
    code: pitfall.code,
    title: pitfall.title,
    object: `Cluster ${object.name}`,
    evidence: [...(dead.length === 0 ? [] : [`not running: ${dead.join(', ')}`]), observed, ...said.split('\n').filter((line) => line !== observed).slice(0, 3)],
    cause: pitfall.cause,
    fix: fixOf(pitfall.fix, {object, named: object, values: {}, provider: ctx.provider.id}),
    runbook: pitfall.runbook ?? null,
    confirmBy: pitfall.confirmBy,
    follows: [],
    affects: [],
  }
  return {findings: [finding], unknown: []}
}

/** The pitfall of a lab that lacks a part: without API server or etcd nobody answers, without another the rest goes on. */
function deadPart(pitfalls: Pitfall[], dead: string[]): Pitfall | undefined {
  const code = dead.some((name) => name === 'kube-apiserver' || name === 'etcd') ? 'KP0203' : 'KP0204'
  return dead.length === 0 ? undefined : pitfalls.find((one) => one.code === code)
}
