/** Builder: the step of a catalog component, in whichever way its chart is kept. */
import type {PlatformStep} from '../../context.ts'
import {appliedChart} from './applied-chart.ts'
import {deliverable} from './gitops/deliverable.ts'
import {helmRelease} from './helm-release.ts'
import type {HelmReleaseStep} from './helm-release.ts'

/** Components whose rendered chart is applied by kp: helm's record of them would not fit into a Secret. */
const APPLIED = new Set(['calico-crds', 'envoy-gateway-crds', 'gateway-api', 'prometheus-operator-crds'])

/** The step of a component; the catalog's `install.method` must agree, which a test holds. */
export function componentStep(options: HelmReleaseStep): PlatformStep {
  return deliverable(options, builderOf(options.component))
}

/** How kp itself keeps a component. */
export function builderOf(component: string): (options: HelmReleaseStep) => PlatformStep {
  return APPLIED.has(component) ? appliedChart : helmRelease
}
