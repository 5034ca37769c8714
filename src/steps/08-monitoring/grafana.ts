/** The way to Grafana: through the front door where kp.yaml gives it a host name, else by hand. */
import {METRICS_SECRETS} from '../../components/metrics-values.ts'
import {check, complainAboutCondition, simulatedControllers, SOON, verdict} from '../../checks/builders.ts'
import type {ManifestContext, PlatformCheck, PlatformContext, PlatformStep} from '../../context.ts'
import {exposeHost} from '../shared/expose-host.ts'
import {allowFrontDoor, allowSolver, frontDoor} from '../shared/front-door.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import type {TrafficRule} from '../shared/network-policies.ts'
import {GRAFANA, GRAFANA_PODS, GRAFANA_USER, MONITORING_NAMESPACE} from './names.ts'
import {wantsGrafana} from './steps.ts'

/** Name of its route, certificate and Ingress; `exposedHosts` knows it by the same. */
const NAME = 'grafana'
/** Where Grafana listens, and where its Service does. */
const POD_PORT = 3000
const SERVICE_PORT = 80

/** Whether Grafana is reached through the front door, or why not. */
export function wantsHost(ctx: Pick<ManifestContext, 'spec'>): true | string {
  const {monitoring, ingress} = ctx.spec.phases
  const wanted = wantsGrafana(ctx)
  if (wanted !== true) return wanted
  if (monitoring.grafana.host === undefined) return 'phases.monitoring.grafana.host is not set'
  return ingress.enabled ? true : 'phases.ingress.enabled is false'
}

/** Leads the requests of its host to Grafana. */
export const grafanaRoute: PlatformStep = manifestSet({
  id: 'monitoring/grafana-route',
  title: 'Lead requests to Grafana',
  appliesTo: wantsHost,
  verify: ['monitoring.grafana-route'],
  objects: (ctx) => exposeHost(ctx, {name: NAME, namespace: MONITORING_NAMESPACE, host: ctx.spec.phases.monitoring.grafana.host ?? '', service: GRAFANA, port: SERVICE_PORT, healthPath: '/api/health'}),
})

/** Who may call Grafana from outside of its namespace. */
export function grafanaTraffic(ctx: ManifestContext): TrafficRule[] {
  if (wantsHost(ctx) !== true) return []
  return [{...allowFrontDoor(ctx, GRAFANA_PODS, POD_PORT), name: 'allow-grafana'}, ...(frontDoor(ctx).api === 'ingress' ? allowSolver(ctx) : [])]
}

interface RouteStatus {
  parents?: {conditions?: {type: string; status: string; reason?: string; message?: string}[]}[]
}

/** Whether the front door has taken the route. */
export const grafanaCheck: PlatformCheck = check({
  id: 'monitoring.grafana-route',
  title: 'Requests for the host of Grafana lead to it',
  pitfalls: ['KP0814'],
  simulated: simulatedControllers,
  appliesTo: wantsHost,
  within: SOON,
  async run(ctx) {
    const cluster = await ctx.cluster()
    const gateway = frontDoor(ctx).api === 'gateway'
    const [kind, apiVersion] = gateway ? ['HTTPRoute', 'gateway.networking.k8s.io/v1'] as const : ['Ingress', 'networking.k8s.io/v1'] as const
    const found = await cluster.get(apiVersion, kind, NAME, MONITORING_NAMESPACE)
    const name = `${kind} ${MONITORING_NAMESPACE}/${NAME}`
    const expected = gateway ? 'Accepted=True and ResolvedRefs=True' : 'an address in its status'
    if (found === undefined) return {status: 'fail', observed: `${name} does not exist`, expected}
    if (!gateway) {
      const addresses = (found['status'] as {loadBalancer?: {ingress?: unknown[]}} | undefined)?.loadBalancer?.ingress ?? []
      return verdict(addresses.length === 0 ? [`${name} has no address`] : [], name, expected)
    }
    const parents = (found['status'] as RouteStatus | undefined)?.parents ?? []
    const complaints = parents.flatMap(({conditions = []}) => ['Accepted', 'ResolvedRefs'].flatMap((type) => complainAboutCondition({...found, status: {conditions}}, type) ?? []))
    return verdict(parents.length === 0 ? [`${name}: no gateway has answered`] : complaints, name, expected)
  },
})

/** How to reach Grafana and its password, at the end of a run. Nothing in a lab, where no Grafana runs. */
export function grafanaHints(ctx: PlatformContext): Promise<string[]> {
  const {host, adminPassword} = ctx.spec.phases.monitoring.grafana
  if (wantsGrafana(ctx) !== true || ctx.provider.simulated) return Promise.resolve([])
  const way = wantsHost(ctx) === true ? [`Grafana: https://${host ?? ''}/`] : ['Grafana, at http://localhost:3000 while this runs', `  kubectl -n ${MONITORING_NAMESPACE} port-forward service/${GRAFANA} 3000:${SERVICE_PORT}`]
  const secret = adminPassword === undefined ? GRAFANA : METRICS_SECRETS.grafana
  return Promise.resolve([...way, `Its user is ${GRAFANA_USER}, with this password`, `  kubectl -n ${MONITORING_NAMESPACE} get secret ${secret} -o jsonpath='{.data.admin-password}' | base64 -d`])
}
