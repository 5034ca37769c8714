/** Names that steps and checks of phase 4 share. */

/** Namespace in which the operator of Calico works. */
export const CALICO_OPERATOR_NAMESPACE = 'tigera-operator'
/** Namespace of what that operator makes. */
export const CALICO_NAMESPACE = 'calico-system'
/** Namespace of the connectivity test in which everything may talk. */
export const OPEN_NAMESPACE = 'kp-connectivity-open'
/** Namespace of the connectivity test in which only what is named may talk. */
export const GUARDED_NAMESPACE = 'kp-connectivity'
/** Label of namespaces of kp that are open on purpose. */
export const OPEN_LABEL = 'kp.dev/network-policies'
