/** How long kp takes to start, held against `node -e 0` of the same Node. */
import {spawnSync} from 'node:child_process'
import {judge} from './report.ts'
import type {Figure} from './report.ts'
import type {Places} from './places.ts'
import {KP_BIN, NODE} from '../test/helpers/run-kp.ts'

/** Starts in one measurement: a single one is shorter than what the clock of processor time can tell. */
const STARTS = 10

const CASES: {args: string[]; limit: number}[] = [
  {args: ['--version'], limit: 2.5},
  {args: ['--help'], limit: 4},
  {args: ['status', '--json'], limit: 6},
]

interface Spent {
  wall: number
  cpu: number
}

/** Two figures a command: time on the clock, and time of the processor. The platform must be built. */
export function measureStartup({kp}: Places, runs: number): Figure[] {
  const spend = (args: string[]): Spent => spent(args, kp.root, kp.environment)
  const empty = ['-e', '0']
  // The first start fills Node's compile cache.
  for (const {args} of CASES) spend([KP_BIN, ...args])
  const rounds = Array.from({length: runs}, () => ({empty: spend(empty), cases: CASES.map(({args}) => spend([KP_BIN, ...args]))}))
  return CASES.flatMap(({args, limit}, index) =>
    (['wall', 'cpu'] as const).map((kind) => {
      const pairs = rounds.map((round) => ({own: round.cases[index]?.[kind] ?? NaN, empty: round.empty[kind]}))
      const shown = (pick: (pair: {own: number; empty: number}) => number): string => `${Math.round(Math.min(...pairs.map(pick)))} ms`
      return judge(`kp ${args.join(' ')}, ${kind === 'wall' ? 'clock' : 'processor'}`, pairs.map(({own, empty: bare}) => own / bare), limit, `${shown(({own}) => own)} to ${shown((pair) => pair.empty)}`)
    }),
  )
}

/** Milliseconds for one start, on average. bash tells what its children spent. */
function spent(args: string[], cwd: string, env: Record<string, string>): Spent {
  const script = `TIMEFORMAT='%R %U %S'; time for _ in $(seq ${STARTS}); do "$@" >/dev/null || exit 1; done`
  const {status, stderr} = spawnSync('bash', ['-c', script, 'bash', NODE, ...args], {cwd, env: {...env, LC_ALL: 'C'}, encoding: 'utf8'})
  const [real, user, system] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  if (status !== 0 || real === undefined || user === undefined || system === undefined) throw new Error(`kp ${args.slice(1).join(' ')} failed:\n${stderr}`)
  return {wall: (real * 1000) / STARTS, cpu: ((user + system) * 1000) / STARTS}
}
