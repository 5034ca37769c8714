/** What `kp diagnose` and `kp lab scenario` give back. */
import {z} from 'zod'
import {clusterName, environmentName, fixStep} from './common.ts'

/** `kp diagnose`. */
export const diagnose = z.object({
  schema: z.literal('kp/diagnose/v1'),
  environment: environmentName,
  cluster: clusterName,
  findings: z
    .array(
      z.object({
        code: z.string().describe('Of the pitfall: kp explain CODE.'),
        title: z.string(),
        object: z.string().describe('What is wrong, by name: Deployment shop/web.'),
        evidence: z.array(z.string()).describe('What was seen.'),
        cause: z.string(),
        fix: z.array(fixStep).describe('In this order; commands with the names filled in. kubectl and helm need the kubeconfig: eval "$(kp kubeconfig --export)".'),
        runbook: z.string().nullable().describe('File below runbooks/.'),
        confirmBy: z.string().describe('The check that proves the fix.'),
        follows: z.array(z.string()).describe('Codes of the findings that it follows from; empty for a root cause.'),
        affects: z.array(z.string()).describe('Other objects that suffer from it.'),
      }),
    )
    .describe('Causes before their consequences; empty where nothing is wrong.'),
  unknown: z.array(z.object({what: z.string(), reason: z.string()})).describe('What could not be looked at.'),
})

/** `kp lab scenario list`. */
export const labScenarioList = z.object({
  schema: z.literal('kp/lab-scenario-list/v1'),
  scenarios: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      pitfall: z.string().describe('The pitfall that kp diagnose names first: kp explain CODE.'),
      started: z.boolean().describe('Whether it runs in the lab of this platform.'),
      fits: z.string().nullable().describe('Why it cannot be started here; null where it can.'),
      parameters: z.record(z.string(), z.string()).describe('Names that --set can change, with their defaults.'),
    }),
  ),
})

/** `kp lab scenario start`, `resolve` and `stop`. */
export const labScenario = z.object({
  schema: z.literal('kp/lab-scenario/v1'),
  name: z.string(),
  title: z.string(),
  pitfall: z.string(),
  action: z.enum(['start', 'resolve', 'stop']),
  done: z.array(z.string()).describe('What was changed, a sentence a line.'),
  users: z.string().describe('What users see.'),
  shows: z.int().describe('Seconds until it shows.'),
})
