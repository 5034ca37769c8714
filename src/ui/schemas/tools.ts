/** Results of the commands around a platform: doctor, explain, tools, files and the lab. */
import {z} from 'zod'
import {checkStatus, clusterName, environmentName, fixStep, lab, phaseId, pitfallCodes, risk, severity} from './common.ts'

/** `kp doctor`. */
export const doctor = z.object({
  schema: z.literal('kp/doctor/v1'),
  environment: environmentName.nullable().describe('Null outside of a platform.'),
  summary: z.object({pass: z.int(), warn: z.int(), fail: z.int(), skip: z.int(), unknown: z.int()}),
  checks: z.array(
    z.object({
      id: z.string(),
      area: z.string().describe('tools, credentials, permissions, quotas, network, repository, machine.'),
      title: z.string(),
      severity,
      status: checkStatus,
      observed: z.string(),
      expected: z.string().nullable(),
      fix: z.array(fixStep),
      pitfalls: pitfallCodes,
    }),
  ),
})

const titled = z.object({id: z.string(), title: z.string()})

/** `kp explain`. */
export const explain = z.object({
  schema: z.literal('kp/explain/v1'),
  kind: z.enum(['phase', 'step', 'check', 'pitfall']),
  id: z.string(),
  title: z.string(),
  phase: phaseId,
  number: z.int().optional().describe('Number of a phase.'),
  what: z.string().optional(),
  why: z.string().optional(),
  how: z.array(z.string()).optional(),
  dependsOn: z.array(z.string()).optional(),
  steps: z.array(titled.extend({risk})).optional(),
  checks: z.array(titled.extend({severity})).optional(),
  pitfalls: z.array(z.object({code: z.string(), title: z.string()})).optional(),
  risk: risk.optional(),
  severity: severity.optional(),
  symptom: z.string().optional(),
  cause: z.string().optional(),
  fix: z.array(fixStep).optional(),
  confirmBy: z.string().optional().describe('The check that proves the fix.'),
  runbook: z.string().optional(),
  source: z.string().optional().describe('Where it is documented.'),
})

/** `kp tools` and `kp tools install`. */
export const tools = z.object({
  schema: z.literal('kp/tools/v1'),
  tools: z.array(
    z.object({
      name: z.string(),
      wanted: z.string().describe('The version that kp brings, or the range that it accepts.'),
      state: z.enum(['ok', 'missing', 'old', 'unusable', 'installed']).describe('installed: brought just now.'),
      version: z.string().nullable(),
      path: z.string().nullable(),
      source: z.enum(['cache', 'path']).nullable(),
      reason: z.string().nullable(),
    }),
  ),
})

const files = {
  directory: z.string(),
  written: z.array(z.string()),
  unchanged: z.int(),
  removed: z.array(z.string()),
}

/** `kp init`. */
export const init = z.object({
  schema: z.literal('kp/init/v1'),
  name: z.string(),
  provider: z.string(),
  environments: z.array(z.string()),
  cost: z.object({class: z.enum(['none', 'low', 'medium', 'high']), low: z.number(), high: z.number(), monthly: z.number().describe('By list prices, with the fewest nodes')}).describe('US dollars a month, as a class and its range; no quote'),
  ...files,
  answers: z.string().optional().describe('File that the answers were saved to.'),
  next: z.array(z.string()),
})

/** `kp render`. */
export const render = z.object({
  schema: z.literal('kp/render/v1'),
  ...files,
  refused: z.array(z.object({path: z.string(), reason: z.string(), diff: z.array(z.string())})).describe('Edited by hand and left alone; --force overwrites.'),
})

/** `kp kubeconfig`. */
export const kubeconfig = z.object({
  schema: z.literal('kp/kubeconfig/v1'),
  environment: environmentName,
  cluster: clusterName,
  path: z.string(),
})

/** `kp bind`. */
export const bind = z.object({
  schema: z.literal('kp/bind/v1'),
  environment: environmentName,
  cluster: clusterName,
  uid: z.string().describe('UID of the namespace kube-system.'),
  changed: z.boolean().describe('False where it was bound to this cluster already.'),
})

/** `kp backend init`. */
export const backendInit = z.object({
  schema: z.literal('kp/backend-init/v1'),
  environment: environmentName,
  bucket: z.string(),
  region: z.string(),
  done: z.array(z.string()).describe('What was done, one sentence each; empty where everything was as it should be.'),
  backups: z.array(z.string()).describe('Copies of the states that were moved into the bucket.'),
})

/** Something in a cloud account. */
const cloudThing = z.object({
  kind: z.string(),
  id: z.string(),
  name: z.string().optional(),
  because: z.string().describe('By what it was found: a tag, its name, what kp saw being made, or the network that it is in.'),
  monthly: z.number().describe('US dollars a month by list price.'),
})

/** `kp destroy`: the last line; events come before it. */
export const destroy = z.object({
  schema: z.literal('kp/destroy/v1'),
  environment: environmentName,
  cluster: clusterName,
  backup: z.string().optional().describe('Name of the last backup, with --last-backup.'),
  switchedOff: z.array(z.string()).describe('Controllers that were switched off first.'),
  destroyed: z.array(z.object({stack: z.string(), resources: z.array(z.string()).describe('Addresses of what went.')})),
  removed: z.array(cloudThing).describe('What the cluster itself had made, and is gone.'),
  saved: z.number().describe('US dollars a month that end, by list price.'),
  kept: z.array(cloudThing).describe('What stays on purpose: the bucket of the backups, and snapshots with --last-backup.'),
  left: z.array(cloudThing.extend({remove: z.string().describe('The command that takes it away.'), holdsNetwork: z.boolean().describe('The network stays because of it.')})).describe('What is still in the account.'),
  unseen: z.array(z.object({what: z.string(), why: z.string()})).describe('Parts of the account that could not be looked at.'),
  durationMs: z.number().nonnegative(),
})

/** `kp lab up`: the last line; events come before it. */
export const labUp = z.object({
  schema: z.literal('kp/lab-up/v1'),
  result: z.enum(['ok', 'failed', 'interrupted']),
  created: z.boolean().describe('False where it ran already.'),
  repaired: z.boolean().describe('Whether the data of etcd was put back: its exchange for other data had been cut off.'),
  durationMs: z.number().nonnegative(),
  lab,
})

/** `kp lab down`. */
export const labDown = z.object({
  schema: z.literal('kp/lab-down/v1'),
  removed: z.array(z.string()).describe('Names of the labs that are gone.'),
  absent: z.array(z.string()).describe('Names that were not there.'),
})

/** `kp lab list`. */
export const labList = z.object({schema: z.literal('kp/lab-list/v1'), labs: z.array(lab)})

/** `kp lab status`. */
export const labStatus = z.object({schema: z.literal('kp/lab-status/v1'), lab})
