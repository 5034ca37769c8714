/** What `kp policy` and `kp cost` give back. */
import {z} from 'zod'
import {clusterName, environmentName} from './common.ts'

const policyMode = z.enum(['audit', 'enforce', 'exempt']).describe('audit: policies report. enforce: they refuse. exempt: they leave the namespace alone.')

const blockedWorkload = z.object({
  namespace: z.string(),
  kind: z.string(),
  name: z.string(),
  pods: z.number().describe('Pods that it has, or wants.'),
  mode: policyMode,
  rules: z.array(
    z.object({
      id: z.string().describe('Name of the rule, and of its policy behind "kp-".'),
      level: z.enum(['baseline', 'restricted']),
      title: z.string().describe('True where the rule is kept.'),
      fields: z.array(z.string()).describe('Fields of the pod that break it.'),
    }),
  ),
})

/** `kp policy report`. */
export const policyReport = z.object({
  schema: z.literal('kp/policy-report/v1'),
  environment: environmentName,
  cluster: clusterName,
  engine: z.enum(['validating-admission-policy', 'kyverno', 'gatekeeper', 'none']),
  mode: z.enum(['audit', 'enforce']).describe('phases.security.mode of kp.yaml.'),
  level: z.enum(['privileged', 'baseline', 'restricted']).describe('Level of the rules.'),
  summary: z.object({workloads: z.number(), blocked: z.number(), namespaces: z.number(), rules: z.number()}),
  blocked: z.array(blockedWorkload).describe('Workloads that the policies would block, or block already.'),
  namespaces: z.array(
    z.object({
      name: z.string(),
      mode: policyMode,
      podSecurity: z.string().nullable().describe('Level of Pod Security Admission; null without one.'),
      workloads: z.number(),
      blocked: z.number(),
    }),
  ),
  engineReports: z
    .object({reports: z.number(), fail: z.number(), pass: z.number()})
    .nullable()
    .describe('What the engine itself reports (PolicyReports of Kyverno, audits of Gatekeeper); null where it writes none.'),
})

/** `kp policy enforce`. */
export const policyEnforce = z.object({
  schema: z.literal('kp/policy-enforce/v1'),
  environment: environmentName,
  cluster: clusterName,
  namespace: z.string(),
  mode: z.enum(['audit', 'enforce']).describe('What policies do in the namespace now.'),
  changed: z.boolean().describe('False where it was so already.'),
  dryRun: z.boolean(),
  enforceNamespaces: z.array(z.string()).describe('phases.security.enforceNamespaces of kp.yaml.'),
  run: z.string().nullable().describe('Id of the run that changed the cluster.'),
})

/** `kp cost report`. */
export const costReport = z.object({
  schema: z.literal('kp/cost-report/v1'),
  environment: environmentName,
  cluster: clusterName,
  simulated: z.boolean().describe('Nodes are those of the lab: nobody is paid for them.'),
  currency: z.string().describe('Currency of the budgets of kp.yaml.'),
  prices: z.object({
    source: z.string(), date: z.string(), currency: z.string(),
    figures: z.array(z.object({what: z.string(), source: z.string(), date: z.string(), confirmed: z.boolean().describe('Whether a published list says it; else it is worked out, or an assumption.')})),
  }).describe('Where the prices are from, when they held, and their currency: that of every amount here.'),
  monthly: z.number().describe('Machines, volumes and load balancers together, a month.'),
  nodes: z.object({count: z.number(), spot: z.number().describe('How many of them run on spot: priced by an assumption.'), cpu: z.number(), memory: z.number().describe('Bytes.'), monthly: z.number(), notListed: z.array(z.string()).describe('Instance types that the table has not: priced by their CPUs and memory.')}),
  namespaces: z.array(
    z.object({
      name: z.string(),
      team: z.string().nullable(),
      pods: z.number(),
      cpu: z.number().describe('CPUs that its pods ask for.'),
      memory: z.number().describe('Bytes that its pods ask for.'),
      volumes: z.number().describe('Bytes of its claims.'),
      balancers: z.number(),
      monthly: z.number(),
    }),
  ),
  teams: z.array(z.object({name: z.string(), namespaces: z.array(z.string()), monthly: z.number(), budget: z.number().nullable()})),
  quotas: z.array(z.object({namespace: z.string(), quota: z.string(), resource: z.string(), used: z.string(), hard: z.string(), percent: z.number()})),
  idle: z.object({cpu: z.number(), memory: z.number(), monthly: z.number()}).describe('Of the machines nobody asked for.'),
  budget: z.object({amount: z.number(), warnAtPercent: z.number(), spent: z.number(), percent: z.number(), status: z.enum(['within', 'near', 'over'])}).nullable(),
  unused: z.array(z.object({what: z.string(), why: z.string(), monthly: z.number()})).describe('What is paid for and used by nobody.'),
  openCost: z
    .object({window: z.string(), total: z.number(), namespaces: z.array(z.object({name: z.string(), total: z.number()}))})
    .nullable()
    .describe('What OpenCost measured, in its own currency; null where it does not answer.'),
})
