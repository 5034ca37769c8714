/** The part of a drill that is about the data of the lab's etcd: a snapshot, and putting it back in the place of what is there. */
import {mkdirSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {snapshotSave, snapshotStatus} from '../../tools/etcdctl.ts'
import type {Change} from '../scenarios/memory.ts'
import {drillFolder} from './memory.ts'

const PROGRAMS = ['kwok-controller', 'kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd']
const RESTORE_MS = 5 * 60_000
/** The cluster's revisions go forward over a restore: whoever watches notices that he must look anew. */
const BUMP = '1000000'

/** What is needed of the platform. */
export type EtcdContext = Pick<PlatformContext, 'exec' | 'lab' | 'paths'>

/** What can be done, by name. `remember` is told of each program before it is ended. @returns what was done, in words */
export function etcdSteps(ctx: EtcdContext, id: string, remember: (change: Change) => void): (what: 'snapshot' | 'restore') => Promise<string> {
  const file = join(drillFolder(ctx), `${id}.etcd.db`)
  return async (what) => {
    const {lab} = ctx
    const endpoint = (await lab?.status())?.etcd
    if (lab === undefined || endpoint === undefined) throw new KpError({code: 'GATE', message: 'the data of etcd is put back in a lab alone', next: ['kp runbook etcd-restore']})
    if (what === 'snapshot') {
      mkdirSync(dirname(file), {recursive: true, mode: 0o700})
      await snapshotSave(ctx.exec, endpoint, file)
      const {revision, totalKey} = await snapshotStatus(ctx.exec, file)
      return `take a snapshot of etcd: ${totalKey} keys, revision ${revision}`
    }
    const restored = lab.roomForEtcdData()
    await ctx.exec.run({tool: 'etcdutl', args: ['snapshot', 'restore', file, '--data-dir', restored, '--bump-revision', BUMP, '--mark-compacted'], mutates: true, doing: 'make the data of etcd from the snapshot', timeoutMs: RESTORE_MS})
    for (const program of PROGRAMS) {
      remember({did: 'ended', program})
      await lab.endProgram(program)
    }
    lab.exchangeEtcdData()
    return 'put the data of etcd back from the snapshot, all programs stopped'
  }
}

/** After a kill in the middle: data that was moved aside comes back, before etcd is started and makes itself new data. */
export async function repairEtcd(ctx: EtcdContext, id: string): Promise<void> {
  rmSync(join(drillFolder(ctx), `${id}.etcd.db`), {force: true})
  await ctx.lab?.repairEtcdData()
}
