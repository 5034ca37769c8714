/** What `kp topology` gives back. */
import {z} from 'zod'
import {clusterName, environmentName} from './common.ts'

const count = z.int().nonnegative()

/** `kp topology`. */
export const topology = z.object({
  schema: z.literal('kp/topology/v1'),
  environment: environmentName,
  cluster: clusterName,
  provider: z.string(),
  source: z.enum(['planned', 'cluster']).describe('planned: from kp.yaml, since there is no cluster to ask.'),
  reason: z.string().nullable().describe('Why it is only planned.'),
  simulated: z.boolean().describe('Whether the nodes are simulated.'),
  kubernetes: z.string().describe('Version of the API server; the minor of kp.yaml where it is planned.'),
  network: z.object({
    nodes: z.string().nullable().describe('Range of the nodes; null where kp does not decide on it.'),
    pods: z.string().nullable(),
    services: z.string().nullable(),
    endpoint: z.enum(['private', 'public', 'both']).nullable().describe('From where the API server can be reached; null where kp does not decide on it.'),
    nat: z.enum(['per-zone', 'single', 'none']).nullable(),
  }),
  zones: z.array(
    z.object({
      name: z.string(),
      private: z.string().nullable().describe('Subnet of the nodes.'),
      public: z.string().nullable().describe('Subnet of the load balancers.'),
      pools: z.array(
        z.object({
          name: z.string().nullable().describe('null: nodes that belong to no pool of kp.yaml.'),
          count,
          nodes: z.array(z.object({name: z.string(), ready: z.boolean(), cordoned: z.boolean(), address: z.string().nullable(), instanceType: z.string().nullable()})).describe('Empty where it is planned.'),
        }),
      ),
    }),
  ),
  pools: z.array(
    z.object({name: z.string(), instanceType: z.string(), capacity: z.enum(['on-demand', 'spot']), min: count, max: count, count, labels: z.record(z.string(), z.string()), taints: z.array(z.string()), gpus: count.describe('GPUs of each node.')}),
  ),
  loadBalancers: z.array(
    z.object({
      name: z.string(),
      namespace: z.string().nullable(),
      exposure: z.enum(['public', 'internal']),
      addresses: z.array(z.string()).describe('Empty: it has none yet.'),
      ports: z.array(z.int()),
    }),
  ),
})
