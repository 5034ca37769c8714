/** An error as people read it: what was being done, what went wrong, why, and what to do now. Pure. */
import type {Look} from './io.ts'
import {fixLines, labelled, nextLines} from './render-common.ts'
import type {Words} from './render-common.ts'
import type {ErrorBody} from './results.ts'
import {marksFor, styleFor} from './style.ts'
import {clean, oneLine, wrap, wrapCommand} from './text.ts'

const MAX_OUTPUT_LINES = 12
const MAX_PITFALLS = 3
/** Errors after which running again says nothing new: the person has to change something first. */
const NOT_A_RETRY = new Set(['USAGE', 'UNKNOWN_PHASE', 'NO_TERMINAL', 'SPEC_MISSING', 'SPEC_INVALID', 'ENVIRONMENT_UNKNOWN', 'NOT_CONFIRMED', 'NODE_OLD', 'WRONG_CLUSTER', 'NOT_OURS', 'EDITED_BY_HAND', 'IMMUTABLE', 'GATE'])

/** Shows an error with its pitfalls, the next actions, and whether running again is safe. */
export function renderError(error: ErrorBody, look: Look, words: Words = {}): string {
  const style = styleFor(look)
  const head = wrap(clean(error.message), look.columns, {first: `${marksFor(look).failed} `}).map(style.red)
  const context = contextLines(error, look)
  return [
    ...head,
    ...(context.length === 0 ? [] : ['', ...context]),
    ...pitfallLines(error, look, words),
    ...(error.next.length === 0 ? [] : ['', ...nextLines(error.next, look)]),
    ...(NOT_A_RETRY.has(error.code) ? [] : ['', ...wrap(retryText(error), look.columns)]),
    ...labelled('error', `${error.code}, exit code ${error.exit}`, look, {indent: 0, width: 5}).map(style.dim),
  ].join('\n')
}

function retryText({retrySafe}: ErrorBody): string {
  return retrySafe
    ? 'Running the same command again is safe: it goes on from where it is.'
    : 'Do not run the same command again before you have looked at what is above.'
}

function contextLines(error: ErrorBody, look: Look): string[] {
  const {dim} = styleFor(look)
  const at = {indent: 2, width: 7}
  const {tool} = error
  const output = tool === null ? [] : clean(tool.output).split('\n').filter((line) => line.trim() !== '')
  const tail = output.slice(-MAX_OUTPUT_LINES)
  const ended = tool?.exitCode === null || tool?.exitCode === undefined ? '' : ` (exit code ${tool.exitCode})`
  return [
    ...(error.doing === null ? [] : labelled('while', error.doing, look, at)),
    ...error.details.flatMap((text, index) => labelled(index === 0 ? 'details' : '', text, look, at)),
    ...(tool === null ? [] : [`  command${ended}`, ...wrapCommand(clean(tool.command), look.columns, '    ')]),
    ...(tail.length === 0 ? [] : [output.length > tail.length ? `  said (the last ${tail.length} lines)` : '  said']),
    ...tail.flatMap((line) => wrap(line, look.columns, {first: '    '})).map(dim),
  ]
}

function pitfallLines(error: ErrorBody, look: Look, words: Words): string[] {
  const {bold} = styleFor(look)
  return error.pitfalls.slice(0, MAX_PITFALLS).flatMap((code) => {
    const pitfall = words.pitfall?.(code)
    if (pitfall === undefined) return ['', ...wrap(`Known pitfall ${code}: kp explain ${code}`, look.columns)]
    return [
      '',
      ...wrap(oneLine(pitfall.title), look.columns, {first: `${code}  `}).map(bold),
      ...labelled('cause', pitfall.cause, look, {indent: 2, width: 5}),
      ...fixLines([...pitfall.fix, {text: 'See that it is fixed', command: `kp verify --check ${pitfall.confirmBy}`}], look, '  '),
    ]
  })
}
