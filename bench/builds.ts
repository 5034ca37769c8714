/** Builds: the first one on a fresh lab, and those with nothing to do. Memory is looked at while they run. */
import {spawnSync} from 'node:child_process'
import {dirname, join} from 'node:path'
import {PROJECT} from '../test/helpers/run-kp.ts'
import {takeSnapshot} from '../test/helpers/snapshot.ts'
import type {Snapshot} from '../test/helpers/snapshot.ts'
import {differencesOf} from './equal.ts'
import {makeInputs} from './inputs.ts'
import type {Inputs} from './inputs.ts'
import {watchPeak} from './peak.ts'
import type {Place, Places} from './places.ts'
import {judge} from './report.ts'
import type {Figure} from './report.ts'

/** One first build. */
export interface Built {
  /** Without the making of the lab. */
  kpMs: number
  sequentialMs: number
  /** Peak memory of kp itself, in megabytes. */
  peakMb: number
}

interface UpResult {
  phases: {steps: {id: string; durationMs: number}[]}[]
}

const LIMIT_MB = 250

/**
 * Runs the script, where that is wanted, and kp, each on a fresh lab. The lab of kp stays.
 * @throws Error where both do not end with the same objects
 */
export async function measureUp({kp, sequential}: Places, options: {sequential: boolean}): Promise<Built> {
  const script = options.sequential ? await buildByScript(sequential) : undefined
  await kp.renew()
  const running = kp.start(['up', '--yes', '--json'])
  const peak = watchPeak(running.pid)
  const result = await running.done
  const peakMb = peak()
  if (result.exit !== 0) throw new Error(`kp up ended with ${result.exit ?? result.signal}\n${result.stdout.slice(-3000)}`)
  const lab = result.json<UpResult & Record<string, unknown>>().phases.flatMap(({steps}) => steps).find(({id}) => id === 'control-plane/lab')
  const kpMs = result.durationMs - (lab?.durationMs ?? 0)
  if (script === undefined) return {kpMs, sequentialMs: NaN, peakMb}
  const differences = differencesOf(await settled(kp), script.made)
  if (differences.length > 0) throw new Error(`kp and bench/sequential.sh do not end with the same objects (after ${Math.round(kpMs)} and ${Math.round(script.tookMs)} ms):\n  ${differences.join('\n  ')}`)
  return {kpMs, sequentialMs: script.tookMs, peakMb}
}

/** Peak memory over the builds. */
export function measureMemory(built: Built[]): Figure {
  return judge('peak memory of kp itself', built.map(({peakMb}) => peakMb), LIMIT_MB, 'during the first kp up', 'MB')
}

/** `kp up` and `helm upgrade` where nothing is to be done. kp first: what helm does is a change for it. */
export async function measureNothing({kp, sequential}: Places, runs: number): Promise<{kpMs: number; helmMs: number}[]> {
  const inputs = await makeInputs(sequential)
  const own: number[] = []
  // The first one looks at every object once more; from then on it knows them.
  await kp.kp(['up', '--yes', '--json'])
  for (let round = 0; round < runs; round++) {
    const started = performance.now()
    const {phases} = await kp.kp<{phases: {steps: {id: string; result: string}[]}[]}>(['up', '--yes', '--json'])
    own.push(performance.now() - started)
    const done = phases.flatMap(({steps}) => steps).filter(({result}) => result !== 'satisfied' && result !== 'skipped')
    if (done.length > 0) throw new Error(`kp found something to do: ${done.map(({id}) => id).join(', ')}`)
  }
  return own.map((kpMs) => {
    const started = performance.now()
    for (const {name, namespace} of inputs.releases) {
      run(kp, inputs, inputs.helm, ['upgrade', '--install', name, join(inputs.folder, 'charts', name), '--namespace', namespace, '--values', join(inputs.folder, 'values', `${name}.json`), '--force-conflicts', '--reset-values', '--wait', '--timeout', '300s', '--hide-notes'])
    }
    return {kpMs, helmMs: performance.now() - started}
  })
}

/** The sequential script on a fresh lab, which ends with it. */
async function buildByScript(place: Place): Promise<{tookMs: number; made: Snapshot}> {
  await place.renew()
  const inputs = await makeInputs(place)
  await inputs.makeLab()
  const started = performance.now()
  run(place, inputs, join(PROJECT, 'bench', 'sequential.sh'), [place.root, inputs.folder])
  const tookMs = performance.now() - started
  const made = await settled(place)
  await place.renew()
  return {tookMs, made}
}

/** What the lab holds once nothing changes any more: volumes come some seconds after the pods that claim them. */
async function settled(place: Place): Promise<Snapshot> {
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  return takeSnapshot(place.admin())
}

/** Runs a program against the lab of a place. @throws Error with what it printed */
function run(place: Place, inputs: Inputs, program: string, args: string[]): void {
  const env = {...place.environment, KUBECONFIG: place.lab.kubeconfig, KUBE_VERSION: inputs.kubeVersion, PATH: `${place.lab.bin}:${dirname(inputs.helm)}:${place.environment['PATH'] ?? ''}`}
  const {status, stdout, stderr, error} = spawnSync(program, args, {env, encoding: 'utf8', maxBuffer: 64 << 20})
  if (status !== 0) throw new Error(`${program.split('/').at(-1)} ${args.slice(0, 3).join(' ')} ended with ${status ?? String(error)}\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`)
}
