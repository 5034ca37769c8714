/** Scenarios as people read of them. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {LabScenarioListResult, LabScenarioResult} from './results.ts'
import {marksFor, styleFor} from './style.ts'
import {count, oneLine, pad, width, wrap} from './text.ts'

/** The list: those that run first, then those that can be started, then the rest with their reasons. */
export function renderScenarioList({scenarios}: LabScenarioListResult, look: Look): string {
  const {bold, dim} = styleFor(look)
  if (scenarios.length === 0) return 'There are no scenarios.'
  const column = Math.max(...scenarios.map(({name}) => width(name)))
  const groups: [string, LabScenarioListResult['scenarios']][] = [
    ['Started', scenarios.filter(({started}) => started)],
    ['Can be started', scenarios.filter(({started, fits}) => !started && fits === null)],
    ['Not here', scenarios.filter(({started, fits}) => !started && fits !== null)],
  ]
  const lines = groups.filter(([, items]) => items.length > 0).flatMap(([heading, items]) => [
    '',
    bold(heading),
    ...items.flatMap(({name, title, fits, started}) => [...wrap(oneLine(title), look.columns, {first: `  ${pad(name, column)}  `}), ...(fits === null || started ? [] : wrap(oneLine(fits), look.columns, {first: `  ${' '.repeat(column)}  `}).map(dim))]),
  ])
  return [`${count(scenarios.length, 'scenario')} to practise on`, ...lines, '', ...nextLines(['kp lab scenario start NAME'], look)].join('\n')
}

/** What was done, what users see now, and what to do next. */
export function renderScenario(result: LabScenarioResult, look: Look, {resolves}: {resolves: boolean}): string {
  const {bold, dim} = styleFor(look)
  const {name, action, done, users, shows} = result
  const head = {start: 'started', resolve: 'the other side has done its part', stop: 'nothing of it is left'}[action]
  const changes = done.length === 0 ? ['  nothing was left to take back'] : done.flatMap((line) => wrap(oneLine(line), look.columns, {first: '  - ', rest: '    '}))
  const first = wrap(oneLine(`${name}: ${head}`), look.columns, {first: `${marksFor(look).done} `}).map(bold)
  // What was broken is told at the end only: finding it is the exercise.
  if (action === 'start') {
    return [...first, '', bold('What users see'), ...wrap(oneLine(users), look.columns, {first: '  '}), ...wrap(`It shows within about ${count(shows, 'second')}.`, look.columns, {first: '  '}).map(dim), '', ...nextLines(['kp diagnose', ...(resolves ? [`kp lab scenario resolve ${name}`] : []), `kp lab scenario stop ${name}`], look)].join('\n')
  }
  return [...first, ...changes, '', ...nextLines(['kp verify', ...(action === 'resolve' ? [`kp lab scenario stop ${name}`] : [])], look)].join('\n')
}
