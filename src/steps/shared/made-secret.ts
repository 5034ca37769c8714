/**
 * Builder: a Secret whose values kp makes once, where kp.yaml names none. They go from this process to the API server
 * and nowhere else. What is there is kept: only a key that is missing makes them anew, all of them.
 */
import {randomBytes} from 'node:crypto'
import {ownLabels, PLATFORM_LABEL} from '../../checks/labels.ts'
import {describeObject} from '../../checks/objects.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects, deleteObject, patchObject} from '../../tools/kubectl.ts'
import {namespaceObject} from './namespace.ts'
import {onCluster} from './on-cluster.ts'

/** A Secret that is made. */
export interface MadeSecret {
  name: string
  namespace: string
  /** The values of all keys, from one random text. */
  make(random: string): Record<string, string>
}

/** A step that keeps such a Secret. */
export interface MadeSecretStep {
  id: string
  title: string
  /** The Secret, or why none is made. */
  secret(ctx: ManifestContext): MadeSecret | string
  podSecurity?: 'privileged' | 'baseline' | 'restricted'
  verify?: string[]
}

const FIELD_MANAGER = 'kp'

/** A step that makes a Secret where there is none. */
export function madeSecret(options: MadeSecretStep): PlatformStep {
  const wanted = (ctx: ManifestContext): MadeSecret => {
    const secret = options.secret(ctx)
    if (typeof secret === 'string') throw new KpError({code: 'BUG', message: `${options.id} has nothing to do: ${secret}`})
    return secret
  }
  return onCluster({
    id: options.id,
    title: options.title,
    risk: 'none',
    appliesTo(ctx) {
      const secret = options.secret(ctx)
      return typeof secret === 'string' ? secret : true
    },
    ...(options.verify === undefined ? {} : {verify: options.verify}),
    async probe(ctx) {
      const secret = wanted(ctx)
      const name = `Secret ${secret.namespace}/${secret.name}`
      const live = await liveSecret(ctx, secret)
      if (live === undefined) return {state: 'absent', observed: `there is no ${name}`}
      const {missing, surplus} = compare(secret, live)
      if (missing.length === 0 && surplus.length === 0) return {state: 'satisfied', observed: `${name} is there`}
      return {
        state: 'drifted',
        observed: missing.length > 0 ? `${name} has no ${missing.join(', ')}` : `${name} also has ${surplus.join(', ')}`,
        differences: [...missing.map((key) => ({object: name, field: `data.${key}`, wanted: 'a value'})), ...surplus.map((key) => ({object: name, field: `data.${key}`, seen: 'is not wanted'}))],
      }
    },
    plan(ctx, probe) {
      const {namespace, name} = wanted(ctx)
      const missing = probe.differences?.some((one) => one.wanted !== undefined) ?? true
      return Promise.resolve({
        lines: [!missing ? `take what is not wanted out of Secret ${namespace}/${name}` : probe.state === 'drifted' ? `make the values of Secret ${namespace}/${name} anew: what reads it must be restarted` : `create Secret ${namespace}/${name} with random values`],
        commands: [`kubectl apply --server-side --field-manager=${FIELD_MANAGER} -f - <the Secret, never written to a file>`],
      })
    },
    async apply(ctx) {
      const secret = wanted(ctx)
      const live = await liveSecret(ctx, secret)
      const {missing, surplus} = live === undefined ? {missing: ['all'], surplus: []} : compare(secret, live)
      if (live !== undefined && missing.length === 0) {
        if (surplus.length > 0) await patchObject(ctx.exec, ctx.access, live, surplus.map((key) => ({op: 'remove', path: `/data/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`})), {fieldManager: FIELD_MANAGER, doing: options.title})
        return
      }
      const objects = [namespaceObject(ctx, secret.namespace, options.podSecurity ?? 'baseline'), objectOf(ctx, secret)].filter((object) => object !== undefined)
      await applyObjects(ctx.exec, ctx.access, objects, {fieldManager: FIELD_MANAGER, doing: options.title})
    },
    objects(ctx) {
      const secret = options.secret(ctx)
      return typeof secret === 'string' ? [] : [{apiVersion: 'v1', kind: 'Secret', metadata: {name: secret.name, namespace: secret.namespace}}]
    },
    async standing(ctx, {withData}) {
      const object = await ownSecret(ctx, options.secret(ctx))
      if (object === undefined) return {deletes: [], keeps: [], blockers: []}
      // Data that stays is of no use without its password.
      return withData ? {deletes: [describeObject(object)], keeps: [], blockers: []} : {deletes: [], keeps: [describeObject(object)], blockers: []}
    },
    async undo(ctx, {withData} = {withData: false}) {
      const object = await ownSecret(ctx, options.secret(ctx))
      if (object !== undefined && withData) await deleteObject(ctx.exec, ctx.access, object, {doing: `delete ${describeObject(object)}`})
    },
  })
}

async function liveSecret(ctx: PlatformContext, {name, namespace}: MadeSecret): Promise<KubeObject | undefined> {
  return (await ctx.cluster()).get('v1', 'Secret', name, namespace)
}

/** Keys that are not there or empty, and those that nobody wants. */
function compare(secret: MadeSecret, live: KubeObject): {missing: string[]; surplus: string[]} {
  const data = (live['data'] ?? {}) as Record<string, string>
  const keys = Object.keys(secret.make(''))
  return {missing: keys.filter((key) => !data[key]), surplus: Object.keys(data).filter((key) => !keys.includes(key))}
}

function objectOf(ctx: PlatformContext, {name, namespace, make}: MadeSecret): KubeObject {
  const values = make(randomBytes(32).toString('base64url'))
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {name, namespace, labels: ownLabels(ctx)},
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  }
}

async function ownSecret(ctx: PlatformContext, secret: MadeSecret | string): Promise<{apiVersion: string; kind: string; metadata: {name: string; namespace: string}} | undefined> {
  if (typeof secret === 'string') return undefined
  const live = await liveSecret(ctx, secret)
  return live?.metadata.labels?.[PLATFORM_LABEL] === ctx.spec.platform ? {apiVersion: 'v1', kind: 'Secret', metadata: {name: secret.name, namespace: secret.namespace}} : undefined
}
