/** Checks of phase 6 about the demo application: its pods, its certificate, the way to it, its name. */
import {check, complainAboutCondition, complainAboutWorkload, simulatedControllers, simulatedPods, SOON, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {refOf} from '../../engine/facts.ts'
import type {CheckResult} from '../../engine/types.ts'
import {askHost} from '../../tools/ask-host.ts'
import type {HostAnswer} from '../../tools/ask-host.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {exposeHost} from '../shared/expose-host.ts'
import {frontDoor} from '../shared/front-door.ts'
import {findAddress} from './address.ts'
import {DEMO_NAMESPACE, DEMO_TLS, demoHost, demoTlsNamespace} from './names.ts'
import {testHostLines} from './test-host.ts'

const wantsDemo = (ctx: PlatformContext): true | string => (ctx.spec.phases.ingress.demo.enabled ? true : 'phases.ingress.demo.enabled is false')

/** What leads requests to the demo, from both ports. */
const waysIn = (ctx: PlatformContext): KubeObject[] => exposeHost(ctx, {name: 'demo', namespace: DEMO_NAMESPACE, host: demoHost(ctx), service: 'demo', port: 80}).filter(({kind}) => kind !== 'Certificate')

/** The demo application. */
export const demoChecks: PlatformCheck[] = [
  check({
    id: 'ingress.demo-ready',
    title: 'The demo application is ready behind its Service',
    pitfalls: ['KP0613'],
    simulated: simulatedPods,
    appliesTo: wantsDemo,
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const deployment = await cluster.get('apps/v1', 'Deployment', 'demo', DEMO_NAMESPACE)
      if (deployment === undefined) return {status: 'fail', observed: `Deployment ${DEMO_NAMESPACE}/demo does not exist`, expected: 'kp up makes it'}
      const slices = await cluster.listKnown('discovery.k8s.io/v1', 'EndpointSlice')
      const ready = slices
        .filter((slice) => slice.metadata.namespace === DEMO_NAMESPACE && slice.metadata.labels?.['kubernetes.io/service-name'] === 'demo')
        .flatMap((slice) => (slice['endpoints'] as {conditions?: {ready?: boolean}}[] | undefined) ?? [])
        .filter((endpoint) => endpoint.conditions?.ready === true)
      const complaint = complainAboutWorkload(deployment)
      return verdict([...(complaint === undefined ? [] : [complaint]), ...(ready.length === 0 ? ['Service demo/demo has no ready endpoint'] : [])], `${ready.length} ready endpoints`, 'all replicas available, endpoints ready')
    },
  }),
  check({
    id: 'ingress.demo-tls',
    title: "The certificate of the demo's host name is there",
    pitfalls: ['KP0606', 'KP0505'],
    simulated: simulatedControllers,
    appliesTo(ctx) {
      if (frontDoor(ctx).controller === 'aws-load-balancer-controller') return 'the load balancer takes its certificate from ACM'
      return wantsDemo(ctx)
    },
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const namespace = demoTlsNamespace(ctx)
      const certificate = await cluster.get('cert-manager.io/v1', 'Certificate', DEMO_TLS, namespace)
      if (certificate === undefined) return {status: 'fail', observed: `Certificate ${namespace}/${DEMO_TLS} does not exist`, expected: 'kp up makes it'}
      const names = (certificate['spec'] as {dnsNames?: string[]} | undefined)?.dnsNames ?? []
      const complaint = names.includes(demoHost(ctx)) ? complainAboutCondition(certificate, 'Ready') : `the certificate is for ${names.join(', ')}, not for ${demoHost(ctx)}`
      const secret = await cluster.get('v1', 'Secret', DEMO_TLS, namespace)
      const complaints = [...(complaint === undefined ? [] : [complaint]), ...(secret === undefined ? [`Secret ${namespace}/${DEMO_TLS} does not exist`] : [])]
      return verdict(complaints, `issued for ${demoHost(ctx)}`, 'a ready Certificate and its Secret')
    },
  }),
  check({
    id: 'ingress.demo-answers',
    title: 'The demo answers who asks from outside',
    pitfalls: ['KP0613', 'KP0618', 'KP0602'],
    through: (ctx) => waysIn(ctx).map((one) => refOf(one)),
    // In the lab requests, routes and the certificate are real; the pod that answers is not.
    simulated: simulatedPods,
    appliesTo: wantsDemo,
    within: SOON,
    async run(ctx) {
      const answer = await askDemo(ctx, 'https')
      if ('observed' in answer) return answer
      const {status, wrongCertificate, ms} = answer
      // The load balancers of AWS have their certificates from ACM, which a lab has not.
      const foreign = wrongCertificate !== undefined && !(ctx.provider.simulated && frontDoor(ctx).controller === 'aws-load-balancer-controller')
      const complaints = [...(status >= 200 && status < 400 ? [] : [`https://${demoHost(ctx)}/ answers ${status}`]), ...(foreign ? [`it shows a certificate of another host: ${wrongCertificate}`] : [])]
      return verdict(complaints, `${status} within ${Math.max(1, Math.round(ms))} ms`, 'an answer of the application, with a certificate of its name')
    },
  }),
  check({
    id: 'ingress.http-redirect',
    title: 'HTTP leads to HTTPS',
    pitfalls: ['KP0618'],
    through: (ctx) => waysIn(ctx).map((one) => refOf(one)),
    simulated: (ctx) => doorOf(ctx) !== undefined && simulatedControllers(ctx),
    appliesTo: wantsDemo,
    within: SOON,
    async run(ctx) {
      const wanted = waysIn(ctx).find(({kind, metadata}) => kind === 'Ingress' || metadata.name === 'demo-redirect')
      if (wanted === undefined) return {status: 'unknown', observed: 'there is nothing to look at'}
      const {apiVersion, kind, metadata} = wanted
      const live = await (await ctx.cluster()).get(apiVersion, kind, metadata.name, DEMO_NAMESPACE)
      const rule = kind === 'Ingress' ? annotationsOf(live) : JSON.stringify(live?.['spec'] ?? {})
      if (live === undefined || !/redirect/i.test(rule)) return {status: 'fail', observed: live === undefined ? `${kind} ${DEMO_NAMESPACE}/${metadata.name} does not exist` : `${kind} ${DEMO_NAMESPACE}/${metadata.name} redirects nothing`, expected: 'a redirect to https'}
      // A lab whose front door was never opened: the rule is all there is to see.
      return ctx.provider.simulated && doorOf(ctx) === undefined ? {status: 'pass', observed: `${kind} ${DEMO_NAMESPACE}/${metadata.name} redirects`} : askForRedirect(ctx)
    },
  }),
  check({
    id: 'ingress.dns-record',
    title: "The name of the demo leads to the front door",
    severity: 'warning',
    pitfalls: ['KP0602'],
    appliesTo: (ctx) => (ctx.provider.simulated ? 'simulated nodes: no name leads to the lab' : wantsDemo(ctx)),
    async run(ctx) {
      const [first, ...rest] = await testHostLines(ctx)
      if (first === undefined) return {status: 'pass', observed: demoHost(ctx)}
      return {status: 'warn', observed: first, expected: 'a DNS record with the address of the load balancer', evidence: rest}
    },
  }),
]

