/** Builder: what every step that keeps one Secret has in common: when it applies, whose the Secret is, and how it goes. */
import {PLATFORM_LABEL} from '../../checks/labels.ts'
import {describeObject} from '../../checks/objects.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {Changes, Probe} from '../../engine/types.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {deleteObject} from '../../tools/kubectl.ts'
import {onCluster} from './on-cluster.ts'

/** Where a Secret lies. */
export interface SecretPlace {
  name: string
  namespace: string
}

/** A step that keeps one Secret. */
export interface SecretStep<S extends SecretPlace> {
  id: string
  title: string
  /** The Secret, or why there is none. */
  secret(ctx: ManifestContext): S | string
  verify?: string[]
  /** Where it lies even while kp.yaml wants none, so that a removal finds it. */
  place?(ctx: ManifestContext): SecretPlace
  /** Whether it stays with the data that it opens, and goes with it. */
  opensData?: true
  probe(ctx: PlatformContext, secret: S): Promise<Probe>
  plan(ctx: PlatformContext, secret: S, probe: Probe): Changes
  apply(ctx: PlatformContext, secret: S, probe: Probe): Promise<void>
}

/** Who writes the fields of such a Secret. */
export const SECRET_MANAGER = 'kp'
/** What a person would type; the values are seen by nobody. */
export const APPLY_SECRET = `kubectl apply --server-side --field-manager=${SECRET_MANAGER} -f - <the Secret, never written to a file>`

/** The step: its Secret is removed only where kp made it. */
export function secretStep<S extends SecretPlace>(options: SecretStep<S>): PlatformStep {
  const wanted = (ctx: ManifestContext): S => {
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
    probe: async (ctx) => options.probe(ctx, wanted(ctx)),
    plan: async (ctx, probe) => options.plan(ctx, wanted(ctx), probe),
    apply: async (ctx, probe) => options.apply(ctx, wanted(ctx), probe),
    objects(ctx) {
      const secret = options.secret(ctx)
      return typeof secret === 'string' ? [] : [referenceTo(secret)]
    },
    async standing(ctx, {withData}) {
      const names = (await ownSecret(ctx, options)).map(describeObject)
      return options.opensData === true && !withData ? {deletes: [], keeps: names, blockers: []} : {deletes: names, keeps: [], blockers: []}
    },
    async undo(ctx, {withData} = {withData: false}) {
      if (options.opensData === true && !withData) return
      for (const object of await ownSecret(ctx, options)) await deleteObject(ctx.exec, ctx.access, object, {doing: `delete ${describeObject(object)}`})
    },
  })
}

/** The Secret as the cluster has it. */
export async function liveSecret(ctx: PlatformContext, {name, namespace}: SecretPlace): Promise<KubeObject | undefined> {
  return (await ctx.cluster()).get('v1', 'Secret', name, namespace)
}

/** Values as a Secret holds them. */
export function encodeValues(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))
}

function referenceTo({name, namespace}: SecretPlace): {apiVersion: string; kind: string; metadata: SecretPlace} {
  return {apiVersion: 'v1', kind: 'Secret', metadata: {name, namespace}}
}

/** A reference to the Secret, where it is there and kp made it. */
async function ownSecret<S extends SecretPlace>(ctx: PlatformContext, options: SecretStep<S>): Promise<ReturnType<typeof referenceTo>[]> {
  const secret = options.place?.(ctx) ?? options.secret(ctx)
  if (typeof secret === 'string') return []
  const live = await liveSecret(ctx, secret)
  return live?.metadata.labels?.[PLATFORM_LABEL] === ctx.spec.platform ? [referenceTo(secret)] : []
}
