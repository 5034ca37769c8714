/** What `kp migrate` gives back. */
import {z} from 'zod'
import {durationMs, environmentName, time} from './common.ts'

const ends = {from: environmentName, to: environmentName, clusters: z.object({from: z.string(), to: z.string()})}
const action = z.enum(['shift', 'rollback', 'finish'])
const weight = z.number().describe('Per cent of the traffic that the new cluster has.')

/** `kp migrate plan`. */
export const migratePlan = z.object({
  schema: z.literal('kp/migrate-plan/v1'),
  ...ends,
  weights: z.string().nullable().describe('Why traffic cannot be divided; null where it can.'),
  namespaces: z.array(
    z.object({
      name: z.string(),
      hosts: z.array(z.string()),
      weight,
      allowed: z.boolean().describe('Whether the new cluster can take its traffic.'),
      gates: z.array(z.object({id: z.string(), status: z.enum(['pass', 'warn', 'fail', 'unknown', 'not-applicable']), reason: z.string(), fix: z.string().nullable()})),
    }),
  ),
  unfinished: z.object({action, namespaces: z.array(z.string()), weight, at: time}).nullable().describe('What a kp that was killed had begun.'),
  finished: time.nullable(),
  simulated: z.string().nullable(),
})

const side = z.object({sent: z.number(), failed: z.number()})

/** `kp migrate shift`, `rollback` and `finish`. */
export const migrate = z.object({
  schema: z.literal('kp/migrate/v1'),
  ...ends,
  action,
  ok: z.boolean(),
  problems: z.array(z.string()),
  namespaces: z.array(
    z.object({
      name: z.string(),
      before: weight,
      after: weight,
      requests: z.object({seconds: z.number(), from: side, to: side}).describe('Sent to both by the weights, afterwards.'),
      takenBack: z.boolean().describe('The new cluster failed: it has what it had before.'),
    }),
  ),
  durationMs,
})
