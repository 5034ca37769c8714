/** What people do to releases with helm, behind kp's back. */
import {describeObject} from '../../src/checks/objects.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {join} from 'node:path'
import type {TestPlatform} from './platform.ts'
import {PROJECT} from './run-kp.ts'

/** A helm release. */
export interface Release {
  name: string
  namespace: string
}

/** One revision, as `helm history` tells. */
export interface Revision {
  revision: number
  status: string
}

/** A value by which a leak would be found. */
export const PLANTED_SECRET = 'Planted-5ecret-Value'

/** The revisions of a release, oldest first. */
export async function historyOf(platform: TestPlatform, {name, namespace}: Release): Promise<Revision[]> {
  return JSON.parse(await platform.helm(['history', name, '-n', namespace, '-o', 'json'])) as Revision[]
}

/** Field that `helm upgrade --set` changes, by kind; a StatefulSet with a replica more would leave a volume behind, a DaemonSet has none. */
const UPGRADED = {Deployment: 'replicas', StatefulSet: 'minReadySeconds', DaemonSet: 'minReadySeconds'} as const

/**
 * `helm upgrade --set` by hand: one workload gets a replica more, or other seconds to be ready, and the release values
 * that it did not have, secrets among them. Only for releases of the lab's stand-in chart. @returns the workload and its field
 */
export async function upgradeByHand(platform: TestPlatform, {name, namespace}: Release): Promise<{object: string; field: RegExp}> {
  const values = JSON.parse(await platform.helm(['get', 'values', name, '-n', namespace, '-o', 'json'])) as {objects: (KubeObject & {spec: {replicas?: number; minReadySeconds?: number}})[]}
  const [kind] = (['Deployment', 'StatefulSet', 'DaemonSet'] as const).filter((one) => values.objects.some((object) => object.kind === one))
  const workload = values.objects.find((object) => object.kind === kind)
  if (kind === undefined || workload === undefined) throw new Error(`the release ${name} has no workload`)
  workload.spec[UPGRADED[kind]] = (workload.spec[UPGRADED[kind]] ?? (kind === 'Deployment' ? 1 : 0)) + 1
  const secrets = ['values.byHand.adminPassword', 'values.byHand.login.token', 'values.byHand.list[0].value'].flatMap((field) => ['--set', `${field}=${PLANTED_SECRET}`])
  await platform.helm(['upgrade', name, join(PROJECT, 'lab', 'standin'), '-n', namespace, '--reset-values', '-f', '-', '--set', 'values.byHand.level=7', ...secrets], JSON.stringify(values))
  return {object: describeObject({...workload, metadata: {...workload.metadata, namespace: workload.metadata.namespace ?? namespace}}), field: new RegExp(`^spec\\.${UPGRADED[kind]}$`)}
}

/** `helm rollback` by hand. */
export function rollbackByHand(platform: TestPlatform, {name, namespace}: Release, revision: number): Promise<string> {
  return platform.helm(['rollback', name, String(revision), '-n', namespace])
}
