/**
 * Builder: the last step of a phase whose components are chosen in kp.yaml. What kp installed for an earlier
 * choice is taken away when the new one stands and passes its checks: until then both do.
 */
import type {PlatformContext, PlatformPhase, PlatformStep} from '../../context.ts'
import {describeObject} from '../../checks/objects.ts'
import {CHOICES, withChoice} from '../../components/alternatives.ts'
import type {OtherChoice} from '../../components/alternatives.ts'
import {earlierChoices} from '../../checks/earlier-choices.ts'
import {applies} from '../../engine/applies.ts'
import {KpError} from '../../engine/errors.ts'
import type {RemovalOptions, Standing} from '../../engine/types.ts'
import {failuresOf} from '../../engine/verify.ts'
import {namespaceRemoval, namespacesOf} from './namespace-removal.ts'

const GONE_MS = 60_000

/** The phase with that step, where it has choices. */
export function withEarlierChoice(phase: PlatformPhase): PlatformPhase {
  if (!CHOICES.some((choice) => choice.phase === phase.id && choice.change === 'beside')) return phase
  return {...phase, steps: (ctx) => [...phase.steps(ctx), earlierChoice(phase)], earlierUsers: (ctx, other) => usersOfChoice(ctx, phase, other)}
}

function earlierChoice(phase: PlatformPhase): PlatformStep {
  return {
    id: `${phase.id}/earlier-choice`,
    title: 'Take away what an earlier choice left',
    risk: 'disruptive',
    async probe(ctx) {
      const presence = await ctx.presence()
      if (presence.state !== 'running') return {state: presence.state === 'absent' ? 'satisfied' : 'unknown', observed: presence.observed}
      const found = await earlierChoices(ctx, phase.id)
      if (found.length === 0) return {state: 'satisfied', observed: 'nothing of an earlier choice stands'}
      const free = await withoutUsers(ctx, phase, found)
      if (free.length === 0) return {state: 'satisfied', observed: `${found.map(({component}) => component).join(', ')} of an earlier choice stays as long as others use it`}
      return {
        state: 'drifted',
        observed: free.map(({choice, value, chosen}) => `phases.${phase.id}.${choice.field} was ${value} and is ${chosen}`).join('; '),
        differences: free.map(({component}) => ({object: `release ${placeOf(ctx, component)}`, seen: 'is no longer wanted'})),
      }
    },
    async plan(ctx) {
      const found = lastFirst(await withoutUsers(ctx, phase, await earlierChoices(ctx, phase.id)))
      const lines: string[] = []
      for (const other of found) {
        lines.push(`${other.choice.components[other.chosen] === undefined ? '' : `when ${other.chosen} passes its checks, `}take ${other.component} away`)
        if (other.choice.note !== undefined) lines.push(other.choice.note)
        const {deletes, keeps} = await whatStands(ctx, phase, other)
        lines.push(...deletes.map((name) => `delete ${name}`), ...keeps.map((name) => `keep ${name}`))
      }
      return {lines, commands: found.map(({component}) => `helm uninstall ${ctx.catalog.get(component).releaseName} -n ${ctx.catalog.get(component).namespace}`)}
    },
    async apply(ctx) {
      const found = await withoutUsers(ctx, phase, await earlierChoices(ctx, phase.id))
      if (!ctx.dryRun && found.some(({choice, chosen}) => choice.components[chosen] !== undefined)) await requireNewStands(ctx, phase)
      for (const other of lastFirst(found)) await takeAway(ctx, phase, other, {withData: false})
    },
    // A removal of the phase takes along what the steps of now do not know.
    async standing(ctx, removal) {
      const all = await Promise.all((await unknownToSteps(ctx, phase)).map((other) => whatStands(ctx, phase, other, removal)))
      return {deletes: all.flatMap(({deletes}) => deletes), keeps: all.flatMap(({keeps}) => keeps), blockers: all.flatMap(({blockers}) => blockers)}
    },
    async undo(ctx, removal = {withData: false}) {
      for (const other of await unknownToSteps(ctx, phase)) await takeAway(ctx, phase, other, removal)
    },
  }
}

/** A value's components in the order in which they go: policies before the engine that knows their kinds. */
const lastFirst = (found: OtherChoice[]): OtherChoice[] => found.toReversed()

/** What stands of earlier choices and is no component of the phase's steps. */
async function unknownToSteps(ctx: PlatformContext, phase: PlatformPhase): Promise<OtherChoice[]> {
  const known = new Set(phase.steps(ctx).map(({component}) => component))
  return (await earlierChoices(ctx, phase.id)).filter(({component}) => !known.has(component))
}

