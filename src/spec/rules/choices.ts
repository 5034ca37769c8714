/** Rules about choices that need or exclude each other. */
import {KUBERNETES_VERSIONS} from '../schema/cluster.ts'
import type {Problem} from '../issues.ts'
import {providerHas} from '../provider-facts.ts'
import {durationSeconds} from '../units.ts'
import type {EnvironmentSpec} from '../types.ts'
import {dnsFits} from './dns.ts'
import {doubt, repeated, wrong} from './finding.ts'
import {secretsFit} from './secrets.ts'

const SYSTEM = ['kube-system', 'kube-public', 'kube-node-lease']
const LAB_VERSIONS: readonly string[] = KUBERNETES_VERSIONS.filter((version) => version !== '1.34')

/** Version, CNI and autoscaler fit the provider. */
export function providerFits(spec: EnvironmentSpec): Problem[] {
  const {provider, kubernetes, phases} = spec
  const found: Problem[] = []
  if (provider.type === 'lab' && !LAB_VERSIONS.includes(kubernetes.version)) {
    found.push(wrong(['kubernetes', 'version'], `must be one of ${LAB_VERSIONS.join(', ')} in the lab (got "${kubernetes.version}")`, ['provider', 'type']))
  }
  if (!phases.cni.enabled && (provider.type === 'kubeadm-aws' || provider.type === 'bare-metal')) {
    found.push(wrong(['phases', 'cni', 'enabled'], 'cannot be off: without a pod network no node becomes ready', ['provider', 'type']))
  }
  if (phases.cni.kubeProxyReplacement && phases.cni.plugin !== 'cilium') {
    found.push(wrong(['phases', 'cni', 'kubeProxyReplacement'], 'needs phases.cni.plugin cilium', ['phases', 'cni', 'plugin']))
  }
  if (provider.type === 'eks' && provider.identity === 'irsa' && provider.account === undefined) {
    found.push({...wrong(['provider', 'account'], 'is missing: identity irsa writes the roles of pods with the account into their annotations', ['provider', 'identity']), at: 'key'})
  }
  // The address of the API server is known only when its balancer is there, and what is rendered must not wait for it.
  if (phases.cni.kubeProxyReplacement && provider.type === 'kubeadm-aws') {
    found.push(wrong(['phases', 'cni', 'kubeProxyReplacement'], 'cannot be had on kubeadm-aws yet: Cilium would have to know the address of the API server before it is there', ['provider', 'type']))
  }
  const nodes = phases.autoscaling.nodes
  // On kubeadm-aws the machines are single ones, named in the inventory: there is no group that an autoscaler could change.
  const scalers = provider.type === 'lab' || provider.type === 'eks' ? ['none', 'cluster-autoscaler', 'karpenter'] : ['none']
  if (phases.autoscaling.enabled && !scalers.includes(nodes)) {
    found.push(wrong(['phases', 'autoscaling', 'nodes'], `must be ${scalers.length === 1 ? scalers[0] : `one of ${scalers.join(', ')}`} on ${provider.type} (got "${nodes}")`, ['provider', 'type']))
  }
  return found
}

