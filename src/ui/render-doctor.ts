/** Doctor and tools as people read them. Pure. */
import type {Look} from './io.ts'
import {fixLines, groupBy, labelled, nextLines} from './render-common.ts'
import type {DoctorResult, ToolsResult} from './results.ts'
import {styleFor} from './style.ts'
import type {Colour} from './style.ts'
import {tableLines} from './tables.ts'
import type {Cell} from './tables.ts'
import {count, oneLine, pad, wrap} from './text.ts'

type Examined = DoctorResult['checks'][number]

const COLOURS: Record<Examined['status'], Colour> = {pass: 'green', warn: 'yellow', fail: 'red', skip: 'dim', unknown: 'yellow'}
const WORDS: Record<Examined['status'], string> = {pass: 'ok', warn: 'warn', fail: 'missing', skip: 'skip', unknown: 'unknown'}

/** Shows the prerequisites by area; what is missing with its fix. */
export function renderDoctor(result: DoctorResult, look: Look): string {
  const style = styleFor(look)
  const areas = groupBy(result.checks, ({area}) => area).flatMap(([area, checks]) => [style.bold(capital(area)), ...checks.flatMap((check) => lines(check, look)), ''])
  const {fail, warn, unknown} = result.summary
  const verdict =
    fail > 0
      ? style.red(`${count(fail, 'prerequisite is', 'prerequisites are')} missing.`)
      : warn + unknown > 0
        ? style.yellow(`Ready, with ${[...(warn > 0 ? [count(warn, 'warning')] : []), ...(unknown > 0 ? [`${unknown} unknown`] : [])].join(' and ')}.`)
        : style.green('Ready: nothing is missing.')
  const tools = result.checks.some(({area, status}) => area === 'tools' && status === 'fail')
  return [...areas, verdict, ...(tools ? ['', ...nextLines(['kp tools install'], look)] : [])].join('\n')
}

/** Shows the tools with the version wanted and the one found. */
export function renderTools(result: ToolsResult, look: Look): string {
  const colours: Record<ToolsResult['tools'][number]['state'], Colour> = {ok: 'green', installed: 'green', missing: 'yellow', old: 'yellow', unusable: 'red'}
  const rows = result.tools.map((tool): Cell[] => [
    tool.name,
    {text: tool.state, colour: colours[tool.state]},
    tool.wanted,
    tool.version ?? '-',
    oneLine(tool.reason ?? tool.path ?? '-'),
  ])
  const missing = result.tools.some(({state}) => state !== 'ok' && state !== 'installed')
  const table = tableLines([{header: 'Tool', shrink: false}, {header: 'State', shrink: false}, {header: 'Wanted'}, {header: 'Found'}, {header: 'Where'}], rows, look)
  return [...table, ...(missing ? ['', ...nextLines(['kp tools install'], look)] : [])].join('\n')
}

function lines(check: Examined, look: Look): string[] {
  const style = styleFor(look)
  const word = WORDS[check.status]
  const good = check.status === 'pass' || check.status === 'skip'
  const [head = '', ...rest] = wrap(oneLine(good ? `${check.title}: ${check.observed}` : check.title), look.columns, {first: `  ${pad(word, 7)}  `})
  const painted = [`  ${style[COLOURS[check.status]](word)}${head.slice(2 + word.length)}`, ...rest]
  if (good) return painted
  const at = {indent: 4, width: 8}
  return [
    ...painted,
    ...labelled('seen', check.observed, look, at),
    ...(check.expected === null ? [] : labelled('expected', check.expected, look, at)),
    ...(check.fix.length === 0 ? [] : ['    fix', ...fixLines(check.fix, look, '      ')]),
    ...(check.pitfalls.length === 0 ? [] : labelled('more', `kp explain ${check.pitfalls[0]}`, look, at)),
  ]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
