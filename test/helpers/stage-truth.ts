/** Takes simulated behaviour away from a lab, makes what it wrote go away, and sees which checks notice. */
import {basename} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {componentStages, componentsWithStages, coreStages, readStage} from '../../src/providers/lab/stages.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import type {TestPlatform} from './platform.ts'
import {PROJECT} from './run-kp.ts'

/** A stage of the lab, and what it is about. */
export interface LabStage {
  name: string
  /** `Pod`, `Certificate` … */
  kind: string
}

/** Stages that a healthy platform does without, and why; every other one must be noticed by a check when it is gone. */
export const NOT_ABOUT_HEALTH: Readonly<Record<string, string>> = {
  'kp-node-kubelet-version': 'only for nodes that are annotated with another version',
  'kp-node-notready': 'a fault',
  'kp-node-unplug': 'a fault',
  'kp-pod-crash': 'a fault',
  'kp-pod-restart': 'after a fault',
  'kp-pod-healed': 'after a fault',
  'kp-pod-imagepull': 'a fault',
  'kp-pod-ready-resync': 'after a fault: a node was lost and comes back',
  'kp-pod-job-done': 'no Job runs on a platform that is built',
  'kp-loadbalancer-denied': 'a fault',
  'kp-sealing-key': 'makes a key once, which stays when the behaviour is gone',
  'kp-pv-reclaim': 'what is left of a volume is nobody\'s concern',
  'kp-certificate-expire': 'a fault',
  'kp-certificate-pending': 'a fault',
  'kp-clusterissuer-broken': 'a fault',
  'kp-issuer-broken': 'a fault',
  'kp-issuer-ready': 'no check reads an Issuer; only the real chart of monitoring has one',
  'kp-gateway-unaddressed': 'a fault',
  'kp-grpcroute-accept': 'no phase so far has a GRPCRoute',
  'kp-traefik-gatewayclass-accept': 'only with Traefik',
  'kp-traefik-gateway-program': 'only with Traefik',
  'kp-traefik-gateway-unaddressed': 'a fault',
  'kp-traefik-httproute-accept': 'only with Traefik',
  'kp-traefik-grpcroute-accept': 'only with Traefik',
  'kp-nginx-ingress-address': 'only with ingress-nginx',
  'kp-alb-ingress-address': 'only with the AWS Load Balancer Controller',
  'kp-alb-ingress-denied': 'a fault',
  'kp-volumesnapshot-ready': 'no phase so far has a snapshot',
  'kp-volumesnapshot-delete': 'no phase so far has a snapshot',
  'kp-volumesnapshotcontent-ready': 'no phase so far has a snapshot',
  'kp-volumesnapshotcontent-delete': 'no phase so far has a snapshot',
  'kp-installation-ready': 'the platform has Cilium, not Calico',
  'kp-application-sync': 'the platform has no GitOps tool',
  'kp-application-broken': 'the platform has no GitOps tool',
  'kp-gitrepository-ready': 'the platform has no GitOps tool',
  'kp-kustomization-ready': 'the platform has no GitOps tool',
  'kp-helmrelease-ready': 'the platform has no GitOps tool',
  'kp-helmrepository-ready': 'the platform has no GitOps tool',
  'kp-kafka-ready': 'phases.operators is off by default',
  'kp-cnpg-cluster-ready': 'phases.operators is off by default',
  'kp-mongodb-running': 'phases.operators is off by default',
  'kp-redis-replicates': 'phases.operators is off by default',
  'kp-rabbitmq-available': 'phases.operators is off by default',
  'kp-vault-open': 'only with Vault',
  'kp-vault-sealed': 'a fault',
  'kp-clustersecretstore-valid': 'only with a store of secrets',
  'kp-clustersecretstore-refused': 'a fault',
  'kp-clustersecretstore-sealed': 'a fault',
  'kp-secretstore-valid': 'only with a store of secrets',
  'kp-secretstore-refused': 'a fault',
  'kp-secretstore-sealed': 'a fault',
  'kp-externalsecret-sync': 'only with a store of secrets',
  'kp-externalsecret-refused': 'a fault',
  'kp-externalsecret-refresh': 'only with a store of secrets',
  'kp-sealedsecret-open': 'no phase so far has a SealedSecret',
  'kp-sealedsecret-refused': 'a fault',
  'kp-calico-apiserver-ready': 'the platform has Cilium, not Calico',
  'kp-tigerastatus-available': 'the platform has Cilium, not Calico',
}

