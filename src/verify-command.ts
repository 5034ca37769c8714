/** What `kp verify` and `kp step --verify-only` share: the checks as a result. */
import type {CommandResult} from './base-command.ts'
import type {PlatformContext, PlatformPhase} from './context.ts'
import {EXIT, KpError} from './engine/errors.ts'
import {selectPhases} from './engine/plan.ts'
import {didYouMean} from './engine/spelling.ts'
import type {CheckReport} from './engine/types.ts'
import {verifyPhases} from './engine/verify.ts'
import type {OpenedPlatform} from './platform/open.ts'
import {guardCluster} from './platform/session.ts'
import type {Terminal} from './ui/io.ts'
import {verifyResult} from './ui/make-results.ts'
import type {Ignored} from './ui/make-results.ts'
import type {Words} from './ui/render-common.ts'
import {renderVerifyHtml, renderVerifyJunit, renderVerifyMarkdown} from './ui/render-verify-report.ts'
import {renderVerify} from './ui/render-verify.ts'
import type {VerifyResult} from './ui/results.ts'

/** How the checks are printed. */
export const VERIFY_OUTPUTS = ['table', 'json', 'junit', 'html', 'markdown'] as const
export type VerifyOutput = (typeof VERIFY_OUTPUTS)[number]

/** What a verify is asked for. */
export interface VerifyCommandOptions {
  opened: OpenedPlatform
  phases: PlatformPhase[]
  terminal: Terminal
  words: Words
  output: VerifyOutput
  /** `--fail-on warn`. */
  failOnWarn: boolean
  /** `--check ID`: only these. */
  checks: string[]
  /** How long all checks together wait for what takes a while, in milliseconds. */
  waitMs: number
  ignored: ReadonlyMap<string, Ignored>
}

const PARALLEL_CHECKS = 12

/**
 * Runs the checks. Exit 1 where one failed, 8 where none failed but one is unknown.
 * @throws KpError USAGE for a check that does not exist; WRONG_CLUSTER
 */
export async function verifyCommand(options: VerifyCommandOptions): Promise<CommandResult> {
  const {opened, phases, terminal, words, checks, failOnWarn} = options
  const {ctx} = opened
  requireChecks(ctx.phases, [...checks, ...options.ignored.keys()])
  const present = (await ctx.presence()).state === 'running'
  if (present) await guardCluster(ctx)
  const {active} = selectPhases<PlatformContext>(phases, ctx)
  const reports = await verifyPhases(active, ctx, {parallel: PARALLEL_CHECKS, waitMs: options.waitMs, ...(checks.length === 0 ? {} : {only: (check) => checks.includes(check.id)})})
  const value = verifyResult({environment: ctx.spec.environment.name, cluster: await clusterFacts(ctx, present), reports, ignored: options.ignored})
  return {json: value, text: () => renderAs(options.output, value, terminal, words, failOnWarn), exit: exitOf(value, failOnWarn)}
}

/** All checks once, without waiting, as a result: for what quotes them. */
export async function verifyOnce(opened: OpenedPlatform, terminal: Terminal): Promise<VerifyResult> {
  const {json} = await verifyCommand({opened, phases: opened.ctx.phases, terminal, words: {}, output: 'json', failOnWarn: false, checks: [], waitMs: 0, ignored: new Map()})
  return json as VerifyResult
}

/** Checks that ran earlier, as a result. */
export function earlierResult({spec, provider}: Pick<PlatformContext, 'spec' | 'provider'>, reports: CheckReport[]): VerifyResult {
  return verifyResult({environment: spec.environment.name, cluster: {name: spec.environment.cluster, uid: null, version: null, simulated: provider.simulated}, reports, ignored: new Map()})
}

function renderAs(output: VerifyOutput, value: VerifyResult, terminal: Terminal, words: Words, failOnWarn: boolean): string {
  switch (output) {
    case 'table':
      return renderVerify(value, terminal, words)
    case 'json':
      return JSON.stringify(value)
    case 'junit':
      return renderVerifyJunit(value, words, {failOnWarn})
    case 'html':
      return renderVerifyHtml(value, words)
    case 'markdown':
      return renderVerifyMarkdown(value, words)
  }
}

function exitOf({summary}: VerifyResult, failOnWarn: boolean): number {
  if (summary.fail > 0 || (failOnWarn && summary.warn > 0)) return EXIT.unhealthy
  return summary.unknown > 0 ? EXIT.unknown : EXIT.ok
}

async function clusterFacts(ctx: PlatformContext, present: boolean): Promise<VerifyResult['cluster']> {
  const base = {name: ctx.spec.environment.cluster, simulated: ctx.provider.simulated}
  if (!present) return {...base, uid: null, version: null}
  try {
    const cluster = await ctx.cluster()
    const [system, version] = await Promise.all([cluster.get('v1', 'Namespace', 'kube-system'), cluster.raw('/version')])
    return {...base, uid: system?.metadata.uid ?? null, version: (version as {gitVersion?: string} | undefined)?.gitVersion ?? null}
  } catch {
    return {...base, uid: null, version: null}
  }
}

function requireChecks(phases: PlatformPhase[], ids: string[]): void {
  const known = phases.flatMap((phase) => phase.checks.map((check) => check.id))
  for (const id of ids) {
    if (!known.includes(id)) throw new KpError({code: 'USAGE', message: `there is no check "${id}"${didYouMean(id, known)}`, next: ['kp verify --json lists them all', 'kp explain <phase>']})
  }
}
