/** Certificates that nobody renews by itself: TLS Secrets made by hand, bundles of webhooks. */
import {X509Certificate} from 'node:crypto'
import {check, verdict} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck} from '../../context.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

const DAY_MS = 24 * 3600_000
/** So near to the end it is a failure. */
const FAIL_DAYS = 14
const ADMISSION = 'admissionregistration.k8s.io/v1'

interface Ending {
  name: string
  /** Milliseconds since 1970; NaN where it is no certificate. */
  at: number
}

/** When the first certificate in a bundle that is encoded twice ends. */
function endOf(encoded: string | undefined): number | undefined {
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const ends = [...text.matchAll(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g)].map(([pem]) => {
    try {
      return new X509Certificate(pem).validToDate.getTime()
    } catch {
      return Number.NaN
    }
  }).filter((time) => !Number.isNaN(time))
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function ofSecrets(secrets: readonly KubeObject[]): Ending[] {
  return secrets
    // cert-manager renews its own; a check of its phase looks at them.
    .filter((secret) => secret['type'] === 'kubernetes.io/tls' && secret.metadata.annotations?.['cert-manager.io/certificate-name'] === undefined)
    .flatMap((secret) => {
      const at = endOf((secret['data'] as Record<string, string> | undefined)?.['tls.crt'])
      return at === undefined ? [] : [{name: `Secret ${nameOf(secret.metadata)}`, at}]
    })
}

function ofWebhooks(configurations: readonly KubeObject[]): Ending[] {
  return configurations.flatMap((one) => {
    const ends = ((one['webhooks'] ?? []) as {clientConfig?: {caBundle?: string}}[]).flatMap(({clientConfig}) => endOf(clientConfig?.caBundle) ?? [])
    return ends.length === 0 ? [] : [{name: `${one.kind} ${one.metadata.name}`, at: Math.min(...ends)}]
  })
}

/** Whether any of them ends soon. */
export const certificateCheck: PlatformCheck = check({
  id: 'day2.certificates',
  title: 'No certificate that is renewed by hand ends soon',
  pitfalls: ['KP1808'],
  async run(ctx) {
    const cluster = await ctx.cluster()
    const threshold = ctx.spec.phases.day2.certificateThreshold
    // Records of helm are Secrets too, and large.
    const [secrets, validating, mutating] = await Promise.all([cluster.listKnown('v1', 'Secret', {labelSelector: 'owner!=helm'}), cluster.listKnown(ADMISSION, 'ValidatingWebhookConfiguration'), cluster.listKnown(ADMISSION, 'MutatingWebhookConfiguration')])
    const all = [...ofSecrets(secrets), ...ofWebhooks([...validating, ...mutating])]
    const now = ctx.clock.now()
    const days = ({at}: Ending): number => Math.floor((at - now) / DAY_MS)
    const say = (one: Ending): string => (one.at < now ? `${one.name} ended ${-days(one)} days ago` : `${one.name} ends in ${days(one)} days`)
    const soon = all.filter(({at}) => at - now < durationSeconds(threshold) * 1000).toSorted((a, b) => a.at - b.at)
    const expected = `each valid for more than ${threshold} (phases.day2.certificateThreshold)`
    const result = verdict(soon.map(say), `${all.length} ${all.length === 1 ? 'certificate' : 'certificates'} that nobody renews by itself`, expected)
    return soon.length > 0 && soon.every((one) => days(one) >= FAIL_DAYS) ? {...result, status: 'warn'} : result
  },
})
