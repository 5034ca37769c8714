/** The catalog with what kp.yaml says of single components: version, and the place of a release that was there before kp. */
import type {Catalog, Component} from './types.ts'

/** `components.<id>` of kp.yaml, as far as it changes the catalog. */
export interface ComponentPlace {
  version?: string | undefined
  namespace?: string | undefined
  releaseName?: string | undefined
}

/** A catalog in which `components.<id>` of kp.yaml takes the place of kp's own version, namespace and release name. */
export function overrideComponents(catalog: Catalog, pins: Record<string, ComponentPlace>): Catalog {
  const made = new Map<string, Component>()
  const overridden = (component: Component): Component => {
    const pin = pins[component.id]
    if (pin === undefined) return component
    const known = made.get(component.id) ?? renamed(moved(versioned(component, pin.version), pin.namespace), pin.releaseName)
    made.set(component.id, known)
    return known
  }
  return {get: (id) => overridden(catalog.get(id)), has: (id) => catalog.has(id), ids: () => catalog.ids(), all: () => catalog.all().map(overridden)}
}

function versioned(component: Component, version: string | undefined): Component {
  return version === undefined ? component : {...component, chart: {...component.chart, version}, perKubernetes: {}}
}

/** Objects without a namespace of their own follow the component's; webhooks and hooks that carry it in their names do too. */
function moved(component: Component, namespace: string | undefined): Component {
  if (namespace === undefined || namespace === component.namespace) return component
  const suffix = `.${component.namespace}`
  const name = (text: string): string => (text.endsWith(suffix) ? `${text.slice(0, -suffix.length)}.${namespace}` : text)
  return {...component, namespace, webhooks: component.webhooks.map((entry) => ({...entry, name: name(entry.name)})), others: component.others.map((entry) => ({...entry, name: name(entry.name)}))}
}

/** Charts name their objects after the release: `<release>` where it contains the chart's name, else `<release>-<chart>`. */
function fullName(release: string, chart: string): string {
  return release.includes(chart) ? release : `${release}-${chart}`
}

function renamed(component: Component, releaseName: string | undefined): Component {
  if (releaseName === undefined || releaseName === component.releaseName) return component
  if (component.fixedNames) return {...component, releaseName}
  const [before, after] = [fullName(component.releaseName, component.chart.name), fullName(releaseName, component.chart.name)]
  const name = <T extends string | undefined>(text: T): T => (text === before || (text?.startsWith(before) === true && '-:'.includes(text.charAt(before.length))) ? (after + text.slice(before.length)) as T : text)
  const labels = (given: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(given).map(([key, value]) => [key, key === 'app.kubernetes.io/instance' && value === component.releaseName ? releaseName : value]))
  return {
    ...component,
    releaseName,
    workloads: component.workloads.map((entry) => ({...entry, name: name(entry.name), account: name(entry.account), labels: labels(entry.labels)})),
    services: component.services.map((entry) => ({...entry, name: name(entry.name), workload: name(entry.workload)})),
    budgets: component.budgets.map((entry) => ({...entry, name: name(entry.name), workload: name(entry.workload)})),
    webhooks: component.webhooks.map((entry) => ({...entry, name: name(entry.name), service: name(entry.service)})),
    others: component.others.map((entry) => ({...entry, name: name(entry.name), role: name(entry.role), account: name(entry.account)})),
  }
}
