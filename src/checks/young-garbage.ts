/**
 * Takes away what a page of a long list left in memory. V8 lets its young space grow to a hundred megabytes where much is
 * made and dropped, and keeps them; kp verify among twenty thousand pods then needs half as much again. Its limit can be
 * set only when Node starts, and to start Node twice costs each command more than this.
 */
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'

type Collect = (options: {type: 'minor'}) => void

/** Makes what collects young garbage, which then takes some milliseconds; nothing where this Node cannot. */
export function makeCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('globalThis.gc') as Collect | undefined
  setFlagsFromString('--no-expose-gc')
  return () => collect?.({type: 'minor'})
}