/** Every stage of the lab, from its files. */
export function allStages(): LabStage[] {
  const paths = [...coreStages(PROJECT), ...componentsWithStages(PROJECT).flatMap((component) => componentStages(PROJECT, component))]
  return paths.map((path) => {
    const {metadata, spec} = readStage(path, '0.0.0')
    const name = `kp-${basename(path, '.yaml')}`
    if (metadata.name !== name) throw new Error(`${path} must be named ${name}`)
    return {name, kind: (spec['resourceRef'] as {kind: string}).kind}
  })
}

/** Names of the stages that a lab has: those of components that are not installed are missing. */
export async function stagesOf(platform: TestPlatform): Promise<Set<string>> {
  const {items} = JSON.parse(await platform.kubectl(['get', 'stages.kwok.x-k8s.io', '--output=json'])) as {items: KubeObject[]}
  return new Set(items.map(({metadata}) => metadata.name))
}

/** What `kp verify` says of one check. */
export interface Verdict {
  status: string
  simulated: boolean
  observed: string
}

/** What `kp verify` says now, by check. It waits for nothing. */
export async function verdicts(platform: TestPlatform): Promise<Map<string, Verdict>> {
  const result = await platform.kp(['verify', '--json', '--wait', '0'])
  const {checks} = result.json<{checks: ({id: string} & Verdict)[]}>()
  return new Map(checks.map(({id, status, simulated, observed}) => [id, {status, simulated, observed}]))
}

/** Checks that look back over minutes: they notice a fault late, and its end too. */
const LOOKS_BACK: ReadonlySet<string> = new Set(['monitoring.firing', 'slo.answered', 'slo.pages'])

/** Ids of the checks whose status is another one, sorted. */
export function changed(before: Map<string, Verdict>, after: Map<string, Verdict>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((id) => !LOOKS_BACK.has(id) && before.get(id)?.status !== after.get(id)?.status).toSorted()
}

/** Ids of the checks that are marked simulated, sorted. */
export function simulatedOnes(from: Map<string, Verdict>): string[] {
  return [...from].filter(([, {simulated}]) => simulated).map(([id]) => id).toSorted()
}

/**
 * Takes stages away, makes everything anew that they wrote, and looks until the verdicts stay the same; then puts them
 * back, makes everything anew once more, and waits until the platform is as it was.
 * @param options.quietMs how long the verdicts must stay the same; default as long as the kinds want it
 * @returns the verdicts while the stages were gone
 * @throws Error where the platform does not become as it was
 */
export async function withoutStages(platform: TestPlatform, stages: LabStage[], baseline: Map<string, Verdict>, options: {quietMs?: number} = {}): Promise<Map<string, Verdict>> {
  const kinds = new Set(stages.map(({kind, name}) => (name === 'kp-certificate-renew' ? 'CertificateTime' : kind)))
  const names = stages.map(({name}) => name)
  const saved = stages.length === 0 ? [] : await getAll(platform, 'stages.kwok.x-k8s.io', names)
  if (saved.length !== names.length) throw new Error(`the lab has ${saved.length} of the stages ${names.join(', ')}`)
  await platform.kubectl(['delete', 'stages.kwok.x-k8s.io', ...names])
  let without: Map<string, Verdict>
  try {
    await makeAnew(platform, kinds)
    without = await untilSettled(platform, baseline, options.quietMs ?? (kinds.has('Pod') || kinds.has('Node') ? PODS_SETTLED_MS : SETTLED_MS))
  } finally {
    await applyByHand(platform, saved)
  }
  await makeAnew(platform, kinds)
  await untilAsBefore(platform, baseline)
  return without
}

