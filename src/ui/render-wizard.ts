/** Questions of the wizard and the summary before writing, as people read them. Pure. */
import type {Look} from './io.ts'
import {styleFor} from './style.ts'
import {clean, oneLine, pad, truncate, width, wrap} from './text.ts'

/** A question with what has to be known to answer it. */
export interface QuestionView {
  /** Where it belongs: a phase's title. */
  group: string
  title: string
  why: readonly string[]
  choices: readonly {value: string; lines: readonly string[]; proposed: boolean}[]
  /** What may be typed instead of an answer. */
  hint: string
}

/** The answers by group, and what they cost. */
export interface SummaryView {
  groups: readonly {title: string; rows: readonly {title: string; shown: string}[]}[]
  directory: string
  cost: readonly string[]
}

/** Explains a question; what is asked comes after it. */
export function renderQuestion(view: QuestionView, look: Look): string {
  const style = styleFor(look)
  const choices = view.choices.flatMap(({value, lines, proposed}) => [
    `  ${style.bold(value)}${proposed ? ' (proposed)' : ''}`,
    ...lines.flatMap((line) => wrap(clean(line), look.columns, {first: '      '})),
  ])
  const head = headOf(view, look.columns)
  return [
    '',
    `${style.bold(head)} ${style.dim('-'.repeat(Math.max(0, Math.min(look.columns, 78) - width(head) - 1)))}`.trimEnd(),
    ...view.why.flatMap((line) => wrap(clean(line), look.columns)),
    ...(choices.length === 0 ? [] : ['', ...choices]),
    ...(view.hint === '' ? [] : wrap(view.hint, look.columns).map(style.dim)),
    '',
    '',
  ].join('\n')
}

/** What is asked stands there whole: where the line is too short, less is said of the phase. */
function headOf({group, title}: QuestionView, columns: number): string {
  const heads = [group, group.replace(/ \(.*\)$/, ''), group.replace(/:.*$/, '')].map((start) => oneLine(`${start} / ${title}`))
  return heads.find((head) => width(head) <= columns) ?? truncate(oneLine(title), columns)
}

/** Everything that was answered, in the order of the phases. */
export function renderSummary(view: SummaryView, look: Look): string {
  const style = styleFor(look)
  const longest = Math.min(46, Math.floor(look.columns / 2), Math.max(0, ...view.groups.flatMap(({rows}) => rows.map(({title}) => width(title)))))
  const row = ({title, shown}: {title: string; shown: string}): string[] => {
    if (width(title) <= longest) return wrap(clean(shown), look.columns, {first: `  ${pad(title, longest)}  `})
    return [...wrap(title, look.columns, {first: '  '}), ...wrap(clean(shown), look.columns, {first: ' '.repeat(longest + 4)})]
  }
  return [
    '',
    style.bold('The platform'),
    ...view.groups.flatMap(({title, rows}) => (rows.length === 0 ? [] : ['', style.bold(title), ...rows.flatMap(row)])),
    '',
    style.bold('Cost'),
    ...view.cost.flatMap((line) => wrap(line, look.columns, {first: '  '})),
    '',
    ...wrap(`It will be written to ${view.directory}. Nothing is built before kp up.`, look.columns),
    '',
    '',
  ].join('\n')
}
