/** Checks of phase 10: parts of the mesh and what it promises. Those of proxies are in checks-proxies.ts. */
import {check, complainAboutCondition, definitionsEstablished, namedWorkloadsReady, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {CANARY, DEMO, demoInMesh, isIstio, ISTIO, ISTIO_CA, LINKERD, LINKERD_ISSUER, MESH_GATEWAY, meshOf, TRUST_ROOTS, wantsGateway, wantsViz} from './names.ts'
import {proxyChecks} from './checks-proxies.ts'
import {mtlsObjects} from './mtls.ts'
import {wantsJaeger} from './tracing.ts'
import {weights} from './traffic.ts'
import {certificatesIn} from './trust.ts'

const DAY_MS = 24 * 3600 * 1000
/** Somebody must have time to change an anchor: every pod of the mesh starts anew for it. */
const ANCHOR_DAYS = 60
const LATER = {deadlineMs: 5 * 60_000, everyMs: 2000}

export const checks: PlatformCheck[] = [
  {
    ...definitionsEstablished({id: 'mesh.kinds', title: 'The kinds of the mesh are established', component: 'linkerd-crds', pitfalls: ['KP1005'], within: SOON}),
    run: async (ctx) => definitionsEstablished({id: 'mesh.kinds', title: '', component: meshOf(ctx).kinds}).run(ctx),
  },
  workloadsReady({id: 'mesh.control-plane', title: 'The control plane of the mesh is ready', component: (ctx) => meshOf(ctx).controlPlane, pitfalls: ['KP1004', 'KP1007', 'KP1017'], within: LATER}),
  workloadsReady({id: 'mesh.cni', title: 'The network plugin of the mesh is ready on every node', component: (ctx) => meshOf(ctx).cni, pitfalls: ['KP1009'], within: LATER}),
  workloadsReady({id: 'mesh.viz', title: 'The view of the mesh is ready', component: (ctx) => meshOf(ctx).viz, pitfalls: ['KP1013'], appliesTo: wantsViz, within: LATER}),
  namedWorkloadsReady({id: 'mesh.jaeger', title: 'Jaeger is ready', pitfalls: ['KP1013'], appliesTo: wantsJaeger, workloads: () => [{kind: 'Deployment', namespace: 'tracing', name: 'jaeger'}], within: LATER}),
  check({
    id: 'mesh.trust',
    title: `Anchor and issuer of the mesh are valid, the anchor for more than ${ANCHOR_DAYS} days`,
    pitfalls: ['KP1004'],
    simulated: (ctx) => ctx.provider.simulated && 'the lab answers for cert-manager',
    within: SOON,
    run: lookAtTrust,
  }),
  check({id: 'mesh.mtls', title: 'The mesh asks for mTLS as kp.yaml says', pitfalls: ['KP1010'], run: lookAtMtls}),
  check({id: 'mesh.canary', title: 'The new version of the demo gets its part of the requests', pitfalls: ['KP1011'], appliesTo: demoInMesh, within: SOON, simulated: (ctx) => ctx.provider.simulated && 'simulated containers are always ready', run: lookAtCanary}),
  check({
    id: 'mesh.gateway',
    title: "Istio's gateway has an address",
    pitfalls: ['KP1003'],
    appliesTo: (ctx) => (wantsGateway(ctx) !== true ? wantsGateway(ctx) : ctx.provider.simulated ? 'no istiod runs in a lab: nothing opens its gateways' : true),
    within: LATER,
    async run(ctx) {
      const found = await (await ctx.cluster()).get('gateway.networking.k8s.io/v1', 'Gateway', MESH_GATEWAY, DEMO)
      if (found === undefined) return {status: 'fail', observed: `Gateway ${DEMO}/${MESH_GATEWAY} does not exist`, expected: 'Programmed=True'}
      const complaint = complainAboutCondition(found, 'Programmed')
      return verdict(complaint === undefined ? [] : [complaint], 'it is programmed', 'Programmed=True')
    },
  }),
  ...proxyChecks,
]

/** Both texts that decide whom proxies trust: the anchors, and the certificate that signs theirs. */
async function lookAtTrust(ctx: PlatformContext): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const [namespace, name] = isIstio(ctx) ? [ISTIO, ISTIO_CA] : [LINKERD, LINKERD_ISSUER]
  const secret = await cluster.get('v1', 'Secret', name, namespace)
  const expected = `an anchor for more than ${ANCHOR_DAYS} days, and an issuer that has not ended`
  if (secret === undefined) return {status: 'fail', observed: `Secret ${namespace}/${name} does not exist`, expected}
  const data = (secret['data'] ?? {}) as Record<string, string>
  const decoded = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString('utf8')
  const bundle = isIstio(ctx) ? undefined : await cluster.get('v1', 'ConfigMap', TRUST_ROOTS, LINKERD)
  if (!isIstio(ctx) && bundle === undefined) return {status: 'fail', observed: `ConfigMap ${LINKERD}/${TRUST_ROOTS} does not exist: proxies do not know whom to trust`, expected}
  const roots = isIstio(ctx) ? decoded('ca.crt') : ((bundle?.['data'] as Record<string, string> | undefined)?.['ca-bundle.crt'] ?? '')
  const anchors = certificatesIn(roots)
  const [issuer] = certificatesIn(decoded('tls.crt'))
  if (anchors.length === 0 || issuer === undefined) return {status: 'unknown', observed: anchors.length === 0 ? 'the anchors cannot be read' : `Secret ${namespace}/${name} holds no certificate that can be read`}
  const now = ctx.clock.now()
  const days = (ends: number): number => Math.floor((ends - now) / DAY_MS)
  const anchor = Math.max(...anchors.map(({ends}) => ends))
  const half = days(issuer.ends)
  const ended = [...(anchor <= now ? [`the trust anchor ended ${-days(anchor)} days ago`] : []), ...(issuer.ends <= now ? ['the issuer has ended: no proxy gets a certificate'] : [])]
  if (ended.length > 0) return verdict(ended, '', expected)
  // The lab signs every certificate by itself: there the issuer is its own anchor, and both are renewed together.
  const [only] = anchors
  if (ctx.provider.simulated && only?.fingerprint === issuer.fingerprint) return {status: 'pass', observed: `the lab's issuer is its own anchor, valid for ${half} days`}
  if (days(anchor) < ANCHOR_DAYS) return {status: 'warn', observed: `the trust anchor ends in ${days(anchor)} days`, expected}
  return {status: 'pass', observed: `the anchor is valid for ${days(anchor)} days, the issuer for ${half}`}
}

