/** Names that steps and checks of phase 19 share. */
import type {ManifestContext, PlatformContext} from '../../context.ts'

/** Where the rules are: beside Prometheus, in a namespace that stays. */
export function rulesNamespace({catalog}: Pick<ManifestContext, 'catalog'>): string {
  return catalog.get('kube-prometheus-stack').namespace
}

/** Name of the PrometheusRule of an objective. */
export function ruleName(slo: string): string {
  return `slo-${slo}`
}

/** Whether there is anything to promise, or why not. */
export const hasSlos = ({spec}: Pick<PlatformContext, 'spec'>): true | string => (spec.slos.length > 0 ? true : 'kp.yaml has no slos')

/** What an alert may say of itself, by which it is routed. */
export const SEVERITIES = ['page', 'critical', 'warning', 'info', 'none']
