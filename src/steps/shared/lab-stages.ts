/** Builder: the simulation of a component's controllers, in the lab only. */
import {readFileSync} from 'node:fs'
import {parseAllDocuments} from 'yaml'
import {relocateImage} from '../../components/objects.ts'
import type {Component} from '../../components/types.ts'
import {componentStages} from '../../providers/lab/stages.ts'
import type {PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from './manifest-set.ts'

/** A step that lets the lab answer for the controllers of a component; the definitions of its kinds must be there before. */
export function labStages(id: string, component: string): PlatformStep {
  return manifestSet({
    id,
    title: `Simulate the controllers of ${component}`,
    appliesTo: (ctx) => (ctx.provider.simulated ? true : 'only the lab simulates controllers'),
    render: false,
    objects: (ctx) => componentStages(ctx.home, component).flatMap((path) => readStages(moveImages(readFileSync(path, 'utf8'), ctx.catalog.get(component), ctx.spec.images.mirror))),
  })
}

/**
 * The text of a stage with the component's images at their place in the mirror: the pods that a controller would make come from there too.
 * Stages name images as the catalog does.
 */
export function moveImages(text: string, component: Component, mirror: string | undefined): string {
  const images = [...component.extraImages.map(({image}) => image), ...component.workloads.flatMap(({containers}) => containers.map(({image}) => image))]
  return images.reduce((moved, image) => moved.replaceAll(image, relocateImage(image, mirror)), text)
}

function readStages(text: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => ('toJS' in document ? ((document.toJS() as KubeObject | null) ?? []) : []))
}