const LOOK_MS = 1000
/** Stages wait for two seconds at most; controllers follow within another one. */
const SETTLED_MS = 6000
/** A node that says nothing of a pod's containers is believed for ten seconds. */
const PODS_SETTLED_MS = 16_000
const LONGEST_MS = 90_000

async function untilSettled(platform: TestPlatform, baseline: Map<string, Verdict>, quietMs: number): Promise<Map<string, Verdict>> {
  const started = Date.now()
  let since = started
  let last = await verdicts(platform)
  while (Date.now() - since < quietMs) {
    if (Date.now() - started > LONGEST_MS) throw new Error('the platform does not settle')
    await sleep(LOOK_MS)
    const now = await verdicts(platform)
    if (changed(last, now).length > 0 && changed(baseline, now).length > 0) since = Date.now()
    last = now
  }
  return last
}

async function untilAsBefore(platform: TestPlatform, baseline: Map<string, Verdict>): Promise<void> {
  const until = Date.now() + LONGEST_MS
  for (;;) {
    const now = await verdicts(platform)
    const different = changed(baseline, now)
    if (different.length === 0) return
    if (Date.now() > until) throw new Error(`the platform did not become as it was: ${different.map((id) => `${id} ${now.get(id)?.status}: ${now.get(id)?.observed}`).join('; ')}`)
    await sleep(LOOK_MS)
  }
}

/** Makes the objects of the kinds anew: without a status, so that whoever writes one has to write it again. */
async function makeAnew(platform: TestPlatform, kinds: ReadonlySet<string>): Promise<void> {
  for (const kind of [...kinds].toSorted()) await (MAKERS[kind] ?? makeNothing)(platform)
}

const MAKERS: Record<string, (platform: TestPlatform) => Promise<void>> = {
  async Node(platform) {
    const nodes = await getAll(platform, 'nodes')
    await platform.kubectl(['delete', 'nodes', ...namesOf(nodes)])
    await applyByHand(platform, nodes)
    await deletePods(platform)
  },
  Pod: deletePods,
  async Certificate(platform) {
    const certificates = await getAll(platform, 'certificates.cert-manager.io')
    await recreate(platform, 'certificates.cert-manager.io', certificates, async () => {
      for (const {metadata, spec} of certificates as (KubeObject & {spec: {secretName: string}})[]) {
        await platform.kubectl(['delete', 'secret', spec.secretName, '-n', metadata.namespace ?? '', '--ignore-not-found'])
      }
    })
  },
  async CertificateTime(platform) {
    const [soon, now] = [new Date(Date.now() + 24 * 3_600_000), new Date()].map((date) => date.toISOString().replace(/\.\d+Z$/, 'Z'))
    for (const {metadata} of await getAll(platform, 'certificates.cert-manager.io')) {
      await platform.kubectl(['patch', 'certificate', metadata.name, '-n', metadata.namespace ?? '', '--subresource=status', '--type=merge', '-p', JSON.stringify({status: {notAfter: soon, renewalTime: now}})])
    }
  },
  ClusterIssuer: (platform) => recreateAll(platform, 'clusterissuers.cert-manager.io'),
  GatewayClass: (platform) => recreateAll(platform, 'gatewayclasses.gateway.networking.k8s.io'),
  Gateway: (platform) => recreateAll(platform, 'gateways.gateway.networking.k8s.io'),
  Prometheus: (platform) => recreateAll(platform, 'prometheuses.monitoring.coreos.com'),
  Alertmanager: (platform) => recreateAll(platform, 'alertmanagers.monitoring.coreos.com'),
  async PersistentVolumeClaim(platform) {
    const claims = await getAll(platform, 'persistentvolumeclaims')
    for (const {metadata} of claims) await platform.kubectl(['delete', 'persistentvolumeclaim', metadata.name, '-n', metadata.namespace ?? '', '--wait=false'])
    // A claim stays as long as a pod uses it; the StatefulSet makes it anew with the pod.
    const used = new Set(claims.map(({metadata}) => metadata.namespace ?? ''))
    for (const namespace of used) await platform.kubectl(['delete', 'pods', '--all', '-n', namespace, '--wait=false'])
  },
  HTTPRoute: (platform) => recreateAll(platform, 'httproutes.gateway.networking.k8s.io'),
  async Service(platform) {
    const services = (await getAll(platform, 'services')).filter(({spec}) => (spec as {type?: string}).type === 'LoadBalancer')
    for (const {metadata} of services) {
      const one = ['service', metadata.name, '-n', metadata.namespace ?? '']
      await platform.kubectl(['patch', ...one, '--subresource=status', '--type=json', '-p', '[{"op":"replace","path":"/status","value":{}}]'])
      // Where the status was empty already nothing has changed yet.
      await platform.kubectl(['annotate', ...one, '--overwrite', `example.com/looked-at=${Date.now()}`])
    }
  },
}

