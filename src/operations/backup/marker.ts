/** The data marker: something that only a backup made after it can hold, and that nothing else knows. */
import {randomBytes} from 'node:crypto'
import {ownLabels} from '../../checks/labels.ts'
import type {PlatformContext} from '../../context.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects} from '../../tools/kubectl.ts'
import type {Scope} from './expected.ts'

export const MARKER = 'kp-backup-marker'

/** What a marker says. */
export interface Marker {
  value: string
  /** When it was written, ISO 8601. */
  at: string
}

/** Where it is: `default`, which has next to nothing in it, or the first namespace that kp.yaml names; undefined where neither is backed up. */
export function markerNamespace({include, exclude}: Scope): string | undefined {
  const all = include.length === 0 || include.includes('*')
  return [...(all ? ['default'] : []), ...(include.includes('default') ? ['default'] : []), ...include].find((name) => name !== '*' && !exclude.includes(name))
}

/** Writes a new one, where there is a place for it. */
export async function writeMarker(ctx: PlatformContext, scope: Scope): Promise<Marker | undefined> {
  const namespace = markerNamespace(scope)
  if (namespace === undefined) return undefined
  const marker = {value: randomBytes(16).toString('hex'), at: new Date(ctx.clock.now()).toISOString()}
  const object: KubeObject = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: MARKER, namespace, labels: ownLabels(ctx)}, data: {...marker}}
  await applyObjects(ctx.exec, ctx.access, [object], {doing: 'write the marker of the backup', fieldManager: 'kp'})
  ctx.changed()
  return marker
}

/** The marker of an object; undefined where it is none. */
export function markerOf(object: KubeObject | undefined): Marker | undefined {
  const {value, at} = (object?.['data'] ?? {}) as Partial<Marker>
  return value === undefined || at === undefined ? undefined : {value, at}
}

/** The marker of now. */
export async function readMarker(ctx: PlatformContext, scope: Scope): Promise<Marker | undefined> {
  const namespace = markerNamespace(scope)
  return namespace === undefined ? undefined : markerOf(await (await ctx.cluster()).get('v1', 'ConfigMap', MARKER, namespace))
}

/** As a person reads it. */
const shown = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`

/** A backup says only in which second it began. */
const secondOf = (at: string): number => Math.floor(Date.parse(at) / 1000) * 1000

/** What came of the marker. */
export interface MarkerVerdict {
  ok: boolean
  observed: string
}

/**
 * Whether the restored marker is the one that the backup had to hold. Pure.
 * @param live the marker of now
 * @param began when the backup began
 */
export function judgeMarker(live: Marker | undefined, restored: Marker | undefined, began: number): MarkerVerdict | undefined {
  const before = live !== undefined && secondOf(live.at) <= began
  if (restored === undefined) return before ? {ok: false, observed: `the marker of ${shown(live.at)}, written before the backup, is not in it`} : undefined
  if (secondOf(restored.at) > began) return {ok: false, observed: `the restored marker is of ${shown(restored.at)}, after the backup began`}
  if (before && live.value !== restored.value) return {ok: false, observed: `the restored marker is of ${shown(restored.at)}; the one before the backup is of ${shown(live.at)}`}
  return {ok: true, observed: `the marker of ${shown(restored.at)} came back`}
}