function annotationsOf(object: {metadata: {annotations?: Record<string, string>}} | undefined): string {
  return Object.entries(object?.metadata.annotations ?? {}).filter(([, value]) => value !== 'false').map(([name]) => name).join(' ')
}

/** The ports of the lab's front door; undefined where there is none. */
function doorOf(ctx: PlatformContext): {http: number; https: number} | undefined {
  const {http, https} = ctx.lab?.services.place('front-door')?.more ?? {}
  return http === undefined || https === undefined ? undefined : {http, https}
}

/** One request for the demo to the address itself; a verdict where there is no answer. In the lab a refused connection is one: the way is short. */
async function askDemo(ctx: PlatformContext, scheme: 'http' | 'https'): Promise<HostAnswer | CheckResult> {
  const host = demoHost(ctx)
  const door = doorOf(ctx)
  if (ctx.provider.simulated && door === undefined) return {status: 'unknown', observed: "the lab's front door was not opened yet: kp step ingress"}
  const address = door === undefined ? (ctx.spec.phases.ingress.demo.address ?? (await findAddress(ctx))?.addresses[0]) : '127.0.0.1'
  if (address === undefined) return {status: 'unknown', observed: 'the front door has no address to ask'}
  const port = door?.[scheme] ?? (scheme === 'https' ? 443 : 80)
  try {
    return await askHost({scheme, address, port, host})
  } catch (error) {
    const reason = (error as Error).message
    if (door !== undefined) return {status: 'fail', observed: `${scheme}://${host}/ does not answer: ${reason}`, expected: 'an answer'}
    return {status: 'unknown', observed: `${scheme}://${address}/ cannot be reached from here: ${reason}`}
  }
}

/** DNS has no part in it. */
async function askForRedirect(ctx: PlatformContext): Promise<CheckResult> {
  const answer = await askDemo(ctx, 'http')
  if ('observed' in answer) return answer
  const {status, headers} = answer
  const location = String(headers['location'] ?? '')
  const leads = status >= 300 && status < 400 && location.startsWith('https://')
  return verdict(leads ? [] : [`http://${demoHost(ctx)}/ answers ${status}${location === '' ? '' : ` to ${location}`}`], `${status} to ${location}`, 'a redirect to https')
}
