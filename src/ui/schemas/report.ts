/** What `kp report` and `kp support-bundle` give back. */
import {z} from 'zod'
import {clusterName, durationMs, environmentName, phaseId, pitfallCodes, time} from './common.ts'
import {verify} from './platform.ts'
import {topology} from './topology.ts'

const runFacts = z.object({
  run: z.string().describe('Id of the run.'),
  command: z.string(),
  by: z.string().nullable().describe('Account and machine.'),
  startedAt: time,
  finishedAt: time.nullable(),
  durationMs: durationMs.nullable(),
  result: z.string().describe('ok, failed, interrupted, or killed where the run has no end.'),
  error: z.string().nullable(),
})

/** A bar of the timeline. */
const span = z.object({
  id: z.string(),
  title: z.string(),
  startMs: z.number().nonnegative().describe('Milliseconds since the run began.'),
  durationMs,
  result: z.string().describe('done, failed, interrupted or killed; of a phase also skipped.'),
})

/** `kp report`. */
export const report = z.object({
  schema: z.literal('kp/report/v1'),
  platform: z.string(),
  environment: environmentName,
  cluster: clusterName,
  provider: z.string(),
  generatedAt: time,
  file: z.string().nullable().describe('The page; null where it was written to standard output.'),
  run: runFacts.nullable().describe('null: nothing was built yet.'),
  timeline: z.array(span.extend({id: phaseId, steps: z.array(span)})),
  checks: verify.nullable().describe('Looked at now; null where there was nothing to look at.'),
  checksFrom: z.enum(['now', 'run', 'none']).describe('run: what the run itself has checked.'),
  pitfalls: pitfallCodes.describe('Offered in the run, or named by what does not pass.'),
  topology: topology.nullable(),
  versions: z.object({
    kp: z.string(),
    kubernetes: z.string().nullable(),
    tools: z.array(z.object({name: z.string(), version: z.string().nullable().describe('null: it is missing.')})),
    components: z.array(z.object({id: z.string(), title: z.string(), phase: phaseId, chart: z.string(), version: z.string()})),
  }),
  cost: z.object({class: z.enum(['none', 'low', 'medium', 'high']), low: z.number(), high: z.number(), monthly: z.number(), drivers: z.array(z.string())}).describe('US dollars a month, by list prices; no quote.'),
})

/** `kp support-bundle`. */
export const supportBundle = z.object({
  schema: z.literal('kp/support-bundle/v1'),
  environment: environmentName,
  cluster: clusterName,
  file: z.string().describe('The archive.'),
  bytes: z.int().nonnegative(),
  files: z.array(z.object({path: z.string(), bytes: z.int().nonnegative(), about: z.string()})),
  missing: z.array(z.object({path: z.string(), reason: z.string()})).describe('What could not be had, and why.'),
})

/** `kp report --dora`. */
export const dora = z.object({
  schema: z.literal('kp/dora/v1'),
  environment: environmentName,
  cluster: clusterName,
  since: time,
  until: time,
  deployments: z.object({total: z.number(), perDay: z.number(), kp: z.number().describe('Runs of kp that changed something.'), gitops: z.number().describe('Brought by Argo CD or Flux.')}),
  leadTime: z.object({medianSeconds: z.number(), measured: z.number().describe('Deployments whose commit is known.')}).nullable().describe('From the commit to the cluster; null where it is not known.'),
  changeFailures: z.object({failed: z.number(), percent: z.number()}).nullable(),
  timeToRestore: z.object({medianSeconds: z.number(), incidents: z.number()}).nullable().describe('From a failed deployment to the next good one.'),
  openSince: time.nullable().describe('A failure that nothing has mended yet.'),
  unknown: z.array(z.string()).describe('What is not known, and why.'),
})
