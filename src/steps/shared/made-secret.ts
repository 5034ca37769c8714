/**
 * Builder: a Secret whose values kp makes once, where kp.yaml names none. They go from this process to the API server
 * and nowhere else. What is there is kept: only a key that is missing makes them anew, all of them.
 */
import {randomBytes} from 'node:crypto'
import {ownLabels} from '../../checks/labels.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects, patchObject} from '../../tools/kubectl.ts'
import {namespaceObject} from './namespace.ts'
import {APPLY_SECRET, encodeValues, liveSecret, SECRET_MANAGER, secretStep} from './secret-step.ts'

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

/** A step that makes a Secret where there is none. */
export function madeSecret({podSecurity, ...options}: MadeSecretStep): PlatformStep {
  return secretStep<MadeSecret>({
    ...options,
    // Data that stays is of no use without its password.
    opensData: true,
    async probe(ctx, secret) {
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
    plan(_ctx, {namespace, name}, probe) {
      const missing = probe.differences?.some((one) => one.wanted !== undefined) ?? true
      return {
        lines: [!missing ? `take what is not wanted out of Secret ${namespace}/${name}` : probe.state === 'drifted' ? `make the values of Secret ${namespace}/${name} anew: what reads it must be restarted` : `create Secret ${namespace}/${name} with random values`],
        commands: [APPLY_SECRET],
      }
    },
    async apply(ctx, secret) {
      const live = await liveSecret(ctx, secret)
      const {missing, surplus} = live === undefined ? {missing: ['all'], surplus: []} : compare(secret, live)
      if (live !== undefined && missing.length === 0) {
        if (surplus.length > 0) await patchObject(ctx.exec, ctx.access, live, surplus.map((key) => ({op: 'remove', path: `/data/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`})), {fieldManager: SECRET_MANAGER, doing: options.title})
        return
      }
      const objects = [namespaceObject(ctx, secret.namespace, podSecurity ?? 'baseline'), objectOf(ctx, secret)].filter((object) => object !== undefined)
      await applyObjects(ctx.exec, ctx.access, objects, {fieldManager: SECRET_MANAGER, doing: options.title})
    },
  })
}

/** Keys that are not there or empty, and those that nobody wants. */
function compare(secret: MadeSecret, live: KubeObject): {missing: string[]; surplus: string[]} {
  const data = (live['data'] ?? {}) as Record<string, string>
  const keys = Object.keys(secret.make(''))
  return {missing: keys.filter((key) => !data[key]), surplus: Object.keys(data).filter((key) => !keys.includes(key))}
}

function objectOf(ctx: PlatformContext, {name, namespace, make}: MadeSecret): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {name, namespace, labels: ownLabels(ctx)},
    data: encodeValues(make(randomBytes(32).toString('base64url'))),
  }
}
