/** The folders of a benchmark: a platform that kp builds, the same one for the sequential script, and their labs, which end with it. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {KubeApi} from '../src/tools/kube-api.ts'
import {systemClock} from '../src/engine/clock.ts'
import {labLayout} from '../src/providers/lab/layout.ts'
import type {LabLayout} from '../src/providers/lab/layout.ts'
import {endLabs} from '../test/helpers/end-labs.ts'
import {kpEnvironment, startKp} from '../test/helpers/run-kp.ts'
import type {RunningKp} from '../test/helpers/run-kp.ts'

/** Name of platform, cluster and lab; the same on both sides, so that their objects are equal. */
export const NAME = 'bench'

/** One side of a comparison. */
export interface Place {
  /** Folder of everything of it. */
  base: string
  /** The platform repository. */
  root: string
  lab: LabLayout
  environment: Record<string, string>
  /** Starts kp in the repository. */
  start(args: string[]): RunningKp
  /** Runs kp to its end. @throws Error where it does not end with 0; the last line of what it printed */
  kp<T>(args: string[]): Promise<T>
  /** A client of its lab, as administrator. */
  admin(): KubeApi
  /** Makes the repository anew; its lab ends. */
  renew(): Promise<void>
}

/** Both sides. */
export interface Places {
  kp: Place
  sequential: Place
}

/** Makes the places, and takes everything away at the end, also after a Ctrl-C. @param charts a folder of real charts; default the stand-ins */
export async function withPlaces(charts: string | undefined, work: (places: Places) => Promise<void>): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'kp-bench-'))
  // An empty mirror: stand-ins, whatever this machine can reach.
  const mirror = charts === undefined ? join(base, 'no-charts') : resolve(charts)
  if (charts === undefined) mkdirSync(mirror)
  const places = {kp: place(join(base, 'kp'), mirror), sequential: place(join(base, 'sequential'), mirror)}
  const stop = (): void => void end().finally(() => process.exit(130))
  const end = async (): Promise<void> => {
    for (const {environment} of Object.values(places)) await endLabs(environment['KP_STATE_DIR'] ?? '')
    rmSync(base, {recursive: true, force: true})
  }
  process.once('SIGINT', stop)
  try {
    for (const one of Object.values(places)) await one.renew()
    await work(places)
  } finally {
    process.off('SIGINT', stop)
    await end()
  }
}

function place(base: string, mirror: string): Place {
  const state = join(base, 'state')
  const root = join(base, NAME)
  const lab = labLayout(state, NAME)
  const environment = kpEnvironment(state)
  const start: Place['start'] = (args) => startKp(args, environment, {cwd: root, timeoutMs: 15 * 60_000})
  return {
    base,
    root,
    lab,
    environment,
    start,
    async kp<T>(args: string[]) {
      const result = await start(args).done
      if (result.exit !== 0) throw new Error(`kp ${args.join(' ')} ended with ${result.exit ?? result.signal}\n${result.stdout.slice(-3000)}\n${result.stderr.slice(-3000)}`)
      return result.json<T>()
    },
    admin: () => new KubeApi({kubeconfig: lab.adminKubeconfig, userAgent: 'kp-bench', clock: systemClock, signal: new AbortController().signal}),
    async renew() {
      await endLabs(state)
      rmSync(root, {recursive: true, force: true})
      mkdirSync(base, {recursive: true})
      const answers = join(base, 'answers.yaml')
      writeFileSync(answers, JSON.stringify({name: NAME, charts: {mirror}}))
      const made = await startKp(['init', root, '--answers', answers, '--no-git', '--json'], environment, {cwd: base}).done
      if (made.exit !== 0) throw new Error(`kp init: ${made.stdout}\n${made.stderr}`)
    },
  }
}
