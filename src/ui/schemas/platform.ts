/** Results of the commands that build a platform and look at it. */
import {z} from 'zod'
import {checkReport, clusterName, difference, durationMs, environmentName, errorBody, errorFields, phaseId, probeState, risk, time} from './common.ts'

/** `kp verify`. */
export const verify = z.object({
  schema: z.literal('kp/verify/v1'),
  environment: environmentName,
  cluster: z.object({
    name: clusterName,
    uid: z.string().nullable().describe('UID of the namespace kube-system; null where the cluster did not answer.'),
    version: z.string().nullable().describe('Version of Kubernetes; null where the cluster did not answer.'),
    simulated: z.boolean().describe('Whether nodes and containers are simulated (lab).'),
  }),
  summary: z
    .object({
      pass: z.int().describe('All passes, simulated ones too.'),
      simulated: z.int().describe('Those of the passes that read a simulated status.'),
      warn: z.int(),
      fail: z.int(),
      skip: z.int(),
      unknown: z.int(),
    })
    .describe('Counts of the checks; what is ignored is not counted.'),
  checks: z.array(checkReport),
})

/** `kp plan`. */
export const plan = z.object({
  schema: z.literal('kp/plan/v1'),
  environment: environmentName,
  cluster: clusterName,
  digest: z.string().describe('Same digest: same changes. kp up --plan refuses where it differs.'),
  steps: z.array(
    z.object({
      id: z.string().describe('<phase>/<name>.'),
      phase: phaseId,
      title: z.string(),
      state: probeState,
      risk,
      observed: z.string(),
      differences: z.array(difference),
      changes: z.array(z.string()).describe('What kp up would do, in words.'),
      commands: z.array(z.string()).describe('The same as commands.'),
      estimateMs: durationMs.optional().describe('Milliseconds, from past runs.'),
    }),
  ),
  skipped: z.array(z.object({id: z.string(), phase: phaseId, reason: z.string()})).describe('Steps that have nothing to do on this platform.'),
  summary: z.object({satisfied: z.int(), absent: z.int(), drifted: z.int(), unknown: z.int()}),
  notes: z.array(z.object({text: z.string(), next: z.array(z.string())})).optional().describe('What to know beside the plan: what stands though it is switched off, and who built the cluster last from another kp.yaml.'),
  estimateMs: durationMs.optional().describe('Milliseconds for everything, from past runs.'),
  monthlyCost: z.object({
    amount: z.number().describe('Once the plan is carried out.'),
    currency: z.string(),
    basis: z.string().describe('What it covers.'),
    before: z.number().optional().describe('As it stands now; where the cloud was looked at.'),
    difference: z.number().optional().describe('What the plan changes of it.'),
    items: z.array(z.object({what: z.string(), amount: z.number(), guessed: z.literal(true).optional().describe('The price table has no such machine: by its CPUs.')})).optional(),
  }).optional().describe('Where kp makes machines.'),
})

const runFields = {
  environment: environmentName,
  cluster: clusterName,
  run: z.string().describe('Id of the run, the name of its folder under .kp/runs.'),
  dryRun: z.boolean(),
  result: z.enum(['ok', 'failed', 'interrupted']),
  durationMs,
  phases: z.array(
    z.object({
      id: phaseId,
      state: z.enum(['done', 'removed', 'failed', 'interrupted', 'blocked', 'skipped']).describe('blocked: a phase that it depends on failed before it was done.'),
      startedAt: time.nullable(),
      finishedAt: time.nullable(),
      steps: z.array(
        z.object({
          id: z.string(),
          result: z.enum(['satisfied', 'applied', 'recorded', 'removed', 'skipped', 'failed', 'interrupted']).describe('recorded: a dry run.'),
          attempts: z.int(),
          durationMs,
        }),
      ),
    }),
  ),
  commands: z.array(z.string()).optional().describe('For a dry run: what would have been run.'),
  hints: z.array(z.object({phase: phaseId, lines: z.array(z.string()).describe('Lines that begin with two spaces are to be copied.')})).optional().describe('Of a good run: what to know, such as how to reach what was built.'),
  error: errorBody.optional(),
}

/** `kp up`: the last line; events come before it. */
export const up = z.object({schema: z.literal('kp/up/v1'), ...runFields})

/** `kp step`: the last line; events come before it. */
export const step = z.object({schema: z.literal('kp/step/v1'), ...runFields, kept: z.array(z.string()).optional().describe('With --remove: what was left in the cluster, by name.')})

/** `kp status`. */
export const status = z.object({
  schema: z.literal('kp/status/v1'),
  environment: environmentName,
  cluster: clusterName,
  phases: z.array(
    z.object({
      id: phaseId,
      number: z.int(),
      title: z.string(),
      state: z.enum(['done', 'failed', 'interrupted', 'pending', 'skipped']).describe('From the last run and whether the cluster is there: kp plan looks closely. skipped: not part of this platform.'),
      reason: z.string().nullable().describe('Why it is skipped or pending.'),
      lastRun: z.object({run: z.string(), at: time, result: z.string()}).nullable(),
    }),
  ),
  lastBuild: z
    .object({by: z.string().describe('Account and machine.'), at: time, command: z.string(), run: z.string(), here: z.boolean().describe('Whether this checkout made it.')})
    .nullable()
    .describe('Who built the cluster last, as far as this checkout has seen; null where it has seen none.'),
  next: z.string().nullable().describe('The command to run next; null where there is nothing to do.'),
})

/** `kp history`. */
export const history = z.object({
  schema: z.literal('kp/history/v1'),
  runs: z
    .array(
      z.object({
        run: z.string(),
        command: z.string(),
        environment: environmentName,
        by: z.string().nullable().describe('Account and machine; null for runs of an older kp.'),
        startedAt: time,
        finishedAt: time.nullable(),
        durationMs: durationMs.nullable(),
        result: z.string().describe('ok, failed, interrupted, or killed where the run has no end.'),
        error: z.string().nullable(),
        phases: z.array(z.object({id: phaseId, state: z.string()})),
      }),
    )
    .describe('Newest first.'),
})

/** Every error, with --json on standard output too. */
export const error = z.object({schema: z.literal('kp/error/v1'), ...errorFields})
