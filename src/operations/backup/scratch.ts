/** Scratch namespaces: where a backup is restored to be looked at, in which nothing can run, and which go again. */
import {VELERO_NAMESPACE} from '../../checks/backups.ts'
import {ownLabels} from '../../checks/labels.ts'
import {relocateImage} from '../../components/objects.ts'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {applyObjects, deleteObject, patchObject} from '../../tools/kubectl.ts'
import type {KubeObject} from '../../tools/kube-api.ts'

/** Label of a scratch namespace; its value is the restore that it is for. */
export const SCRATCH_LABEL = 'kp.dev/scratch'
/** What is restored there: nothing of it does anything without pods. No routes, no custom resources: their controllers would act. */
export const SCRATCH_RESOURCES = [
  'configmaps', 'secrets', 'serviceaccounts', 'services', 'persistentvolumeclaims', 'persistentvolumes',
  'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'cronjobs.batch',
  'roles.rbac.authorization.k8s.io', 'rolebindings.rbac.authorization.k8s.io', 'networkpolicies.networking.k8s.io', 'poddisruptionbudgets.policy', 'horizontalpodautoscalers.autoscaling',
  'volumesnapshots.snapshot.storage.k8s.io', 'volumesnapshotcontents.snapshot.storage.k8s.io', 'volumesnapshotclasses.snapshot.storage.k8s.io',
] as const
/** Kinds of it that make pods. */
const WORKLOADS = [['apps/v1', 'Deployment'], ['apps/v1', 'StatefulSet'], ['apps/v1', 'DaemonSet'], ['batch/v1', 'CronJob']] as const
const QUOTA = 'kp-scratch'
const READER = 'kp-volume-reader'
const IMAGE = 'registry.k8s.io/pause:3.10'
/** ConfigMap by which velero makes load balancers plain Services there: a second one would cost, and take the first one's name. */
export const MODIFIER = 'kp-scratch'
const MODIFIER_RULES = `version: v1
resourceModifierRules:
- conditions:
    groupResource: services
    matches: [{path: /spec/type, value: LoadBalancer}]
  mergePatches:
  - patchData: '{"spec": {"type": "ClusterIP", "allocateLoadBalancerNodePorts": null, "loadBalancerClass": null, "externalTrafficPolicy": null, "healthCheckNodePort": null, "loadBalancerSourceRanges": null, "loadBalancerIP": null}}'
`
const SNAPSHOT_API = 'snapshot.storage.k8s.io/v1'
const COUNTED_MS = 60_000
const GONE_MS = 180_000
const BOUND_MS = 180_000
const LOOK_MS = 1000

/** Name of the scratch namespace of a namespace; it is new each time. */
export function scratchName(namespace: string, stamp: string): string {
  return `kp-verify-${stamp}-${namespace}`.slice(0, 63).replace(/-+$/, '')
}

/** Makes them. No pod and no load balancer can come to be in them. */
export async function makeScratch(ctx: PlatformContext, names: readonly string[], restore: string): Promise<void> {
  const labels = {...ownLabels(ctx), [SCRATCH_LABEL]: restore, 'pod-security.kubernetes.io/enforce': 'restricted'}
  const objects = names.flatMap((name): KubeObject[] => [{apiVersion: 'v1', kind: 'Namespace', metadata: {name, labels}}, quota(ctx, name, 0)])
  await applyObjects(ctx.exec, ctx.access, [modifier(ctx), ...objects], {doing: `make the scratch ${names.length === 1 ? 'namespace' : 'namespaces'} ${names.join(', ')}`, fieldManager: 'kp'})
  for (const name of names) await untilCounted(ctx, name, 0)
}

/** A quota that its controller has not counted yet refuses everything. */
async function untilCounted(ctx: PlatformContext, namespace: string, pods: number): Promise<void> {
  const until = ctx.clock.now() + COUNTED_MS
  for (;;) {
    ctx.changed()
    const found = await (await ctx.cluster()).get('v1', 'ResourceQuota', QUOTA, namespace)
    const {hard, used} = (found?.['status'] ?? {}) as {hard?: Record<string, string>; used?: Record<string, string>}
    if (hard?.['pods'] === String(pods) && used?.['pods'] !== undefined) return
    if (ctx.clock.now() > until) throw new KpError({code: 'STEP_TIMEOUT', message: `the quota of ${namespace} was not counted within ${COUNTED_MS / 1000} seconds`, doing: 'make a scratch namespace', next: ['kp verify control-plane']})
    await ctx.clock.sleep(LOOK_MS / 2, ctx.signal)
  }
}

