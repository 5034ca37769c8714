/** Parts that several results share. */
import {z} from 'zod'

export const environmentName = z.string().describe('Name of the environment, as in kp.yaml.')
export const clusterName = z.string().describe("Name of the environment's cluster.")
export const phaseId = z.string().describe('Id of the phase, the name of its command: cert-manager.')
export const time = z.string().describe('Time in UTC, ISO 8601.')
export const durationMs = z.number().nonnegative().describe('Milliseconds.')
export const risk = z.enum(['none', 'disruptive', 'destructive']).describe('How much the step can hurt while it runs.')
export const probeState = z.enum(['satisfied', 'absent', 'drifted', 'unknown']).describe('What was found when looking at the world.')
export const severity = z.enum(['error', 'warning'])
export const checkStatus = z.enum(['pass', 'warn', 'fail', 'skip', 'unknown']).describe('No data is unknown, never pass.')
export const pitfallCodes = z.array(z.string()).describe('Codes of known pitfalls that explain it: kp explain CODE.')

/** One difference between what is wanted and what is there. */
export const difference = z.object({
  object: z.string().describe('What differs: Deployment cert-manager/cert-manager.'),
  field: z.string().optional().describe('Path of the field; absent where the whole object is missing or surplus.'),
  wanted: z.string().optional(),
  seen: z.string().optional().describe('Absent where nothing was there.'),
})

/** One action of a fix. */
export const fixStep = z.object({text: z.string(), command: z.string().optional().describe('To copy; <...> marks what to fill in.')})

/** A check with its result. */
export const checkReport = z.object({
  id: z.string().describe('Stable for ever.'),
  phase: phaseId,
  title: z.string().describe('A sentence that is true when the check passes.'),
  severity,
  status: checkStatus,
  simulated: z.boolean().describe('The status that it read was written by a simulation (lab).'),
  simulatedBy: z.string().optional().describe('Which simulation wrote it.'),
  observed: z.string().describe('What was seen; for skip and unknown the reason.'),
  expected: z.string().nullable(),
  evidence: z.array(z.string()),
  pitfalls: pitfallCodes,
  durationMs,
  ignored: z.object({reason: z.string(), until: z.string()}).optional().describe('Set aside with --ignore; does not count as failed until that day.'),
})

/** Fields of an error, in a result and in an error document. */
export const errorFields = {
  code: z.string().describe('Stable name of the error: TOOL_FAILED.'),
  exit: z.number().int().describe('Exit code of kp.'),
  message: z.string(),
  doing: z.string().nullable().describe('What was being done.'),
  tool: z
    .object({name: z.string(), command: z.string(), exitCode: z.number().int().nullable(), output: z.string().describe('The end of what it said, redacted.')})
    .nullable()
    .describe('The program that failed.'),
  details: z.array(z.string()),
  pitfalls: pitfallCodes,
  next: z.array(z.string()).describe('What to do next, most useful first.'),
  retrySafe: z.boolean().describe('Whether running the same command again is safe.'),
}

/** An error within a result. */
export const errorBody = z.object(errorFields)

/** A lab as `lab list` and `lab status` tell of it. */
export const lab = z.object({
  name: z.string(),
  state: z.enum(['running', 'stopped', 'degraded', 'creating', 'incomplete', 'absent']),
  kubernetesVersion: z.string().nullable(),
  server: z.string().nullable().describe('URL of the API server.'),
  kubeconfig: z.string().nullable().describe('Path of its kubeconfig.'),
  deadComponents: z.array(z.string()).describe('Programs of its control plane that do not run.'),
  services: z.array(z.object({name: z.string(), running: z.boolean(), address: z.string().nullable().describe('Where it listens.')})).describe('Programs beside its control plane.'),
  owner: z.string().nullable().describe('Folder of the platform that it belongs to; null where it stands alone.'),
  createdAt: time.nullable(),
})
