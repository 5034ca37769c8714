/** The values and the objects of a component on one platform. */
import type {EnvironmentSpec} from '../spec/types.ts'
import {resolveObjects} from './objects.ts'
import type {ComponentObjects} from './objects.ts'
import type {Catalog, RenderedValues, ValuesContext} from './types.ts'
import {renderValues} from './values.ts'

/** What of a platform decides the values of its components. */
export interface ValuesPlatform {
  spec: EnvironmentSpec
  catalog: Catalog
  provider: {apiServer?(): {host: string; port: number}}
}

/** What the values templates of components may name, from the spec. */
export function valuesContext({spec, provider}: ValuesPlatform): ValuesContext {
  return {
    provider: spec.provider.type,
    cluster: spec.environment.cluster,
    environment: spec.environment.name,
    domain: spec.domain,
    podCidr: spec.network.podCidr,
    serviceCidr: spec.network.serviceCidr,
    zones: spec.network.zones,
    apiServer: provider.apiServer?.() ?? {host: 'kubernetes.default.svc', port: 443},
    monitoring: false,
    hubbleRelay: spec.phases.cni.hubble,
    ...(spec.images.mirror === undefined ? {} : {imageMirror: spec.images.mirror}),
  }
}

/** The values of a component: kp's with those of kp.yaml over them. */
export function platformValues(platform: ValuesPlatform, component: string): RenderedValues {
  return renderValues(platform.catalog.get(component), valuesContext(platform), platform.spec.components[component]?.values)
}

/** The objects that a component must create on this platform. */
export function platformObjects(platform: ValuesPlatform, component: string): ComponentObjects {
  return resolveObjects(platform.catalog.get(component), platformValues(platform, component).values)
}
