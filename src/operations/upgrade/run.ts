/** The upgrade itself: control plane, kp.yaml, what goes with the minor, nodes; measured from outside, compared at the end. */
import type {PlatformContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'
import type {KpError} from '../../engine/errors.ts'
import {planPhases} from '../../engine/plan.ts'
import {errorData, runPhases} from '../../engine/run.ts'
import type {PhaseResult, RunResult} from '../../engine/run.ts'
import {recordBuild, whoami} from '../../platform/build-record.ts'
import type {Session} from '../../platform/session.ts'
import {watchRequests, requestTargets} from '../requests.ts'
import type {RequestCount, RequestWatch} from '../requests.ts'
import {pitfallsOf} from '../explain-error.ts'
import {PARALLEL_LOOKS} from '../up.ts'
import {controlPlaneSteps, untilApiAnswers, untilControlPlaneIsWell} from './control-plane-steps.ts'
import {nodegroupSteps} from './eks-steps.ts'
import {backupSteps} from './backup-steps.ts'
import {blocking, refusing} from './gates/index.ts'
import {lookForTroubles} from './health.ts'
import type {LossBudget} from './loss.ts'
import {labSteps} from './lab-steps.ts'
import {nodeSteps} from './node-steps.ts'
import {lostObjects, objectNames} from './objects.ts'
import type {UpgradePlan} from './plan.ts'
import type {NodeReport, Upgrading} from './upgrading.ts'
import {beginUpgrade, endUpgrade, unfinishedUpgrade} from './record.ts'

/** How an upgrade is run. */
export interface UpgradeOptions {
  ctx: PlatformContext
  plan: UpgradePlan
  command: string
  runId: string
  session: Session
  soakSeconds: number
  drainLimitMs: number
  loss: LossBudget
  /** The platform as kp.yaml says it then. */
  reopen(): Promise<PlatformContext>
}

/** What came of it. */
export interface UpgradeOutcome extends RunResult {
  nodes: NodeReport[]
  requests: RequestCount | null
  objects: {before: number; after: number; lost: string[]} | null
}

/** Runs it. Errors are in the result. */
export async function runUpgrade(options: UpgradeOptions): Promise<UpgradeOutcome> {
  const {ctx, plan, session} = options
  const started = ctx.clock.now()
  ctx.emit({code: 'run.started', text: options.command, data: {run: options.runId, command: options.command, environment: ctx.spec.environment.name, cluster: ctx.spec.environment.cluster, provider: ctx.provider.id, by: whoami(ctx.env), version: ctx.version, dryRun: ctx.dryRun, phases: plan.target.kind === 'addons' ? [] : [...(plan.backupFirst === undefined ? [] : [{id: 'upgrade-backup', title: BACKUP_TITLE}]), {id: 'upgrade-control-plane', title: 'Upgrade the control plane'}, {id: 'upgrade-nodes', title: 'Upgrade the nodes'}], from: plan.target.from, to: plan.target.to, waived: plan.gates.filter(({waived}) => waived !== null).map(({id, waived}) => ({gate: id, reason: waived}))}})
  for (const {id, waived, status, reason} of plan.gates) if (waived !== null) ctx.emit({code: 'warning', text: `gate ${id} is waived (${status}: ${reason}): ${waived}`, data: {gate: id, reason: waived}})
  const outcome = await guarded(options)
  const lost = session.lost()
  const result: UpgradeOutcome = lost === undefined ? outcome : {...outcome, result: 'failed', error: lost}
  ctx.emit({code: 'run.finished', text: result.result, data: {result: result.result, durationMs: ctx.clock.now() - started, requests: result.requests, ...(result.error === undefined ? {} : {error: result.error.message, errorData: errorData(result.error)})}})
  return result
}

const BACKUP_TITLE = 'Make a backup and prove it'

/** Whether there is a way back now. Nothing is begun without it. */
async function backUp({ctx, plan, session}: UpgradeOptions): Promise<UpgradeOutcome | undefined> {
  if (plan.backupFirst === undefined) return undefined
  const ran = await runPhases([phaseOf('upgrade-backup', BACKUP_TITLE, backupSteps(plan.backupFirst, plan.target))], ctx, {parallel: 1, diagnose: (known, failed) => pitfallsOf(ctx.phases, known, failed), afterPhase: () => session.holdCluster()})
  return ran.result === 'ok' ? undefined : {...ran, nodes: [], requests: null, objects: null}
}

async function guarded(options: UpgradeOptions): Promise<UpgradeOutcome> {
  const stopped = await backUp(options)
  if (stopped !== undefined) return stopped
  const upgrading: Upgrading = {plan: options.plan, soakSeconds: options.soakSeconds, drainLimitMs: options.drainLimitMs, loss: options.loss, watch: await beginWatch(options.ctx), nodes: new Map()}
  const phases: PhaseResult[] = []
  let requests: RequestCount | null = null
  const end = async (result: RunResult['result'], more: {error?: KpError; objects?: UpgradeOutcome['objects']} = {}): Promise<UpgradeOutcome> => {
    requests = (await upgrading.watch?.stop()) ?? null
    return {result, phases, nodes: [...upgrading.nodes.values()], requests, objects: more.objects ?? null, ...(more.error === undefined ? {} : {error: more.error})}
  }
  try {
    const ended = await runStages(options, upgrading, phases)
    if ('error' in ended || ended.result !== 'ok') return await end(ended.result, ended.error === undefined ? {} : {error: ended.error})
    return await end('ok', {objects: ended.objects})
  } catch (error) {
    const known = options.session.lost() ?? asKpError(error)
    return end(known.code === 'INTERRUPTED' ? 'interrupted' : 'failed', {error: known})
  }
}

type Staged = {result: RunResult['result']; error?: KpError | undefined; objects: UpgradeOutcome['objects']}

async function runStages(options: UpgradeOptions, upgrading: Upgrading, phases: PhaseResult[]): Promise<Staged> {
  const {ctx, plan} = options
  const before = unfinishedUpgrade(ctx)?.objects ?? (await objectNames(ctx))
  const healthy = await lookForTroubles(ctx)
  await beginUpgrade(ctx, {from: plan.target.from, to: plan.target.to, startedAt: new Date(ctx.clock.now()).toISOString(), run: options.runId, objects: before})
  const stage = async (on: PlatformContext, stagePhases: PlatformPhase[], parallel: number): Promise<Staged | undefined> => {
    if (stagePhases.length === 0) return undefined
    const {result, error, phases: ran} = await runPhases(stagePhases, on, {parallel, diagnose: (known, failed) => pitfallsOf(ctx.phases, known, failed), afterPhase: () => options.session.holdCluster()})
    phases.push(...ran)
    return result === 'ok' ? undefined : {result, error, objects: null}
  }
  if (plan.target.kind !== 'addons') {
    const stopped = await stage(ctx, [phaseOf('upgrade-control-plane', 'Upgrade the control plane', controlPlaneSteps(upgrading))], 1)
    if (stopped !== undefined) return stopped
  }
  const now = await options.reopen()
  const wanting = await phasesWithWork(now)
  const stopped = (await stage(now, wanting, 1)) ?? (await stage(now, [phaseOf('upgrade-nodes', 'Upgrade the nodes', [...labSteps(now), ...(await nodegroupSteps(now, upgrading)), ...(now.aws === undefined ? nodeSteps(upgrading, healthy) : []), ...labSteps(now, 'after')])].filter(() => plan.target.kind !== 'addons'), plan.maxUnavailable))
  if (stopped !== undefined) return stopped
  const {api} = await now.cluster()
  api.forgetResources()
  now.changed()
  const after = await objectNames(now)
  endUpgrade(ctx)
  await recordBuild(now, {id: options.runId, command: options.command, changed: true}).catch((error: unknown) => now.emit({code: 'warning', text: `who built the cluster could not be written down: ${asKpError(error).message}`}))
  return {result: 'ok', objects: {before: before.length, after: after.length, lost: lostObjects(before, after)}}
}

/** Phases that are not as kp.yaml says now: the components that go with the minor, and the rendered files. */
async function phasesWithWork(ctx: PlatformContext): Promise<PlatformPhase[]> {
  const {steps} = await planPhases(ctx.phases, ctx, {parallel: PARALLEL_LOOKS})
  const ids = new Set(steps.filter(({state}) => state === 'absent' || state === 'drifted').map(({phase}) => phase))
  return ctx.phases.filter(({id}) => ids.has(id))
}

async function beginWatch(ctx: PlatformContext): Promise<RequestWatch | undefined> {
  const targets = await requestTargets(ctx).catch(() => [])
  if (targets.length === 0) {
    ctx.emit({code: 'warning', text: 'nobody can be asked from outside: what users lose is not measured'})
    return undefined
  }
  const watch = watchRequests({targets, clock: ctx.clock})
  await watch.ready()
  return watch
}

function phaseOf(id: string, title: string, steps: PlatformStep[]): PlatformPhase {
  return {id, number: 18, title, what: title, why: title, how: [], dependsOn: () => [], steps: () => steps, checks: [], pitfalls: []}
}

/** A control plane that a killed upgrade had stopped is started again, before anything is asked of it. */
export async function bringControlPlaneBack(ctx: PlatformContext): Promise<void> {
  if (ctx.lab === undefined || unfinishedUpgrade(ctx) === undefined) return
  await untilApiAnswers(ctx)
  await untilControlPlaneIsWell(ctx)
}

/** Why it is refused; undefined where it may begin. @param agreed whether a backup may be made first */
export function refusal(plan: UpgradePlan, {agreed}: {agreed: boolean}): {gates: string[]; next: string[]} | undefined {
  const found = agreed ? refusing(plan.gates) : blocking(plan.gates)
  if (found.length === 0) return undefined
  return {gates: found.map(({id, status, reason}) => `${id}: ${status}: ${reason}`), next: [...(refusing(plan.gates).length === 0 ? ['the same with --yes, which makes a backup and proves it first'] : []), ...found.flatMap(({fix}) => fix ?? []).slice(0, 3), `or kp upgrade --waive ${found[0]?.id} --reason "why it is safe"`]}
}
