/** Names that later phases and checks share. */

/** Namespace of cert-manager, and of secrets that cluster-wide issuers use. */
export const CERT_MANAGER_NAMESPACE = 'cert-manager'
/** The certificate by which verify proves that the issuer issues. */
export const PROBE_CERTIFICATE = 'kp-probe'
/** The certificate of the internal CA. */
export const CA_CERTIFICATE = 'kp-internal-ca'
/** The issuer that signs the internal CA itself, and is the issuer `self-signed`. */
export const SELF_SIGNED_ISSUER = 'self-signed'
