/** The data of a lab's etcd, put in the place of what is there: at whatever moment that is cut off, it is known which of both counts. */
import {existsSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {LabLayout} from './layout.ts'

/** Folders of etcd's data. */
export interface EtcdPlaces {
  /** Where etcd looks. */
  data: string
  /** Made from a snapshot, until it is put in the place of `data`. */
  restored: string
  /** What was in `data` until then. */
  before: string
}

type Cluster = Pick<LabLayout, 'cluster'>

/** Where the lab's etcd has its data: kwokctl's record of how it is started says so. */
export function etcdPlaces({cluster}: Cluster): EtcdPlaces {
  const record = join(cluster, 'kwok.yaml')
  const named = existsSync(record) ? /--data-dir=(\S+)/.exec(readFileSync(record, 'utf8'))?.[1] : undefined
  const data = (named ?? join(cluster, 'etcd')).replace(/["']$/, '').replace(/\/$/, '')
  return {data, restored: `${data}.kp-restored`, before: `${data}.kp-before`}
}

/** Makes room for data that is to be restored. `before` goes first: both are there only in the middle of an exchange. */
export function clearRestored(layout: Cluster): EtcdPlaces {
  const places = etcdPlaces(layout)
  for (const folder of [places.before, places.restored]) rmSync(folder, {recursive: true, force: true})
  return places
}

/** Puts what was restored in the place of the data. etcd must not run. */
export function exchangeEtcdData(layout: Cluster): void {
  const {data, restored, before} = etcdPlaces(layout)
  renameSync(data, before)
  renameSync(restored, data)
  rmSync(before, {recursive: true, force: true})
}

/** Whether an exchange was cut off between its two renames: then what was there before counts, and an etcd must not be started on anything else. */
export function isExchangeCutOff(layout: Cluster): boolean {
  const {restored, before} = etcdPlaces(layout)
  return existsSync(restored) && existsSync(before)
}

/**
 * After a kill in the middle: what was moved aside comes back, whatever an etcd has made in its place meanwhile, and what is left of
 * a restore goes. etcd must not run where an exchange was cut off.
 * @returns whether data was put back
 */
export function repairEtcdData(layout: Cluster): boolean {
  const {data, restored, before} = etcdPlaces(layout)
  const cutOff = isExchangeCutOff(layout)
  if (cutOff) {
    rmSync(data, {recursive: true, force: true})
    renameSync(before, data)
  }
  for (const folder of [before, restored]) rmSync(folder, {recursive: true, force: true})
  return cutOff
}
