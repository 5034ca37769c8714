/** A plan as people read it. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {groupBy} from './render-common.ts'
import type {Words} from './render-common.ts'
import type {PlanResult} from './results.ts'
import {styleFor} from './style.ts'
import type {Colour} from './style.ts'
import {clean, count, oneLine, wrap, wrapCommand} from './text.ts'

type PlannedStep = PlanResult['steps'][number]

const SIGNS: Record<Exclude<PlannedStep['state'], 'satisfied'>, {sign: string; colour: Colour}> = {
  absent: {sign: '+', colour: 'green'},
  drifted: {sign: '~', colour: 'yellow'},
  unknown: {sign: '?', colour: 'yellow'},
}

/**
 * Shows what `kp up` would do: `+` builds, `~` repairs, `?` could not be looked at.
 * @param options.brief for a question: what is built has one line, only what differs has more
 */
export function renderPlan(plan: PlanResult, look: Look, words: Words = {}, options: {brief?: boolean} = {}): string {
  const {bold} = styleFor(look)
  const todo = plan.steps.filter(({state}) => state !== 'satisfied')
  const shared = sharedReason(todo)
  const phases = groupBy(todo, ({phase}) => phase).flatMap(([phase, steps]) => [
    bold(words.phaseTitle?.(phase) ?? phase),
    ...steps.flatMap((step) => stepLines(step, look, {titleOnly: options.brief === true && step.state === 'absent', shared})),
    '',
  ])
  const head = wrap(`Plan for environment ${plan.environment}, cluster ${plan.cluster}`, look.columns).map(bold)
  const more = options.brief === true && plan.summary.absent > 0 ? ['Each object and command: kp plan'] : []
  const reason = shared === undefined ? [] : wrap(oneLine(`${shared.charAt(0).toUpperCase()}${shared.slice(1)}.`), look.columns)
  return [...head, ...reason, '', ...phases, ...noteLines(plan, look), ...summaryLines(plan, look), ...more].join('\n')
}

/** What was seen at most steps, where that is one thing (there is no cluster yet): it is said once. */
function sharedReason(steps: PlannedStep[]): string | undefined {
  const candidates = steps.filter(({state, differences}) => (state === 'absent' || state === 'unknown') && differences.length === 0)
  const [reason, same] = groupBy(candidates, ({observed}) => observed).toSorted(([, a], [, b]) => b.length - a.length)[0] ?? []
  return (same?.length ?? 0) > 3 ? reason : undefined
}

function stepLines(step: PlannedStep, look: Look, {titleOnly, shared}: {titleOnly: boolean; shared: string | undefined}): string[] {
  if (step.state === 'satisfied') return []
  const style = styleFor(look)
  const {sign, colour} = SIGNS[step.state]
  const risk = step.risk === 'none' ? '' : ` (${step.risk})`
  const time = step.estimateMs === undefined ? '' : `, about ${formatDuration(step.estimateMs)}`
  const title = wrap(oneLine(`${step.title}${risk}${time}`), look.columns, {first: `  ${sign} `}).map(style[colour])
  if (titleOnly) return title
  const seen = step.observed === shared ? [] : wrap(oneLine(step.observed), look.columns, {first: '      '})
  const differences = step.differences.flatMap((difference) => differenceLines(difference, look))
  const changes = step.changes.flatMap((change) => wrap(clean(change), look.columns, {first: '      - ', rest: '        '}))
  const commands = step.commands.flatMap((command) => wrapCommand(clean(command), look.columns, '      ').map(style.dim))
  return [...title, ...seen, ...differences, ...changes, ...commands]
}

function differenceLines({object, field, wanted, seen}: PlannedStep['differences'][number], look: Look): string[] {
  const name = oneLine(field === undefined ? object : `${object}  ${field}`)
  const missing = field === undefined ? 'is not there' : 'not set'
  const values = [
    ...(wanted === undefined ? [] : [`wanted ${oneLine(wanted)}`]),
    seen === undefined ? missing : `${field === undefined ? '' : 'is '}${oneLine(seen)}`,
  ].join(', ')
  const whole = `${name}: ${values}`
  const fits = wrap(whole, look.columns, {first: '      '})
  return fits.length === 1 ? fits : [...wrap(name, look.columns, {first: '      '}), ...wrap(values, look.columns, {first: '        '})]
}

function noteLines({notes = []}: PlanResult, look: Look): string[] {
  const {yellow} = styleFor(look)
  return notes.flatMap(({text, next}) => [...wrap(oneLine(text), look.columns, {first: 'note  ', rest: '      '}).map(yellow), ...next.flatMap((line) => wrap(clean(line), look.columns, {first: '      '})), ''])
}

function summaryLines(plan: PlanResult, look: Look): string[] {
  const {satisfied, absent, drifted, unknown} = plan.summary
  const cost = plan.monthlyCost
  const change = cost?.difference === undefined || Math.abs(cost.difference) < 0.005 ? '' : `, ${Math.abs(cost.difference).toFixed(2)} ${cost.difference > 0 ? 'more' : 'less'} than now`
  const costs = cost === undefined ? [] : wrap(`About ${cost.amount.toFixed(2)} ${cost.currency} a month${change} (${cost.basis}).`, look.columns)
  if (absent + drifted + unknown === 0) return [`Nothing to do: everything is as planned (${count(satisfied, 'step')}).`, ...costs]
  const parts = [
    ...(absent === 0 ? [] : [`${absent} to build`]),
    ...(drifted === 0 ? [] : [`${drifted} to repair`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
    `${satisfied} as planned`,
  ]
  const time = plan.estimateMs === undefined ? '' : ` About ${formatDuration(plan.estimateMs)}.`
  return [...wrap(`${parts.join(', ')}.${time}`, look.columns), ...costs]
}
