/**
 * `kp destroy`: whatever would make things again is switched off, what the cluster itself made goes, then the stacks in the opposite
 * order, each by a plan that was shown; then the account is looked through. Each part looks first, so that one that was cut off goes on.
 */
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {noteLine} from '../../checks/terraform/ledger.ts'
import {whileLocked} from '../../checks/terraform/lock.ts'
import {prepareStack, requireAws} from '../../checks/terraform/place.ts'
import {BACKUP_STACKS, stacksOf} from '../../components/terraform/ids.ts'
import type {StackId} from '../../components/terraform/ids.ts'
import {backupBucket} from '../../components/terraform/pod-roles.ts'
import {summarizePlan} from '../../components/terraform/plan.ts'
import type {PlanJson} from '../../components/terraform/plan.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {skipStage, stage} from '../staged.ts'
import type {Stage} from '../staged.ts'
import type {Remainder, Remains} from '../../providers/aws/remains/find.ts'
import {applyPlan, plan, pullState, showPlan} from '../../tools/terraform.ts'
import {makeLastBackup, requireVelero} from './last-backup.ts'
import {forgetMemory, keepMemory, remember, scopeOf} from './memory.ts'
import type {Memory} from './memory.ts'
import {quieten} from './quiet.ts'
import type {QuietResult} from './quiet.ts'
import {isSwept, sweep} from './sweep.ts'

/** A stack with what of it goes. */
export interface DoomedStack {
  stack: StackId
  /** Addresses, with what they cost a month. */
  goes: {address: string; monthly: number}[]
}

/** What a teardown is asked to do. */
export interface DestroyOptions {
  /** Make a backup first, and keep the snapshots that it may be made of. */
  lastBackup: boolean
  /** Take the bucket of the backups along, with every backup in it. */
  deleteBackups: boolean
}

/** What a teardown would do. */
export interface DestroyLook extends DestroyOptions {
  /** In the order in which they go. */
  stacks: DoomedStack[]
  /** What the cluster itself made, and goes. */
  made: Remainder[]
  /** Where backups are that stay: "the bucket acme-dev-backup". */
  keptBackups: string[]
  memory: Memory
}

/** What a teardown did. */
export interface DestroyOutcome {
  quiet: QuietResult
  destroyed: DoomedStack[]
  /** What the cluster had made, and is gone. */
  removed: Remainder[]
  /** The network stays while somebody's things are in it, by name. */
  held: Remainder[]
  backup?: string
}

/** What is left at the end. */
export interface DestroyAudit extends Remains {
  /** What stays on purpose: snapshots of the last backup. */
  kept: Remainder[]
}

const APPLY_MS = 90 * 60_000
/** What holds a network that it is in. */
const HOLDS_NETWORK = new Set<Remainder['kind']>(['instance', 'load balancer', 'classic load balancer', 'NAT gateway', 'VPC endpoint', 'network interface', 'security group'])

/**
 * Plans the teardown of every stack, saves the plans, and looks what the cluster made. Changes nothing.
 * @throws KpError SPEC_INVALID where the provider has no stacks, WRONG_ACCOUNT, GATE where no last backup can be made, and what terraform says
 */
