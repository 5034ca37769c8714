/** Runbooks as people read them. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {RunbookResult} from './results.ts'
import {marksFor, styleFor} from './style.ts'
import {clean, count, oneLine, pad, width, wrap, wrapCommand} from './text.ts'

/** All of them, each with its title. */
export function renderRunbookList({runbooks}: RunbookResult, look: Look): string {
  const column = Math.max(...runbooks.map(({name}) => width(name)))
  return [count(runbooks.length, 'runbook'), '', ...runbooks.flatMap(({name, title}) => wrap(oneLine(title), look.columns, {first: `  ${pad(name, column)}  `})), '', ...nextLines(['kp runbook NAME'], look)].join('\n')
}

/** Its title, and what users see. */
export function renderRunbookHead({title, users}: Pick<RunbookResult, 'title' | 'users'>, look: Look): string {
  const {bold} = styleFor(look)
  return [...wrap(oneLine(title), look.columns).map(bold), '', ...wrap(clean(users), look.columns), ''].join('\n')
}

/** The whole of it. */
export function renderRunbook(runbook: RunbookResult, look: Look): string {
  const {dim} = styleFor(look)
  const lines = runbook.sections.flatMap(({title, text, steps}) => [
    ...stepLines(title, text, look),
    ...steps.flatMap((step, index) => [
      ...(step.text === '' ? [] : stepLines('', `${index + 1}. ${step.text}`, look)),
      ...step.commands.flatMap(({command, expect}) => [...commandLines(command, look), ...(expect === null ? [] : wrap(`expect: ${expect}`, look.columns, {first: '   '}).map(dim))]),
    ]),
    '',
  ])
  return [renderRunbookHead(runbook, look), ...lines].join('\n').trimEnd()
}

/** A heading with its text, or a step. */
export function stepLines(heading: string, text: string, look: Look): string[] {
  const {bold} = styleFor(look)
  return [...(heading === '' ? [] : [bold(heading)]), ...text.split('\n').filter((line) => line !== '').flatMap((line) => wrap(clean(line), look.columns, {rest: /^(?:\d+\.|-) /.test(line) ? '   ' : ''}))]
}

/** A command to copy, and why kp does not run it. */
export function commandLines(command: string, look: Look, why?: string): string[] {
  const {cyan, dim} = styleFor(look)
  const [first = '', ...rest] = command.split('\n')
  return [...wrapCommand(first, look.columns, '   '), ...rest.map((line) => `   ${line}`)].map(cyan).concat(why === undefined ? [] : wrap(clean(why), look.columns, {first: '   '}).map(dim))
}

/** What was run, at the end. */
export function renderRan({name, ran}: RunbookResult, look: Look): string {
  const marks = marksFor(look)
  if (ran.length === 0) return `${name}: nothing was run`
  return ['', ...ran.flatMap(({command, ok, reason}) => wrap(clean(`${command.split('\n')[0]}${ok ? '' : `: ${reason}`}`), look.columns, {first: `${ok ? marks.done : marks.failed} `, rest: '  '})), '', ...nextLines(['kp verify', 'kp history'], look)].join('\n')
}