/** The issuer has what it needs. */
export function issuerFits(spec: EnvironmentSpec, written: {domain: boolean}): Problem[] {
  const settings = spec.phases['cert-manager']
  const path = ['phases', 'cert-manager', 'issuer']
  const found: Problem[] = []
  if (!settings.enabled) return found
  const {issuer} = settings
  const acme = issuer === 'dns01' || issuer.startsWith('letsencrypt-')
  if (acme && spec.email === undefined) found.push({...wrong(['email'], `is missing: issuer ${issuer} wants a mail address`, path), at: 'key'})
  if (acme && !written.domain) found.push({...wrong(['domain'], `is missing: issuer ${issuer} wants a domain of yours`, path), at: 'key'})
  if (acme && spec.email !== undefined && /@example\.(com|net|org)$/i.test(spec.email)) {
    found.push(doubt(['email'], 'is an example: Let\'s Encrypt refuses it', path))
  }
  if (issuer.startsWith('letsencrypt-') && !spec.phases.ingress.enabled) {
    found.push(wrong(path, `${issuer} is answered through the ingress, which is off; use dns01, internal-ca or self-signed`, ['phases', 'ingress', 'enabled']))
  }
  if (issuer.startsWith('letsencrypt-') && spec.phases.ingress.exposure === 'internal') {
    found.push(doubt(path, `${issuer} must reach the ingress from the internet, and it is internal; use dns01`, ['phases', 'ingress', 'exposure']))
  }
  if (issuer === 'dns01') found.push(...dnsFits(settings.dns01, ['phases', 'cert-manager', 'dns01'], {managedIdentity: true}))
  if (settings.ca !== undefined && issuer !== 'internal-ca') found.push(wrong(['phases', 'cert-manager', 'ca'], `is used by issuer internal-ca only (issuer is ${issuer})`, path))
  return found
}

/** The ingress fits the provider. */
export function ingressFits(spec: EnvironmentSpec): Problem[] {
  const {ingress} = spec.phases
  const path = ['phases', 'ingress', 'controller']
  const found: Problem[] = []
  if (!ingress.enabled) return found
  if (!spec.phases['cert-manager'].enabled) {
    found.push(wrong(['phases', 'cert-manager', 'enabled'], 'cannot be off while the ingress is on: its certificates come from cert-manager', ['phases', 'ingress', 'enabled']))
  }
  if (ingress.controller === 'aws-load-balancer-controller' && spec.provider.type !== 'lab' && !providerHas.aws(spec.provider)) {
    found.push(wrong(path, `aws-load-balancer-controller works on AWS and in the lab only (provider is ${spec.provider.type})`, ['provider', 'type']))
  }
  if (ingress.aws.certificateArn !== undefined && ingress.controller !== 'aws-load-balancer-controller') {
    found.push(wrong(['phases', 'ingress', 'aws', 'certificateArn'], `is used by controller aws-load-balancer-controller only (controller is ${ingress.controller})`, path))
  }
  if (ingress.controller === 'ingress-nginx') found.push(doubt(path, 'ingress-nginx was retired in March 2026 and gets no security fixes; envoy-gateway is the default'))
  if (ingress.externalDns.enabled) found.push(...dnsFits(ingress.externalDns, ['phases', 'ingress', 'externalDns'], {managedIdentity: false}))
  return found
}

/** GitOps has a repository exactly where it has a tool. */
export function gitopsFits(spec: EnvironmentSpec, written: {gitopsRepository: boolean}): Problem[] {
  const {gitops} = spec.phases
  const repository = ['phases', 'gitops', 'repository']
  const tool = ['phases', 'gitops', 'tool']
  if (gitops.tool !== 'none' && gitops.repository === undefined) return [wrong(repository, `is missing: ${gitops.tool} deploys from a Git repository (here or in metadata.repository)`, tool)]
  if (gitops.enabled && gitops.tool === 'none' && written.gitopsRepository) return [wrong(repository, 'is given, but tool is none: name argo-cd or flux, or remove the repository', tool)]
  if (gitops.tool === 'none' && gitops.handOver) return [wrong(['phases', 'gitops', 'handOver'], 'needs a tool to hand over to', tool)]
  const found: Problem[] = []
  if (gitops.tool === 'flux' && gitops.repository?.startsWith('file:') === true) found.push(wrong(repository, 'must begin with https:// or ssh://, or be git@host:path: Flux reads no files', tool))
  const {mirror} = spec.charts
  if (gitops.handOver && mirror !== undefined && !/^(oci|https?):\/\//.test(mirror) && spec.provider.type !== 'lab') {
    found.push(wrong(['charts', 'mirror'], `is a folder of this machine, and ${gitops.tool} reads charts from inside the cluster: use oci:// or https://`, ['phases', 'gitops', 'handOver']))
  }
  return found
}