export async function lookAtDestroy(ctx: PlatformContext, options: DestroyOptions): Promise<DestroyLook> {
  if (ctx.aws === undefined) {
    throw new KpError({code: 'SPEC_INVALID', message: `kp destroy cannot take down provider ${ctx.spec.provider.type} yet`, next: [ctx.lab === undefined ? 'delete the cluster by the means of its provider' : `kp lab down ${ctx.lab.name}`]})
  }
  await ctx.aws.requireAccount()
  const memory = await remember(ctx)
  if (options.lastBackup && memory.backup === undefined) await requireVelero(ctx)
  const stacks: DoomedStack[] = []
  const keptBackups: string[] = []
  for (const stack of stacksOf(ctx.provider.id).toReversed()) {
    if (ctx.spec.infra.backend.type === 'local' && !existsSync(join(ctx.aws.stacksFolder, `${stack}.tfstate`))) continue
    const {place} = await prepareStack(ctx, stack)
    if (isEmpty(await pullState(place, `read the state of the stack ${stack}`))) continue
    if (BACKUP_STACKS.includes(stack) && !options.deleteBackups) {
      keptBackups.push(stack === 'backup-store' ? `the bucket ${backupBucket(ctx.spec)}` : `the vault ${ctx.spec.environment.cluster}`)
      continue
    }
    const {exitCode} = await plan(place, {doing: `look what of the stack ${stack} is there`, destroy: true})
    if (exitCode === 0) continue
    const {goes} = summarizePlan((await showPlan(place, `read the plan of the stack ${stack}`)) as PlanJson, ctx.aws.region)
    stacks.push({stack, goes: goes.map(({address, monthly}) => ({address, monthly}))})
  }
  const {found} = await ctx.aws.remains(scopeOf(ctx, memory))
  return {...options, stacks, made: found.filter((thing) => isSwept(ctx, thing, {when: 'after', keeps: keeping(ctx, options)})), keptBackups, memory}
}

const BACKUP: Stage = {id: 'destroy/last-backup', title: 'Make the last backup'}
const SWITCH_OFF: Stage = {id: 'destroy/switch-off', title: 'Switch off what would make things again'}
const SWEEPS = {before: {id: 'destroy/cluster-made', title: 'Take away what the cluster made'}, after: {id: 'destroy/cluster-left', title: 'Take away what the cluster left behind'}} as const
const AUDIT: Stage = {id: 'destroy/audit', title: 'Look what is left in the account'}
const stackStage = ({stack}: Pick<DoomedStack, 'stack'>): Stage => ({id: `destroy/${stack}`, title: `Destroy the stack ${stack}`})
const goesAfterSweep = ({stack}: Pick<DoomedStack, 'stack'>): boolean => stack === 'iam' || stack === 'network' || BACKUP_STACKS.includes(stack)

/** What a teardown does, in order. */
export function destroyStages({stacks, lastBackup, memory}: Pick<DestroyLook, 'stacks' | 'lastBackup' | 'memory'>): Stage[] {
  return [
    ...(lastBackup && memory.backup === undefined ? [BACKUP] : []), SWITCH_OFF,
    SWEEPS.before, ...stacks.filter((one) => !goesAfterSweep(one)).map(stackStage),
    SWEEPS.after, ...stacks.filter(goesAfterSweep).map(stackStage), AUDIT,
  ]
}

/** Does what was planned. One that was cut off goes on where it is. */
export async function destroy(ctx: PlatformContext, look: DestroyLook): Promise<DestroyOutcome> {
  let {memory} = look
  await keepMemory(ctx, memory)
  if (look.lastBackup && memory.backup === undefined) {
    memory = {...memory, backup: await stage(ctx, BACKUP, () => makeLastBackup(ctx))}
    await keepMemory(ctx, memory)
  }
  const outcome: DestroyOutcome = {quiet: await stage(ctx, SWITCH_OFF, () => quieten(ctx)), destroyed: [], removed: [], held: [], ...(memory.backup === undefined ? {} : {backup: memory.backup})}
  const keeps = keeping(ctx, look)
  const takeAway = async (when: 'before' | 'after'): Promise<void> => void outcome.removed.push(...(await stage(ctx, SWEEPS[when], () => sweep(ctx, {memory, when, keeps}))))
  const takeDown = async (doomed: DoomedStack): Promise<void> => void outcome.destroyed.push(await stage(ctx, stackStage(doomed), () => destroyStack(ctx, doomed)))
  await takeAway('before')
  for (const doomed of look.stacks.filter((one) => !goesAfterSweep(one))) await takeDown(doomed)
  await takeAway('after')
  for (const doomed of look.stacks.filter(({stack}) => stack === 'iam' || BACKUP_STACKS.includes(stack))) await takeDown(doomed)
  const network = look.stacks.find(({stack}) => stack === 'network')
  if (network === undefined) return outcome
  // AWS would refuse after twenty minutes, and say no name.
  const {found} = await requireAws(ctx).remains(scopeOf(ctx, memory))
  outcome.held.push(...found.filter(({maker, kind, vpc, goesWith}) => maker !== 'kp' && HOLDS_NETWORK.has(kind) && vpc !== undefined && vpc === memory.vpc && goesWith === undefined))
  if (outcome.held.length === 0) await takeDown(network)
  else skipStage(ctx, stackStage(network), `held by ${outcome.held.map(({kind, id}) => `${kind} ${id}`).join(', ')}`)
  return outcome
}

