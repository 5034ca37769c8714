/** Names that later phases and checks share. */
import type {ManifestContext} from '../../context.ts'

/** Namespace of cert-manager, and of secrets that cluster-wide issuers use: a release that was there before kp stays where it is. */
export function certManagerNamespace(ctx: Pick<ManifestContext, 'catalog'>): string {
  return ctx.catalog.get('cert-manager').namespace
}
/** The certificate by which verify proves that the issuer issues. */
export const PROBE_CERTIFICATE = 'kp-probe'
/** The certificate of the internal CA. */
export const CA_CERTIFICATE = 'kp-internal-ca'
/** The issuer that signs the internal CA itself, and is the issuer `self-signed`. */
export const SELF_SIGNED_ISSUER = 'self-signed'
/** Secret with a CA of one's own, from the references of kp.yaml. */
export const OWN_CA = 'kp-own-ca'
