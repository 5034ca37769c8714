/** The file of a drill: what is expected, what is broken, what is watched, and what takes it back. See docs/drills.md. */
import {z} from 'zod'
import {scenarioAction, scenarioTarget} from './scenario.ts'

const seconds = (what: string) => z.number().positive().max(3600).describe(`Seconds: ${what}`)
const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens')

/** One thing that is looked at in the cluster. */
const probe = z.union([
  z.strictObject({ready: z.strictObject({...scenarioTarget}).describe('A workload: all the copies that it wants are ready.')}),
  z.strictObject({field: z.strictObject({...scenarioTarget, path: z.string(), is: z.string().describe('A regular expression.')}).describe('A field of an object.')}),
  z.strictObject({nodes: z.literal('ready').describe('Every node of the target is ready; without such a target all nodes.')}),
  z.strictObject({api: z.literal('ready').describe('The API server says that it is ready.')}),
  z.strictObject({programs: z.literal('running').describe('The programs of the control plane run (lab).')}),
])

const action = z.union([
  ...scenarioAction.options,
  z.strictObject({unplug: z.literal('target').describe('The nodes of the target lose their power (lab).')}),
  z.strictObject({etcd: z.enum(['snapshot', 'restore']).describe('Take a snapshot of etcd, or put its data back from it (lab).')}),
])

/** How the one target is chosen. */
const target = z.strictObject({
  kind: z.enum(['pod', 'node', 'zone', 'object', 'program', 'scratch']).describe('scratch: only what the drill makes itself.'),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  object: z.string().optional().describe('Kind of the object.'),
  name: z.string().optional(),
})

/** The shape of a drill's file. */
export const drillSchema = z.strictObject({
  name: label,
  title: z.string().max(70),
  runbook: z.string().regex(/^[a-z0-9-]+\.md$/, 'must be a file of runbooks/').describe('What is followed while it lasts: kp runbook NAME.'),
  hypothesis: z.strictObject({
    says: z.string().max(240).describe('One sentence that the drill can refute.'),
    lostSeconds: z.number().min(0).max(3600).default(0).describe('How much users may lose at most: the failed part of the requests times the time, as seconds in which everything fails.'),
    gapSeconds: seconds('longest time without a good answer').optional(),
    recoverSeconds: seconds('until the steady state is back'),
    alertSeconds: seconds('until an alert; without it none is expected').optional(),
  }),
  needs: z.strictObject({phases: z.array(z.string()).default([]), choices: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({})}).prefault({}),
  target,
  parameters: z.record(z.string(), z.string()).default({}).describe('Names that the actions use as ${name}.'),
  users: z.boolean().default(true).describe('Whether good answers at the front door belong to the steady state.'),
  steady: z.array(probe).default([]).describe('What holds before, and must hold again.'),
  signals: z.array(probe).default([]).describe('Where the platform shows it first: one of them stops being so.'),
  alerts: z.array(z.string()).default([]).describe('Names of alerts that may tell, as regular expressions; without any every new alert counts.'),
  before: z.array(action).default([]).describe('A set-up of its own.'),
  fault: z.strictObject({
    lab: z.array(action).min(1).optional(),
    'chaos-mesh': z.array(action).min(1).optional().describe('Where Chaos Mesh is installed.'),
    any: z.array(action).min(1).optional().describe('On every cluster.'),
  }),
  simulated: z.string().optional().describe('What of it is played in the lab.'),
  holdSeconds: seconds('how long the fault stays at least').default(15),
  alertWaitSeconds: seconds('how long an alert is waited for').default(75),
  waitForUsers: z.boolean().default(true).describe('Whether the fault stays until users are well.'),
  limitSeconds: seconds('the fault never stays longer').default(240),
  remedy: z.array(action).default([]).describe('What the runbook does about it, done by kp after the hold.'),
  undo: z.strictObject({first: z.array(action).default([]), last: z.array(action).default([])}).prefault({}).describe('What taking back the changes cannot know.'),
  abort: z.strictObject({lostSeconds: seconds('users lost so much: the fault is taken back').default(60), blindSeconds: seconds('so long without data').default(15)}).prefault({}),
  blind: z.array(z.enum(['api', 'alerts'])).default([]).describe('What gives no data while the fault is there, as expected.'),
  samples: z.int().min(1).max(60).default(4).describe('How many good looks in a row make a steady state.'),
})

/** A drill as its file has it. */
export type DrillFile = z.infer<typeof drillSchema>
/** Something that is looked at. */
export type DrillProbe = z.infer<typeof probe>
/** One action of a drill. */
export type DrillAction = z.infer<typeof action>

/** The JSON Schema of the file, as text. */
export function drillFileSchemaText(): string {
  const {$schema, ...body} = z.toJSONSchema(drillSchema, {io: 'input'})
  return `${JSON.stringify({$schema, $id: 'kp/drill-file/v1', title: 'A drill of kp drill --file', ...body}, null, 2)}\n`
}
