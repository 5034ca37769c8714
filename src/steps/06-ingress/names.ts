/** Names that steps and checks of phase 6 share. */
import type {ManifestContext} from '../../context.ts'

/** Namespace of Envoy Gateway, its proxies, and the platform's Gateway. */
export const GATEWAY_NAMESPACE = 'envoy-gateway-system'
/** The platform's Gateway. */
export const GATEWAY = 'platform'
/** The GatewayClass of Envoy Gateway. */
export const GATEWAY_CLASS = 'envoy-gateway'
/** The demo application: verify, drills and load tests use it. */
export const DEMO_NAMESPACE = 'demo'
/** Secret with the certificate of the demo's host. */
export const DEMO_TLS = 'demo-tls'

/** Host name of the demo application. */
export function demoHost(ctx: ManifestContext): string {
  return ctx.spec.phases.ingress.demo.host
}
