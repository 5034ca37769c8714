/** Certificates, as people read them. Pure. */
import {formatDuration} from '../engine/clock.ts'
import type {Look} from './io.ts'
import {fixLines, formatTime, nextLines} from './render-common.ts'
import type {CertsCheckResult, CertsRotateResult} from './results.ts'
import {styleFor} from './style.ts'
import type {Colour} from './style.ts'
import {tableLines} from './tables.ts'
import type {Cell} from './tables.ts'
import {clean, count, wrap} from './text.ts'

type Row = CertsCheckResult['certificates'][number]

const COLOURS: Record<Row['status'], Colour> = {ok: 'green', due: 'yellow', expired: 'red', unknown: 'yellow', 'not-applicable': 'dim'}

/** What ends first stands first; then what to do. */
export function renderCertsCheck({certificates, summary, threshold, environment, cluster}: CertsCheckResult, look: Look): string {
  const {bold, green, red, yellow} = styleFor(look)
  const bad = summary.due + summary.expired
  const verdict = bad > 0 ? red(`${count(bad, 'certificate needs', 'certificates need')} a hand within ${threshold}.`) : summary.unknown > 0 ? yellow(`Nothing is due within ${threshold}, as far as it can be seen.`) : green(`Nothing is due within ${threshold}.`)
  const open = certificates.filter(({fix}) => fix.length > 0)
  const managed = open.find(({object}) => object.startsWith('Certificate '))
  return [
    bold(`${environment}, cluster ${cluster}: ${count(certificates.length, 'certificate')}`),
    verdict,
    '',
    ...tableLines([{header: 'Certificate'}, {header: 'For', shrink: false}, {header: 'Ends', shrink: false}, {header: 'Days', align: 'right', shrink: false}, {header: 'Renewed by'}, {header: 'State', shrink: false}], certificates.map(cellsOf), look),
    '',
    ...open.flatMap(({object, reason, fix}) => [...wrap(clean(`${object}: ${reason ?? 'it ends soon'}`), look.columns).map(bold), ...fixLines(fix, look, '  '), '']),
    ...certificates.filter(({status}) => status === 'unknown').flatMap(({object, reason}) => wrap(clean(`${object}: not known. ${reason ?? ''}`), look.columns)),
    ...nextLines(managed === undefined ? ['kp verify day2 cert-manager'] : ['kp certs rotate'], look),
  ].join('\n').trimEnd()
}

function cellsOf({object, area, notAfter, daysLeft, renewedBy, status, reason}: Row): Cell[] {
  return [object, area, notAfter === null ? '-' : formatTime(notAfter).slice(0, 10), daysLeft === null ? '-' : String(daysLeft), status === 'not-applicable' ? (reason ?? '-') : (renewedBy ?? 'nobody'), {text: status === 'not-applicable' ? '-' : status, colour: COLOURS[status]}]
}

/** What would be done. */
export function renderRotationPlan(planned: readonly {certificate: string; restarts: readonly string[]}[], look: Look): string {
  return [...planned.flatMap(({certificate, restarts}) => [...wrap(`Issue ${certificate} anew`, look.columns), ...wrap(restarts.length === 0 ? 'nothing has to be restarted for it: it is read by watching, or by nobody' : `then restart ${restarts.join(', ')}`, look.columns, {first: '  '})]), ''].join('\n')
}

/** What was done. */
export function renderCertsRotate({rotated, byHand, durationMs}: CertsRotateResult, look: Look): string {
  const {green} = styleFor(look)
  if (rotated.length === 0) return ['No certificate of cert-manager is due.', ...byHand.flatMap((text) => wrap(text, look.columns)), '', ...nextLines(['kp certs check', 'kp certs rotate NAMESPACE/NAME, for one that is not due'], look)].join('\n')
  return [
    green(`${count(rotated.length, 'certificate')} issued anew in ${formatDuration(durationMs)}.`),
    ...rotated.flatMap(({certificate, after, restarted}) => wrap(`${certificate}: good until ${formatTime(after)}${restarted.length === 0 ? '' : `; restarted ${restarted.map(({kind, name}) => `${kind} ${name}`).join(', ')}`}`, look.columns, {first: '  '})),
    ...byHand.flatMap((text) => ['', ...wrap(`By hand: ${text}`, look.columns)]),
    '',
    ...nextLines(['kp certs check'], look),
  ].join('\n')
}
