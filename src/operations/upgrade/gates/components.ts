/** Whether what runs on the platform works with the new minor. */
import {chartFor, checkCompatibility} from '../../../components/compatibility.ts'
import type {Component} from '../../../components/types.ts'
import type {PlatformContext} from '../../../context.ts'
import {applies} from '../../../engine/applies.ts'
import type {AddonChange, Gate, GateAnswer, GateProblem} from '../types.ts'

/** Components of the platform, by its phases. */
export function componentsOf(ctx: PlatformContext): Component[] {
  const ids = ctx.phases.filter((phase) => phase.appliesTo === undefined || phase.appliesTo(ctx) === true).flatMap((phase) => phase.steps(ctx)).filter((step) => applies(step, ctx)).flatMap(({component}) => component ?? [])
  return [...new Set(ids)].map((id) => ctx.catalog.get(id)).toSorted((a, b) => a.upgradeOrder - b.upgradeOrder || (a.id < b.id ? -1 : 1))
}

/** Components whose version is another one with the new minor, in the order in which they are upgraded. Pure. */
export function addonChanges(components: readonly Component[], fromMinor: string, toMinor: string): AddonChange[] {
  return components.flatMap((one) => {
    const [from, to] = [chartFor(one, fromMinor).version, chartFor(one, toMinor).version]
    return from === to ? [] : [{component: one.id, from, to}]
  })
}

/** See the file's head. */
export const componentsGate: Gate = {
  id: 'components',
  title: 'Every component works with the new minor',
  kinds: ['minor', 'addons'],
  run: ({ctx, target}) => Promise.resolve(judgeComponents(componentsOf(ctx), target.toMinor)),
}

/** Pure. */
export function judgeComponents(components: readonly Component[], minor: string): GateAnswer {
  const found = components.map((one) => ({one, ...checkCompatibility(one, minor)}))
  const say = (state: 'breaks' | 'untested', fix: (id: string) => string): GateProblem[] => found.filter((each) => each.state === state).map(({one, reason, source}) => ({what: reason, source, fix: fix(one.id)}))
  const broken = say('breaks', (id) => `choose a version that works: components.${id}.version in kp.yaml, or switch it off`)
  const untested = say('untested', (id) => `nothing to be done, or wait for a release of ${id} that names ${minor}`)
  if (broken.length > 0) return {status: 'fail', reason: broken.map(({what}) => what).join('; '), fix: broken[0]?.fix ?? null, problems: [...broken, ...untested]}
  if (untested.length > 0) return {status: 'warn', reason: `${untested.length} of ${components.length} components are not tested by their vendors with ${minor}; none is known to break`, fix: null, problems: untested}
  return {status: 'pass', reason: `${components.length} components are tested with ${minor}`, fix: null}
}
