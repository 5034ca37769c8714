/** Which version of a component goes with which Kubernetes. */
import {coerce, gt, satisfies, valid} from 'semver'
import type {ComponentEntry} from './schema.ts'

/** Whether a component goes with a minor of Kubernetes. */
export type Compatibility =
  | {state: 'ok'; reason: string; source: string}
  /** Newer or older than what the vendor tests: a warning. */
  | {state: 'untested'; reason: string; source: string}
  /** Known not to work: a failure. */
  | {state: 'breaks'; reason: string; source: string}

/** Where a chart comes from, in which version. */
export interface ChartChoice {
  name: string
  repository: string
  version: string
}

/** The chart of a component for a minor of Kubernetes such as `1.35`. */
export function chartFor(component: ComponentEntry, kubernetesMinor: string): ChartChoice {
  const {name, repository, version} = component.chart
  return {name, repository, version: component.perKubernetes[kubernetesMinor] ?? version}
}

/** Whether a version is newer than another; what is no version is never newer. */
export function isNewer(version: string, than: string): boolean {
  const [a, b] = [valid(version) ?? coerce(version), valid(than) ?? coerce(than)]
  return a !== null && b !== null && gt(a, b)
}

/** Holds a minor of Kubernetes such as `1.35` against what the vendor tests and what is known not to work. */
export function checkCompatibility(component: ComponentEntry, kubernetesMinor: string): Compatibility {
  const kubernetes = `${kubernetesMinor}.0`
  const {version} = chartFor(component, kubernetesMinor)
  const what = `${component.title} ${version}`
  const broken = component.breaks.find((entry) => satisfies(kubernetes, entry.kubernetes))
  if (broken !== undefined) return {state: 'breaks', reason: `${what} does not work with Kubernetes ${kubernetesMinor}: ${broken.reason}`, source: broken.source}
  const {kubernetes: range, source} = component.tested
  if (component.perKubernetes[kubernetesMinor] !== undefined) return {state: 'ok', reason: `${what} is the version for Kubernetes ${kubernetesMinor}`, source}
  if (satisfies(kubernetes, range)) return {state: 'ok', reason: `${what} is tested with Kubernetes ${kubernetesMinor}`, source}
  return {state: 'untested', reason: `${what} is tested with Kubernetes ${range}, not with ${kubernetesMinor}`, source}
}
