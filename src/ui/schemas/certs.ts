/** What `kp certs` gives back. */
import {z} from 'zod'
import {clusterName, durationMs, environmentName, fixStep, time} from './common.ts'

/** `kp certs check`. */
export const certsCheck = z.object({
  schema: z.literal('kp/certs-check/v1'),
  environment: environmentName,
  cluster: clusterName,
  threshold: z.string().describe('So near to its end a certificate that nobody renews is due.'),
  summary: z.object({ok: z.number(), due: z.number(), expired: z.number(), unknown: z.number()}),
  certificates: z.array(
    z.object({
      area: z.enum(['api-server', 'kubeconfig', 'etcd', 'webhook', 'mesh', 'ingress', 'other']),
      object: z.string(),
      status: z.enum(['ok', 'due', 'expired', 'unknown', 'not-applicable']).describe('due: within the threshold and renewed by nobody, or its renewal is late.'),
      notAfter: time.nullable(),
      daysLeft: z.number().nullable(),
      renewedBy: z.string().nullable().describe('Who renews it by itself.'),
      reason: z.string().nullable(),
      fix: z.array(fixStep),
    }),
  ),
})

/** `kp certs rotate`. */
export const certsRotate = z.object({
  schema: z.literal('kp/certs-rotate/v1'),
  environment: environmentName,
  cluster: clusterName,
  rotated: z.array(
    z.object({
      certificate: z.string(),
      secret: z.string(),
      before: time.nullable().describe('End of the old one.'),
      after: time.describe('End of the new one.'),
      restarted: z.array(z.object({kind: z.string(), namespace: z.string(), name: z.string(), reads: z.enum(['volume', 'environment'])})),
    }),
  ),
  byHand: z.array(z.string()).describe('What kp does not renew.'),
  durationMs,
})
