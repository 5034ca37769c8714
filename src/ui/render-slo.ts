/** Objectives, and the test of their rules, as people read them. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {SloGenerateResult, SloListResult, SloReportResult, SloTestResult} from './results.ts'
import {marksFor, styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import {clean, count, wrap} from './text.ts'

type Listed = SloListResult['slos'][number]

/** What is promised, and from which share of errors on who is told. */
export function renderSloList(result: SloListResult, look: Look): string {
  const {bold} = styleFor(look)
  const head = wrap(clean(`Environment ${result.environment}, cluster ${result.cluster}: ${count(result.slos.length, 'objective')}`), look.columns).map(bold)
  if (result.slos.length === 0) return [...head, '', ...nextLines(['name one under slos in kp.yaml: docs/kp-yaml.md', 'kp explain slo'], look)].join('\n')
  return [...head, '', ...result.slos.flatMap((slo) => sloLines(slo, look)), ...nextLines(['kp slo test', 'kp verify slo'], look)].join('\n')
}

function sloLines(slo: Listed, look: Look): string[] {
  const {bold, dim} = styleFor(look)
  const rows = slo.alerts.map(({severity, burnRate, long, short, threshold, exhaustsInHours}) => [`${burnRate}x`, `${percent(threshold * 100)} %`, `${long} and ${short}`, severity, hours(exhaustsInHours)])
  return [
    bold(clean(`${slo.name}: ${slo.objective} % over ${slo.window}`)),
    ...wrap(clean(`  of ${slo.measures}${slo.measuredAt === null ? '' : ` (measured at ${slo.measuredAt})`}`), look.columns, {rest: '  '}),
    ...wrap(`  ${percent(slo.budgetPercent)} % may be bad: ${minutes(slo.budgetMinutes)} of a whole outage`, look.columns, {rest: '  '}),
    ...tableLines([{header: 'Burns', align: 'right'}, {header: 'From', align: 'right'}, {header: 'Over'}, {header: 'Severity'}, {header: 'Budget gone in'}], rows, {...look, columns: look.columns - 2}).map((line) => `  ${line}`),
    ...slo.leftOut.flatMap(({burnRate, reason}) => wrap(clean(`${burnRate}x is left out: ${reason}`), look.columns, {first: '  ! ', rest: '    '})),
    ...(slo.runbook === null ? [] : wrap(clean(`  runbook ${slo.runbook}`), look.columns, {rest: '  '}).map(dim)),
    '',
  ]
}

/** Where the rules were written. */
export function renderSloFile(result: SloGenerateResult, look: Look): string {
  const rules = result.groups.reduce((sum, group) => sum + group.rules.length, 0)
  return [...wrap(clean(`${count(rules, 'rule')} in ${count(result.groups.length, 'group')} written to ${result.file ?? ''}`), look.columns), '', ...nextLines(['kp slo test', `promtool check rules ${result.file ?? ''}`], look)].join('\n')
}

/** Each test with what fires in it, and what promtool said where it does not hold. */
export function renderSloTest(result: SloTestResult, look: Look): string {
  const {bold, red, dim} = styleFor(look)
  const marks = marksFor(look)
  const mark = (ok: boolean): string => (ok ? marks.done : red(marks.failed))
  const names = [...new Set(result.tests.map(({slo}) => slo))]
  const failed = result.tests.filter(({ok}) => !ok).length
  return [
    ...wrap(clean(`Environment ${result.environment}: ${count(result.rules.count, 'rule')}, promtool ${result.promtool}`), look.columns).map(bold),
    '',
    `${mark(result.rules.ok)} promtool check rules`,
    ...result.rules.output.flatMap((line) => wrap(clean(line), look.columns, {first: '    ', rest: '    '})),
    ...names.flatMap((name) => {
      const tests = result.tests.filter(({slo}) => slo === name)
      return [
        '', bold(clean(name)),
        ...(tests.some(({standIn}) => standIn) ? wrap('made-up counters stand for its own queries: they are checked, not run', look.columns, {first: '  ', rest: '  '}).map(dim) : []),
        ...tests.flatMap(({ok, name: title, output}) => [
          ...wrap(clean(title), look.columns, {first: `${mark(ok)} `, rest: '  '}),
          ...output.slice(0, 12).flatMap((line) => wrap(clean(line), look.columns, {first: '    ', rest: '    '})),
        ]),
      ]
    }),
    '',
    result.result === 'passed' ? `${count(result.tests.length, 'test')} passed` : red(result.rules.ok ? `${failed} of ${count(result.tests.length, 'test')} failed` : 'the rules are not valid'),
  ].join('\n')
}

function percent(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function minutes(value: number): string {
  return value >= 120 ? `${percent(Math.round(value / 6) / 10)} hours` : value >= 1 ? `${percent(value)} minutes` : `${percent(value * 60)} seconds`
}

function hours(value: number): string {
  return value >= 72 ? `${percent(Math.round((value / 24) * 10) / 10)} days` : `${percent(Math.round(value * 10) / 10)} hours`
}

const STATUS_COLOURS = {kept: 'green', burning: 'yellow', missed: 'red', unknown: 'yellow'} as const

/** What was kept, and how fast budgets burn. */
export function renderSloReport({slos, summary, unknown, environment, cluster}: SloReportResult, look: Look): string {
  const {bold, green, red, yellow} = styleFor(look)
  const verdict = summary.missed > 0 ? red(`${count(summary.missed, 'budget is', 'budgets are')} gone.`) : summary.burning > 0 ? yellow(`${count(summary.burning, 'objective burns', 'objectives burn')} faster than it may.`) : summary.unknown > 0 ? yellow('Not everything is known.') : green('All that was promised is kept.')
  const figure = (value: number | null, unit: string): string => (value === null ? '-' : `${percent(value)}${unit}`)
  return [
    ...wrap(clean(`Environment ${environment}, cluster ${cluster}: ${count(slos.length, 'objective')}`), look.columns).map(bold),
    verdict,
    ...(unknown === null ? [] : wrap(clean(unknown), look.columns)),
    '',
    ...tableLines([{header: 'Objective'}, {header: 'Promised', align: 'right', shrink: false}, {header: 'Kept', align: 'right', shrink: false}, {header: 'Budget left', align: 'right', shrink: false}, {header: 'Gone in', align: 'right', shrink: false}, {header: 'State', shrink: false}], slos.map((one) => [one.name, `${one.objective} %`, figure(one.attainment, ' %'), figure(one.budgetLeftPercent, ' %'), one.exhaustedInHours === null ? '-' : hours(one.exhaustedInHours), {text: one.status, colour: STATUS_COLOURS[one.status]}]), look),
    '',
    ...slos.flatMap((one) => [
      ...(one.burn.length === 0 ? [] : wrap(`${one.name} burns ${one.burn.map(({window, rate}) => `${percent(rate)}x over ${window}`).join(', ')}`, look.columns, {rest: '  '})),
      ...(one.reason === null || one.reason === unknown ? [] : wrap(clean(`${one.name}: ${one.reason}`), look.columns, {rest: '  '})),
      ...one.firing.map(({alert, severity}) => red(`${one.name}: ${alert} is firing (${severity})`)),
    ]),
    '',
    ...nextLines(summary.missed + summary.burning > 0 ? ['kp diagnose', 'kp slo list'] : ['kp verify slo'], look),
  ].join('\n').trimEnd()
}
