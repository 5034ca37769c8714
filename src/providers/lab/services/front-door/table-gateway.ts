/** What HTTPRoutes say to a Gateway. Pure. */
import type {DoorGateway, DoorRoute, RouteRule} from './kinds.ts'
import {selects} from './policies.ts'
import type {Action, Entry} from './types.ts'
import type {Way} from './ways.ts'
import type {World} from './world.ts'

type Listener = DoorGateway['listeners'][number]

/** The entries of a Gateway. */
export function gatewayEntries(world: World, way: Way, gateway: DoorGateway): Entry[] {
  return world.all('routes').flatMap((route) =>
    attachments(world, route, gateway).flatMap((listener) =>
      hostsOf(route.hostnames, listener.hostname).flatMap((host) =>
        route.rules.flatMap((rule, index) =>
          (rule.matches ?? [{}]).map((match): Entry => ({
            way,
            route: {kind: 'HTTPRoute', namespace: route.namespace, name: route.name, rule: index},
            scheme: listener.protocol === 'HTTPS' ? 'https' : 'http',
            listener: listener.name,
            host,
            path: {type: (match.path?.type ?? 'PathPrefix') as Entry['path']['type'], value: match.path?.value ?? '/'},
            more: match,
            action: actionOf(rule, route.namespace),
          })),
        ),
      ),
    ),
  )
}

/** The listeners of a Gateway to which a route belongs. */
function attachments(world: World, route: DoorRoute, gateway: DoorGateway): Listener[] {
  const refs = route.parentRefs.filter(({kind = 'Gateway', name, namespace = route.namespace}) => kind === 'Gateway' && name === gateway.name && namespace === gateway.namespace)
  return gateway.listeners.filter(
    (listener) =>
      ['HTTP', 'HTTPS'].includes(listener.protocol) &&
      allows(world, listener, route.namespace, gateway.namespace) &&
      refs.some(({sectionName, port}) => (sectionName === undefined || sectionName === listener.name) && (port === undefined || port === listener.port)),
  )
}

function allows(world: World, {allowedRoutes}: Listener, namespace: string, own: string): boolean {
  const {from = 'Same', selector = {}} = allowedRoutes?.namespaces ?? {}
  if (from === 'All') return true
  if (from === 'Same') return namespace === own
  return from === 'Selector' && selects(selector, world.get('namespaces', '', namespace)?.labels ?? {})
}

/** The names for which a route answers at a listener. */
export function hostsOf(hostnames: string[], listener: string | undefined): string[] {
  if (listener === undefined) return hostnames.length === 0 ? ['*'] : hostnames
  if (hostnames.length === 0) return [listener]
  return hostnames.flatMap((host) => {
    if (host === listener || (listener.startsWith('*.') && host.endsWith(listener.slice(1)))) return [host]
    return host.startsWith('*.') && listener.endsWith(host.slice(1)) ? [listener] : []
  })
}

function actionOf({filters = [], backendRefs = []}: RouteRule, namespace: string): Action {
  const redirect = filters.find(({type}) => type === 'RequestRedirect')?.requestRedirect
  if (redirect !== undefined) return {kind: 'redirect', scheme: redirect.scheme, host: redirect.hostname, port: redirect.port, status: redirect.statusCode ?? 302}
  return {
    kind: 'forward',
    backends: backendRefs.map(({kind = 'Service', group = '', name, namespace: own = namespace, port, weight = 1}) => ({namespace: own, service: name, port: kind === 'Service' && group === '' ? port : undefined, weight})),
  }
}
