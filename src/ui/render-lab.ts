/** The lab commands as people read them. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {formatTime, labelled, nextLines} from './render-common.ts'
import type {LabDownResult, LabFact, LabListResult, LabStatusResult, LabUpResult} from './results.ts'
import {styleFor} from './style.ts'
import type {Colour} from './style.ts'
import {tableLines} from './tables.ts'
import type {Cell} from './tables.ts'
import {shellQuote, wrap} from './text.ts'

const COLOURS: Record<LabFact['state'], Colour> = {running: 'green', stopped: 'yellow', degraded: 'red', creating: 'yellow', incomplete: 'red', absent: 'dim'}

/** Says that a lab runs, and how to use it. */
export function renderLabUp(result: LabUpResult, look: Look): string {
  const {green, yellow} = styleFor(look)
  const head = result.created ? `The lab ${result.lab.name} runs, made in ${formatDuration(result.durationMs)}.` : `The lab ${result.lab.name} runs already.`
  const next = [...(result.lab.kubeconfig === null ? [] : [`export KUBECONFIG=${shellQuote(result.lab.kubeconfig)}`]), `kp lab status ${result.lab.name}`]
  // Whose drill it was, its own repository knows.
  const repaired = result.repaired ? ['Putting a snapshot in the place of etcd\'s data had been cut off: the data of before is back. What else that drill had changed, kp drills undo takes back in the repository of the platform.'] : []
  return [...wrap(head, look.columns).map(green), ...repaired.flatMap((line) => wrap(line, look.columns)).map(yellow), ...facts(result.lab, look), '', ...nextLines(next, look)].join('\n')
}

/** Says which labs are gone. */
export function renderLabDown(result: LabDownResult, look: Look): string {
  const gone = result.removed.map((name) => `The lab ${name} is gone: no process and no file of it is left.`)
  const absent = result.absent.map((name) => `There was no lab ${name}.`)
  return (gone.length + absent.length === 0 ? ['There is no lab.'] : [...gone, ...absent]).flatMap((line) => wrap(line, look.columns)).join('\n')
}

/** Shows the labs of this machine. */
export function renderLabList(result: LabListResult, look: Look): string {
  if (result.labs.length === 0) return ['There is no lab.', '', ...nextLines(['kp lab up'], look)].join('\n')
  const rows = result.labs.map((lab): Cell[] => [
    lab.name,
    {text: lab.state, colour: COLOURS[lab.state]},
    lab.kubernetesVersion ?? '-',
    lab.createdAt === null ? '-' : formatTime(lab.createdAt),
    lab.owner ?? '-',
  ])
  const columns = [{header: 'Name', shrink: false}, {header: 'State', shrink: false}, {header: 'Kubernetes'}, {header: 'Made'}, {header: 'Platform'}]
  return tableLines(columns, rows, look).join('\n')
}

/** Shows one lab, and how to bring it back where something of it does not run. */
export function renderLabStatus({lab}: LabStatusResult, look: Look): string {
  const style = styleFor(look)
  const back = lab.owner === null ? `kp lab up ${lab.name}` : 'kp up'
  return [
    `${style.bold(lab.name)}  ${style[COLOURS[lab.state]](lab.state)}`,
    ...facts(lab, look),
    ...(lab.state === 'running' && notRunning(lab).length === 0 ? [] : ['', ...nextLines([back], look)]),
  ].join('\n')
}

/** What of the control plane and beside it has ended. */
function notRunning({deadComponents, services}: LabFact): string[] {
  return [...deadComponents, ...services.filter(({running}) => !running).map(({name}) => name)]
}

function facts(lab: LabFact, look: Look): string[] {
  const values: [string, string | null][] = [
    ['kubernetes', lab.kubernetesVersion],
    ['server', lab.server],
    ['kubeconfig', lab.kubeconfig],
    ['platform', lab.owner],
    ['made', lab.createdAt === null ? null : formatTime(lab.createdAt)],
    ['does not run', notRunning(lab).length === 0 ? null : notRunning(lab).join(', ')],
    ...lab.services.filter(({running}) => running).map(({name, address}, index): [string, string] => [index === 0 ? 'beside it' : '', address === null ? name : `${name} on ${address}`]),
  ]
  return values.flatMap(([label, value]) => (value === null ? [] : labelled(label, value, look, {indent: 2, width: 12})))
}