function modifier(ctx: PlatformContext): KubeObject {
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: MODIFIER, namespace: VELERO_NAMESPACE, labels: ownLabels(ctx)}, data: {'rules.yaml': MODIFIER_RULES}}
}

function quota(ctx: PlatformContext, namespace: string, pods: number): KubeObject {
  return {apiVersion: 'v1', kind: 'ResourceQuota', metadata: {name: QUOTA, namespace, labels: ownLabels(ctx)}, spec: {hard: {pods: String(pods), 'services.loadbalancers': '0'}}}
}

/** Scratch namespaces that a killed kp left. */
export async function leftScratch(ctx: PlatformContext): Promise<string[]> {
  const all = await (await ctx.cluster()).metadata('v1', 'Namespace', {labelSelector: SCRATCH_LABEL})
  return [...(all ?? new Map<string, unknown>()).keys()]
}

/**
 * Mounts claims of a scratch namespace: a volume that is not there, or whose snapshot is gone, is found by that.
 * @param wanted their names: those that have a snapshot in the backup
 * @returns claims whose volumes did not come, each with the reason
 */
export async function mountClaims(ctx: PlatformContext, namespace: string, wanted: readonly string[]): Promise<{mounted: string[]; failed: {claim: string; reason: string}[]}> {
  const claims = (await claimsOf(ctx, namespace)).filter(({metadata}) => wanted.includes(metadata.name))
  if (claims.length === 0) return {mounted: [], failed: []}
  await endWorkloads(ctx, namespace)
  const pods = claims.map((claim, index) => readerPod(ctx, namespace, {name: `${READER}-${index}`, claim: claim.metadata.name}))
  await applyObjects(ctx.exec, ctx.access, [quota(ctx, namespace, pods.length)], {doing: `let the readers of volumes into ${namespace}`, fieldManager: 'kp'})
  await untilCounted(ctx, namespace, pods.length)
  await applyObjects(ctx.exec, ctx.access, pods, {doing: `mount the volumes of ${namespace}`, fieldManager: 'kp'})
  const until = ctx.clock.now() + BOUND_MS
  for (;;) {
    ctx.changed()
    const waiting = await waitingPods(ctx, namespace)
    const now = await claimsOf(ctx, namespace)
    const failed = claims.flatMap(({metadata: {name}}, index) => {
      const phase = phaseOf(now.find((one) => one.metadata.name === name))
      const pod = waiting.get(`${READER}-${index}`)
      return phase === 'Bound' && pod === undefined ? [] : [{claim: name, reason: phase === 'Bound' ? `it is bound, and cannot be mounted: ${pod}` : `it is ${phase ?? 'gone'}: its volume was not made from the snapshot`}]
    })
    if (failed.length === 0 || ctx.clock.now() > until || ctx.stopping()) return {mounted: claims.map(({metadata}) => metadata.name).filter((name) => !failed.some(({claim}) => claim === name)), failed}
    await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }
}

const phaseOf = (object: KubeObject | undefined): string | undefined => (object?.['status'] as {phase?: string} | undefined)?.phase

async function claimsOf(ctx: PlatformContext, namespace: string): Promise<KubeObject[]> {
  return (await ctx.cluster()).listKnown('v1', 'PersistentVolumeClaim', {namespace})
}

/** Readers that do not run yet, with the reason. */
async function waitingPods(ctx: PlatformContext, namespace: string): Promise<Map<string, string>> {
  const pods = await (await ctx.cluster()).listKnown('v1', 'Pod', {namespace})
  return new Map(pods.filter((pod) => phaseOf(pod) !== 'Running').map((pod) => [pod.metadata.name, phaseOf(pod) ?? 'not started']))
}

/** What was restored must make no pods of its own while there is room for the readers. */
async function endWorkloads(ctx: PlatformContext, namespace: string): Promise<void> {
  const cluster = await ctx.cluster()
  for (const [apiVersion, kind] of WORKLOADS) {
    for (const {metadata} of await cluster.listKnown(apiVersion, kind, {namespace})) await deleteObject(ctx.exec, ctx.access, {apiVersion, kind, metadata}, {doing: `end ${kind} ${metadata.name} in ${namespace}`})
  }
  ctx.changed()
}

