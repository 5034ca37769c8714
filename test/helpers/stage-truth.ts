/** Takes simulated behaviour away from a lab, makes what it wrote go away, and sees which checks notice. */
import {setTimeout as sleep} from 'node:timers/promises'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import type {LabStage} from './known-stages.ts'
import type {TestPlatform} from './platform.ts'
import {forgetControllerUid} from './snapshot.ts'

/** Stages for which more than the objects of their kind has to be made anew. */
const MADE_BY: Readonly<Record<string, string>> = {'kp-certificate-renew': 'CertificateTime', 'kp-sealing-key': 'SealingKey', 'kp-pod-job-done': 'Job'}

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

/**
 * What `kp verify` says of a platform that has come to rest: what was built a moment ago is not measured yet.
 * @throws Error where a check fails or does not know
 */
export async function settledVerdicts(platform: TestPlatform): Promise<Map<string, Verdict>> {
  const until = Date.now() + LONGEST_MS
  for (;;) {
    const now = await verdicts(platform)
    const bad = [...now].filter(([, {status}]) => status === 'fail' || status === 'unknown').map(([id, {status, observed}]) => `${id} ${status}: ${observed}`)
    if (bad.length === 0) return now
    if (Date.now() > until) throw new Error(`the platform is not well to begin with: ${bad.join('; ')}`)
    await sleep(LOOK_MS)
  }
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
  const kinds = new Set(stages.map(({kind, name}) => MADE_BY[name] ?? kind))
  const slow = stages.some(({kind}) => kind === 'Pod' || kind === 'Node')
  const names = stages.map(({name}) => name)
  const what = names.join(', ')
  const saved = stages.length === 0 ? [] : await getAll(platform, 'stages.kwok.x-k8s.io', names)
  if (saved.length !== names.length) throw new Error(`the lab has ${saved.length} of the stages ${what}`)
  await platform.kubectl(['delete', 'stages.kwok.x-k8s.io', ...names])
  let without: Map<string, Verdict>
  try {
    await makeAnew(platform, kinds)
    without = await untilSettled(platform, baseline, options.quietMs ?? (slow ? PODS_SETTLED_MS : SETTLED_MS), what)
  } finally {
    await applyByHand(platform, saved)
  }
  await makeAnew(platform, kinds)
  await untilAsBefore(platform, baseline, what)
  return without
}

const LOOK_MS = 1000
/** Stages wait for two seconds at most; controllers follow within another one. */
const SETTLED_MS = 6000
/** A node that says nothing of a pod's containers is believed for ten seconds. */
const PODS_SETTLED_MS = 16_000
const LONGEST_MS = 90_000

async function untilSettled(platform: TestPlatform, baseline: Map<string, Verdict>, quietMs: number, what: string): Promise<Map<string, Verdict>> {
  const started = Date.now()
  let since = started
  let last = await verdicts(platform)
  let moved: string[] = []
  // What is not marked simulated measures something real: a busy machine answers late now and then, and is asked again.
  const real = (): boolean => changed(baseline, last).some((id) => baseline.get(id)?.simulated !== true)
  for (;;) {
    const late = Date.now() - started > LONGEST_MS
    const quiet = Date.now() - since >= quietMs
    if (quiet && (late || !real())) return last
    if (late) throw new Error(`without ${what} the platform does not settle: ${moved.join(', ')} changed last`)
    await sleep(LOOK_MS)
    const now = await verdicts(platform)
    if (changed(last, now).length > 0 && changed(baseline, now).length > 0) {
      since = Date.now()
      moved = changed(last, now)
    }
    last = now
  }
}

async function untilAsBefore(platform: TestPlatform, baseline: Map<string, Verdict>, what: string): Promise<void> {
  const until = Date.now() + LONGEST_MS
  for (;;) {
    const now = await verdicts(platform)
    const different = changed(baseline, now)
    if (different.length === 0) return
    if (Date.now() > until) throw new Error(`with ${what} again the platform did not become as it was: ${different.slice(0, 10).map((id) => `${id} ${now.get(id)?.status}: ${now.get(id)?.observed}`).join('; ')}; ${different.length} in all`)
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
    // Overdue for two hours: within one a renewal may still come.
    const [soon, now] = [new Date(Date.now() + 24 * 3_600_000), new Date(Date.now() - 2 * 3_600_000)].map((date) => date.toISOString().replace(/\.\d+Z$/, 'Z'))
    for (const {metadata} of await getAll(platform, 'certificates.cert-manager.io')) {
      await platform.kubectl(['patch', 'certificate', metadata.name, '-n', metadata.namespace ?? '', '--subresource=status', '--type=merge', '-p', JSON.stringify({status: {notAfter: soon, renewalTime: now}})])
    }
  },
  async SealingKey(platform) {
    await platform.kubectl(['delete', 'secrets', '--all-namespaces', '-l', 'sealedsecrets.bitnami.com/sealed-secrets-key'])
    await platform.kubectl(['delete', 'pods', '--all-namespaces', '-l', 'app.kubernetes.io/name=sealed-secrets', '--wait=false'])
  },
  async Job(platform) {
    const jobs = (await getAll(platform, 'jobs.batch')).filter(({metadata}) => metadata.ownerReferences === undefined && metadata.annotations?.['helm.sh/hook'] === undefined)
    await recreate(platform, 'jobs.batch', jobs, () => Promise.resolve())
  },
  SealedSecret: (platform) => recreateAll(platform, 'sealedsecrets.bitnami.com'),
  VerticalPodAutoscaler: (platform) => recreateAll(platform, 'verticalpodautoscalers.autoscaling.k8s.io'),
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
    if (rest.kind === 'Job') forgetControllerUid((object['spec'] = structuredClone(rest['spec'])) as Record<string, unknown>)
    if (rest.kind === 'Node') {
      const {podCIDR: _cidr, podCIDRs: _cidrs, taints = [], ...spec} = (rest['spec'] ?? {}) as {podCIDR?: string; podCIDRs?: string[]; taints?: {key: string}[]}
      object['spec'] = {...spec, taints: taints.filter(({key}) => !key.startsWith('node.kubernetes.io/'))}
    }
    return object
  })
  await platform.kubectl(['apply', '--server-side', '--force-conflicts', '--field-manager=test-admin', '-f', '-'], JSON.stringify({apiVersion: 'v1', kind: 'List', items}))
}
