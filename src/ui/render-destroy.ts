/** A teardown, as people read it. Pure. */
import type {Look} from './io.ts'
import {nextLines} from './render-common.ts'
import type {DestroyResult} from './results.ts'
import {count, truncate, wrap} from './text.ts'

type Thing = DestroyResult['kept'][number]

/** What would go, by name, with what it costs. */
export interface Doomed {
  stacks: readonly {stack: string; goes: readonly {address: string; monthly: number}[]}[]
  made: readonly {kind: string; id: string; name?: string | undefined; because: string; monthly: number}[]
  lastBackup: boolean
  deleteBackups?: boolean
  keptBackups?: readonly string[]
}

/** The same for people who are asked. */
export function renderDoomed({stacks, made, lastBackup, deleteBackups = false, keptBackups = []}: Doomed, look: Look): string {
  const monthly = stacks.flatMap(({goes}) => goes).reduce((sum, one) => sum + one.monthly, 0) + made.reduce((sum, one) => sum + one.monthly, 0)
  const lines = [
    ...(lastBackup ? wrap('First a backup by Velero; the snapshots of volumes stay.', look.columns) : []),
    ...wrap('In the cluster, where it answers: GitOps, autoscalers and external-dns are switched off; gateways, ingresses and services that hold a load balancer are deleted.', look.columns),
    '',
    ...(made.length === 0 ? [] : ['What the cluster itself made:', ...made.flatMap((thing) => thingLines(thing, look, '-')), '']),
    ...stacks.flatMap(({stack, goes}) => [`The stack ${stack}:`, ...goes.map(({address, monthly: price}) => truncate(`  - ${address}${perMonth(price)}`, look.columns)), '']),
    ...(keptBackups.length === 0 ? [] : [...wrap(`Backups stay: ${keptBackups.join(', ')}. --delete-backups takes them along.`, look.columns), '']),
    ...(deleteBackups && stacks.some(({stack}) => stack.startsWith('backup-')) ? [...wrap('Every backup goes too, and nothing brings them back.', look.columns), ''] : []),
    ...wrap(`Together about $${monthly.toFixed(2)} a month by list prices.${lastBackup ? '' : ' Volumes go with their data: --last-backup makes a backup first.'}`, look.columns),
    '',
  ]
  return `${lines.join('\n')}\n`
}

/** What went and what is left, with what that costs. */
export function renderDestroy(result: DestroyResult, look: Look): string {
  const {environment, cluster, destroyed, removed, saved, left, kept, unseen, backup} = result
  const went = destroyed.reduce((sum, {resources}) => sum + resources.length, 0)
  const head = destroyed.length + removed.length === 0
    ? `There was nothing to take down of environment ${environment} (cluster ${cluster}).`
    : `Destroyed ${count(went, 'resource')} of environment ${environment} (cluster ${cluster})${destroyed.length === 0 ? '' : `: ${destroyed.map(({stack}) => stack).join(', ')}`}${removed.length === 0 ? '' : `, and ${count(removed.length, 'thing')} that the cluster had made`}. About $${saved.toFixed(2)} a month end.`
  return [
    ...wrap(head, look.columns),
    ...(backup === undefined ? [] : wrap(`The last backup is ${backup}.`, look.columns)),
    ...(kept.length === 0 ? [] : ['', ...wrap(`${count(kept.length, 'thing stays', 'things stay')} on purpose, about $${total(kept)} a month:`, look.columns), ...kept.flatMap((thing) => thingLines(thing, look, ' '))]),
    ...(left.length === 0 ? [] : ['', ...wrap(`${count(left.length, 'thing is', 'things are')} still there, about $${total(left)} a month:`, look.columns), ...left.flatMap((thing) => [...thingLines(thing, look, ' '), `    ${thing.remove}`])]),
    ...(unseen.length === 0 ? [] : ['', ...unseen.flatMap(({what, why}) => wrap(`Could not look at ${what}: ${why}`, look.columns))]),
    ...(left.length + unseen.length === 0 ? wrap('Nothing is left in the account, by tags, by the network and by what kp saw being made.', look.columns) : ['', ...nextLines(nextOf(result), look)]),
  ].join('\n')
}

function nextOf({left, unseen}: DestroyResult): string[] {
  const holds = left.some(({holdsNetwork}) => holdsNetwork)
  return [
    ...(holds ? ['the network stays while these are in it, and kp did not make them: delete or move them, then kp destroy'] : left.length > 0 ? ['delete what nobody needs with the commands above, then run kp destroy again'] : []),
    ...(unseen.length > 0 ? ['use credentials that may list what could not be looked at, then run kp destroy again'] : []),
  ]
}

function thingLines({kind, id, name, because, monthly}: Thing | Doomed['made'][number], look: Look, sign: string): string[] {
  return [truncate(`  ${sign === ' ' ? '' : `${sign} `}${kind} ${id}${name === undefined || name === id ? '' : ` (${name})`}`, look.columns), truncate(`    ${because}${perMonth(monthly)}`, look.columns)]
}

function perMonth(dollars: number): string {
  return dollars === 0 ? '' : `, $${dollars.toFixed(2)} a month`
}

function total(things: readonly {monthly: number}[]): string {
  return things.reduce((sum, {monthly}) => sum + monthly, 0).toFixed(2)
}
