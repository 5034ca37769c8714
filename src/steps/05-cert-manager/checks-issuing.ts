/** Checks of phase 5 about issuing: renewals, orders and challenges, requests, and who writes which Secret. */
import {check, conditionsOf, simulatedControllers, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const GROUP = 'cert-manager.io/v1'
const ACME = 'acme.cert-manager.io/v1'
const HOUR_MS = 3600 * 1000
const CHALLENGE_MS = 30 * 60_000
const REQUEST_MS = 24 * HOUR_MS

const EXPECTED = 'the kinds of cert-manager'

async function listed(ctx: PlatformContext, apiVersion: string, kind: string): Promise<KubeObject[] | undefined> {
  return (await ctx.cluster()).list(apiVersion, kind)
}

const unknownKind = (kind: string): {status: 'fail'; observed: string; expected: string} => ({status: 'fail', observed: `the cluster does not know ${kind}`, expected: EXPECTED})
const ageOf = ({metadata}: KubeObject, now: number): number => now - Date.parse(metadata.creationTimestamp ?? '')

/** Issuing. */
export const issuingChecks: PlatformCheck[] = [
  check({
    id: 'cert-manager.renewal',
    title: 'Certificates are renewed when their time has come',
    pitfalls: ['KP0514', 'KP0509'],
    simulated: simulatedControllers,
    async run(ctx) {
      const certificates = await listed(ctx, GROUP, 'Certificate')
      if (certificates === undefined) return unknownKind('Certificate')
      const now = ctx.clock.now()
      const complaints = certificates.flatMap((certificate) => {
        const {renewalTime} = (certificate['status'] ?? {}) as {renewalTime?: string}
        const issuing = conditionsOf(certificate).find(({type, status}) => type === 'Issuing' && status === 'True')
        const overdue = renewalTime === undefined ? 0 : now - Date.parse(renewalTime)
        const since = issuing?.lastTransitionTime === undefined ? 0 : now - Date.parse(issuing.lastTransitionTime)
        const name = `Certificate ${nameOf(certificate.metadata)}`
        return [
          ...(overdue > HOUR_MS ? [`${name} should have been renewed ${Math.round(overdue / HOUR_MS)} hours ago`] : []),
          ...(since > HOUR_MS ? [`${name} has been issued for ${Math.round(since / HOUR_MS)} hours: ${issuing?.message ?? issuing?.reason ?? 'no reason'}`] : []),
        ]
      })
      return verdict(complaints, `${certificates.length} ${certificates.length === 1 ? 'certificate is' : 'certificates are'} renewed in time`, 'status.renewalTime in the future, no issuing that takes an hour')
    },
  }),
  check({
    id: 'cert-manager.challenges',
    title: 'No order of a certificate has failed, no challenge waits',
    pitfalls: ['KP0515', 'KP0510'],
    simulated: simulatedControllers,
    async run(ctx) {
      const [orders, challenges] = await Promise.all([listed(ctx, ACME, 'Order'), listed(ctx, ACME, 'Challenge')])
      if (orders === undefined || challenges === undefined) return unknownKind(orders === undefined ? 'Order' : 'Challenge')
      const stateOf = (object: KubeObject): {state?: string; reason?: string} => object['status'] ?? {}
      const failed = newestByOwner(orders).filter((order) => ['invalid', 'errored', 'expired'].includes(stateOf(order).state ?? ''))
      const waiting = challenges.filter((challenge) => !['valid', 'ready'].includes(stateOf(challenge).state ?? '') && ageOf(challenge, ctx.clock.now()) > CHALLENGE_MS)
      const told = (object: KubeObject): string => `${object.kind} ${nameOf(object.metadata)} is ${stateOf(object).state || 'waiting'}${stateOf(object).reason ? `: ${stateOf(object).reason}` : ''}`
      return verdict([...failed, ...waiting].map(told), `${orders.length} orders, ${challenges.length} challenges`, 'no order that is invalid, no challenge of more than half an hour')
    },
  }),
  check({
    id: 'cert-manager.requests',
    title: 'No issuer turns a request for a certificate down',
    pitfalls: ['KP0516'],
    simulated: simulatedControllers,
    async run(ctx) {
      const requests = await listed(ctx, GROUP, 'CertificateRequest')
      if (requests === undefined) return unknownKind('CertificateRequest')
      const recent = newestByOwner(requests).filter((request) => ageOf(request, ctx.clock.now()) < REQUEST_MS)
      const complaints = recent.flatMap((request) => {
        const refused = conditionsOf(request).find(({type, status, reason}) => (['Denied', 'InvalidRequest'].includes(type) && status === 'True') || (type === 'Ready' && status === 'False' && reason === 'Failed'))
        return refused === undefined ? [] : [`CertificateRequest ${nameOf(request.metadata)}: ${refused.type === 'Ready' ? 'failed' : refused.type}: ${refused.message ?? refused.reason ?? 'no reason'}`]
      })
      return verdict(complaints, `${requests.length} requests`, 'approved and signed')
    },
  }),
  check({
    id: 'cert-manager.one-writer',
    title: 'No two certificates write the same Secret',
    pitfalls: ['KP0517'],
    async run(ctx) {
      const certificates = await listed(ctx, GROUP, 'Certificate')
      if (certificates === undefined) return unknownKind('Certificate')
      const bySecret = new Map<string, string[]>()
      for (const {metadata, spec} of certificates) {
        const secret = `${metadata.namespace}/${(spec as {secretName?: string} | undefined)?.secretName ?? metadata.name}`
        bySecret.set(secret, [...(bySecret.get(secret) ?? []), metadata.name])
      }
      const shared = [...bySecret].filter(([, names]) => names.length > 1)
      return verdict(shared.map(([secret, names]) => `Secret ${secret} is written by the certificates ${names.toSorted().join(' and ')}`), `${certificates.length} certificates, ${bySecret.size} Secrets`, 'a secretName of its own for each certificate')
    },
  }),
]

/** Of what one object made again and again, the last: what failed before and works now is over. */
function newestByOwner(objects: KubeObject[]): KubeObject[] {
  const newest = new Map<string, KubeObject>()
  for (const object of objects.toSorted((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))) {
    const {namespace, annotations, ownerReferences, uid, name} = object.metadata
    newest.set(`${namespace}/${annotations?.['cert-manager.io/certificate-name'] ?? ownerReferences?.[0]?.uid ?? uid ?? name}`, object)
  }
  return [...newest.values()]
}
