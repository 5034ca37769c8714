/** `kubernetes`, `network`, `nodePools`, `infra`: the cluster itself. */
import {z} from 'zod'
import {bytes, cidr, count, cpu, dnsLabel, labels, text} from './common.ts'

/** The Kubernetes minors that kp can build. */
export const KUBERNETES_VERSIONS = ['1.34', '1.35', '1.36'] as const

/** `kubernetes` */
export const kubernetesSchema = z.strictObject({
  version: z.enum(KUBERNETES_VERSIONS).default('1.35').describe('Minor version, in quotes'),
  patch: count(0, 99).optional().describe('Patch release to pin; default the newest that kp knows of the minor'),
}).prefault({}).describe('The version of Kubernetes')

/** `network` */
export const networkSchema = z.strictObject({
  vpcCidr: cidr().default('10.20.0.0/16').describe('Addresses of the nodes: the VPC on AWS, the address plan in the lab'),
  podCidr: cidr().default('10.244.0.0/16').describe('Addresses of the pods; each node takes a /24 of it. Cannot be changed later'),
  serviceCidr: cidr().default('10.96.0.0/12').describe('Addresses of the Services. Cannot be changed later'),
  hostCidrs: z.array(cidr()).default([]).describe('Networks that nodes and pods must reach and that must not overlap: offices, data centres, peered VPCs'),
  zones: count(1, 6).default(3).describe('Number of availability zones'),
  zoneNames: z.array(text(/^[a-z0-9-]+$/, 'must be the name of a zone')).optional().describe('Zones to use by name; default the first ones of the region'),
  nat: z.enum(['per-zone', 'single', 'none']).default('per-zone').describe('NAT gateways: one a zone, one in all (cheaper, fails with its zone), or none'),
  endpoint: z.enum(['private', 'public', 'both']).default('private').describe('From where the API server can be reached'),
  allowedCidrs: z.array(cidr()).default([]).describe('Who may reach a public API endpoint'),
}).prefault({}).describe('Addresses, zones and the way in and out')

/** One entry of `nodePools` */
export const nodePoolSchema = z.strictObject({
  name: dnsLabel().describe('Name of the pool, unique'),
  instanceType: text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'must be an instance type such as m6i.large').default('m6i.large')
    .describe('Machine type on AWS; elsewhere it names the size of a node'),
  capacity: z.enum(['on-demand', 'spot']).default('on-demand').describe('Spot is cheaper and can be taken away at two minutes\' notice'),
  min: count(0, 1000).default(1).describe('Fewest nodes, and how many there are at first'),
  max: count(0, 1000).optional().describe('Most nodes an autoscaler may make; default min'),
  labels: labels().default({}).describe('Node labels'),
  taints: z.array(z.string({error: 'must be key=value:Effect such as spot=true:NoSchedule'})).default([]).describe('Node taints, key=value:Effect'),
  cpu: cpu().optional().describe('CPUs of a node; default by instance type, else 2'),
  memory: bytes().optional().describe('Memory of a node; default by instance type, else 8Gi'),
  pods: count(1, 250).default(110).describe('Most pods on a node'),
  gpu: z.strictObject({
    count: count(1, 16).default(1).describe('GPUs of a node'),
    vendor: z.enum(['nvidia']).default('nvidia').describe('Maker; decides the device plugin'),
  }).optional().describe('The nodes have GPUs; kp installs the device plugin and checks the driver'),
  disk: bytes().default('50Gi').describe('Root volume of a node'),
  volumes: z.array(z.strictObject({
    name: dnsLabel().describe('Name of the volume'),
    size: bytes().describe('Its size'),
    type: z.enum(['gp3', 'io2', 'instance-store']).default('gp3').describe('Kind of disk on AWS'),
  })).default([]).describe('More disks of each node, for storage pools'),
  zones: z.array(text(/^[a-z0-9-]+$/, 'must be the name of a zone')).optional().describe('Zones of the pool; default all'),
})

/** `nodePools` as a list. */
export const nodePoolsSchema = z.array(nodePoolSchema).describe('Groups of equal nodes; an environment may override single pools by name')

/** `infra` */
export const infraSchema = z.strictObject({
  layout: z.enum(['plain', 'terragrunt']).default('plain').describe('How the stacks are laid out'),
  tool: z.enum(['terraform', 'opentofu']).default('terraform').describe('Program that applies the stacks'),
  backend: z.strictObject({
    type: z.enum(['s3', 'local']).default('local').describe('Where the state is kept; `kp backend init` makes the bucket'),
    bucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket').optional().describe('Bucket of the state; default <platform>-<account>-state'),
    region: text(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'must be an AWS region such as eu-central-1').optional().describe('Region of the bucket; default that of the provider'),
    prefix: text(/^[A-Za-z0-9._/-]+$/, 'must be a key prefix').optional().describe('Begin of the keys; default the platform\'s name'),
    lock: z.enum(['native', 'dynamodb']).default('native').describe('How two applies at once are kept apart: a lock file in the bucket, or a table'),
    table: text(/^[A-Za-z0-9_.-]{3,255}$/, 'must be the name of a table').optional().describe('DynamoDB table for lock dynamodb, in the region of the bucket; default <platform>-state-lock'),
  }).prefault({}).describe('Where the state of the stacks is kept'),
}).prefault({}).describe('The infrastructure code')
