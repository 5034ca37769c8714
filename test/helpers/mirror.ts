/** What the tests of `images.mirror` and the script that writes their data share. */
import type {Component, ProviderId, Value, Values} from '../../src/components/types.ts'
import {isMap, mergeValues, renderValues} from '../../src/components/values.ts'
import {CONTEXT} from '../unit/components/samples.ts'

export const MIRROR = 'harbor.example.com/mirror'
export const PROVIDERS: ProviderId[] = ['lab', 'existing', 'kind', 'eks', 'kubeadm-aws', 'bare-metal']

/** What is known of the images of a real chart. */
export interface ImageFacts {
  chart: string
  version: string
  /** Where kp's values name the mirror, as paths. */
  places: string[]
  /** Every image that the chart names with them. */
  images: string[]
}

/** Where the values of a component name the mirror, on all providers. */
export function placesOf(component: Component): string[] {
  const found = new Set<string>()
  const walk = (value: Value, path: string): void => {
    if (typeof value === 'string') {
      if (value.includes(MIRROR)) found.add(`${path}: ${value}`)
    } else if (Array.isArray(value)) value.forEach((item) => walk(item, `${path}[]`))
    else if (isMap(value)) for (const [key, item] of Object.entries(value)) walk(item, path === '' ? key : `${path}.${key}`)
  }
  for (const provider of PROVIDERS) walk(renderValues(component, {...CONTEXT, provider, imageMirror: MIRROR}).values, '')
  return [...found].toSorted()
}

/** The values with every part switched on that brings an image of its own. */
export function withParts(component: Component, values: Values): Values {
  return component.extraImages.reduce((all, {when}) => (when === undefined ? all : mergeValues(all, when.value.split('.').reduceRight<Value>((below, key) => ({[key]: below}), true) as Values)), values)
}
