/**
 * Takes away what a page of a long list left in memory. V8 lets its young space grow to some sixty megabytes where much is
 * made and dropped, and keeps them; and what a page left in the old space stays until it is as much again as what is
 * needed. kp verify among twenty thousand pods then takes 360 megabytes; so it takes 220. The limit of the young space can
 * be set only when Node starts, and to start Node twice costs each command more than this; that it grows no more can be
 * said at any time.
 */
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'

type Collect = (options: {type: 'minor' | 'major'}) => void

/** Pages after which the old space is looked through, too: some ten megabytes of what they were made of. */
const PAGES = 8

/** Makes what collects after each page of a list, which then takes some milliseconds; nothing where this Node cannot. */
export function makeCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('globalThis.gc') as Collect | undefined
  setFlagsFromString('--no-expose-gc')
  let [pages, looked] = [0, 0]
  return () => {
    pages += 1
    // The longer the list, the longer a look takes, and the less it finds beside what is needed.
    const major = pages - looked >= Math.max(PAGES, pages / 4)
    if (major) looked = pages
    collect?.({type: major ? 'major' : 'minor'})
  }
}

/** The young space grows no more: it is large enough by the time that a cluster is read. */
export function keepYoungSpace(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
