/** `kp certs check`: what ends when, who renews it, and what to do where nobody does. */
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {parseDuration} from '../../spec/units.ts'
import type {CertsCheckResult} from '../../ui/results.ts'
import {gatherCertificates} from './gather.ts'
import type {CertificateFact} from './gather.ts'

type Row = CertsCheckResult['certificates'][number]

const DAY_MS = 24 * 3600_000
/** So long a renewal may take. */
const RENEWAL_MS = 3600_000
const ORDER: Row['status'][] = ['expired', 'due', 'unknown', 'ok', 'not-applicable']

/** @param threshold `30d`; default phases.day2.certificateThreshold. @throws KpError USAGE */
export async function checkCertificates(ctx: PlatformContext, threshold: string = ctx.spec.phases.day2.certificateThreshold): Promise<CertsCheckResult> {
  const seconds = parseDuration(threshold)
  if (seconds === undefined) throw new KpError({code: 'USAGE', message: `--threshold ${threshold} is no time: 14d, 720h`, next: ['kp certs check --threshold 30d']})
  const now = ctx.clock.now()
  const rows = (await gatherCertificates(ctx)).map((fact) => rowOf(ctx, fact, {now, threshold: seconds * 1000}))
  rows.sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || (a.daysLeft ?? Infinity) - (b.daysLeft ?? Infinity) || a.object.localeCompare(b.object))
  const count = (status: Row['status']): number => rows.filter((row) => row.status === status).length
  return {
    schema: 'kp/certs-check/v1',
    environment: ctx.spec.environment.name,
    cluster: ctx.spec.environment.cluster,
    threshold,
    summary: {ok: count('ok'), due: count('due'), expired: count('expired'), unknown: count('unknown')},
    certificates: rows,
  }
}

/** One certificate, judged. Pure but for the words of the fix. */
export function rowOf(ctx: Pick<PlatformContext, 'spec' | 'lab'>, fact: CertificateFact, {now, threshold}: {now: number; threshold: number}): Row {
  const {status, reason} = judge(fact, {now, threshold})
  return {
    area: fact.area,
    object: fact.object,
    status,
    notAfter: fact.end === undefined ? null : new Date(fact.end).toISOString(),
    daysLeft: fact.end === undefined ? null : Math.floor((fact.end - now) / DAY_MS),
    renewedBy: fact.renewedBy ?? null,
    reason,
    fix: status === 'due' || status === 'expired' ? fixOf(ctx, fact) : [],
  }
}

function judge({end, renewedBy, renewal, unknown, notApplicable, complaint}: CertificateFact, {now, threshold}: {now: number; threshold: number}): {status: Row['status']; reason: string | null} {
  if (notApplicable !== undefined) return {status: 'not-applicable', reason: notApplicable}
  if (complaint !== undefined) return {status: end !== undefined && end < now ? 'expired' : 'due', reason: complaint}
  if (end === undefined) return {status: 'unknown', reason: unknown ?? 'it does not say when it ends'}
  if (end < now) return {status: 'expired', reason: renewedBy === undefined ? 'nobody renewed it' : `${renewedBy} did not renew it`}
  if (renewedBy !== undefined) {
    if (renewal !== undefined && now > renewal + RENEWAL_MS) return {status: 'due', reason: `${renewedBy} was to renew it at ${new Date(renewal).toISOString().slice(0, 16).replace('T', ' ')} and did not`}
    return {status: 'ok', reason: null}
  }
  return end - now < threshold ? {status: 'due', reason: 'nobody renews it by itself'} : {status: 'ok', reason: null}
}

function fixOf(ctx: Pick<PlatformContext, 'spec' | 'lab'>, {area, object}: CertificateFact): Row['fix'] {
  const [kind = '', name = ''] = object.split(' ')
  const [namespace = '', own = ''] = name.split('/')
  if (kind === 'Certificate') return [{text: 'Let cert-manager issue it anew, and restart what reads it.', command: `kp certs rotate ${name}`}]
  if (kind === 'Secret' && area === 'mesh') return [{text: 'It signs the certificates of the proxies: kp renews it by cert-manager, or from the files that kp.yaml names.', command: 'kp step mesh'}]
  if (kind === 'Secret') return [{text: 'Put the new pair into it.', command: `kubectl -n ${namespace} create secret tls ${own} --cert=<file> --key=<file> --dry-run=client -o yaml | kubectl apply -f -`}, {text: 'Better: let cert-manager keep it, with a Certificate of that secretName.'}]
  if (kind === 'ConfigMap') return [{text: 'Let the proxies trust the next anchor before the old one ends.', command: 'kp step mesh'}]
  if (area === 'webhook') return [{text: 'Whoever installed it renews it at its next upgrade. Where kp did, it does so now.', command: 'kp up'}]
  if (ctx.lab !== undefined) return [{text: 'The certificates of a lab live as long as the lab: make it anew.', command: `kp lab down ${ctx.spec.environment.cluster} --yes`}, {text: 'Then build it again.', command: 'kp up'}]
  if (area === 'api-server' || object.startsWith('CA ')) return [{text: 'On each node of the control plane, one after the other.', command: 'sudo kubeadm certs renew all'}, {text: 'Then restart its static pods, and look again.', command: 'kp certs check'}]
  return [{text: 'Make a new kubeconfig on a node of the control plane.', command: 'sudo kubeadm kubeconfig user --client-name <name>'}]
}
