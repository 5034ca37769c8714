/** Tools that a killed kp had started and that still run: they are waited for or ended before anything is touched. */
import type {Clock} from '../engine/clock.ts'
import {KpError} from '../engine/errors.ts'
import type {EventInput} from '../engine/events.ts'
import {readJournal, unendedRuns} from '../engine/journal.ts'
import {commandOf, findByEnvironment, identifyProcess, identifySelf, isAlive} from '../engine/processes.ts'
import type {ProcessIdentity} from '../engine/processes.ts'
import {RUN_VARIABLE, signalGroup} from '../tools/exec.ts'

/** Tools that change a platform and must not be cut off in the middle. */
const WAITED_FOR = new Set(['helm', 'kubectl', 'terraform', 'tofu', 'ansible-playbook', 'velero'])
/** Tools that are of no use without the kp that started them. */
const ENDED = new Set(['go', 'kwokctl', 'kubeadm', 'tar'])
/** What terraform starts stays where terraform itself was cut off: it ends by nobody's hand. */
const PROVIDER = /^terraform-provider-/
const LONGEST_WAIT_MS = 15 * 60_000
const GRACE_MS = 10_000
const RUNS_TO_LOOK_AT = 20

interface Leftover extends ProcessIdentity {
  tool: string
  mutates: boolean
}

/** What looking for leftovers needs. */
export interface LeftoverOptions {
  runsDir: string
  clock: Clock
  emit(event: EventInput): void
  stopping(): boolean
}

/**
 * Waits for tools that are in the middle of a change, and ends the others.
 * @throws KpError LOCKED where one does not end
 */
export async function settleLeftovers(options: LeftoverOptions): Promise<void> {
  await settleAll(findLeftovers(options.runsDir), options)
}

/** The same for one run of which only the id is known, such as that of another checkout. */
export async function settleRun(run: string, options: Omit<LeftoverOptions, 'runsDir'>): Promise<void> {
  await settleAll(findByRun(run), options)
}

/** Those that work are waited for first: what they themselves had started then has ended too. */
async function settleAll(leftovers: readonly Leftover[], options: Omit<LeftoverOptions, 'runsDir'>): Promise<void> {
  const works = ({mutates, tool}: Leftover): boolean => mutates && WAITED_FOR.has(tool)
  for (const leftover of leftovers.filter(works)) await waitFor(leftover, options)
  for (const leftover of leftovers.filter((one) => !works(one))) if (isAlive(leftover) === true) await end(leftover, options)
}

/** Tools of runs without an end that still run. */
export function findLeftovers(runsDir: string): Leftover[] {
  const found = new Map<number, Leftover>()
  const self = identifySelf()
  for (const run of unendedRuns(runsDir, RUNS_TO_LOOK_AT)) {
    // In the order of the journal: a pid may have been one tool's and then another's.
    const unfinished = new Map<number, Leftover>()
    for (const {code, data} of readJournal(run.dir)) {
      const {pid, start = '?', tool = '', mutates} = (data ?? {}) as {pid?: number; start?: string; tool?: string; mutates?: boolean}
      if (pid === undefined) continue
      if (code === 'tool.started') unfinished.set(pid, {host: self.host, boot: self.boot, pid, start, tool: nameOf(tool), mutates: mutates === true})
      if (code === 'tool.finished') unfinished.delete(pid)
    }
    for (const leftover of unfinished.values()) if (isAlive(leftover) === true) found.set(leftover.pid, leftover)
    // Between the start of a tool and its line in the journal there is a moment: its environment names the run too.
    for (const leftover of findByRun(run.id)) if (!found.has(leftover.pid)) found.set(leftover.pid, leftover)
  }
  return [...found.values()]
}

function findByRun(run: string): Leftover[] {
  return findByEnvironment(RUN_VARIABLE, run).flatMap((pid) => {
    const tool = nameOf((commandOf(pid) ?? '').split(' ')[0] ?? '')
    const identity = identifyProcess(pid)
    return identity !== undefined && (WAITED_FOR.has(tool) || ENDED.has(tool) || PROVIDER.test(tool)) ? [{...identity, tool, mutates: true}] : []
  })
}

async function waitFor(leftover: Leftover, options: Omit<LeftoverOptions, 'runsDir'>): Promise<void> {
  const {clock} = options
  const until = clock.now() + LONGEST_WAIT_MS
  const command = commandOf(leftover.pid)?.slice(0, 120) ?? leftover.tool
  while (isAlive(leftover) === true) {
    options.emit({code: 'leftover.waiting', text: `${leftover.tool} of an earlier run that was killed still works: waiting for it (process ${leftover.pid})`, data: {command, pid: leftover.pid}})
    if (options.stopping() || clock.now() > until) {
      throw new KpError({
        code: 'LOCKED',
        message: `${leftover.tool} of an earlier run that was killed still works (process ${leftover.pid})`,
        details: [command],
        next: [`wait until it has ended, or end it: kill ${leftover.pid}`, 'then run the same command again'],
      })
    }
    await clock.sleep(1000)
  }
}

async function end(leftover: Leftover, options: Omit<LeftoverOptions, 'runsDir'>): Promise<void> {
  const {clock} = options
  options.emit({code: 'leftover.ended', text: `ended ${leftover.tool} of an earlier run that was killed (process ${leftover.pid})`, data: {pid: leftover.pid}})
  signalGroup(leftover.pid, 'SIGTERM')
  const until = clock.now() + GRACE_MS
  while (isAlive(leftover) === true && clock.now() < until) await clock.sleep(100)
  if (isAlive(leftover) === true) signalGroup(leftover.pid, 'SIGKILL')
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path
}
