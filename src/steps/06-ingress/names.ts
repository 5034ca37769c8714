/** Names that steps and checks of phase 6 share. */
import type {ManifestContext} from '../../context.ts'
import {frontDoor} from '../shared/front-door.ts'
import type {DoorContext} from '../shared/front-door.ts'

/** The demo application: verify, drills and load tests use it. */
export const DEMO_NAMESPACE = 'demo'
/** Secret with the certificate of the demo's host. */
export const DEMO_TLS = 'demo-tls'

/** Host name of the demo application. */
export function demoHost(ctx: Pick<ManifestContext, 'spec'>): string {
  return ctx.spec.phases.ingress.demo.host
}

/** Where the certificate of the demo is: beside the Gateway, or beside its Ingress. */
export function demoTlsNamespace(ctx: DoorContext): string {
  const door = frontDoor(ctx)
  return door.api === 'gateway' ? door.namespace : DEMO_NAMESPACE
}

/** Namespace of external-dns. */
export function dnsNamespace(ctx: Pick<ManifestContext, 'catalog'>): string {
  return ctx.catalog.get('external-dns').namespace
}
