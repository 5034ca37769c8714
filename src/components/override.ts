/** The catalog with the versions that kp.yaml pins. */
import type {Catalog, Component} from './types.ts'

/** A catalog in which `components.<id>.version` of kp.yaml takes the place of kp's own version. */
export function overrideVersions(catalog: Catalog, pins: Record<string, {version?: string | undefined}>): Catalog {
  const pinned = (component: Component): Component => {
    const version = pins[component.id]?.version
    return version === undefined ? component : {...component, chart: {...component.chart, version}, perKubernetes: {}}
  }
  return {get: (id) => pinned(catalog.get(id)), has: (id) => catalog.has(id), all: () => catalog.all().map(pinned)}
}
