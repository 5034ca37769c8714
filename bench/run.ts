/** Runs the benchmarks and prints what came out; see docs/performance.md. */
import {parseArgs} from 'node:util'
import {measureMemory, measureNothing, measureUp} from './builds.ts'
import type {Built} from './builds.ts'
import {measureDrains} from './drains.ts'
import {measureLarge} from './large.ts'
import {withPlaces} from './places.ts'
import {format, judge, median} from './report.ts'
import type {Figure} from './report.ts'
import {measureStartup} from './startup.ts'

const NAMES = ['startup', 'up', 'nothing', 'memory', 'large', 'drain'] as const
type Name = (typeof NAMES)[number]

const {values} = parseArgs({options: {only: {type: 'string', multiple: true}, runs: {type: 'string', default: '3'}, charts: {type: 'string'}, json: {type: 'boolean', default: false}, help: {type: 'boolean', default: false}}})
const only = values.only?.flatMap((text) => text.split(',')) ?? [...NAMES]
const runs = Number(values.runs)
const say = (text: string): void => void process.stderr.write(`${text}\n`)

if (values.help || !only.every((name) => (NAMES as readonly string[]).includes(name)) || !Number.isInteger(runs) || runs < 1) {
  say('npm run bench -- [--only startup|up|nothing|memory|large|drain] [--runs 3] [--charts DIR] [--json]')
  process.exit(values.help ? 0 : 2)
}

const wanted = (name: Name): boolean => only.includes(name)
const figures: Figure[] = []
// Needs no lab.
if (wanted('drain')) {
  say('the simulation of all drains of 5,000 nodes with 150,000 pods')
  figures.push(...measureDrains(runs))
}
if (only.some((name) => name !== 'drain')) await withPlaces(values.charts, async (places) => {
  const built: Built[] = []
  const first = wanted('up') ? runs : 1
  for (let run = 1; run <= first; run++) {
    say(`run ${run} of ${first}: ${wanted('up') ? 'the commands one after the other, then ' : ''}kp up`)
    const one = await measureUp(places, {sequential: wanted('up')})
    say(`  kp ${seconds([one.kpMs])}${wanted('up') ? `, one after the other ${seconds([one.sequentialMs])}` : ''}, peak ${Math.round(one.peakMb)} MB`)
    built.push(one)
  }
  if (wanted('up')) figures.push(judge('first kp up, to one by one', built.map((one) => one.kpMs / one.sequentialMs), 0.7, `${seconds(built.map((one) => one.kpMs))} to ${seconds(built.map((one) => one.sequentialMs))}`))
  if (wanted('memory')) figures.push(measureMemory(built))
  if (wanted('nothing')) {
    say('kp up with nothing to do, and helm upgrade of the same releases')
    const pairs = await measureNothing(places, runs)
    figures.push(judge('kp up with nothing to do, to helm', pairs.map((one) => one.kpMs / one.helmMs), 0.4, `${seconds(pairs.map((one) => one.kpMs))} to ${seconds(pairs.map((one) => one.helmMs))}`))
  }
  if (wanted('startup')) {
    say('start-up')
    figures.push(...measureStartup(places, runs))
  }
  // The last: what it fills the lab with would slow everything else.
  if (wanted('large')) {
    say('kp verify of a large cluster')
    figures.push(...(await measureLarge(places.kp, runs, say)))
  }
})
process.stdout.write(values.json ? `${JSON.stringify({schema: 'kp/bench/v1', runs, figures})}\n` : format(figures))
process.exitCode = figures.every((figure) => figure.ok) ? 0 : 1

function seconds(all: number[]): string {
  return `${(median(all) / 1000).toFixed(1)} s`
}
