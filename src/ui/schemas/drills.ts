/** What `kp drill`, `kp drills` and `kp runbook` give back. */
import {z} from 'zod'
import {clusterName, environmentName, time} from './common.ts'

const verdict = z.enum(['held', 'deviated', 'aborted', 'not-started', 'unrecovered']).describe('not-started: a guard refused. unrecovered: something is left, or the steady state did not come back.')
const seconds = z.number().nullable().describe('Seconds since the fault; null where it did not come.')

/** `kp drill`. */
export const drill = z.object({
  schema: z.literal('kp/drill/v1'),
  id: z.string().describe('Of the run, and of its record.'),
  name: z.string(),
  title: z.string(),
  environment: environmentName,
  cluster: clusterName,
  simulated: z.boolean().describe('Whether nodes and containers are simulated (lab).'),
  verdict,
  reasons: z.array(z.string()).describe('What was not as the hypothesis says, or why it was stopped.'),
  hypothesis: z.string(),
  target: z.string(),
  runbook: z.string().describe('File below runbooks/: kp runbook NAME.'),
  startedAt: time,
  endedAt: time,
  by: z.string().optional(),
  guards: z.array(z.object({id: z.string(), status: z.enum(['pass', 'warn', 'fail', 'unknown', 'not-applicable']), reason: z.string(), fix: z.string().optional(), waived: z.string().optional()})),
  timeline: z.array(z.object({atSeconds: z.number().describe('Since the fault.'), what: z.string(), text: z.string()})),
  ttdSeconds: seconds.describe('Until the first alert; null where none came.'),
  detectedBy: z.string().nullable().describe('The alert.'),
  signalSeconds: seconds.describe('Until the platform showed it first: a node that is not ready, a copy that is missing.'),
  ttrSeconds: seconds.describe('Until the steady state was back; 0 where it never left.'),
  requests: z.object({sent: z.int(), failed: z.int(), longestGapMs: z.number()}).describe('From outside, since the fault.'),
  users: z.object({sent: z.int(), failed: z.int(), longestGapMs: z.number(), lostSeconds: z.number().describe('The failed part of the requests times the time.'), firstErrorSeconds: seconds, backSeconds: seconds}).nullable().describe('null where the drill asks no users.'),
  budgetBurned: z.number().nullable().describe('Part of the error budget of the whole window; null without an objective.'),
  objective: z.string().nullable().describe('Name of the objective.'),
  undone: z.boolean().describe('Whether nothing of the fault is left.'),
  left: z.array(z.string()),
  durationSeconds: z.number(),
  record: z.string().nullable().describe('The Markdown record.'),
})

/** `kp drills list`. */
export const drillsList = z.object({
  schema: z.literal('kp/drills-list/v1'),
  drills: z.array(z.object({name: z.string(), title: z.string(), hypothesis: z.string(), runbook: z.string(), fits: z.string().nullable().describe('Why it cannot be done here; null where it can.'), last: z.object({verdict, at: time}).nullable()})),
  active: z.object({name: z.string(), target: z.string(), startedAt: time}).nullable().describe('A drill that was begun and not taken back.'),
})

/** `kp drills report`. */
export const drillsReport = z.object({
  schema: z.literal('kp/drills-report/v1'),
  environment: environmentName,
  drills: z.array(z.object({
    name: z.string(),
    runs: z.int(),
    held: z.int(),
    last: z.object({id: z.string(), verdict, at: time, ttdSeconds: seconds, ttrSeconds: seconds, lostSeconds: z.number().nullable()}),
    mttdSeconds: z.number().nullable().describe('Mean over the runs with an alert; null below three.'),
    mttrSeconds: z.number().nullable().describe('Mean; null below three runs.'),
    detected: z.int().describe('Runs in which an alert came.'),
    ttrChange: z.number().nullable().describe('Seconds against the run before; negative is better.'),
  })),
  runs: z.array(z.object({id: z.string(), name: z.string(), verdict, at: time, ttdSeconds: seconds, ttrSeconds: seconds, lostSeconds: z.number().nullable(), reasons: z.array(z.string())})).describe('Newest first.'),
})

/** `kp drills undo`. */
export const drillsUndo = z.object({
  schema: z.literal('kp/drills-undo/v1'),
  drill: z.string().nullable().describe('What was taken back; null where nothing was left.'),
  target: z.string().nullable(),
  done: z.array(z.string()),
  left: z.array(z.string()).describe('What is still there.'),
})

/** `kp runbook`. */
export const runbook = z.object({
  schema: z.literal('kp/runbook/v1'),
  name: z.string().nullable().describe('null where no name was given: then all are listed.'),
  title: z.string(),
  users: z.string().describe('What users see.'),
  sections: z.array(z.object({
    id: z.enum(['look', 'decide', 'fix', 'confirm', 'after']),
    title: z.string(),
    text: z.string(),
    steps: z.array(z.object({text: z.string(), commands: z.array(z.object({command: z.string(), runs: z.boolean().describe('Whether kp can run it: kubectl, helm, kp and the like, with all names known.'), expect: z.string().nullable().describe('Regular expression that the output must match.')}))})),
  })),
  ran: z.array(z.object({command: z.string(), exitCode: z.int(), ok: z.boolean(), reason: z.string().nullable()})).describe('What was run on request.'),
  runbooks: z.array(z.object({name: z.string(), title: z.string(), pitfalls: z.array(z.string()), drills: z.array(z.string())})).describe('Without a name: all of them, with what leads to each.'),
})
