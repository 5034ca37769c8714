/** What `kp plan` and `kp step --plan` share: the plan as a result. */
import type {CommandResult} from './base-command.ts'
import type {PlatformPhase} from './context.ts'
import {EXIT} from './engine/errors.ts'
import {pastDurations} from './engine/journal.ts'
import {planPhases} from './engine/plan.ts'
import {requireAdoptable} from './operations/adopt.ts'
import {monthlyCost} from './operations/cost-estimate.ts'
import {planNotes} from './operations/notes.ts'
import {PARALLEL_LOOKS} from './operations/up.ts'
import type {OpenedPlatform} from './platform/open.ts'
import {guardCluster} from './platform/session.ts'
import {writeFileAtomic} from './render/files.ts'
import type {Terminal} from './ui/io.ts'
import {planResult} from './ui/make-results.ts'
import {nextLines} from './ui/render-common.ts'
import type {Words} from './ui/render-common.ts'
import {renderPlan} from './ui/render-plan.ts'
import {shellQuote} from './ui/text.ts'

/** What a plan is asked for. */
export interface PlanCommandOptions {
  opened: OpenedPlatform
  phases: PlatformPhase[]
  terminal: Terminal
  words: Words
  /** `--exit-code`: 9 where there are changes. */
  exitCode: boolean
  /** `--out FILE`. */
  out?: string | undefined
}

/** Looks at every step; changes nothing. Unknown steps are exit 8. */
export async function planCommand({opened, phases, terminal, words, exitCode, out}: PlanCommandOptions): Promise<CommandResult> {
  const {ctx} = opened
  requireAdoptable(ctx, phases)
  await guardCluster(ctx)
  const plan = await planPhases(phases, ctx, {parallel: PARALLEL_LOOKS, estimates: pastDurations(ctx.paths.runs)})
  const cost = monthlyCost(ctx)
  const value = planResult({environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, plan, notes: await planNotes(ctx, plan), ...(cost === undefined ? {} : {monthlyCost: cost})})
  if (out !== undefined) await writeFileAtomic(out, `${JSON.stringify(value)}\n`)
  const changes = plan.summary.absent + plan.summary.drifted
  const exit = plan.summary.unknown > 0 ? EXIT.unknown : exitCode && changes > 0 ? EXIT.changes : EXIT.ok
  const open = changes > 0
  const only = phases.length === ctx.phases.length ? '' : ` --only ${phases.map(({id}) => id).join(',')}`
  const adopt = ctx.adopt === undefined ? '' : ` --adopt ${[...ctx.adopt.components].join(',')}${ctx.adopt.downgrade ? ' --allow-downgrade' : ''}`
  const next = out !== undefined ? [`kp up${only}${adopt} --plan ${shellQuote(out)}`] : open ? [`kp up${only}${adopt}`] : []
  const text = (): string => [renderPlan(value, terminal, words), ...(next.length === 0 ? [] : ['', ...nextLines(next, terminal)])].join('\n')
  return {json: value, text, exit}
}