/** The objects that decide about mTLS, and of Linkerd the default of its proxies. */
async function lookAtMtls(ctx: PlatformContext): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const {mtls} = ctx.spec.phases.mesh
  const expected = `mTLS ${mtls}`
  if (!isIstio(ctx)) {
    const wanted = mtls === 'strict' ? 'all-authenticated' : 'all-unauthenticated'
    const config = await cluster.get('v1', 'ConfigMap', 'linkerd-config', LINKERD)
    if (config === undefined) return {status: 'fail', observed: `ConfigMap ${LINKERD}/linkerd-config does not exist`, expected}
    const text = (config['data'] as Record<string, string> | undefined)?.['values'] ?? ''
    const found = /defaultInboundPolicy:\s*"?([a-z-]+)/.exec(text)?.[1]
    if (found !== undefined && found !== wanted) return {status: 'fail', observed: `proxies let in ${found}`, expected: `${expected}: ${wanted}`}
  }
  const objects = mtlsObjects(ctx)
  const complaints = (await Promise.all(objects.map(async (object) => {
    const found = await cluster.get(object.apiVersion, object.kind, object.metadata.name, object.metadata.namespace)
    const name = `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`
    if (found === undefined) return [`${name} does not exist`]
    const mode = (one: KubeObject): string | undefined => (one['spec'] as {mtls?: {mode?: string}} | undefined)?.mtls?.mode
    return mode(found) === mode(object) ? [] : [`${name} says ${mode(found) ?? 'nothing'}`]
  }))).flat()
  return verdict(complaints, `mTLS is ${mtls}`, expected)
}

interface Route {
  rules?: {backendRefs?: {name: string; weight?: number}[]}[]
  http?: {route?: {destination: {host: string}; weight?: number}[]}[]
}

async function lookAtCanary(ctx: PlatformContext): Promise<CheckResult> {
  const cluster = await ctx.cluster()
  const {stable, canary} = weights(ctx)
  const expected = `${stable} to ${canary}`
  const [kind, apiVersion, name] = isIstio(ctx) ? ['VirtualService', 'networking.istio.io/v1', DEMO] as const : ['HTTPRoute', 'gateway.networking.k8s.io/v1', CANARY] as const
  const route = await cluster.get(apiVersion, kind, name, DEMO)
  if (route === undefined) return {status: 'fail', observed: `${kind} ${DEMO}/${name} does not exist`, expected}
  const {rules, http} = (route['spec'] ?? {}) as Route
  const shares = (rules?.[0]?.backendRefs ?? []).map((one) => one.weight ?? 1)
  const found = isIstio(ctx) ? (http?.[0]?.route ?? []).map((one) => one.weight ?? 0) : shares
  if (found.join(' ') !== [stable, canary].join(' ')) return {status: 'fail', observed: `${kind} ${DEMO}/${name} shares ${found.join(' to ')}`, expected}
  const deployment = (await cluster.listKnown('apps/v1', 'Deployment')).find(({metadata}) => metadata.namespace === DEMO && metadata.name === CANARY)
  const ready = (deployment?.['status'] as {availableReplicas?: number} | undefined)?.availableReplicas ?? 0
  return verdict(ready > 0 ? [] : [`Deployment ${DEMO}/${CANARY} has no copy that is ready`], `${stable} to ${canary}, and it is ready`, 'a copy of the new version')
}