/** Takes an earlier choice away, and the namespaces that nobody needs then. */
async function takeAway(ctx: PlatformContext, phase: PlatformPhase, other: OtherChoice, removal: RemovalOptions): Promise<void> {
  const before = beforeOf(ctx, other)
  for (const {step, options} of oldSteps(ctx, phase, other, removal)) {
    await step.undo?.(before, options)
    ctx.changed()
  }
  if (ctx.dryRun) return
  await gone(ctx, phase, other, removal)
  const keep = new Set(namespacesOf(ctx, phase))
  const names = [...namespacesOf(before, phase), ctx.catalog.get(other.component).namespace].filter((name) => !keep.has(name))
  await namespaceRemoval(phase.id, names).undo?.(ctx, removal)
  ctx.changed()
}

/** What was deleted may take a while to go, and a namespace is not empty before. What stays is seen by the next look. */
async function gone(ctx: PlatformContext, phase: PlatformPhase, other: OtherChoice, removal: RemovalOptions): Promise<void> {
  const until = ctx.clock.now() + GONE_MS
  while ((await whatStands(ctx, phase, other, removal)).deletes.length > 0 && ctx.clock.now() < until && !ctx.signal.aborted) {
    await ctx.clock.sleep(500, ctx.signal)
    ctx.changed()
  }
}

interface OldStep {
  step: PlatformStep
  options: RemovalOptions
}

/** The platform with the earlier choice. */
function beforeOf(ctx: PlatformContext, other: OtherChoice): PlatformContext {
  return {...ctx, spec: {...ctx.spec, phases: withChoice(ctx.spec.phases, other)}}
}

/** The steps of an earlier choice in the order of their removal. The release is the sign by which the rest is found: it goes last. */
function oldSteps(ctx: PlatformContext, phase: PlatformPhase, other: OtherChoice, removal: RemovalOptions): OldStep[] {
  const before = beforeOf(ctx, other)
  const keep = wantedNow(ctx, phase)
  const steps = phase.steps(before).filter((step) => applies(step, before)).toReversed()
  const sets = steps.flatMap((step): OldStep[] => {
    const only = new Set((step.objects?.(before) ?? []).map(describeObject).filter((name) => !keep.has(name)))
    return step.component !== undefined || only.size === 0 ? [] : [{step, options: {...removal, only}}]
  })
  const releases = steps.filter(({component}) => component === other.component).map((step) => ({step, options: removal}))
  return [...sets, ...releases]
}

/** What the steps of today want of their sets, by name. */
function wantedNow(ctx: PlatformContext, phase: PlatformPhase): Set<string> {
  return new Set(phase.steps(ctx).filter((step) => applies(step, ctx)).flatMap((step) => step.objects?.(ctx).map(describeObject) ?? []))
}

async function whatStands(ctx: PlatformContext, phase: PlatformPhase, other: OtherChoice, removal: RemovalOptions = {withData: false}): Promise<Standing> {
  const before = beforeOf(ctx, other)
  const all = await Promise.all(oldSteps(ctx, phase, other, removal).map(async ({step, options}) => step.standing?.(before, options)))
  return {deletes: all.flatMap((one) => one?.deletes ?? []), keeps: all.flatMap((one) => one?.keeps ?? []), blockers: all.flatMap((one) => one?.blockers ?? [])}
}

/** Those that nobody else uses: what others put on them would be lost, or would lose its controller. */
async function withoutUsers(ctx: PlatformContext, phase: PlatformPhase, found: OtherChoice[]): Promise<OtherChoice[]> {
  const used = await Promise.all(found.map(async (other) => (await usersOfChoice(ctx, phase, other)).length > 0))
  return found.filter((_, index) => used[index] === false)
}

/** Objects of others that need a component of an earlier choice. */
async function usersOfChoice(ctx: PlatformContext, phase: PlatformPhase, other: OtherChoice): Promise<string[]> {
  const [{blockers}, users] = await Promise.all([whatStands(ctx, phase, other), phase.users?.(ctx, {component: other.component, before: beforeOf(ctx, other), keep: wantedNow(ctx, phase)}) ?? []])
  return [...new Set([...blockers, ...users])]
}

/**
 * Both stand until the new one is proven.
 * @throws KpError GATE with what does not pass yet
 */
async function requireNewStands(ctx: PlatformContext, phase: PlatformPhase): Promise<void> {
  const ids = new Set(phase.steps(ctx).filter((step) => applies(step, ctx)).flatMap((step) => step.verify ?? []))
  const failed = await failuresOf(phase.id, phase.checks.filter(({id}) => ids.has(id)), ctx)
  if (failed.length === 0) return
  throw new KpError({
    code: 'GATE',
    message: `what an earlier choice left in phase ${phase.id} stays: the new one does not pass its checks yet`,
    details: failed,
    next: [`kp verify ${phase.id}`, 'then run the same command again: until then both stand'],
  })
}

function placeOf(ctx: PlatformContext, component: string): string {
  const {namespace, releaseName} = ctx.catalog.get(component)
  return `${namespace}/${releaseName}`
}
