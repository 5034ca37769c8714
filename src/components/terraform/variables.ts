/** What kp.yaml means to the stacks: the values of their variables. Pure. */
import {planAddresses} from '../../spec/address-plan.ts'
import {parseTaint, POOL_LABEL} from '../../spec/pools.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {EnvironmentSpec, NodePool, ProviderOf} from '../../spec/types.ts'
import {SHARED_STACKS} from './ids.ts'
import type {StackId} from './ids.ts'
import {gibibytes, poolVolumes} from './disks.ts'
import {machineVariables} from './machine-variables.ts'
import {backupBucket, backupKey, hostedZones, ownNetwork, podRoles, usesKarpenter} from './pod-roles.ts'

/** What besides kp.yaml decides. */
export interface VariableFacts {
  zones: readonly string[]
  /** An emulator answers for AWS: it knows no add-ons. */
  emulated: boolean
}

/** An add-on of EKS, with the role of its pods. */
interface Addon {
  version: string | null
  role: string | null
  service_account: string | null
}

/** The variables of a stack. */
export function stackVariables(spec: EnvironmentSpec, stack: StackId, facts: VariableFacts): Record<string, unknown> {
  // What all stacks have is the same on both providers of AWS.
  const eks = spec.provider as ProviderOf<'eks'>
  const common = {
    region: eks.region,
    account: eks.account ?? null,
    profile: eks.profile ?? null,
    assume_role: eks.assumeRole ?? null,
    cluster: spec.environment.cluster,
    tags: stackTags(spec, stack),
  }
  return {...common, ...ownVariables(spec, stack, facts)}
}

/** Tags of everything in a stack: whose it is, and what kp.yaml adds. By these the audit of a teardown finds it. */
export function stackTags(spec: EnvironmentSpec, stack: StackId): Record<string, string> {
  return {...('tags' in spec.provider ? spec.provider.tags : {}), 'kp:platform': spec.platform, 'kp:environment': spec.environment.name, 'kp:stack': stack}
}

const DAY_SECONDS = 24 * 3600

function retentionDays({phases}: Pick<EnvironmentSpec, 'phases'>): number {
  return Math.max(1, Math.ceil(durationSeconds(phases.backup.retention) / DAY_SECONDS))
}

/** Services that nodes must reach where there is no way out. */
const WITHOUT_NAT = ['autoscaling', 'ec2', 'ecr.api', 'ecr.dkr', 'eks', 'eks-auth', 'elasticloadbalancing', 'logs', 'ssm', 'ssmmessages', 'ec2messages', 'sts']

function ownVariables(spec: EnvironmentSpec, stack: StackId, facts: VariableFacts): Record<string, unknown> {
  if (spec.provider.type === 'kubeadm-aws' && !SHARED_STACKS.includes(stack)) return machineVariables(spec, spec.provider, stack, facts.zones)
  return OWN[stack]?.(spec, spec.provider as ProviderOf<'eks'>, facts) ?? {}
}

