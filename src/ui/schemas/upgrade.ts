/** What `kp upgrade` and `kp node` give back. */
import {z} from 'zod'
import {clusterName, durationMs, environmentName} from './common.ts'

const requests = z
  .object({sent: z.number(), failed: z.number(), longestGapMs: z.number().describe('The longest time without a good answer of one host.')})
  .nullable()
  .describe('Requests from outside; null where nobody could be asked.')

const gate = z.object({
  id: z.string(),
  title: z.string().describe('A sentence that is true when it passes.'),
  status: z.enum(['pass', 'warn', 'fail', 'unknown', 'not-applicable']).describe('fail and unknown block.'),
  reason: z.string(),
  fix: z.string().nullable(),
  problems: z.array(z.object({what: z.string(), source: z.string().describe('Where it was seen.'), fix: z.string()})),
  waived: z.string().nullable().describe('Why it was passed over.'),
  first: z.string().nullable().describe('What the upgrade does about it before anything is changed, with --yes or when it is agreed to; null where it does nothing.'),
})

const drained = z.object({
  node: z.string(),
  zone: z.string().nullable(),
  evictions: z.number(),
  blockedBy: z.array(z.object({pdb: z.string(), pod: z.string(), owner: z.string().nullable(), reason: z.string(), fix: z.string()})).describe('Pods that a budget would hold.'),
  noRoom: z.array(z.object({pod: z.string(), owner: z.string().nullable(), reason: z.string(), fix: z.string()})).describe('Pods that would find no other place.'),
  bare: z.array(z.string()).describe('Pods that nobody would bring back.'),
  local: z.object({emptyDir: z.number(), hostPath: z.number(), volumes: z.array(z.string())}).describe('Pods whose data stays behind or is lost.'),
  unknown: z.array(z.object({pod: z.string(), owner: z.string().nullable(), reason: z.string()})).describe('What the simulation does not know.'),
})

const planned = {
  environment: environmentName,
  cluster: clusterName,
  from: z.string(),
  to: z.string(),
  needed: z.boolean().describe('False where all of it is so already.'),
  allowed: z.boolean().describe('Whether no gate blocks.'),
  gates: z.array(gate),
  drain: z.array(drained).describe('What emptying each node would meet, in the planned order.'),
  addons: z.array(z.object({component: z.string(), from: z.string(), to: z.string()})),
  order: z.array(z.object({id: z.string(), title: z.string(), nodes: z.array(z.string()), estimateSeconds: z.number().nullable()})),
  notes: z.array(z.string()),
}

/** `kp upgrade --plan`. */
export const upgradePlan = z.object({schema: z.literal('kp/upgrade-plan/v1'), ...planned})

/** `kp upgrade`. */
export const upgrade = z.object({
  schema: z.literal('kp/upgrade/v1'),
  ...planned,
  run: z.string().nullable(),
  result: z.enum(['ok', 'nothing-to-do', 'refused', 'failed', 'interrupted']),
  nodes: z.array(z.object({node: z.string(), zone: z.string().nullable(), from: z.string(), to: z.string(), result: z.enum(['upgraded', 'failed']), evictions: z.number(), durationMs, requests})),
  requests,
  objects: z.object({before: z.number(), after: z.number(), lost: z.array(z.string()).describe('What was there before and is not any more.')}).nullable(),
  durationMs,
  error: z.object({code: z.string(), message: z.string(), details: z.array(z.string()), next: z.array(z.string())}).optional(),
})

/** `kp node list`. */
export const nodeList = z.object({
  schema: z.literal('kp/node-list/v1'),
  environment: environmentName,
  cluster: clusterName,
  nodes: z.array(
    z.object({
      name: z.string(),
      pool: z.string().nullable(),
      zone: z.string().nullable(),
      version: z.string(),
      ready: z.boolean(),
      cordonedBy: z.string().nullable().describe('Who cordoned it: a command of kp, or "somebody"; null where nobody did.'),
      pods: z.number(),
      evictions: z.number().describe('Pods that a drain would move.'),
      blockedBy: z.array(z.object({pdb: z.string(), pod: z.string(), owner: z.string().nullable(), reason: z.string(), fix: z.string()})),
    }),
  ),
})

const nodeWork = {
  environment: environmentName,
  cluster: clusterName,
  run: z.string(),
  result: z.enum(['ok', 'failed', 'interrupted']),
  nodes: z.array(z.object({node: z.string(), result: z.enum(['done', 'failed', 'not-reached']), evicted: z.array(z.string()), held: z.array(z.object({pod: z.string(), owner: z.string().nullable(), kind: z.enum(['budget', 'bare', 'ending']).describe('What keeps it: a budget, that nobody would bring it back, or that it has not ended yet.'), pdb: z.string().nullable(), reason: z.string()})), durationMs, requests})),
  requests,
  error: z.object({code: z.string(), message: z.string(), details: z.array(z.string()), next: z.array(z.string())}).optional(),
}

/** `kp node drain`. */
export const nodeDrain = z.object({schema: z.literal('kp/node-drain/v1'), ...nodeWork})

/** `kp node replace`. */
export const nodeReplace = z.object({schema: z.literal('kp/node-replace/v1'), ...nodeWork})

/** `kp node patch`. */
export const nodePatch = z.object({schema: z.literal('kp/node-patch/v1'), ...nodeWork})
