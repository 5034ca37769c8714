/** What `kp slo` gives back. */
import {z} from 'zod'
import {clusterName, environmentName, time} from './common.ts'

const alert = {
  severity: z.string().describe('Its label in Prometheus.'),
  burnRate: z.number().describe('So many times as fast as the budget lasts.'),
  long: z.string().describe('The longer window.'),
  short: z.string().describe('The shorter window: both must be above the threshold.'),
  threshold: z.number().describe('The share of bad events from which on it fires.'),
}

/** `kp slo list`. */
export const sloList = z.object({
  schema: z.literal('kp/slo-list/v1'),
  environment: environmentName,
  cluster: clusterName,
  slos: z.array(z.object({
    name: z.string(),
    objective: z.number().describe('Per cent of good events.'),
    window: z.string(),
    indicator: z.string().describe('http-errors, http-latency or prometheus.'),
    measures: z.string().describe('What is counted, in words.'),
    measuredAt: z.string().nullable().describe('Latency: the time that is really measured; null for others.'),
    budgetPercent: z.number().describe('Per cent of events that may be bad.'),
    budgetMinutes: z.number().describe('Minutes of a whole outage that use it up.'),
    alerts: z.array(z.object({...alert, exhaustsInHours: z.number().describe('Hours until the budget of a window is gone at that rate.')})),
    leftOut: z.array(z.object({...alert, reason: z.string().describe('Why it can never fire.')})),
    runbook: z.string().nullable(),
  })),
})

const rule = z.object({
  record: z.string().optional(),
  alert: z.string().optional(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).optional(),
})

/** `kp slo generate`. */
export const sloGenerate = z.object({
  schema: z.literal('kp/slo-generate/v1'),
  environment: environmentName,
  cluster: clusterName,
  file: z.string().nullable().describe('Where the rules were written; null where they were printed.'),
  groups: z.array(z.object({name: z.string(), interval: z.string(), rules: z.array(rule)})).describe('As Prometheus reads them.'),
})

/** `kp slo test`. */
export const sloTest = z.object({
  schema: z.literal('kp/slo-test/v1'),
  environment: environmentName,
  cluster: clusterName,
  promtool: z.string().describe('Version of the promtool that ran.'),
  result: z.enum(['passed', 'failed']),
  rules: z.object({count: z.number().int(), ok: z.boolean(), output: z.array(z.string()).describe('What promtool says of rules that do not hold.')}),
  tests: z.array(z.object({
    slo: z.string(),
    name: z.string().describe('The traffic that was made up, and what fires.'),
    ok: z.boolean(),
    standIn: z.boolean().describe('Whether made-up counters stand for queries of kp.yaml.'),
    output: z.array(z.string()),
  })),
})

/** `kp slo report`. */
export const sloReport = z.object({
  schema: z.literal('kp/slo-report/v1'),
  environment: environmentName,
  cluster: clusterName,
  at: time,
  unknown: z.string().nullable().describe('Why Prometheus does not say; null where it does.'),
  summary: z.object({kept: z.number(), burning: z.number(), missed: z.number(), unknown: z.number()}),
  slos: z.array(z.object({
    name: z.string(),
    objective: z.number().describe('Per cent of good events.'),
    window: z.string(),
    status: z.enum(['kept', 'burning', 'missed', 'unknown']).describe('burning: faster than an alert allows. missed: the budget is gone.'),
    reason: z.string().nullable().describe('Of unknown.'),
    attainment: z.number().nullable().describe('Per cent of good events over the window, or since it is measured.'),
    budgetLeftPercent: z.number().nullable().describe('Of the budget; negative where more was burnt.'),
    budgetLeftMinutes: z.number().nullable().describe('Minutes of a whole outage that are left.'),
    eventsPerSecond: z.number().nullable(),
    exhaustedInHours: z.number().nullable().describe('Until the budget is gone at the rate of the last hour; null where nothing burns.'),
    burn: z.array(z.object({window: z.string(), rate: z.number().describe('So many times as fast as the budget lasts.'), errorPercent: z.number()})),
    firing: z.array(z.object({alert: z.string(), severity: z.string()})),
  })),
})
