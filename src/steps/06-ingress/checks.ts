/** Checks of phase 6. */
import {check, complainAboutCondition, complainAboutWorkload, conditionsTrue, definitionsEstablished, simulatedControllers, simulatedPods, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {DEMO_NAMESPACE, DEMO_TLS, demoHost, GATEWAY, GATEWAY_CLASS, GATEWAY_NAMESPACE} from './names.ts'

const GROUP = 'gateway.networking.k8s.io/v1'
const wantsDemo = (ctx: PlatformContext): true | string => (ctx.spec.phases.ingress.demo.enabled ? true : 'phases.ingress.demo.enabled is false')

interface RouteStatus {
  parents?: {parentRef?: {name?: string; sectionName?: string}; conditions?: {type: string; status: string; reason?: string; message?: string}[]}[]
}

/** The way in and the demo application. */
export const checks: PlatformCheck[] = [
  definitionsEstablished({id: 'ingress.gateway-api-crds', title: 'The Gateway API kinds are established', component: 'gateway-api', pitfalls: ['KP0603']}),
  workloadsReady({id: 'ingress.controller-ready', title: 'The ingress controller is ready', component: 'envoy-gateway'}),
  conditionsTrue({
    id: 'ingress.gateway-class',
    title: 'The controller has accepted its GatewayClass',
    apiVersion: GROUP,
    kind: 'GatewayClass',
    conditions: ['Accepted'],
    names: () => [GATEWAY_CLASS],
    expected: 'Accepted=True',
  }),
  conditionsTrue({
    id: 'ingress.gateway-programmed',
    title: 'The platform gateway is accepted and programmed',
    pitfalls: ['KP0604'],
    apiVersion: GROUP,
    kind: 'Gateway',
    conditions: ['Accepted', 'Programmed'],
    names: () => [`${GATEWAY_NAMESPACE}/${GATEWAY}`],
    expected: 'Accepted=True, Programmed=True',
  }),
  check({
    id: 'ingress.address',
    title: 'The platform gateway has an address',
    pitfalls: ['KP0601', 'KP0610'],
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const gateway = await (await ctx.cluster()).get(GROUP, 'Gateway', GATEWAY, GATEWAY_NAMESPACE)
      const addresses = ((gateway?.['status'] as {addresses?: {value: string}[]} | undefined)?.addresses ?? []).map((address) => address.value)
      return verdict(addresses.length === 0 ? [`Gateway ${GATEWAY_NAMESPACE}/${GATEWAY} has no address`] : [], addresses.join(', '), 'an address from the load balancer')
    },
  }),
  check({
    id: 'ingress.routes',
    title: 'Every route is accepted and leads to Services that exist',
    pitfalls: ['KP0605'],
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const routes = await (await ctx.cluster()).list(GROUP, 'HTTPRoute')
      if (routes === undefined) return {status: 'fail', observed: 'the cluster does not know HTTPRoute', expected: 'the Gateway API kinds'}
      const complaints = routes.flatMap((route) => {
        const parents = ((route['status'] as RouteStatus | undefined)?.parents ?? [])
        if (parents.length === 0) return [`HTTPRoute ${nameOf(route.metadata)}: no gateway has answered`]
        return parents.flatMap((parent) =>
          ['Accepted', 'ResolvedRefs'].flatMap((type) => complainAboutCondition({...route, status: {conditions: parent.conditions ?? []}}, type) ?? []),
        )
      })
      return verdict(complaints, `${routes.length} routes`, 'Accepted=True and ResolvedRefs=True at every parent')
    },
  }),
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
    appliesTo: wantsDemo,
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const certificate = await cluster.get('cert-manager.io/v1', 'Certificate', DEMO_TLS, GATEWAY_NAMESPACE)
      if (certificate === undefined) return {status: 'fail', observed: `Certificate ${GATEWAY_NAMESPACE}/${DEMO_TLS} does not exist`, expected: 'kp up makes it'}
      const names = (certificate['spec'] as {dnsNames?: string[]} | undefined)?.dnsNames ?? []
      const complaint = names.includes(demoHost(ctx)) ? complainAboutCondition(certificate, 'Ready') : `the certificate is for ${names.join(', ')}, not for ${demoHost(ctx)}`
      const secret = await cluster.get('v1', 'Secret', DEMO_TLS, GATEWAY_NAMESPACE)
      const complaints = [...(complaint === undefined ? [] : [complaint]), ...(secret === undefined ? [`Secret ${GATEWAY_NAMESPACE}/${DEMO_TLS} does not exist`] : [])]
      return verdict(complaints, `issued for ${demoHost(ctx)}`, 'a ready Certificate and its Secret')
    },
  }),
]
