/** What is spent, as people read it. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {CostReportResult} from './results.ts'
import {styleFor} from './style.ts'
import {tableLines} from './tables.ts'
import type {Cell} from './tables.ts'
import {clean, count, wrap} from './text.ts'

type Quota = CostReportResult['quotas'][number]

const GIB = 2 ** 30
const SIGNS: Record<string, string> = {USD: '$', EUR: '€', GBP: '£'}
/** A quota that is used this much is narrow, in per cent. */
const NARROW = 90
const MOST = 12

/** The sum, the budget, namespaces, teams, quotas, and what nobody uses. */
export function renderCostReport(result: CostReportResult, look: Look): string {
  const {bold, dim} = styleFor(look)
  const {nodes, prices, idle, namespaces, teams, quotas, unused} = result
  const pay = (amount: number): string => money(amount, prices.currency)
  const head = `${result.environment}, cluster ${result.cluster}: ${pay(result.monthly)} a month for ${count(nodes.count, 'node')}, volumes and load balancers`
  const source = `${prices.source}, ${prices.date}.${result.simulated ? ' The nodes are those of a lab: nobody is paid for them, this is what they would cost.' : ''}${nodes.notListed.length > 0 ? ` Not in the table, so by CPUs and memory: ${nodes.notListed.join(', ')}.` : ''}${nodes.spot > 0 ? ` ${count(nodes.spot, 'node')} on spot: taken at about a third of that, which no list says.` : ''} Other regions differ: many cost 10 to 20 % more.`
  const shown = namespaces.slice(0, MOST)
  return [
    ...wrap(clean(head), look.columns).map(bold),
    ...budgetLines(result, look),
    ...wrap(clean(source), look.columns).map(dim),
    '',
    ...tableLines(
      [{header: 'Namespace'}, {header: 'Team'}, {header: 'Pods', align: 'right', shrink: false}, {header: 'CPU', align: 'right', shrink: false}, {header: 'Memory', align: 'right', shrink: false}, {header: 'Volumes', align: 'right', shrink: false}, {header: 'A month', align: 'right', shrink: false}],
      [...shown.map((one): Cell[] => [one.name, one.team ?? '-', String(one.pods), one.cpu.toFixed(2), gib(one.memory), gib(one.volumes), pay(one.monthly)]), ['asked for by nobody', '-', '-', idle.cpu.toFixed(2), gib(idle.memory), '-', pay(idle.monthly)]],
      look,
    ),
    ...(namespaces.length > MOST ? [`and ${namespaces.length - MOST} namespaces more: --json has them all`] : []),
    '',
    ...(teams.length === 0 ? [] : [...tableLines([{header: 'Team'}, {header: 'Namespaces'}, {header: 'A month', align: 'right', shrink: false}, {header: 'Budget', align: 'right', shrink: false}], teams.map(({name, namespaces: own, monthly, budget}): Cell[] => [name, own.join(', '), budget !== null && monthly > budget ? {text: pay(monthly), colour: 'red'} : pay(monthly), budget === null ? '-' : money(budget, result.currency)]), look), '']),
    ...(quotas.length === 0 ? [] : [...tableLines([{header: 'Quota'}, {header: 'Resource'}, {header: 'Used', align: 'right'}, {header: 'Of', align: 'right'}, {header: '%', align: 'right', shrink: false}], quotas.map(quotaRow), look), '']),
    ...(unused.length === 0 ? [] : [bold('Paid for and used by nobody'), ...unused.flatMap(({what, why, monthly}) => wrap(`${what}: ${why}, ${pay(monthly)} a month`, look.columns, {first: '  '})), '']),
    ...(result.openCost === null ? [] : [...wrap(clean(`OpenCost measured ${pay(result.openCost.total)} in ${result.openCost.window}: ${result.openCost.namespaces.slice(0, 5).map(({name, total}) => `${name} ${pay(total)}`).join(', ')}.`), look.columns), '']),
    ...nextLines(nextOf(result), look),
  ].join('\n').trimEnd()
}

function budgetLines({budget, currency}: CostReportResult, look: Look): string[] {
  if (budget === null) return []
  const style = styleFor(look)
  const colour = budget.status === 'within' ? style.green : budget.status === 'near' ? style.yellow : style.red
  const words = {within: 'within the budget', near: 'near the end of the budget', over: 'over the budget'}[budget.status]
  return wrap(`${budget.percent} % of ${money(budget.amount, currency)}: ${words} (kp warns at ${budget.warnAtPercent} %).`, look.columns).map(colour)
}

function quotaRow({namespace, quota, resource, used, hard, percent}: Quota): Cell[] {
  return [`${namespace}/${quota}`, resource, used, hard, percent >= NARROW ? {text: String(percent), colour: 'yellow'} : String(percent)]
}

function nextOf({budget, teams, unused, quotas}: CostReportResult): string[] {
  return [
    ...(unused.length > 0 ? ['delete what nobody uses, when nobody needs what is on it'] : []),
    ...(quotas.some(({percent}) => percent >= NARROW) ? ['raise the quota of the team in phases.cost.teams, or make less of what runs'] : []),
    ...(budget === null ? ['set phases.cost.budget in kp.yaml, and kp verify warns before the bill does'] : []),
    ...(teams.length === 0 ? ['name teams in phases.cost.teams: each gets a quota and a line here'] : []),
    'kp verify cost',
  ]
}

function gib(bytes: number): string {
  return bytes === 0 ? '-' : `${(bytes / GIB).toFixed(1)} GiB`
}

function money(amount: number, currency: string): string {
  const text = amount >= 100 ? Math.round(amount).toLocaleString('en-US') : amount.toFixed(2)
  return `${SIGNS[currency] ?? `${currency} `}${text}`
}
