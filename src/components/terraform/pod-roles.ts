/** Which pods call AWS, and as whom: follows from kp.yaml alone. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'

/** A role that pods of one account take on. */
export interface PodRole {
  /** `cert-manager`: the role is `<cluster>-cert-manager`. */
  name: string
  namespace: string
  /** ServiceAccount of the pods. */
  account: string
  /** Policy of AWS. */
  managed?: string
  /** Policy of the stack: `policy-<name>.json.tftpl`. */
  policy?: string
  /** For the policy `assume`: the role of another account that is taken on. */
  assumes?: string
  /** The add-on that has it; others get it by an association or an annotation. */
  addon?: string
}

/** The roles of an environment. */
export function podRoles(spec: EnvironmentSpec): PodRole[] {
  const {phases} = spec
  const {ingress, autoscaling, secrets} = phases
  const certManager = phases['cert-manager']
  const scaler = autoscaling.enabled ? autoscaling.nodes : 'none'
  return [
    {name: 'ebs-csi', namespace: 'kube-system', account: 'ebs-csi-controller-sa', managed: 'service-role/AmazonEBSCSIDriverPolicy', addon: 'aws-ebs-csi-driver'},
    ...(ownNetwork(spec) ? [] : [{name: 'vpc-cni', namespace: 'kube-system', account: 'aws-node', managed: 'AmazonEKS_CNI_Policy', addon: 'vpc-cni'}]),
    ...(ingress.enabled && ingress.controller === 'aws-load-balancer-controller' ? [role('aws-load-balancer-controller', 'kube-system')] : []),
    ...(scaler === 'cluster-autoscaler' || scaler === 'karpenter' ? [role(scaler, 'kube-system')] : []),
    ...(certManager.enabled && certManager.issuer === 'dns01' && byRole(certManager.dns01) ? [dnsRole('cert-manager', certManager.dns01)] : []),
    ...(ingress.enabled && ingress.externalDns.enabled && byRole(ingress.externalDns) ? [dnsRole('external-dns', ingress.externalDns)] : []),
    ...(backsUpByRole(spec) ? [{...role('velero', 'velero'), account: 'velero-server'}] : []),
    ...(secrets.enabled && secrets.delivery === 'external-secrets' && secrets.store === 'aws-secrets-manager' && secrets.aws.accessKeyId === undefined ? [assuming(role('external-secrets', 'external-secrets'), secrets.aws.role)] : []),
  ]
}

/** Whether kp brings the network plugin, so that EKS brings none. */
export function ownNetwork({phases}: Pick<EnvironmentSpec, 'phases'>): boolean {
  return phases.cni.enabled
}

/** Whether Karpenter starts the machines. */
export function usesKarpenter({phases}: Pick<EnvironmentSpec, 'phases'>): boolean {
  return phases.autoscaling.enabled && phases.autoscaling.nodes === 'karpenter'
}

/** The hosted zones that records are written into: those that kp.yaml names by id; where it names one by its name alone, any of the account. */
export function hostedZones({phases}: Pick<EnvironmentSpec, 'phases'>): string[] {
  const writers = [...(phases['cert-manager'].issuer === 'dns01' ? [phases['cert-manager'].dns01] : []), ...(phases.ingress.externalDns.enabled ? [phases.ingress.externalDns] : [])].filter(byRole)
  const ids = writers.map(({route53}) => route53.hostedZoneId ?? '*')
  return ids.includes('*') ? ['*'] : [...new Set(ids)].toSorted()
}

/** Whether Velero writes to S3 of AWS with the rights of its pod or machine. */
function backsUpByRole({phases: {backup}}: Pick<EnvironmentSpec, 'phases'>): boolean {
  return backup.enabled && backup.store.endpoint === undefined && backup.store.secret === undefined
}

/** Whether kp makes the bucket of the backups: one that kp.yaml names is somebody's already. */
export function makesBackupBucket({phases: {backup}, provider}: Pick<EnvironmentSpec, 'phases' | 'provider'>): boolean {
  return (provider.type === 'eks' || provider.type === 'kubeadm-aws') && backup.enabled && backup.store.endpoint === undefined && backup.store.bucket === undefined
}

/** The bucket of the backups. */
export function backupBucket({phases, environment}: Pick<EnvironmentSpec, 'phases' | 'environment'>): string {
  return phases.backup.store.bucket ?? `${environment.cluster}-backup`
}

/** The key that encrypts the bucket that kp makes; null where S3 has its own, or the bucket is somebody's. */
export function backupKey(spec: Pick<EnvironmentSpec, 'phases' | 'provider'>, {kmsKey}: {kmsKey?: string | undefined}): string | null {
  return makesBackupBucket(spec) ? kmsKey ?? null : null
}

/** The ARNs of the roles by component, where pods get them by an annotation of their account. Empty for Pod Identity. */
export function annotatedRoles(spec: EnvironmentSpec): Record<string, string> {
  const {provider, environment} = spec
  if (provider.type !== 'eks' || provider.identity !== 'irsa' || provider.account === undefined) return {}
  const partition = provider.region.startsWith('cn-') ? 'aws-cn' : provider.region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  const {account} = provider
  return Object.fromEntries(podRoles(spec).filter(({addon}) => addon === undefined).map(({name}) => [name, `arn:${partition}:iam::${account}:role/${environment.cluster}-${name}`]))
}

type DnsSettings = EnvironmentSpec['phases']['ingress']['externalDns'] | EnvironmentSpec['phases']['cert-manager']['dns01']

function byRole({provider, route53}: Pick<DnsSettings, 'provider' | 'route53'>): boolean {
  return provider === 'route53' && route53.accessKeyId === undefined
}

function role(name: string, namespace: string): PodRole {
  return {name, namespace, account: name, policy: name}
}

function dnsRole(name: string, {route53}: Pick<DnsSettings, 'route53'>): PodRole {
  return assuming(role(name, name), route53.role)
}

/** Where the rights are those of a role of another account, it may take that on and nothing else. */
function assuming(own: PodRole, assumes: string | undefined): PodRole {
  return assumes === undefined ? own : {...own, policy: 'assume', assumes}
}