/** A mesh keeps out of the namespaces that it needs itself. */
export function meshFits(spec: EnvironmentSpec): Problem[] {
  const {mesh} = spec.phases
  const found: Problem[] = []
  if ([...SYSTEM, 'default'].includes(mesh.namespace)) {
    found.push(wrong(['phases', 'mesh', 'namespace'], `must not be ${mesh.namespace}: the mesh needs a namespace of its own`))
  }
  mesh.inject.forEach((namespace, i) => {
    if (SYSTEM.includes(namespace)) found.push(wrong(['phases', 'mesh', 'inject', i], `must not be ${namespace}: sidecars there can cut the cluster off from DNS and its own controllers`))
    else if (namespace === mesh.namespace) found.push(wrong(['phases', 'mesh', 'inject', i], `must not be ${namespace}: the mesh itself runs there`))
  })
  const own = mesh.type === 'istio' ? 'istio-system' : 'linkerd'
  if (found.length === 0 && mesh.namespace !== own) found.push(wrong(['phases', 'mesh', 'namespace'], `must be ${own}: objects of the whole cluster carry its name`, ['phases', 'mesh', 'type']))
  if (mesh.enabled && !spec.phases['cert-manager'].enabled) {
    found.push(wrong(['phases', 'cert-manager', 'enabled'], 'cannot be off while the mesh is on: its certificates come from cert-manager', ['phases', 'mesh', 'enabled']))
  }
  if (mesh.enabled && mesh.type === 'linkerd' && mesh.jwt !== undefined) found.push(wrong(['phases', 'mesh', 'jwt'], 'is used by Istio\'s gateway only', ['phases', 'mesh', 'type']))
  for (const {index, name} of repeated(mesh.inject)) found.push(wrong(['phases', 'mesh', 'inject', index], `is named twice: ${name}`))
  if (mesh.tracing.backend === 'otlp' && mesh.tracing.endpoint === undefined) found.push(wrong(['phases', 'mesh', 'tracing', 'endpoint'], 'is missing: otlp needs the address of a collector'))
  return found
}

/** Stores for secrets and logs have what they need. */
export function storesFit(spec: EnvironmentSpec): Problem[] {
  const {logging} = spec.phases
  const found = secretsFit(spec)
  const {backend} = logging
  if (logging.enabled && backend.type === 'opensearch' && !backend.inCluster && backend.host === undefined) {
    found.push(wrong(['phases', 'logging', 'backend', 'host'], 'is missing: inCluster is false'))
  }
  if (logging.enabled) found.push(...logBackendFits(spec))
  return found
}

/** The log store has both of a login or neither, and what it needs of other phases. */
function logBackendFits({phases}: EnvironmentSpec): Problem[] {
  const {backend, excludeNamespaces} = phases.logging
  const path = ['phases', 'logging', 'backend']
  const found: Problem[] = []
  const own = backend.type === 'opensearch' && backend.inCluster
  if (own && !phases['cert-manager'].enabled) {
    found.push(wrong(['phases', 'cert-manager', 'enabled'], 'cannot be off while OpenSearch is in the cluster: its certificates come from cert-manager', path))
  }
  if (own && backend.replicas === 2) found.push(doubt([...path, 'replicas'], '2 nodes cannot outvote each other: where one is away the other stops; take 1 or 3'))
  if (!own && 'username' in backend && (backend.username === undefined) !== (backend.password === undefined)) {
    const missing = backend.username === undefined ? 'username' : 'password'
    found.push({...wrong([...path, missing], 'is missing: the store wants a user name and a password'), at: 'key'})
  }
  if ('tls' in backend && !backend.tls && !own && ('token' in backend || ('password' in backend && backend.password !== undefined))) {
    found.push(doubt([...path, 'tls'], 'is off: the credentials go over the network in plain text'))
  }
  if (excludeNamespaces.includes('logging')) found.push(doubt(['phases', 'logging', 'excludeNamespaces'], 'leaves out logging: the marker line of kp is written there and never arrives'))
  return found
}

