/**
 * The lab's stand-in for a chart that cannot be had: the chart `lab/standin`
 * creates the objects of its values, and here they are made from the catalog.
 */
import type {CrdEntry} from './schema.ts'
import type {Component, RenderedValues, Values} from './types.ts'
import {standInObjects} from './stand-in-objects.ts'

/**
 * The values for the stand-in chart. The same input always gives the same values.
 * @param rendered what the real chart would get; numbers, images and conditions follow it
 */
export function standInValues(component: Component, {values}: RenderedValues): Values {
  return {
    component: {
      id: component.id,
      version: component.chart.appVersion ?? component.chart.version,
      chart: `${component.chart.name}-${component.chart.version}`.replaceAll('+', '_'),
    },
    // Not used by the chart: so that `helm get values` shows what the real one would get.
    values,
    objects: standInObjects({...component, crds: component.crds.filter((crd) => !isNeededFirst(component, crd))}, values),
  }
}

/** The kinds that a component makes when it starts, as objects: real charts in the lab need them too, since nobody starts. */
export function runtimeDefinitions(component: Component): Values[] {
  return definitionsAlone(component, (entry) => entry.atRuntime)
}

/** The kinds of which the component's own release holds objects: helm takes none of a kind that is not there, so they come before it. */
export function neededFirst(component: Component): Values[] {
  return definitionsAlone(component, (entry) => isNeededFirst(component, entry))
}

function isNeededFirst({others}: Component, {name, kind}: CrdEntry): boolean {
  return others.some((entry) => entry.kind === kind && entry.apiVersion?.startsWith(`${name.split('.').slice(1).join('.')}/`) === true)
}

function definitionsAlone(component: Component, wanted: (entry: CrdEntry) => boolean): Values[] {
  return standInObjects({...component, workloads: [], services: [], budgets: [], webhooks: [], others: [], crds: component.crds.filter(wanted)}, {})
}
