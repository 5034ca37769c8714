/** The simulation of drains on a large cluster, in processes of its own: what the benchmarks before it left in memory is not its own. */
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {judge, median} from './report.ts'
import type {Figure} from './report.ts'

const MOST_TIMES = 3
const MOST_MEGABYTES = 1500

/** What bench/drain.ts says with --json. */
interface Drained {
  nodes: number
  pods: number
  parseMs: number
  simulationMs: number
  times: number
  peakMegabytes: number
}

/** Runs it so many times. */
export function measureDrains(runs: number): Figure[] {
  const all = Array.from({length: runs}, (): Drained => {
    const {stdout, stderr} = spawnSync(process.execPath, [join(import.meta.dirname, 'drain.ts'), '--json'], {encoding: 'utf8'})
    // Over its limits it ends with 1 too: the figures say that.
    if (!stdout.startsWith('{')) throw new Error(stderr)
    return JSON.parse(stdout) as Drained
  })
  const of = (pick: (one: Drained) => number): number => median(all.map(pick))
  return [
    judge('all drains simulated, to JSON.parse', all.map(({times}) => times), MOST_TIMES, `${of(({simulationMs}) => simulationMs)} ms to ${of(({parseMs}) => parseMs)} ms`),
    judge('peak memory of that, with the dump', all.map(({peakMegabytes}) => peakMegabytes), MOST_MEGABYTES, `${of(({nodes}) => nodes)} nodes, ${of(({pods}) => pods)} pods`, 'MB'),
  ]
}
