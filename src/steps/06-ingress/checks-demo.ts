/** Checks of phase 6 about the demo application: its pods, its certificate, the way to it, its name. */
import {request} from 'node:http'
import {check, complainAboutCondition, complainAboutWorkload, simulatedControllers, simulatedPods, SOON, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import {exposeHost} from '../shared/expose-host.ts'
import {frontDoor} from '../shared/front-door.ts'
import {findAddress} from './address.ts'
import {DEMO_NAMESPACE, DEMO_TLS, demoHost, demoTlsNamespace} from './names.ts'
import {testHostLines} from './test-host.ts'

const wantsDemo = (ctx: PlatformContext): true | string => (ctx.spec.phases.ingress.demo.enabled ? true : 'phases.ingress.demo.enabled is false')
const REQUEST_LIMIT_MS = 5000

/** The demo application. */
export const demoChecks: PlatformCheck[] = [
  check({
    id: 'ingress.demo-ready',
    title: 'The demo application is ready behind its Service',
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
    id: 'ingress.http-redirect',
    title: 'HTTP leads to HTTPS',
    pitfalls: ['KP0618'],
    appliesTo: wantsDemo,
    async run(ctx) {
      const wanted = exposeHost(ctx, {name: 'demo', namespace: DEMO_NAMESPACE, host: demoHost(ctx), service: 'demo', port: 80})
        .find(({kind, metadata}) => kind === 'Ingress' || metadata.name === 'demo-redirect')
      if (wanted === undefined) return {status: 'unknown', observed: 'there is nothing to look at'}
      const {apiVersion, kind, metadata} = wanted
      const live = await (await ctx.cluster()).get(apiVersion, kind, metadata.name, DEMO_NAMESPACE)
      const rule = kind === 'Ingress' ? annotationsOf(live) : JSON.stringify(live?.['spec'] ?? {})
      if (live === undefined || !/redirect/i.test(rule)) return {status: 'fail', observed: live === undefined ? `${kind} ${DEMO_NAMESPACE}/${metadata.name} does not exist` : `${kind} ${DEMO_NAMESPACE}/${metadata.name} redirects nothing`, expected: 'a redirect to https'}
      // In the lab no packets flow: the rule is all there is to see.
      return ctx.provider.simulated ? {status: 'pass', observed: `${kind} ${DEMO_NAMESPACE}/${metadata.name} redirects`} : askForRedirect(ctx)
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

/** One request without TLS, to the address itself: DNS has no part in it. */
async function askForRedirect(ctx: PlatformContext): Promise<CheckResult> {
  const address = ctx.spec.phases.ingress.demo.address ?? (await findAddress(ctx))?.addresses[0]
  if (address === undefined) return {status: 'unknown', observed: 'the front door has no address to ask'}
  const answer = await getHead(address, demoHost(ctx)).catch((error: unknown) => (error as Error).message)
  if (typeof answer === 'string') return {status: 'unknown', observed: `http://${address}/ cannot be reached from here: ${answer}`}
  const leads = answer.status >= 300 && answer.status < 400 && answer.location.startsWith('https://')
  return verdict(leads ? [] : [`http://${demoHost(ctx)}/ answers ${answer.status}${answer.location === '' ? '' : ` to ${answer.location}`}`], `${answer.status} to ${answer.location}`, 'a redirect to https')
}

function getHead(address: string, host: string): Promise<{status: number; location: string}> {
  return new Promise((resolve, reject) => {
    const asked = request({host: address, port: 80, path: '/', method: 'GET', headers: {host}, timeout: REQUEST_LIMIT_MS}, (answer) => {
      answer.resume()
      resolve({status: answer.statusCode ?? 0, location: answer.headers.location ?? ''})
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer')))
    asked.on('error', reject)
    asked.end()
  })
}
