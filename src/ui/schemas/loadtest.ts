/** What `kp loadtest` gives back. */
import {z} from 'zod'
import {clusterName, durationMs, environmentName} from './common.ts'

/** `kp loadtest`. */
export const loadtest = z.object({
  schema: z.literal('kp/loadtest/v1'),
  environment: environmentName,
  cluster: clusterName,
  simulated: z.string().nullable().describe('What of it proves nothing (lab).'),
  ok: z.boolean(),
  problems: z.array(z.string()).describe('Limits that were passed.'),
  target: z.object({url: z.string(), address: z.string().describe('Where it was asked.')}),
  connections: z.number(),
  rate: z.number().nullable().describe('Requests a second that were wanted; null: as fast as answers came.'),
  seconds: z.number(),
  requests: z.object({
    sent: z.number(),
    answered: z.number(),
    failed: z.number().describe('Answers of 500 and more, broken connections, and no answer in time.'),
    errors: z.number().describe('Without an answer.'),
    timeouts: z.number(),
    statuses: z.record(z.string(), z.number()),
    perSecond: z.number(),
    failedPercent: z.number(),
  }),
  latencyMs: z.object({mean: z.number(), p50: z.number(), p95: z.number(), p99: z.number(), max: z.number()}).nullable().describe('Of all answers; null where there was none.'),
  scalers: z
    .array(z.object({atMs: z.number(), name: z.string(), replicas: z.number(), desired: z.number(), min: z.number(), max: z.number(), cpuPercent: z.number().nullable()}))
    .describe('HorizontalPodAutoscalers behind the host: at the begin, at each change, at the end.'),
  durationMs,
})