function readerPod(ctx: PlatformContext, namespace: string, {name, claim}: {name: string; claim: string}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace, labels: ownLabels(ctx)},
    spec: {
      automountServiceAccountToken: false,
      restartPolicy: 'Never',
      securityContext: {runAsNonRoot: true, runAsUser: 65_535, seccompProfile: {type: 'RuntimeDefault'}},
      containers: [{
        name: 'reader',
        image: relocateImage(IMAGE, ctx.spec.images.mirror),
        resources: {requests: {cpu: '10m', memory: '16Mi'}, limits: {memory: '32Mi'}},
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
        volumeMounts: [{name: 'data', mountPath: '/data', readOnly: true}],
      }],
      volumes: [{name: 'data', persistentVolumeClaim: {claimName: claim}}],
    },
  }
}

/** Ends scratch namespaces, and waits until they are gone. The snapshots of the backup stay: only what was made from them goes. */
export async function endScratch(ctx: PlatformContext, names: readonly string[]): Promise<void> {
  await deleteObject(ctx.exec, ctx.access, {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: MODIFIER, namespace: VELERO_NAMESPACE}}, {doing: 'take the rules of the scratch restore away'})
  if (names.length === 0) return
  ctx.changed()
  await keepSnapshots(ctx, names)
  await dropVolumes(ctx, names)
  for (const name of names) await deleteObject(ctx.exec, ctx.access, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}}, {doing: `delete the scratch namespace ${name}`})
  const until = ctx.clock.now() + GONE_MS
  for (;;) {
    ctx.changed()
    const left = (await leftScratch(ctx)).filter((name) => names.includes(name))
    if (left.length === 0) break
    if (ctx.clock.now() > until) {
      throw new KpError({code: 'STEP_FAILED', message: `the scratch ${left.length === 1 ? 'namespace' : 'namespaces'} ${left.join(', ')} did not go within ${GONE_MS / 1000} seconds`, doing: 'clean up after the restore', next: [`kubectl get namespace ${left[0]} -o yaml, to see what holds it`, 'the next kp backup verify tries again']})
    }
    await ctx.clock.sleep(LOOK_MS, ctx.signal)
  }
  for (const content of await contentsOf(ctx, names)) await deleteObject(ctx.exec, ctx.access, content, {doing: `forget the restored snapshot ${content.metadata.name}`})
}

/** Contents of snapshots that point into the scratch namespaces. */
async function contentsOf(ctx: PlatformContext, names: readonly string[]): Promise<KubeObject[]> {
  const all = (await (await ctx.cluster()).list(SNAPSHOT_API, 'VolumeSnapshotContent')) ?? []
  return all.filter((one) => names.includes((one['spec'] as {volumeSnapshotRef?: {namespace?: string}} | undefined)?.volumeSnapshotRef?.namespace ?? ''))
}

/** They name the very snapshots that the backup has: with a policy Delete they would take those with them. */
async function keepSnapshots(ctx: PlatformContext, names: readonly string[]): Promise<void> {
  for (const content of await contentsOf(ctx, names)) {
    if ((content['spec'] as {deletionPolicy?: string}).deletionPolicy === 'Retain') continue
    await patchObject(ctx.exec, ctx.access, content, [{op: 'replace', path: '/spec/deletionPolicy', value: 'Retain'}], {doing: `keep the snapshot behind ${content.metadata.name}`, fieldManager: 'kp'})
  }
}

/** Volumes made for a look are not kept, whatever their class says. */
async function dropVolumes(ctx: PlatformContext, names: readonly string[]): Promise<void> {
  const volumes = await (await ctx.cluster()).listKnown('v1', 'PersistentVolume')
  for (const volume of volumes) {
    const {claimRef, persistentVolumeReclaimPolicy: policy} = volume['spec'] as {claimRef?: {namespace?: string}; persistentVolumeReclaimPolicy?: string}
    if (!names.includes(claimRef?.namespace ?? '') || policy === 'Delete') continue
    await patchObject(ctx.exec, ctx.access, volume, [{op: 'replace', path: '/spec/persistentVolumeReclaimPolicy', value: 'Delete'}], {doing: `let the volume ${volume.metadata.name} go with its claim`, fieldManager: 'kp'})
  }
}
