/** Checks of phase 6. Those of Ingresses, the demo and external-dns are in files of their own. */
import {check, complainAboutCondition, conditionsTrue, definitionsEstablished, simulatedControllers, SOON, verdict, workloadsReady} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {ClusterReader} from '../../checks/cluster.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {frontDoor, GATEWAY, usesApi} from '../shared/front-door.ts'
import {conflictChecks} from './checks-conflicts.ts'
import {demoChecks} from './checks-demo.ts'
import {dnsChecks} from './checks-dns.ts'
import {ingressChecks} from './checks-ingress.ts'
import {parentsOf} from './users.ts'

const GROUP = 'gateway.networking.k8s.io/v1'
const usesGateway = (ctx: PlatformContext): true | string => usesApi(ctx, 'gateway')

interface RouteStatus {
  parents?: {parentRef?: {name?: string; sectionName?: string}; conditions?: {type: string; status: string; reason?: string; message?: string}[]}[]
}

/** The way in and the demo application. */
export const checks: PlatformCheck[] = [
  definitionsEstablished({id: 'ingress.gateway-api-crds', title: 'The Gateway API kinds are established', component: 'gateway-api', appliesTo: usesGateway, pitfalls: ['KP0603']}),
  workloadsReady({id: 'ingress.controller-ready', title: 'The ingress controller is ready', component: (ctx) => frontDoor(ctx).component, pitfalls: ['KP0614']}),
  conditionsTrue({
    id: 'ingress.gateway-class',
    appliesTo: usesGateway,
    title: 'The controller has accepted its GatewayClass',
    pitfalls: ['KP0607'],
    apiVersion: GROUP,
    kind: 'GatewayClass',
    conditions: ['Accepted'],
    names: (ctx) => [frontDoor(ctx).className],
    expected: 'Accepted=True',
  }),
  conditionsTrue({
    id: 'ingress.gateway-programmed',
    appliesTo: usesGateway,
    title: 'The platform gateway is accepted and programmed',
    pitfalls: ['KP0604'],
    apiVersion: GROUP,
    kind: 'Gateway',
    conditions: ['Accepted', 'Programmed'],
    names: (ctx) => [`${frontDoor(ctx).namespace}/${GATEWAY}`],
    expected: 'Accepted=True, Programmed=True',
  }),
  check({
    id: 'ingress.routes',
    appliesTo: usesGateway,
    title: 'Every route is accepted and leads to Services that exist',
    pitfalls: ['KP0605'],
    simulated: simulatedControllers,
    within: SOON,
    async run(ctx) {
      const cluster = await ctx.cluster()
      const found = await cluster.list(GROUP, 'HTTPRoute')
      if (found === undefined) return {status: 'fail', observed: 'the cluster does not know HTTPRoute', expected: 'the Gateway API kinds'}
      const silent = ctx.provider.simulated ? await gatewaysOfIstio(cluster) : new Set<string>()
      // A route of a mesh has a Service as its parent: no gateway answers it.
      const routes = found.filter((route) => !parentsOf(route).some(({kind, name = '', namespace = route.metadata.namespace ?? ''}) => kind === 'Service' || silent.has(`${namespace}/${name}`)))
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
  ...ingressChecks,
  ...conflictChecks,
  ...demoChecks,
  ...dnsChecks,
]

/** Gateways that Istio answers for, by namespace and name: in a lab no istiod runs, and nobody does. */
async function gatewaysOfIstio(cluster: ClusterReader): Promise<Set<string>> {
  const gateways = (await cluster.list(GROUP, 'Gateway')) ?? []
  return new Set(gateways.filter((gateway) => (gateway['spec'] as {gatewayClassName?: string} | undefined)?.gatewayClassName === 'istio').map(({metadata}) => nameOf(metadata)))
}
