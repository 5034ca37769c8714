/** etcd's data is exchanged: wherever that is cut off, the same data is there afterwards, and never none. */
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeEach, describe, expect, it} from 'vitest'
import {clearRestored, etcdPlaces, exchangeEtcdData, isExchangeCutOff, repairEtcdData} from '../../../../src/providers/lab/etcd-data.ts'
import type {EtcdPlaces} from '../../../../src/providers/lab/etcd-data.ts'
import {tempFolder} from '../../../helpers/temp.ts'

let layout: {cluster: string}
let places: EtcdPlaces

function fill(folder: string, what: string): void {
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'db'), what)
}
const read = (folder: string): string | undefined => (existsSync(folder) ? readFileSync(join(folder, 'db'), 'utf8') : undefined)

beforeEach(() => {
  layout = {cluster: tempFolder()}
  places = etcdPlaces(layout)
  fill(places.data, 'old')
})

/** What an exchange does, cut off after each of its moments, and which data counts then. */
const MOMENTS: {after: string; counts: 'old' | 'new'; cutOff: boolean; done(): void}[] = [
  {after: 'nothing', counts: 'old', cutOff: false, done: () => undefined},
  {after: 'half of the restore', counts: 'old', cutOff: false, done: () => mkdirSync(clearRestored(layout).restored)},
  {after: 'the restore', counts: 'old', cutOff: false, done: () => fill(clearRestored(layout).restored, 'new')},
  {after: 'the first rename', counts: 'old', cutOff: true, done: firstRename},
  {after: 'the first rename, and an etcd that made itself new data', counts: 'old', cutOff: true, done: () => (firstRename(), fill(places.data, 'empty'))},
  {after: 'the first rename, and half of a repair', counts: 'old', cutOff: true, done: () => (firstRename(), fill(places.data, 'empty'), rmSync(places.data, {recursive: true}))},
  {after: 'the second rename', counts: 'new', cutOff: false, done: () => (firstRename(), renameSync(places.restored, places.data))},
  {after: 'all of it', counts: 'new', cutOff: false, done: () => (fill(clearRestored(layout).restored, 'new'), exchangeEtcdData(layout))},
]

function firstRename(): void {
  fill(clearRestored(layout).restored, 'new')
  renameSync(places.data, places.before)
}

describe.each(MOMENTS)('cut off after $after', ({counts, cutOff, done}) => {
  it(`the ${counts} data is there after a repair, and nothing else is left`, () => {
    done()
    expect(isExchangeCutOff(layout)).toBe(cutOff)
    expect(repairEtcdData(layout)).toBe(cutOff)
    expect(read(places.data)).toBe(counts)
    expect([places.before, places.restored].map((folder) => existsSync(folder))).toEqual([false, false])
    expect(repairEtcdData(layout)).toBe(false)
    expect(read(places.data)).toBe(counts)
  })
})

it('what a finished exchange could not clear away is no exchange that was cut off, also while the next restore is made', () => {
  fill(places.before, 'older')
  const {restored} = clearRestored(layout)
  fill(restored, 'new')
  expect(isExchangeCutOff(layout)).toBe(false)
  repairEtcdData(layout)
  expect(read(places.data)).toBe('old')
})

it('etcd has its data where its own record says', () => {
  writeFileSync(join(layout.cluster, 'kwok.yaml'), 'args:\n- "--data-dir=/elsewhere/data/"\n')
  expect(etcdPlaces(layout)).toEqual({data: '/elsewhere/data', restored: '/elsewhere/data.kp-restored', before: '/elsewhere/data.kp-before'})
})