async function destroyStack(ctx: PlatformContext, doomed: DoomedStack): Promise<DoomedStack> {
  const {stack} = doomed
  const aws = requireAws(ctx)
  if (ctx.stopping()) throw new KpError({code: 'INTERRUPTED', message: 'stopped between two stacks', next: ['run the same command again: it goes on where it is']})
  if (stack === 'eks') await ctx.change({doing: 'take the protection of the cluster away', command: `aws eks update-cluster-config --name ${ctx.spec.environment.cluster} --no-deletion-protection`}, () => aws.unprotect())
  if (stack === 'backup-store') await emptyBackups(ctx)
  const {place} = await prepareStack(ctx, stack)
  const at = {phase: 'destroy', step: `destroy/${stack}`}
  await whileLocked(ctx, {stack, place}, () =>
    applyPlan(place, {
      doing: `destroy the stack ${stack}`,
      timeoutMs: APPLY_MS,
      onLine(line) {
        noteLine(aws.stacksFolder, stack, line, ctx.clock.now())
        ctx.emit({code: 'step.progress', ...at, text: line.trim()})
      },
    }),
  )
  rmSync(join(aws.stacksFolder, `${stack}.outputs.json`), {force: true})
  ctx.changed()
  return doomed
}

/** The same as the last stage of a teardown. */
export function auditAfter(ctx: PlatformContext, look: DestroyLook): Promise<DestroyAudit> {
  return stage(ctx, AUDIT, () => audit(ctx, look))
}

/** A bucket goes only when it is empty, of every version. By now nobody writes to it any more. */
async function emptyBackups(ctx: PlatformContext): Promise<void> {
  const bucket = backupBucket(ctx.spec)
  const aws = requireAws(ctx)
  await ctx.change({doing: `delete every backup in the bucket ${bucket}`, command: `aws s3api delete-objects --bucket ${bucket}   # every version`}, () => aws.emptyBucket(bucket, ctx.spec.phases.backup.store.region ?? aws.region))
}

/** Looks through the account. @throws KpError where AWS does not answer: that is not nothing */
export async function audit(ctx: PlatformContext, {memory, ...options}: DestroyOptions & Pick<DestroyLook, 'memory'>): Promise<DestroyAudit> {
  const {found, unseen} = await requireAws(ctx).remains(scopeOf(ctx, memory))
  const keeps = keeping(ctx, options)
  const result = {found: found.filter((thing) => !keeps(thing)), kept: found.filter(keeps), unseen}
  if (result.found.length === 0 && unseen.length === 0 && !ctx.dryRun) forgetMemory(ctx)
  return result
}

/** A backup by snapshots is nothing without them; and what holds backups outlives what they are of. */
function keeping(ctx: PlatformContext, {lastBackup, deleteBackups}: DestroyOptions): (thing: Remainder) => boolean {
  const bucket = `:s3:::${backupBucket(ctx.spec)}`
  const holdsBackups = ({kind, id, tags}: Remainder): boolean => (kind === 'bucket' && id.endsWith(bucket)) || tags.some(({Key, Value}) => Key === 'kp:stack' && BACKUP_STACKS.some((stack) => stack === Value))
  return (thing) => (lastBackup && thing.kind === 'snapshot') || (!deleteBackups && holdsBackups(thing))
}

function isEmpty(state: string): boolean {
  if (state.trim() === '') return true
  return ((JSON.parse(state) as {resources?: {mode?: string}[]}).resources ?? []).every(({mode}) => mode === 'data')
}
