/** `kp destroy`: the stacks in the opposite order, each by a plan that was shown; then what is left in the account. */
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {prepareStack, requireAws} from '../checks/terraform/place.ts'
import {whileLocked} from '../checks/terraform/lock.ts'
import {STACK_IDS} from '../components/terraform/ids.ts'
import type {StackId} from '../components/terraform/ids.ts'
import {summarizePlan} from '../components/terraform/plan.ts'
import type {PlanJson} from '../components/terraform/plan.ts'
import type {PlatformContext} from '../context.ts'
import {KpError} from '../engine/errors.ts'
import type {Remainder} from '../providers/aws/audit.ts'
import {applyPlan, plan, pullState, showPlan} from '../tools/terraform.ts'

/** A stack with what of it goes. */
export interface DoomedStack {
  stack: StackId
  /** Addresses. */
  goes: string[]
}

/** What a teardown would do. */
export interface DestroyLook {
  /** In the order in which they go. */
  stacks: DoomedStack[]
  /** The network, while it is known: what is in it and in no stack is found by it. */
  vpc: string | undefined
}

const APPLY_MS = 90 * 60_000
const HELD_BY_NAME = 'vpc.json'

/**
 * Plans the teardown of every stack; the plans are saved. Changes nothing.
 * @throws KpError SPEC_INVALID where the provider has no stacks, WRONG_ACCOUNT, and what terraform says
 */
export async function lookAtDestroy(ctx: PlatformContext): Promise<DestroyLook> {
  if (ctx.aws === undefined) {
    throw new KpError({code: 'SPEC_INVALID', message: `kp destroy cannot take down provider ${ctx.spec.provider.type} yet`, next: [ctx.lab === undefined ? 'delete the cluster by the means of its provider' : `kp lab down ${ctx.lab.name}`]})
  }
  await ctx.aws.requireAccount()
  const stacks: DoomedStack[] = []
  for (const stack of STACK_IDS.toReversed()) {
    const {place} = await prepareStack(ctx, stack)
    if (isEmpty(await pullState(place, `read the state of the stack ${stack}`))) continue
    const {exitCode} = await plan(place, {doing: `look what of the stack ${stack} is there`, destroy: true})
    if (exitCode === 0) continue
    const {goes} = summarizePlan((await showPlan(place, `read the plan of the stack ${stack}`)) as PlanJson)
    stacks.push({stack, goes: goes.map(({address}) => address)})
  }
  return {stacks, vpc: rememberedVpc(ctx)}
}

/** Does what was planned. A teardown that was cut off goes on where it is. */
export async function destroyStacks(ctx: PlatformContext, {stacks}: DestroyLook): Promise<void> {
  for (const {stack} of stacks) {
    if (ctx.stopping()) throw new KpError({code: 'INTERRUPTED', message: 'stopped between two stacks', next: ['run the same command again: it goes on where it is']})
    const {place} = await prepareStack(ctx, stack)
    const at = {phase: 'destroy', step: `destroy/${stack}`}
    await whileLocked(ctx, {stack, place}, () => applyPlan(place, {doing: `destroy the stack ${stack}`, timeoutMs: APPLY_MS, onLine: (line) => ctx.emit({code: 'step.progress', ...at, text: line.trim()})}))
    rmSync(join(requireAws(ctx).stacksFolder, `${stack}.outputs.json`), {force: true})
  }
}

/** What is left in the account of this environment. @throws KpError where AWS does not say: that is not nothing */
export async function auditRemainders(ctx: PlatformContext, {vpc}: DestroyLook): Promise<Remainder[]> {
  const {platform, environment} = ctx.spec
  return requireAws(ctx).remainders({platform, environment: environment.name, cluster: environment.cluster, vpc})
}

/** The ends of what was kept for the teardown. */
export function forgetNetwork(ctx: PlatformContext): void {
  rmSync(join(requireAws(ctx).stacksFolder, HELD_BY_NAME), {force: true})
}

function isEmpty(state: string): boolean {
  if (state.trim() === '') return true
  return ((JSON.parse(state) as {resources?: {mode?: string}[]}).resources ?? []).every(({mode}) => mode === 'data')
}

/** The network by its outputs; kept beside them until the audit finds nothing, since a destroyed stack has no outputs. */
function rememberedVpc(ctx: PlatformContext): string | undefined {
  const folder = requireAws(ctx).stacksFolder
  const [outputs, kept] = ['network.outputs.json', HELD_BY_NAME].map((name) => join(folder, name))
  const read = (path: string | undefined): string | undefined => (path !== undefined && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as {vpc_id?: string}).vpc_id : undefined)
  const vpc = read(outputs) ?? read(kept)
  if (vpc === undefined || outputs === undefined || kept === undefined || !existsSync(outputs)) return vpc
  writeFileSync(kept, JSON.stringify({vpc_id: vpc}))
  return vpc
}
