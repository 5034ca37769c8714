/** Checks of phase 5. */
import {check, complainAboutCondition, conditionsTrue, definitionsEstablished, SOON, verdict, workloadsReady, simulatedControllers} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {issuingChecks} from './checks-issuing.ts'
import {DNS01_SECRET, dnsSolver} from './dns-solver.ts'
import {issuerName, issuerObjects} from './issuers.ts'
import {certManagerNamespace, PROBE_CERTIFICATE} from './names.ts'

const GROUP = 'cert-manager.io/v1'
const LEAST_DAYS = 14
const DAY_MS = 24 * 3600 * 1000

const probes = (ctx: PlatformContext): true | string => (['internal-ca', 'self-signed'].includes(issuerName(ctx)) ? true : 'an ACME issuer counts what it issues: no probe certificate is asked for')

/** So long a renewal may take. */
const RENEWAL_MS = 3600 * 1000

/** Why a certificate is not good for another two weeks, nor will be renewed before; undefined where it is. */
function complainAboutCertificate(certificate: KubeObject, now: number): string | undefined {
  const ready = complainAboutCondition(certificate, 'Ready')
  if (ready !== undefined) return ready
  const {notAfter, renewalTime = ''} = (certificate['status'] ?? {}) as {notAfter?: string; renewalTime?: string}
  if (notAfter === undefined) return `Certificate ${nameOf(certificate.metadata)} does not say when it ends`
  const days = Math.floor((Date.parse(notAfter) - now) / DAY_MS)
  // One that lives for a day is renewed each day.
  const renewed = now < Date.parse(renewalTime) + RENEWAL_MS && now < Date.parse(notAfter)
  return days < LEAST_DAYS && !renewed ? `Certificate ${nameOf(certificate.metadata)} ends in ${days} days` : undefined
}

/** cert-manager, its kinds, issuer and certificates. */
export const checks: PlatformCheck[] = [
  workloadsReady({id: 'cert-manager.ready', title: 'cert-manager is ready: controller, webhook, CA injector', component: 'cert-manager', pitfalls: ['KP0503']}),
  definitionsEstablished({id: 'cert-manager.crds', title: 'The kinds of cert-manager are established', component: 'cert-manager', pitfalls: ['KP0504']}),
  check({
    id: 'cert-manager.api',
    title: 'The API server accepts a Certificate (dry run)',
    pitfalls: ['KP0503'],
    async run(ctx) {
      const cluster = await ctx.cluster()
      const answer = await cluster.api.dryRunApply(
        {
          apiVersion: GROUP,
          kind: 'Certificate',
          metadata: {name: 'kp-dry-run', namespace: certManagerNamespace(ctx)},
          spec: {secretName: 'kp-dry-run', dnsNames: [`dry-run.${ctx.spec.domain}`], issuerRef: {group: 'cert-manager.io', kind: 'ClusterIssuer', name: issuerName(ctx)}},
        },
        'kp',
      )
      if (answer.status < 300) return {status: 'pass', observed: 'accepted'}
      const message = (answer.body as {message?: string} | undefined)?.message ?? `status ${answer.status}`
      return {status: answer.status === 403 ? 'unknown' : 'fail', observed: message, expected: 'kinds, webhook and its CA work together'}
    },
  }),
  conditionsTrue({
    id: 'cert-manager.issuer-ready',
    title: 'The issuer of kp.yaml is ready',
    pitfalls: ['KP0505'],
    apiVersion: GROUP,
    kind: 'ClusterIssuer',
    conditions: ['Ready'],
    names: (ctx) => issuerObjects(ctx).filter((object) => object.kind === 'ClusterIssuer').map((object) => object.metadata.name),
    expected: 'Ready=True',
  }),
  check({
    id: 'cert-manager.dns-credentials',
    title: 'cert-manager has the credentials of the DNS provider',
    pitfalls: ['KP0510'],
    appliesTo(ctx) {
      if (issuerName(ctx) !== 'dns01') return `issuer ${issuerName(ctx)} writes no DNS records`
      return Object.keys(dnsSolver(ctx).keys).length > 0 ? true : 'it takes the identity of its pod'
    },
    async run(ctx) {
      const namespace = certManagerNamespace(ctx)
      const secret = await (await ctx.cluster()).get('v1', 'Secret', DNS01_SECRET, namespace)
      if (secret === undefined) return {status: 'fail', observed: `Secret ${namespace}/${DNS01_SECRET} does not exist`, expected: 'kp up makes it from secrets of kp.yaml'}
      const has = Object.keys((secret['data'] as object | undefined) ?? {})
      const missing = Object.keys(dnsSolver(ctx).keys).filter((key) => !has.includes(key))
      return verdict(missing.map((key) => `Secret ${namespace}/${DNS01_SECRET} has no ${key}`), has.join(', '), 'every key that the issuer names')
    },
  }),
  check({
    id: 'cert-manager.probe-certificate',
    title: 'The issuer issues: the probe certificate is there and valid',
    pitfalls: ['KP0509', 'KP0505'],
    simulated: simulatedControllers,
    appliesTo: probes,
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const certificate = await cluster.get(GROUP, 'Certificate', PROBE_CERTIFICATE, certManagerNamespace(ctx))
      if (certificate === undefined) return {status: 'fail', observed: `Certificate ${certManagerNamespace(ctx)}/${PROBE_CERTIFICATE} does not exist`, expected: 'kp up makes it'}
      const complaint = complainAboutCertificate(certificate, ctx.clock.now())
      if (complaint !== undefined) return verdict([complaint], '', `Ready=True and valid for more than ${LEAST_DAYS} days`)
      const secret = await cluster.get('v1', 'Secret', PROBE_CERTIFICATE, certManagerNamespace(ctx))
      const keys = Object.keys((secret?.['data'] as object | undefined) ?? {})
      return verdict(keys.includes('tls.crt') && keys.includes('tls.key') ? [] : [`Secret ${PROBE_CERTIFICATE} has no tls.crt and tls.key`], 'issued, with its Secret', 'a Secret with tls.crt and tls.key')
    },
  }),
  check({
    id: 'cert-manager.certificates',
    title: `Every certificate is ready and valid for more than ${LEAST_DAYS} days`,
    pitfalls: ['KP0509'],
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const certificates = await (await ctx.cluster()).list(GROUP, 'Certificate')
      if (certificates === undefined) return {status: 'fail', observed: 'the cluster does not know Certificate', expected: 'the kinds of cert-manager'}
      const complaints = certificates.flatMap((certificate) => complainAboutCertificate(certificate, ctx.clock.now()) ?? [])
      return verdict(complaints, `${certificates.length} ${certificates.length === 1 ? 'certificate is' : 'certificates are'} ready`, `Ready=True and valid for more than ${LEAST_DAYS} days`)
    },
  }),
  ...issuingChecks,
]