/** Kinds of which a healthy platform has no object. */
function makeNothing(): Promise<void> {
  return Promise.resolve()
}

/** Without the stage that ends them they stay, and nobody waits for them. A stage that comes back looks only at what changes. */
async function deletePods(platform: TestPlatform): Promise<void> {
  await platform.kubectl(['annotate', 'pods', '--all', '--all-namespaces', '--overwrite', `test.kp.dev/looked=${Date.now()}`]).catch((error: Error) => {
    // A pod that went meanwhile need not be looked at.
    if (!/NotFound/.test(error.message)) throw error
  })
  await platform.kubectl(['delete', 'pods', '--all', '--all-namespaces', '--wait=false'])
}

async function recreateAll(platform: TestPlatform, resource: string): Promise<void> {
  await recreate(platform, resource, await getAll(platform, resource), () => Promise.resolve())
}

/** Deletes objects with all that belongs to them, and makes them again. */
async function recreate(platform: TestPlatform, resource: string, objects: KubeObject[], between: () => Promise<void>): Promise<void> {
  for (const {metadata} of objects) {
    await platform.kubectl(['delete', resource, metadata.name, ...(metadata.namespace === undefined ? [] : ['-n', metadata.namespace]), '--cascade=foreground', '--timeout=30s'])
  }
  await between()
  await applyByHand(platform, objects)
}

async function getAll(platform: TestPlatform, resource: string, names: string[] = []): Promise<KubeObject[]> {
  const text = await platform.kubectl(['get', resource, ...(names.length === 0 ? ['--all-namespaces'] : names), '--output=json'])
  const answer = JSON.parse(text) as KubeObject & {items?: KubeObject[]}
  return answer.items ?? [answer]
}

function namesOf(objects: KubeObject[]): string[] {
  return objects.map(({metadata}) => metadata.name)
}

/** Applies objects as they were, without what the server wrote into them. */
async function applyByHand(platform: TestPlatform, objects: KubeObject[]): Promise<void> {
  const items = objects.map(({status: _status, metadata, ...rest}) => {
    const {name, namespace, labels, annotations} = metadata
    const object: Record<string, unknown> = {...rest, metadata: {name, ...(namespace === undefined ? {} : {namespace}), ...(labels === undefined ? {} : {labels}), ...(annotations === undefined ? {} : {annotations})}}
    if (rest.kind === 'Node') {
      const {podCIDR: _cidr, podCIDRs: _cidrs, taints = [], ...spec} = (rest['spec'] ?? {}) as {podCIDR?: string; podCIDRs?: string[]; taints?: {key: string}[]}
      object['spec'] = {...spec, taints: taints.filter(({key}) => !key.startsWith('node.kubernetes.io/'))}
    }
    return object
  })
  await platform.kubectl(['apply', '--server-side', '--force-conflicts', '--field-manager=test-admin', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items}))
}
