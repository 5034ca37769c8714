/** Builder: the simulation of a component's controllers, in the lab only. */
import {readFileSync} from 'node:fs'
import {parseAllDocuments} from 'yaml'
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
    objects: (ctx) => componentStages(ctx.home, component).flatMap(readStages),
  })
}

function readStages(path: string): KubeObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => ('toJS' in document ? ((document.toJS() as KubeObject | null) ?? []) : []))
}
