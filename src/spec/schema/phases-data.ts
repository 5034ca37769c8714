/** `phases`, 11 to 15: operators, secrets, autoscaling, security, backup. */
import {z} from 'zod'
import {bytes, count, dnsLabel, duration, interval, onOff, secretName, text, webAddress} from './common.ts'

const bucketName = () => text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')

const database = (enabled: boolean, meaning: string, instances: number) => z.strictObject({
  enabled: onOff(enabled, meaning),
  instances: count(1, 15).default(instances).describe('Number of instances'),
  volume: bytes().default('20Gi').describe('Volume of each instance'),
  storageClass: dnsLabel().optional().describe('StorageClass; default the default one'),
  namespace: dnsLabel().optional().describe('Namespace; default the operator\'s name'),
}).prefault({}).describe(meaning)

/** `phases.operators` */
export const operators = z.strictObject({
  enabled: onOff(false, 'Operators for databases and queues'),
  kafka: database(true, 'Kafka by Strimzi, without ZooKeeper', 3),
  postgres: database(true, 'PostgreSQL by CloudNativePG', 3),
  mysql: database(false, 'MySQL with a backup job', 1),
  mongodb: database(false, 'MongoDB by its operator', 3),
  redis: database(false, 'Redis by its operator', 3),
  rabbitmq: database(false, 'RabbitMQ by its operator', 3),
}).prefault({}).describe('Stateful systems by operators')

/** `phases.secrets` */
export const secrets = z.strictObject({
  enabled: onOff(true, 'Secrets reach pods without being in Git'),
  store: z.enum(['none', 'vault', 'aws-secrets-manager']).default('none').describe('Where secrets are kept'),
  delivery: z.enum(['external-secrets', 'secrets-store-csi', 'none']).default('external-secrets').describe('How they come to pods: as Secrets, or as files'),
  git: z.enum(['sealed-secrets', 'sops', 'none']).default('sealed-secrets').describe('How a secret can be in Git after all: encrypted'),
  vault: z.strictObject({
    replicas: count(1, 7).default(3).describe('Vault servers, with raft storage; odd'),
    volume: bytes().default('10Gi').describe('Volume of each'),
    unseal: z.enum(['keys', 'kms']).default('keys').describe('By keys that people keep, or by a KMS key without people'),
    unsealKeys: secretName().optional().describe('Entry of secrets where the unseal keys are kept, for unseal keys'),
    kmsKey: text(/^\S+$/, 'must be the id or ARN of a KMS key').optional().describe('KMS key, for unseal kms'),
    token: secretName().optional().describe('Entry of secrets with a token that may configure Vault; without it a person does that'),
    auth: z.enum(['kubernetes', 'approle']).default('kubernetes').describe('How pods log in'),
    approle: z.strictObject({
      roleId: secretName().optional().describe('Entry of secrets with the role id of External Secrets, for auth approle'),
      secretId: secretName().optional().describe('Entry of secrets with its secret id'),
    }).prefault({}).describe('Settings for auth approle'),
    audit: onOff(true, 'Audit log'),
    pki: onOff(false, 'Vault issues certificates'),
    database: onOff(false, 'Vault makes database users that expire'),
  }).prefault({}).describe('Settings for store vault'),
  aws: z.strictObject({
    region: text(/^[a-z0-9-]+$/, 'must be a region').optional().describe('Region; default that of the provider'),
    role: text(/^arn:\S+$/, 'must be the ARN of a role').optional().describe('Role that is taken on to read secrets'),
    accessKeyId: secretName().optional().describe('Entry of secrets with the id of an access key, where pods have no role'),
    secretAccessKey: secretName().optional().describe('Entry of secrets with the access key'),
  }).prefault({}).describe('Settings for store aws-secrets-manager'),
  sops: z.strictObject({
    age: text(/^age1[0-9a-z]{58}$/, 'must be an age public key').optional().describe('Public key that files are encrypted for'),
    kmsKey: text(/^\S+$/, 'must be the ARN of a KMS key').optional().describe('KMS key that files are encrypted for'),
    ageKey: secretName().optional().describe('Entry of secrets with the age private key: Flux decrypts with it'),
  }).prefault({}).describe('Settings for git sops'),
  rotateEvery: interval().default('90d').describe('When a secret counts as old'),
  reloader: onOff(true, 'Pods restart when a secret they use has changed'),
}).prefault({}).describe('Secrets management')

