/** A teardown, as people read it. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {DestroyResult} from './results.ts'
import {count, truncate, wrap} from './text.ts'

/** What would go, by name. */
export function renderDoomed(stacks: readonly {stack: string; goes: readonly string[]}[], look: Look): string {
  return stacks.flatMap(({stack, goes}) => [`The stack ${stack}:`, ...goes.map((address) => truncate(`  - ${address}`, look.columns)), '']).join('\n')
}

/** What went and what is left, with what that costs. */
export function renderDestroy({environment, cluster, destroyed, left}: DestroyResult, look: Look): string {
  const went = destroyed.reduce((sum, {resources}) => sum + resources.length, 0)
  const head = destroyed.length === 0 ? `There was nothing of environment ${environment} (cluster ${cluster}) in any state.` : `Destroyed ${count(went, 'resource')} of environment ${environment} (cluster ${cluster}): ${destroyed.map(({stack}) => stack).join(', ')}.`
  if (left.length === 0) return [...wrap(head, look.columns), ...wrap('Nothing is left in the account, by tags and by the network.', look.columns)].join('\n')
  const monthly = left.reduce((sum, one) => sum + one.monthly, 0)
  return [
    ...wrap(head, look.columns),
    '',
    ...wrap(`${count(left.length, 'thing is', 'things are')} still there, about $${monthly.toFixed(2)} a month:`, look.columns),
    ...left.flatMap(({kind, id, name, because, monthly: price}) => [truncate(`  ${kind} ${id}${name === undefined ? '' : ` (${name})`}`, look.columns), truncate(`    ${because}${price === 0 ? '' : `, $${price.toFixed(2)} a month`}`, look.columns)]),
    '',
    ...nextLines(['delete what nobody needs, then run kp destroy again'], look),
  ].join('\n')
}
