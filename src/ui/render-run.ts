/** The end of `kp up` and `kp step` as people read it; the error itself is shown by `renderError`. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import {hintLines} from './render-hints.ts'
import type {Words} from './render-common.ts'
import type {StepResult, UpResult} from './results.ts'
import {styleFor} from './style.ts'
import {clean, count, wrap, wrapCommand} from './text.ts'

type StepOutcome = UpResult['phases'][number]['steps'][number]['result']

/** Says what was built, what was as planned already, what did not run, and what comes next. */
export function renderRun(result: UpResult | StepResult, look: Look, words: Words = {}): string {
  const style = styleFor(look)
  const colour = result.result === 'ok' ? style.green : result.result === 'failed' ? style.red : style.yellow
  const blocked = (begun: boolean): string => result.phases.filter(({state, steps}) => state === 'blocked' && steps.length > 0 === begun).map(({id}) => words.phaseTitle?.(id) ?? id).join(', ')
  const next = nextOf(result)
  const kept = 'kept' in result ? (result.kept ?? []) : []
  return [
    ...dryRunLines(result, look),
    ...wrap(`${headline(result)} ${counts(result)}`, look.columns).map(colour),
    ...[[blocked(true), 'finished'], [blocked(false), 'started']].flatMap(([names, what]) => (names === '' ? [] : wrap(`Not ${what}, since something before failed: ${names}.`, look.columns))),
    ...(kept.length === 0 ? [] : ['', 'Left in the cluster', ...kept.flatMap((name) => wrap(clean(name), look.columns, {first: '  - ', rest: '    '}))]),
    ...((result.hints ?? []).length === 0 ? [] : ['', ...hintLines(result.hints ?? [], look)]),
    ...(next.length === 0 ? [] : ['', ...nextLines(next, look)]),
  ].join('\n')
}

function headline({result, dryRun, durationMs}: UpResult | StepResult): string {
  const time = formatDuration(durationMs)
  if (result === 'failed') return `Failed after ${time}:`
  if (result === 'interrupted') return `Stopped after ${time}, everything is journalled:`
  return dryRun ? 'Dry run, nothing was changed:' : `Done in ${time}:`
}

function counts({phases}: UpResult | StepResult): string {
  const steps = phases.flatMap((phase) => phase.steps)
  const of = (outcome: StepOutcome): number => steps.filter(({result}) => result === outcome).length
  const parts: [number, string][] = [
    [of('applied'), 'built or repaired'],
    [of('recorded'), 'would be built or repaired'],
    [of('removed'), 'removed'],
    [of('failed'), 'failed'],
    [of('interrupted'), 'interrupted'],
    [of('satisfied'), 'as planned'],
    [of('skipped'), 'skipped'],
  ]
  const said = parts.filter(([number]) => number > 0).map(([number, what], index) => `${index === 0 ? count(number, 'step') : number} ${what}`)
  return said.length === 0 ? 'no step had to run.' : `${said.join(', ')}.`
}

function dryRunLines({commands = []}: UpResult | StepResult, look: Look): string[] {
  if (commands.length === 0) return []
  return [styleFor(look).bold('Would run'), ...commands.flatMap((command) => wrapCommand(clean(command), look.columns, '  ')), '']
}

function nextOf({result, dryRun, schema, phases}: UpResult | StepResult): string[] {
  if (result === 'failed') return []
  if (result === 'interrupted') return ['run the same command again: it goes on from where it is']
  const removed = phases.find((phase) => phase.state === 'removed')
  if (removed !== undefined && !dryRun) return [`kp plan ${removed.id}`, `set phases.${removed.id}.enabled: false in kp.yaml, or the next kp up builds it again`]
  if (dryRun) return phases.some((phase) => phase.steps.some((step) => step.result === 'recorded')) ? ['run it without --dry-run'] : []
  return [schema === 'kp/step/v1' ? `kp verify ${phases[0]?.id ?? ''}`.trim() : 'kp verify']
}
