/** The file of a lab scenario: what makes the cause of an incident, and what takes it back. See docs/scenarios.md. */
import {z} from 'zod'

const anyObject = z.record(z.string(), z.unknown())
/** Fields that name an object, or several. */
export const scenarioTarget = {
  kind: z.string(),
  apiVersion: z.string().optional().describe('Where two groups have a kind of that name.'),
  name: z.string().optional(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional().describe('Without a name: every object with these labels.'),
}
const one = z.strictObject(scenarioTarget)
/** A value of kp.yaml; of lists and maps what is named must be there. */
const choice = z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), anyObject]))])

/** What a scenario or a drill does. */
export const scenarioAction = z.union([
  z.strictObject({apply: z.union([z.string(), anyObject]).describe('A file of the folder, or an object.')}),
  z.strictObject({delete: one}),
  z.strictObject({patch: z.strictObject({...scenarioTarget, merge: anyObject.optional(), strategic: anyObject.optional(), status: anyObject.optional()})}),
  z.strictObject({label: z.strictObject({...scenarioTarget, set: z.record(z.string(), z.string().nullable())})}),
  z.strictObject({annotate: z.strictObject({...scenarioTarget, set: z.record(z.string(), z.string().nullable())})}),
  z.strictObject({scale: z.strictObject({...scenarioTarget, replicas: z.int().nonnegative()})}),
  z.strictObject({'end-program': z.string().describe('A program of the control plane: kube-scheduler.')}),
  z.strictObject({start: z.literal('programs').describe('The programs of the control plane that do not run.')}),
  z.strictObject({log: z.strictObject({namespace: z.string(), container: z.string(), file: z.string(), source: z.string()})}),
  z.strictObject({event: z.strictObject({...scenarioTarget, type: z.enum(['Normal', 'Warning']).default('Warning'), reason: z.string(), message: z.string(), from: z.string().describe('Who says it: service-controller.'), source: z.string().describe('Where the text was captured.')})}),
  z.strictObject({file: z.strictObject({path: z.string().describe('In the repository of the platform.'), text: z.string().optional().describe('What is in it then.'), add: z.string().optional().describe('Lines that come at its end.'), gone: z.literal(true).optional()})}),
  z.strictObject({wait: z.strictObject({...scenarioTarget, gone: z.boolean().optional(), path: z.string().optional(), is: z.string().optional().describe('A regular expression.'), seconds: z.number().positive().default(60)})}),
])

/** The shape of scenario.yaml. */
export const scenarioSchema = z.strictObject({
  title: z.string().max(70),
  pitfall: z.string().regex(/^KP\d{4}$/),
  users: z.string().describe('What users see. Told to the person, nothing more.'),
  needs: z.strictObject({phases: z.array(z.string()).default([]), choices: z.record(z.string(), choice).default({})}).default({phases: [], choices: {}}),
  parameters: z.record(z.string(), z.string()).default({}),
  pick: z.record(z.string(), z.strictObject({...scenarioTarget, path: z.string().default('metadata.name'), nth: z.int().nonnegative().default(0)})).default({}),
  before: z.array(scenarioAction).default([]).describe('A healthy set-up that the incident needs; it is waited for.'),
  start: z.array(scenarioAction).min(1),
  resolve: z.array(scenarioAction).default([]).describe('The other side: cloud, DNS, whoever owns the credentials.'),
  stop: z.array(scenarioAction).default([]).describe('What taking back cannot know.'),
  shows: z.int().positive().default(5).describe('Seconds until it shows.'),
  verify: z.boolean().default(true).describe('Whether kp verify fails while it is there.'),
  fix: z.enum(['printed', 'resolve']).default('printed').describe('resolve: the fix acts outside of the cluster, and resolve plays it.'),
})

/** A scenario as its file has it. */
export type ScenarioFile = z.infer<typeof scenarioSchema>
/** One action. */
export type ScenarioAction = ScenarioFile['start'][number]
/** An object, or several, by name or labels. */
export type ScenarioTarget = z.infer<typeof one>