/** What of the bill tells where money goes: by account, service, resource and tag. */
const BILLED = [
  'identity_line_item_id', 'bill_billing_period_start_date', 'bill_payer_account_id', 'line_item_usage_account_id', 'line_item_usage_start_date', 'line_item_line_item_type',
  'line_item_product_code', 'line_item_usage_type', 'line_item_operation', 'line_item_resource_id', 'line_item_usage_amount', 'line_item_unblended_cost', 'line_item_currency_code',
  'pricing_term', 'pricing_unit', 'product_region_code', 'resource_tags',
]
const OWN: Partial<Record<StackId, (spec: EnvironmentSpec, eks: ProviderOf<'eks'>, facts: VariableFacts) => Record<string, unknown>>> = {
  network(spec, _eks, {zones}) {
    const {networking} = spec.phases
    return {
      vpc_cidr: spec.network.vpcCidr,
      zones: planAddresses(spec, [...zones]).zones.map(({zone, privateSubnet, publicSubnet}) => ({name: zone, private_cidr: privateSubnet, public_cidr: publicSubnet})),
      nat: spec.network.nat,
      flow_logs: networking.flowLogs,
      endpoints: networking.endpoints,
      interface_endpoints: spec.network.nat === 'none' ? WITHOUT_NAT.filter((name) => spec.provider.type === 'eks' || !name.startsWith('eks')) : [],
    }
  },
  'backup-store': (spec, eks, {emulated}) => ({
    // A bucket for a disaster may be in another region than what it is for.
    region: spec.phases.backup.store.region ?? eks.region,
    bucket: backupBucket(spec),
    kms_key: eks.kmsKey ?? null,
    keep_deleted_days: retentionDays(spec),
    // What answers without TLS would refuse everything.
    tls_only: !emulated,
  }),
  'backup-vault': (spec, eks) => ({
    kms_key: eks.kmsKey ?? null,
    // Each night: what is lost in between is what Velero is for.
    schedule: 'cron(0 3 * * ? *)',
    keep_days: retentionDays(spec),
  }),
  'billing-export': ({environment}, _eks, {emulated}) => ({
    bucket: `${environment.cluster}-billing`,
    columns: BILLED,
    // Two years and a month: each month beside the same one of two years.
    keep_days: 761,
    tls_only: !emulated,
    export: !emulated,
  }),
  iam: (_spec, eks) => ({
    node_policies: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', ...(eks.bastion === 'ssm' ? ['AmazonSSMManagedInstanceCore'] : [])],
  }),
  eks: (spec, eks, {emulated}) => ({
    kubernetes_version: spec.kubernetes.version,
    service_cidr: spec.network.serviceCidr,
    endpoint: spec.network.endpoint,
    allowed_cidrs: spec.network.allowedCidrs,
    logs: spec.phases['control-plane'].logs,
    encryption: spec.phases['control-plane'].encryption,
    kms_key: eks.kmsKey ?? null,
    support: eks.support,
    protected: spec.environment.protected,
    admins: emulated ? [] : eks.admins,
    addons: emulated ? {} : addonsBeforeNodes(spec),
  }),
  'pod-roles': (spec, eks, {emulated}) => ({
    identity: eks.identity,
    roles: Object.fromEntries(podRoles(spec).map(({name, namespace, account, managed, policy, assumes, addon: byAddon}) => [
      name,
      {namespace, service_account: account, managed: managed ?? null, policy: policy ?? null, assumes: assumes ?? null, associate: eks.identity === 'pod-identity' && byAddon === undefined && !emulated},
    ])),
    addons: emulated || ownNetwork(spec) ? {} : {'vpc-cni': addon('vpc-cni', 'aws-node')},
    hosted_zones: hostedZones(spec),
    backup_bucket: backupBucket(spec),
    backup_key: backupKey(spec, eks),
    secrets_region: spec.phases.secrets.aws.region ?? eks.region,
    ...(usesKarpenter(spec) ? {karpenter: true} : {}),
  }),
  'node-groups': (spec, eks, {zones, emulated}) => ({
    identity: eks.identity,
    kubernetes_version: spec.kubernetes.version,
    pools: spec.nodePools.map((pool) => poolVariables(pool, zones)),
    addons: emulated ? {} : {coredns: addon(), 'aws-ebs-csi-driver': addon('ebs-csi', 'ebs-csi-controller-sa')},
  }),
}

function addon(role: string | null = null, account: string | null = null): Addon {
  return {version: null, role, service_account: account}
}

/** Those that are DaemonSets, which wait for no node, and whose pods need no role. */
function addonsBeforeNodes(spec: EnvironmentSpec): Record<string, {version: string | null}> {
  const {cni} = spec.phases
  const proxy = !(cni.enabled && cni.plugin === 'cilium' && cni.kubeProxyReplacement)
  return {
    'eks-pod-identity-agent': {version: null},
    ...(proxy ? {'kube-proxy': {version: null}} : {}),
  }
}

const EFFECTS: Readonly<Record<string, string>> = {NoSchedule: 'NO_SCHEDULE', NoExecute: 'NO_EXECUTE', PreferNoSchedule: 'PREFER_NO_SCHEDULE'}

function poolVariables(pool: NodePool, zones: readonly string[]): Record<string, unknown> {
  return {
    name: pool.name,
    instance_type: pool.instanceType,
    ami_type: amiType(pool),
    capacity: pool.capacity === 'spot' ? 'SPOT' : 'ON_DEMAND',
    min: pool.min,
    // A group of EKS can have no less than one at most.
    max: Math.max(pool.max, pool.min, 1),
    max_pods: pool.pods,
    disk: gibibytes(pool.disk),
    zones: pool.zones ?? zones,
    labels: {[POOL_LABEL]: pool.name, ...pool.labels},
    taints: pool.taints.map(parseTaint).map(({key, value, effect}) => ({key, value: value ?? '', effect: EFFECTS[effect] ?? effect})),
    volumes: poolVolumes(pool).map(({device, size, type, iops}) => ({device, size, type, iops})),
  }
}

/** Amazon Linux 2023 for the processor of the instance type: a `g` after the generation means ARM. */
export function amiType({instanceType, gpu}: Pick<NodePool, 'instanceType' | 'gpu'>): string {
  const arm = /^[a-z]+\d+[a-z]*g[a-z]*\./.test(instanceType)
  if (gpu !== undefined) return arm ? 'AL2023_ARM_64_NVIDIA' : 'AL2023_x86_64_NVIDIA'
  return arm ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD'
}