/** `phases.autoscaling` */
export const autoscaling = z.strictObject({
  enabled: onOff(true, 'Pods and nodes follow the load'),
  hpa: z.strictObject({
    enabled: onOff(true, 'An HPA for the demo application'),
    min: count(1, 100).default(2).describe('Fewest copies'),
    max: count(1, 1000).default(10).describe('Most copies'),
    cpuPercent: count(1, 100).default(70).describe('CPU at which it grows, per cent of the request'),
    scaleDownAfter: duration().default('5m').describe('How long it waits before it shrinks: against thrash'),
  }).prefault({}).describe('Horizontal Pod Autoscaler'),
  vpa: z.strictObject({
    enabled: onOff(false, 'Recommends requests'),
    mode: z.enum(['off', 'initial', 'auto']).default('off').describe('off only recommends'),
  }).prefault({}).describe('Vertical Pod Autoscaler'),
  nodes: z.enum(['none', 'cluster-autoscaler', 'karpenter']).optional().describe('What adds and removes nodes; default cluster-autoscaler on eks and kubeadm-aws, none elsewhere'),
  scaleDownAfter: duration().default('10m').describe('How long a node must be unneeded before it goes'),
}).prefault({}).describe('Autoscaling of pods and nodes')

/** `phases.security` */
export const security = z.strictObject({
  enabled: onOff(true, 'Pod Security Admission, roles and policies'),
  podSecurity: z.enum(['privileged', 'baseline', 'restricted']).default('restricted').describe('Level for application namespaces'),
  engine: z.enum(['validating-admission-policy', 'kyverno', 'gatekeeper', 'none']).default('validating-admission-policy')
    .describe('Policy engine, one of: built into the API server, Kyverno, OPA Gatekeeper'),
  mode: z.enum(['audit', 'enforce']).default('audit').describe('Report first; `kp policy enforce` goes on namespace by namespace'),
  replicas: count(1, 5).default(3).describe('Copies of the engine'),
  scanInterval: duration().default('1h').describe('How often what already runs is looked at'),
  generateNetworkPolicies: onOff(false, 'Network policies from labels, also for what already runs'),
  excludeNamespaces: z.array(dnsLabel()).default(['kube-system']).describe('Namespaces that policies leave alone'),
  enforceNamespaces: z.array(dnsLabel()).default([]).describe('Namespaces where policies refuse while mode is audit; `kp policy enforce` adds to it'),
  namespaces: z.array(z.strictObject({
    name: dnsLabel().describe('Namespace'),
    podSecurity: z.enum(['privileged', 'baseline', 'restricted']).optional().describe('Level, where it differs'),
    admins: z.array(text(/^\S+$/, 'must be the name of a group')).default([]).describe('Groups that may change it'),
    viewers: z.array(text(/^\S+$/, 'must be the name of a group')).default([]).describe('Groups that may read it'),
    deployers: z.array(dnsLabel()).default([]).describe('Service accounts that may deploy to it; kp makes them'),
  })).default([]).describe('Namespaces with their roles'),
}).prefault({}).describe('Admission, roles and policies')

/** `phases.backup` */
export const backupPhase = z.strictObject({
  enabled: onOff(true, 'Velero backs up objects and volumes'),
  store: z.strictObject({
    bucket: bucketName().optional().describe('Bucket; default <cluster>-backup, which kp makes on AWS and in the lab'),
    region: text(/^[a-z0-9-]+$/, 'must be a region').optional().describe('Region; default that of the provider'),
    endpoint: webAddress().optional().describe('Address of an S3 store that is not AWS'),
    secret: secretName().optional().describe('Entry of secrets with a credentials file, where roles cannot be used'),
  }).prefault({}).describe('Where backups are kept'),
  every: interval().default('6h').describe('How often; must not be more than backup.rpo'),
  retention: duration().default('30d').describe('How long a backup is kept'),
  snapshots: onOff(true, 'CSI snapshots of the volumes'),
  databases: z.strictObject({
    enabled: onOff(true, 'Database dumps besides snapshots'),
    every: interval().default('6h').describe('How often'),
    volume: bytes().default('5Gi').describe('Volume for the dumps'),
    retention: duration().default('7d').describe('How long a dump is kept'),
    verify: onOff(true, 'Each dump is read back'),
  }).prefault({}).describe('Database dumps'),
  includeNamespaces: z.array(dnsLabel()).default([]).describe('Namespaces; empty for all'),
  excludeNamespaces: z.array(dnsLabel()).default([]).describe('Namespaces that are left out'),
}).prefault({}).describe('Backup and restore')
