/**
 * Builder: a Secret in the cluster whose values come from the secret references
 * of kp.yaml. The values go from their store to the API server and nowhere else:
 * into no file, no rendered object, no cache.
 */
import {ownLabels, PLATFORM_LABEL} from '../../checks/labels.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {lookAtObjects, wantedNow} from '../../checks/objects.ts'
import type {ObjectsLook} from '../../checks/objects.ts'
import {KpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {namespaceObject} from './namespace.ts'
import {describeRepair, repairObjects} from './repair.ts'
import {APPLY_SECRET, encodeValues, liveSecret, SECRET_MANAGER, secretStep} from './secret-step.ts'

/** One key of a Secret. */
export interface SecretKey {
  /** Entry of `secrets` in kp.yaml. */
  entry: string
  /** What is made of its value; default the value itself. */
  make?(value: string): string
}

/** A Secret. */
export interface SecretObject {
  name: string
  namespace: string
  /** Default Opaque. */
  type?: string
  keys: Record<string, SecretKey>
}

/** A step that keeps a Secret. */
export interface SecretObjectStep {
  id: string
  title: string
  /** The Secret, or why there is none. */
  secret(ctx: ManifestContext): SecretObject | string
  /** Pod Security level of its namespace, where kp makes it; as the release in it says. Default `baseline`. */
  podSecurity?: 'privileged' | 'baseline' | 'restricted'
  verify?: string[]
}

/** Nothing about secrets is kept between two looks. */
const NO_CACHE = {get: (): undefined => undefined, set: (): void => {}}

interface SecretLook {
  look: ObjectsLook
  /** Why the values cannot be compared here. */
  unread?: string
}

/** A step that creates and repairs a Secret by server-side apply. */
export function secretObject({podSecurity, ...options}: SecretObjectStep): PlatformStep {
  const look = async (ctx: PlatformContext, secret: SecretObject): Promise<SecretLook> => {
    const read = await readValues(ctx, secret)
    if ('reason' in read) {
      await requireKept(ctx, secret, read)
      return {look: {missing: [], drifted: [], differences: []}, unread: read.reason}
    }
    const objects = [namespaceObject(ctx, secret.namespace, podSecurity ?? 'baseline'), secretOf(ctx, secret, read.values)].filter((object) => object !== undefined)
    return {look: await lookAtObjects(await ctx.cluster(), wantedNow(objects), {fieldManager: SECRET_MANAGER, cache: NO_CACHE})}
  }
  return secretStep<SecretObject>({
    ...options,
    async probe(ctx, secret) {
      const name = `Secret ${secret.namespace}/${secret.name}`
      const {look: found, unread} = await look(ctx, secret)
      if (unread !== undefined) return {state: 'satisfied', observed: `${name} is there; its values cannot be compared here: ${unread}`}
      if (found.differences.length === 0) return {state: 'satisfied', observed: `${name} is as wanted`}
      const absent = found.missing.some((drift) => drift.wanted.kind === 'Secret')
      return {state: absent ? 'absent' : 'drifted', observed: absent ? `there is no ${name}` : `${name} differs`, differences: found.differences, data: found}
    },
    plan(_ctx, secret, probe) {
      const found = probe.data as ObjectsLook | undefined
      const entries = Object.values(secret.keys).map(({entry}) => `secrets.${entry}`)
      const lines = found === undefined ? [`create Secret ${secret.namespace}/${secret.name}`] : describeRepair(found)
      return {lines: lines.map((line) => (line.includes('Secret ') ? `${line} from ${[...new Set(entries)].join(', ')}` : line)), commands: [APPLY_SECRET]}
    },
    async apply(ctx, secret, probe) {
      const found = (probe.data as ObjectsLook | undefined) ?? (await look(ctx, secret)).look
      await repairObjects(ctx, found, {fieldManager: SECRET_MANAGER, doing: options.title})
    },
  })
}

interface Unread {
  entry: string
  reason: string
}

async function readValues(ctx: PlatformContext, secret: SecretObject): Promise<{values: Record<string, string>} | Unread> {
  const values: Record<string, string> = {}
  for (const [key, {entry, make}] of Object.entries(secret.keys)) {
    const read = await ctx.secret(entry)
    if ('reason' in read) return {entry, reason: read.reason}
    values[key] = make === undefined ? read.value : make(read.value)
  }
  return {values}
}

/**
 * Where the values cannot be read here (another person's machine), a Secret that kp made and that has all keys will do.
 * @throws KpError PREREQUISITE_MISSING where there is none
 */
async function requireKept(ctx: PlatformContext, secret: SecretObject, {entry, reason}: Unread): Promise<void> {
  const live = await liveSecret(ctx, secret)
  const has = Object.keys((live?.['data'] as object | undefined) ?? {})
  if (live?.metadata.labels?.[PLATFORM_LABEL] === ctx.spec.platform && Object.keys(secret.keys).every((key) => has.includes(key))) return
  throw new KpError({
    code: 'PREREQUISITE_MISSING',
    message: `the secret ${entry} cannot be read: ${reason}`,
    doing: `make Secret ${secret.namespace}/${secret.name}`,
    next: [`correct secrets.${entry} in kp.yaml, or give what it names`, 'then run the same command again'],
  })
}

function secretOf(ctx: PlatformContext, {name, namespace, type}: SecretObject, values: Record<string, string>): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: type ?? 'Opaque',
    metadata: {name, namespace, labels: ownLabels(ctx)},
    data: encodeValues(values),
  }
}
