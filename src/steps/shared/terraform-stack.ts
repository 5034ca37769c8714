/** Builder: a stack of terraform. Its saved plan is the probe, and exactly that plan is applied. */
import {existsSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {summarizePlan} from '../../components/terraform/plan.ts'
import type {PlanJson, PlanSummary} from '../../components/terraform/plan.ts'
import {STACKS} from '../../components/terraform/stacks.ts'
import {stacksOf} from '../../components/terraform/ids.ts'
import type {StackId} from '../../components/terraform/ids.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {asKpError, KpError} from '../../engine/errors.ts'
import type {Probe} from '../../engine/types.ts'
import {applyPlan, ERRORED_STATE, outputs, plan, pushState, showPlan} from '../../tools/terraform.ts'
import type {TerraformPlace} from '../../tools/terraform.ts'
import {noteLine} from '../../checks/terraform/ledger.ts'
import {keepPins, whileLocked} from '../../checks/terraform/lock.ts'
import {applyCommand, readyStack, requireAws} from '../../checks/terraform/place.ts'

/** What a stack is. */
export interface TerraformStackStep {
  id: string
  title: string
  stack: StackId
  timeoutMs?: number
  verify?: string[]
  after?: string[]
}

/** What a probe hands on to plan and apply. */
interface StackData {
  lines: string[]
  goes: PlanSummary['goes']
  /** A stack whose outputs it reads is not there yet. */
  waits?: boolean
  /** The last apply could not save its state. */
  unsaved?: boolean
  /** Dollars a month, where the plan could be made. */
  monthly?: PlanSummary['monthly']
}

/** A look is used again within a run for as long as a person takes to agree. */
const LOOK_LASTS_MS = 10 * 60_000
const DEFAULT_TIMEOUT_MS = 90 * 60_000
/** Whoever loses these loses everything: `kp up` never does it. */
const NEVER_REPLACED = /^(aws_vpc|aws_eks_cluster|aws_s3_bucket\.this|aws_backup_vault|aws_lb|aws_instance\.control_plane)\b/

/** A step that keeps a stack as its files and kp.yaml say. */
export function terraformStack(options: TerraformStackStep): PlatformStep {
  const {id, title, stack} = options
  const look = (ctx: PlatformContext): Promise<Probe> => lookAtStack(ctx, stack)
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  return {
    id,
    title,
    risk: 'none',
    timeoutMs,
    ...(options.verify === undefined ? {} : {verify: options.verify}),
    ...(options.after === undefined ? {} : {after: options.after}),
    appliesTo: (ctx) => (stacksOf(ctx.provider.id).includes(stack) ? true : 'no stack of terraform makes it'),
    probe: look,
    plan(ctx, probe) {
      const {lines, waits} = probe.data as StackData
      return Promise.resolve({lines: waits === true ? STACKS[stack].makes(ctx.spec).map((line) => `make ${line}`) : lines, commands: [applyCommand(ctx, stack)]})
    },
    async consent(ctx) {
      const {goes = []} = ((await look(ctx)).data ?? {}) as Partial<StackData>
      if (goes.length === 0) return undefined
      return `the stack ${stack} loses ${goes.map(({address, replaced}) => `${address}${replaced ? ' (replaced)' : ''}`).join(', ')}`
    },
    async apply(ctx, probe) {
      const {waits, unsaved} = probe.data as StackData
      if (waits === true) throw upstreamMissing(ctx, stack)
      const {place} = await readyStack(ctx, stack)
      if (unsaved === true) await saveState(ctx, stack, place)
      const fresh = unsaved === true ? await look(ctx) : probe
      if (fresh.state === 'satisfied') return
      refuseLoss(stack, (fresh.data as StackData).goes)
      try {
        await whileLocked(ctx, {stack, place}, () =>
          applyPlan(place, {
            doing: title.charAt(0).toLowerCase() + title.slice(1),
            timeoutMs,
            onLine(line) {
              noteLine(requireAws(ctx).stacksFolder, stack, line, ctx.clock.now())
              tellProgress(ctx, id, line)
            },
          }),
        )
      } finally {
        forgetLooks(ctx, stack)
      }
      if (ctx.dryRun) return
      await recordOutputs(ctx, stack, place)
      await keepPins(ctx, stack, place)
    },
  }
}

async function lookAtStack(ctx: PlatformContext, stack: StackId): Promise<Probe> {
  const aws = requireAws(ctx)
  await aws.requireAccount()
  // No state of it means no outputs: terraform needs not be asked to know that.
  if (ctx.spec.infra.backend.type === 'local' && STACKS[stack].upstream.some((name) => !existsSync(join(aws.stacksFolder, `${name}.tfstate`)))) return waiting(stack)
  const {place, digest} = await readyStack(ctx, stack)
  const known = aws.looks.get(stack)
  if (known !== undefined && known.digest === digest && ctx.clock.now() - known.at < LOOK_LASTS_MS) return known.probe as Probe
  const probe = await planStack(stack, place, aws.region)
  aws.looks.set(stack, {at: ctx.clock.now(), digest, probe})
  return probe
}

async function planStack(stack: StackId, place: TerraformPlace, region: string): Promise<Probe> {
  const {title, upstream} = STACKS[stack]
  if (existsSync(join(place.folder, ERRORED_STATE))) {
    const lines = ['save the state that the last apply could not save, then go on']
    return {state: 'drifted', observed: `the last apply of ${title} could not save its state`, differences: [{object: `state of ${stack}`, seen: 'is on this machine alone'}], data: {lines, goes: [], unsaved: true} satisfies StackData}
  }
  try {
    const {exitCode} = await plan(place, {doing: `compare ${title} with kp.yaml`})
    if (exitCode === 0) return {state: 'satisfied', observed: `${title}: no changes`, data: {lines: [], goes: []} satisfies StackData}
    const {state, counts, differences, lines, goes, monthly} = summarizePlan((await showPlan(place, `read the plan of ${title}`)) as PlanJson, region)
    return {state, observed: `${title}: ${counts}`, differences, data: {lines: [...lines, counts], goes, monthly} satisfies StackData}
  } catch (error) {
    if (!isUpstreamMissing(error) || upstream.length === 0) throw error
    return waiting(stack)
  }
}

/** The look at a stack that reads outputs of one which is not there. */
function waiting(stack: StackId): Probe {
  const {title, upstream} = STACKS[stack]
  return {state: 'absent', observed: `${title} comes after ${upstream.map((name) => STACKS[name].title).join(', ')}`, data: {lines: [], goes: [], waits: true} satisfies StackData}
}

/** What terraform says where a state that it reads outputs of is not there, or holds not all of them yet. */
function isUpstreamMissing(error: unknown): boolean {
  const {code, tool} = asKpError(error)
  return code === 'TOOL_FAILED' && /Unable to find remote state|No stored state was found|does not have an attribute named/.test(tool?.output ?? '')
}

function upstreamMissing(ctx: PlatformContext, stack: StackId): KpError {
  const before = STACKS[stack].upstream.map((name) => STACKS[name].title)
  return new KpError({code: 'STEP_FAILED', message: `${STACKS[stack].title} needs what is not there: ${before.join(', ')}`, next: [`kp up --env ${ctx.spec.environment.name}, with the phases before this one`]})
}

function refuseLoss(stack: StackId, goes: PlanSummary['goes']): void {
  const lost = goes.filter(({address}) => NEVER_REPLACED.test(address))
  if (lost.length === 0) return
  throw new KpError({
    code: 'GATE',
    message: `the plan of the stack ${stack} destroys ${lost.map(({address}) => address).join(', ')}: kp up never does that`,
    next: ['put the old value back into kp.yaml', 'or add an environment and migrate to it'],
  })
}

async function saveState(ctx: PlatformContext, stack: StackId, place: TerraformPlace): Promise<void> {
  await whileLocked(ctx, {stack, place}, () => pushState(place, {file: ERRORED_STATE, doing: `save the state of the stack ${stack}`}))
  if (ctx.dryRun) return
  rmSync(join(place.folder, ERRORED_STATE), {force: true})
  forgetLooks(ctx, stack)
}

/** What was seen of a stack that changed, and of those that read its outputs, is stale. */
function forgetLooks(ctx: PlatformContext, stack: StackId): void {
  const {looks} = requireAws(ctx)
  for (const one of Object.values(STACKS)) if (one.id === stack || one.upstream.includes(stack)) looks.delete(one.id)
}

/** What later phases read without asking terraform. */
async function recordOutputs(ctx: PlatformContext, stack: StackId, place: TerraformPlace): Promise<void> {
  const values = await outputs(place, `read the outputs of the stack ${stack}`)
  writeFileSync(join(requireAws(ctx).stacksFolder, `${stack}.outputs.json`), `${JSON.stringify(values, null, 1)}\n`, {mode: 0o600})
}

/** `aws_eks_cluster.this: Still creating... [02m10s elapsed]` */
function tellProgress(ctx: PlatformContext, step: string, line: string): void {
  const text = line.trim()
  if (/^[\w.[\]"/-]+: (?:Creating|Creation complete|Still|Modifying|Modifications complete|Destroying|Destruction complete|Refreshing)/.test(text)) {
    ctx.emit({code: 'step.progress', phase: step.split('/')[0] ?? '', step, text})
  }
}
