/** Snapshots of the lab's etcd: real ones, each read back. Kept outside of the cluster, in kp's own folder. */
import {chmod, mkdir, readdir, rm} from 'node:fs/promises'
import {join} from 'node:path'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {durationSeconds} from '../../spec/units.ts'
import {saveSnapshot} from '../../tools/etcd.ts'
import {onCluster} from '../shared/on-cluster.ts'

/** Folder of the snapshots. */
export const snapshotFolder = ({paths}: Pick<PlatformContext, 'paths'>): string => join(paths.environment, 'etcd-snapshots')

/** A snapshot of this very cluster. */
export interface Snapshot {
  path: string
  takenAt: number
}

/** Whether kp takes snapshots here, or why not. */
export function takesSnapshots(ctx: PlatformContext): true | string {
  if (!ctx.spec.phases.day2.etcdSnapshots.enabled) return 'phases.day2.etcdSnapshots.enabled is false'
  return ctx.lab === undefined ? 'kp does not run the etcd of this cluster' : true
}

/** The snapshots of this cluster, newest first. A cluster that was made anew has others. */
export async function snapshots(ctx: PlatformContext): Promise<Snapshot[]> {
  const uid = await clusterUid(ctx)
  const files = await readdir(snapshotFolder(ctx)).catch(() => [])
  return files
    .flatMap((file) => {
      const found = /^(?<uid>[0-9a-f]+)-(?<time>\d{8}T\d{6}Z)\.db$/.exec(file)?.groups
      return found?.['uid'] !== uid ? [] : [{path: join(snapshotFolder(ctx), file), takenAt: timeOf(found?.['time'] ?? '')}]
    })
    .toSorted((a, b) => b.takenAt - a.takenAt)
}

async function clusterUid(ctx: PlatformContext): Promise<string> {
  const namespace = await (await ctx.cluster()).get('v1', 'Namespace', 'kube-system')
  const uid = namespace?.metadata.uid?.slice(0, 8)
  if (uid === undefined) throw new KpError({code: 'API_ERROR', message: 'the cluster does not say which one it is: there is no namespace kube-system'})
  return uid
}

const stampOf = (time: number): string => `${new Date(time).toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`
const timeOf = (stamp: string): number => Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

/** Takes a snapshot where the newest is older than kp.yaml wants, and deletes those over the number. */
export const etcdSnapshot: PlatformStep = onCluster({
  id: 'day2/etcd-snapshot',
  title: 'Take a snapshot of etcd',
  risk: 'none',
  appliesTo: takesSnapshots,
  verify: ['day2.etcd-snapshot'],
  async probe(ctx) {
    const {every} = ctx.spec.phases.day2.etcdSnapshots
    const [newest] = await snapshots(ctx)
    if (newest === undefined) return {state: 'absent', observed: 'there is no snapshot of this cluster'}
    const minutes = Math.round((ctx.clock.now() - newest.takenAt) / 60_000)
    return minutes * 60 <= durationSeconds(every) ? {state: 'satisfied', observed: `the newest is ${minutes} minutes old`} : {state: 'absent', observed: `the newest is ${minutes} minutes old, and one is due each ${every}`}
  },
  plan(ctx) {
    const {keep} = ctx.spec.phases.day2.etcdSnapshots
    return Promise.resolve({lines: ['save the data of etcd, and read it back', `keep the newest ${keep}`], commands: ['etcdctl snapshot save <file>']})
  },
  async apply(ctx) {
    const folder = snapshotFolder(ctx)
    await ctx.change({doing: `save a snapshot of etcd below ${folder}`, command: `etcdctl snapshot save ${folder}/<cluster>-<time>.db`}, async () => {
      const address = (await ctx.lab?.status())?.etcd
      if (address === undefined) throw new KpError({code: 'STEP_FAILED', message: 'the lab does not say where its etcd is', doing: 'take a snapshot of etcd', next: ['kp lab status']})
      const path = join(folder, `${await clusterUid(ctx)}-${stampOf(ctx.clock.now())}.db`)
      await mkdir(folder, {recursive: true, mode: 0o700})
      await saveSnapshot(address, path, ctx.signal)
      // It holds every Secret of the cluster.
      await chmod(path, 0o600)
      const {keep} = ctx.spec.phases.day2.etcdSnapshots
      for (const old of (await snapshots(ctx)).slice(keep)) await rm(old.path, {force: true})
    })
  },
  // Snapshots outlive what they are of.
  standing: () => Promise.resolve({deletes: [], keeps: [], blockers: []}),
})
