/** Names that steps and checks of phase 18 share. */

/** Namespace of what says when work may be done. */
export const WINDOW_NAMESPACE = 'kube-system'
/** The ConfigMap with the maintenance window. */
export const WINDOW = 'kp-maintenance-window'
/** Before the names of budgets that kp makes. */
export const BUDGET_PREFIX = 'kp-'
