/** What a removal takes away and what it leaves, as people read it before they are asked. Pure. */
import type {Look} from './io.ts'
import {styleFor} from './style.ts'
import {clean, count, wrap} from './text.ts'

/** What is shown. */
export interface RemovalView {
  phase: string
  environment: string
  cluster: string
  deletes: string[]
  keeps: string[]
}

/** Every object by name: nothing goes that was not shown. */
export function renderRemoval({phase, environment, cluster, deletes, keeps}: RemovalView, look: Look): string {
  const {bold} = styleFor(look)
  const list = (names: string[]): string[] => names.flatMap((name) => wrap(clean(name), look.columns, {first: '  - ', rest: '    '}))
  return [
    ...wrap(`Remove phase ${phase} from environment ${environment}, cluster ${cluster}`, look.columns).map(bold),
    '',
    `Deletes ${count(deletes.length, 'object')}`,
    ...list(deletes),
    ...(keeps.length === 0 ? [] : ['', `Keeps ${count(keeps.length, 'object')}`, ...list(keeps)]),
  ].join('\n')
}
