/** Builder: a real program beside the lab's control plane, in the place of what simulated pods cannot do. */
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {Applies, Difference} from '../../engine/types.ts'
import type {LabServices, ServiceName, ServiceState} from '../../providers/lab/services/types.ts'
import type {ObjectsLook} from '../../checks/objects.ts'
import {describeObject, lookAtObjects, wantedNow} from '../../checks/objects.ts'
import {deleteObject} from '../../tools/kubectl.ts'
import {onCluster} from './on-cluster.ts'
import {describeRepair, repairObjects} from './repair.ts'

/** What a step of a service is made of. */
export interface LabServiceStep {
  id: string
  title: string
  service: ServiceName
  /** Besides: the platform must run on the lab. */
  appliesTo?(ctx: PlatformContext): Applies
  /** Buckets of the object store that must be there. */
  buckets?(ctx: PlatformContext): string[]
  after?: string[]
  verify?: string[]
}

interface Look {
  states: {name: ServiceName; state: ServiceState}[]
  objects: ObjectsLook | undefined
}

const FIELD_MANAGER = 'kp-lab'
/** A first start builds the program. */
const BUILD_MS = 45 * 60_000

const SEEN: Record<ServiceState, string> = {
  running: 'running',
  absent: 'not started yet',
  ended: 'its process has ended',
  silent: 'its process does not answer',
  outdated: 'started by other settings',
}

/** A step that keeps a service of the lab running, and makes the cluster find it. On other providers it has nothing to do. */
export function labService({id, title, service, appliesTo, buckets, after, verify}: LabServiceStep): PlatformStep {
  const namesOf = (ctx: PlatformContext): ServiceName[] => [service, ...(servicesOf(ctx).about(service).companions ?? [])]
  const look = async (ctx: PlatformContext): Promise<Look> => {
    const services = servicesOf(ctx)
    const states = await Promise.all(namesOf(ctx).map(async (name) => ({name, state: await services.look(name)})))
    const objects = services.objects(service)
    return {states, objects: objects.length === 0 ? undefined : await lookAtObjects(await ctx.cluster(), wantedNow(objects), {fieldManager: FIELD_MANAGER, cache: ctx.looked})}
  }
  const missingBuckets = (ctx: PlatformContext): string[] => servicesOf(ctx).missingBuckets(buckets?.(ctx) ?? [])
  return onCluster({
    id,
    title,
    risk: 'none',
    timeoutMs: BUILD_MS,
    settleMs: 30_000,
    appliesTo: (ctx) => (ctx.lab === undefined ? 'only the lab has programs in the place of pods' : (appliesTo?.(ctx) ?? true)),
    ...(after === undefined ? {} : {after}),
    ...(verify === undefined ? {} : {verify}),
    async probe(ctx) {
      const found = await look(ctx)
      const differences: Difference[] = [
        ...found.states.filter(({state}) => state !== 'running').map(({name, state}) => ({object: `lab service ${name}`, wanted: 'running', ...(state === 'absent' ? {} : {seen: SEEN[state]})})),
        ...missingBuckets(ctx).map((bucket) => ({object: `bucket ${bucket}`})),
        ...(found.objects?.differences ?? []),
      ]
      if (differences.length === 0) return {state: 'satisfied', observed: `${namesOf(ctx).join(' and ')} ${namesOf(ctx).length === 1 ? 'runs' : 'run'} beside the control plane`}
      if (found.states.every(({state}) => state === 'absent')) return {state: 'absent', observed: `${service} does not run yet`, differences, data: found}
      return {state: 'drifted', observed: differences[0]?.seen === undefined ? `${differences[0]?.object} is missing` : `${differences[0].object}: ${differences[0].seen}`, differences, data: found}
    },
    plan(ctx, probe) {
      const found = probe.data as Look | undefined
      const wanted = found === undefined ? namesOf(ctx) : found.states.filter(({state}) => state !== 'running').map(({name}) => name)
      return Promise.resolve({
        lines: [...wanted.map((name) => `start ${servicesOf(ctx).about(name).title} on 127.0.0.1, for ${servicesOf(ctx).about(name).real}`), ...(found?.objects === undefined ? [] : describeRepair(found.objects))],
        commands: [`kp step ${id.split('/')[0]}`],
      })
    },
    async apply(ctx, probe) {
      const found = (probe.data as Look | undefined) ?? (await look(ctx))
      const services = servicesOf(ctx)
      const progress = (text: string, percent?: number): void => ctx.emit({code: 'step.progress', phase: id.split('/')[0] ?? '', step: id, text, data: percent === undefined ? {} : {percent}})
      for (const {name, state} of found.states) {
        if (state === 'running') continue
        await ctx.change({doing: `start ${name} beside the control plane`, command: `kp step ${id.split('/')[0]}`}, () => services.start(name, progress, ctx.signal))
      }
      for (const bucket of missingBuckets(ctx)) {
        await ctx.change({doing: `make the bucket ${bucket}`, command: `kp step ${id.split('/')[0]}`}, () => services.makeBucket(bucket))
      }
      const objects = services.objects(service)
      if (objects.length === 0) return
      await repairObjects(ctx, await lookAtObjects(await ctx.cluster(), wantedNow(objects), {fieldManager: FIELD_MANAGER, cache: ctx.looked}), {fieldManager: FIELD_MANAGER, doing: title})
    },
    async standing(ctx) {
      const services = servicesOf(ctx)
      const states = await Promise.all(namesOf(ctx).map(async (name) => ({name, state: await services.look(name)})))
      return {deletes: [...states.filter(({state}) => state !== 'absent').map(({name}) => `lab service ${name}`), ...services.objects(service).map(describeObject)], keeps: [], blockers: []}
    },
    async undo(ctx) {
      const services = servicesOf(ctx)
      for (const object of services.objects(service)) await deleteObject(ctx.exec, ctx.access, object, {doing: `delete ${describeObject(object)}`})
      for (const name of namesOf(ctx).toReversed()) await ctx.change({doing: `end ${name}`, command: `kp step ${id.split('/')[0]} --remove`}, () => services.end(name))
    },
  })
}

function servicesOf(ctx: PlatformContext): LabServices {
  if (ctx.lab === undefined) throw new KpError({code: 'BUG', message: 'the provider has no lab'})
  return ctx.lab.services
}