/** Backups are made often enough for what is promised, and kept long enough. */
export function backupFits(spec: EnvironmentSpec): Problem[] {
  const settings = spec.phases.backup
  const {rpo} = spec.backup
  const found: Problem[] = []
  if (!settings.enabled) return found
  if (settings.snapshots && !spec.phases['node-pools'].snapshots && spec.provider.type !== 'existing') {
    found.push(wrong(['phases', 'backup', 'snapshots'], 'wants the snapshot controller, and phases.node-pools.snapshots is off: turn one on or the other off', ['phases', 'node-pools', 'snapshots']))
  }
  settings.excludeNamespaces.forEach((namespace, i) => {
    if (settings.includeNamespaces.includes(namespace)) found.push(wrong(['phases', 'backup', 'excludeNamespaces', i], `must not be in includeNamespaces too: "${namespace}"`, ['phases', 'backup', 'includeNamespaces']))
  })
  const parts = [
    {path: ['phases', 'backup'], every: settings.every, retention: settings.retention},
    ...(settings.databases.enabled ? [{path: ['phases', 'backup', 'databases'], every: settings.databases.every, retention: settings.databases.retention}] : []),
  ]
  for (const {path, every, retention} of parts) {
    if (durationSeconds(every) > durationSeconds(rpo)) found.push(wrong([...path, 'every'], `${every} cannot meet backup.rpo ${rpo}: back up at least that often`, ['backup', 'rpo']))
    if (durationSeconds(retention) < durationSeconds(every)) found.push(wrong([...path, 'retention'], `${retention} is shorter than every ${every}: there would be times without a backup`, [...path, 'every']))
  }
  return found
}

/** What day2 keeps of etcd must meet the RPO too, where kp runs etcd. */
export function snapshotsOfEtcdFit(spec: EnvironmentSpec): Problem[] {
  const {backup, day2} = spec.phases
  const {every, enabled} = day2.etcdSnapshots
  if (!backup.enabled || !day2.enabled || !enabled || !providerHas.ownEtcd(spec.provider)) return []
  const {rpo} = spec.backup
  return durationSeconds(every) > durationSeconds(rpo) ? [wrong(['phases', 'day2', 'etcdSnapshots', 'every'], `${every} cannot meet backup.rpo ${rpo}: snapshot at least that often`, ['backup', 'rpo'])] : []
}

/** Autoscaling bounds and chaos make sense. */
export function operationFits(spec: EnvironmentSpec): Problem[] {
  const {autoscaling, chaos} = spec.phases
  const found: Problem[] = []
  if (autoscaling.hpa.min > autoscaling.hpa.max) found.push(wrong(['phases', 'autoscaling', 'hpa', 'max'], `${autoscaling.hpa.max} is less than min ${autoscaling.hpa.min}`, ['phases', 'autoscaling', 'hpa', 'min']))
  chaos.namespaces.forEach((namespace, i) => {
    if (SYSTEM.includes(namespace)) found.push(wrong(['phases', 'chaos', 'namespaces', i], `must not be ${namespace}: faults there can take the whole cluster down`))
  })
  if (chaos.enabled && chaos.namespaces.length === 0) found.push(wrong(['phases', 'chaos', 'namespaces'], 'is missing: name the namespaces where faults may be made'))
  return found
}

/** A bucket of the states has a name: of its own, or of platform and account. */
export function stateBucketHasName({infra, provider}: EnvironmentSpec): Problem[] {
  const {backend} = infra
  if (backend.type !== 's3' || backend.bucket !== undefined || ('account' in provider && provider.account !== undefined)) return []
  return [wrong(['infra', 'backend', 'bucket'], 'is missing: without provider.account the bucket cannot be named after the account', ['provider'])]
}
