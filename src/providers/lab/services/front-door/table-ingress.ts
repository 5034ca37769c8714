/** What Ingresses say to the controller of their class. Pure. */
import type {DoorIngress, IngressBackend} from './kinds.ts'
import type {Action, Entry, PathMatch} from './types.ts'
import {BEHAVIOURS} from './ways.ts'
import type {Way} from './ways.ts'
import type {World} from './world.ts'

/** The entries of a class. */
export function ingressEntries(world: World, way: Way): Entry[] {
  return world.all('ingresses').filter(({className}) => (className === undefined ? way.takesUnnamed : className === way.className)).flatMap((ingress) => entriesOf(way, ingress))
}

function entriesOf(way: Way, ingress: DoorIngress): Entry[] {
  const lines = [
    ...ingress.rules.flatMap(({host = '*', http}) => (http?.paths ?? []).map(({path = '/', pathType, backend}) => ({host, path: matchOf(path, pathType), backend}))),
    ...(ingress.defaultBackend === undefined ? [] : [{host: '*', path: matchOf('/', 'Prefix'), backend: ingress.defaultBackend}]),
  ]
  return lines.flatMap(({host, path, backend}, rule) =>
    (['http', 'https'] as const).map((scheme): Entry => ({
      way, scheme, host, path,
      route: {kind: 'Ingress', namespace: ingress.namespace, name: ingress.name, rule},
      listener: undefined,
      more: {},
      action: scheme === 'http' && leadsToTls(way, ingress, host) ? {kind: 'redirect', scheme: 'https', host: undefined, port: undefined, status: BEHAVIOURS[way.controller].redirect} : forward(backend, ingress.namespace),
    })),
  )
}

function matchOf(value: string, type: string | undefined): PathMatch {
  return {type: type === 'Exact' ? 'Exact' : 'PathPrefix', value}
}

function forward({service}: IngressBackend, namespace: string): Action {
  return {kind: 'forward', backends: [{namespace, service: service?.name ?? '', port: service?.port?.number ?? service?.port?.name, weight: 1}]}
}

/** Whether plain requests are led to HTTPS: ingress-nginx does so by itself where there is a certificate. */
function leadsToTls({controller}: Way, {annotations, tls}: DoorIngress, host: string): boolean {
  if (controller === 'alb') return annotations['alb.ingress.kubernetes.io/ssl-redirect'] !== undefined
  if (annotations['nginx.ingress.kubernetes.io/force-ssl-redirect'] === 'true') return true
  return annotations['nginx.ingress.kubernetes.io/ssl-redirect'] !== 'false' && tls.some(({hosts = []}) => hosts.includes(host))
}
