/** The texts of `kp explain`: what a phase, step, check or pitfall is. Pure. */
import type {Look} from './io.ts'
import {fixLines} from './render-common.ts'
import type {ExplainResult} from './results.ts'
import {styleFor} from './style.ts'
import {clean, oneLine, pad, width, wrap, wrapCommand} from './text.ts'

/** Shows the text of a phase, step, check or pitfall, section by section. */
export function renderExplain(result: ExplainResult, look: Look): string {
  const {bold} = styleFor(look)
  const sections: [string, string[]][] = [
    ['What', paragraph(result.what, look)],
    ['Why', paragraph(result.why, look)],
    ['Symptom', paragraph(result.symptom, look)],
    ['Cause', paragraph(result.cause, look)],
    ['How', bullets(result.how, look)],
    ['After', bullets(result.dependsOn, look)],
    ['Steps', pairs(result.steps?.map(({id, title, risk}) => [id, risk === 'none' ? title : `${title} (${risk})`]), look)],
    ['Checks', pairs(result.checks?.map(({id, title, severity}) => [id, severity === 'error' ? title : `${title} (warning)`]), look)],
    ['Pitfalls', pairs(result.pitfalls?.map(({code, title}) => [code, title]), look)],
    ['Fix', result.fix === undefined ? [] : fixLines(result.fix, look, '  ')],
    ['Proved by', result.confirmBy === undefined ? [] : wrapCommand(`kp verify --check ${result.confirmBy}`, look.columns, '  ')],
    ['Run it', runLines(result, look)],
    ['Runbook', paragraph(result.runbook === undefined ? undefined : `runbooks/${result.runbook}`, look)],
    ['Read on', paragraph(publicSources(result.source), look)],
  ]
  const shown = sections.filter(([, lines]) => lines.length > 0)
  return [...headLines(result, look).map(bold), ...shown.flatMap(([title, lines]) => ['', bold(title), ...lines])].join('\n')
}

/** How a check or step is run by itself. */
function runLines({kind, id, phase}: ExplainResult, look: Look): string[] {
  if (kind === 'check') return wrapCommand(`kp verify --check ${id}`, look.columns, '  ')
  return kind === 'step' ? wrapCommand(`kp step ${phase} --plan`, look.columns, '  ').concat(wrapCommand(`kp step ${phase}`, look.columns, '  ')) : []
}

/** The sources that a reader can look up; where kp's own design speaks, there is nothing to read. */
function publicSources(source: string | undefined): string | undefined {
  return source?.split('; ').filter((part) => !/^(?:twenty phases|checks|kp|lab|self-hosted|private infrastructure|kind guide|microservices on kind|EC2 guide|rebuild case study|source notes)\b(?!\.)/.test(part)).join('; ')
}

function headLines({kind, id, title, phase, number, risk, severity}: ExplainResult, look: Look): string[] {
  const name = kind === 'phase' ? `Phase ${number ?? ''} ${id}`.replaceAll(/ +/g, ' ') : `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${id}`
  const note = [kind === 'phase' ? undefined : `phase ${phase}`, risk === undefined || risk === 'none' ? undefined : risk, severity === 'warning' ? 'a warning' : undefined]
  const notes = note.filter((part) => part !== undefined).join(', ')
  return wrap(oneLine(`${name}: ${title}${notes === '' ? '' : ` (${notes})`}`), look.columns)
}

function paragraph(text: string | undefined, look: Look): string[] {
  return text === undefined || text === '' ? [] : wrap(clean(text).trim(), look.columns, {first: '  '})
}

function bullets(items: string[] | undefined, look: Look): string[] {
  return (items ?? []).flatMap((item) => wrap(oneLine(item), look.columns, {first: '  - ', rest: '    '}))
}

/** Names beside their titles; below them where the names are too wide for that. */
function pairs(items: string[][] | undefined, look: Look): string[] {
  const names = (items ?? []).map(([name = '']) => width(name))
  const column = Math.max(0, ...names)
  return (items ?? []).flatMap(([name = '', title = '']) => {
    if (column > look.columns / 2) return [`  ${name}`, ...wrap(oneLine(title), look.columns, {first: '      '})]
    return wrap(oneLine(title), look.columns, {first: `  ${pad(name, column)}  `})
  })
}
