/** The keys of Sealed Secrets, by their metadata alone: what is in them is never read. */
import type {PlatformContext} from '../../context.ts'
import type {KubeMeta} from '../../tools/kube-api.ts'

/** Label of the keys; `active` is one that seals or opens. */
export const KEY_LABEL = 'sealedsecrets.bitnami.com/sealed-secrets-key'
/** Annotation by which a person says that a key is kept outside of the cluster. */
export const BACKED_UP = 'kp.dev/backed-up'

/** A key. */
export interface SealingKey {
  meta: KubeMeta
  active: boolean
  backedUp: boolean
  madeAt: number
}

/** All keys, the newest first. */
export async function sealingKeys(ctx: PlatformContext): Promise<SealingKey[]> {
  const {namespace} = ctx.catalog.get('sealed-secrets')
  const found = await (await ctx.cluster()).metadata('v1', 'Secret', {labelSelector: KEY_LABEL})
  return [...(found?.values() ?? [])]
    .filter((meta) => meta.namespace === namespace)
    .map((meta) => ({meta, active: meta.labels?.[KEY_LABEL] === 'active', backedUp: meta.annotations?.[BACKED_UP] !== undefined, madeAt: Date.parse(meta.creationTimestamp ?? '') || 0}))
    .toSorted((a, b) => b.madeAt - a.madeAt)
}
