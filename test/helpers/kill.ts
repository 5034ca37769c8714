/** Kills kp in the middle of what it does, at a moment that its own events name. */
import {readFileSync, readdirSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import type {TestPlatform} from './platform.ts'
import type {Chance} from './random.ts'
import type {KpResult} from './run-kp.ts'

/** Who is killed: kp alone, its process group, or kp and every process below it at once. */
export const KILL_KINDS = ['kp', 'group', 'tree'] as const

/** One of KILL_KINDS. */
export type KillKind = (typeof KILL_KINDS)[number]

/** When: at the nth event (default the first) that fits all that is given, and a chosen while later. */
export interface Moment {
  /** Code of an event; `start` is the start of the process. */
  event: string
  /** An id, or a question that an id answers: the phases in which kp was not killed yet. */
  phase?: string | ((id: string) => boolean)
  step?: string
  /** Name of the tool of a `tool.started`: `helm`. */
  tool?: string
  nth?: number
  /** Asked from the event on, again and again: the moment is when it first says yes. */
  when?: {what: string; ask(): Promise<boolean>}
  /** Least and most milliseconds from the event to the kill. */
  after: [number, number]
}

/** What became of a kill. */
export interface KillReport {
  /** In one line, for the output: moment, delay, kind, who died. */
  line: string
  /** False where kp had ended before. */
  hit: boolean
  result: KpResult
}

/**
 * Ends kp with SIGKILL at a moment; the chosen delay is in the report.
 * @param args a command with `--json`, unless the moment is `start`
 */
export async function killAt(platform: TestPlatform, args: string[], moment: Moment, kind: KillKind, chance: Chance, env: Record<string, string> = {}): Promise<KillReport> {
  const delay = moment.after[0] + chance.below(moment.after[1] - moment.after[0] + 1)
  const victims: string[] = []
  let seen = 0
  let attack: Promise<void> | undefined
  const begin = async (): Promise<void> => {
    while (moment.when !== undefined && runs() && !(await moment.when.ask())) await sleep(10)
    await sleep(delay)
    // A pid that nobody has any more may be somebody else's soon.
    if (runs()) victims.push(...kill(kp.pid, kind))
  }
  const kp = platform.start(args, {
    env,
    detached: true,
    timeoutMs: 800_000,
    onLine(line) {
      if (attack === undefined && fits(line, moment) && ++seen >= (moment.nth ?? 1)) attack = begin()
    },
  })
  const runs = (): boolean => kp.child.exitCode === null && kp.child.signalCode === null
  if (moment.event === 'start') attack = begin()
  const result = await kp.done
  await attack
  const hit = result.signal === 'SIGKILL'
  const line = `SIGKILL ${kind} ${describeMoment(moment)} +${delay} ms: ${hit ? `killed ${victims.join(', ')}` : `too late, kp had ended with ${result.exit}: ${result.stdout.trimEnd().split('\n').at(-1)?.slice(0, 2000)}`}`
  return {line, hit, result}
}

/** A moment in words. */
export function describeMoment({event, phase, step, tool, nth, when}: Moment): string {
  return [event, tool, step ?? (typeof phase === 'function' ? 'of a phase' : phase), nth === undefined ? '' : `no. ${nth}`, when === undefined ? '' : `when ${when.what}`].filter(Boolean).join(' ')
}

/** When helm has written down that it is in the middle of something with a release: `pending-install`, `uninstalling`. */
export function whenHelmSays(platform: TestPlatform, release: string, status: string): NonNullable<Moment['when']> {
  return {
    what: `${release} is ${status}`,
    async ask() {
      const path = `/api/v1/secrets?labelSelector=${encodeURIComponent(`owner=helm,name=${release},status=${status}`)}&limit=1`
      const list = (await platform.admin().get(path).catch(() => undefined)) as {items?: unknown[]} | undefined
      return (list?.items?.length ?? 0) > 0
    },
  }
}

/** Releases of the default platform that are worth a kill in the middle. */
export const RELEASES = [
  {step: 'cni/release', name: 'cilium', namespace: 'kube-system'},
  {step: 'cert-manager/release', name: 'cert-manager', namespace: 'cert-manager'},
  {step: 'ingress/release', name: 'envoy-gateway', namespace: 'envoy-gateway-system'},
] as const

/** The first run in which helm was seen with a release half installed; where all are over too soon, the last. What such a run installed is taken away again before the next. */
export async function killHalfInstalled(platform: TestPlatform, release: {step: string; name: string; namespace: string}, attempt: (moment: Moment) => Promise<KillReport>, after: [number, number]): Promise<KillReport> {
  const when = whenHelmSays(platform, release.name, 'pending-install')
  for (let tries = 1; ; tries++) {
    const report = await attempt({event: 'tool.started', tool: 'helm', step: release.step, when, after})
    if ((report.hit && (await when.ask())) || tries === 3) return report
    await platform.helm(['uninstall', release.name, `--namespace=${release.namespace}`, '--ignore-not-found', '--wait'])
  }
}

/** Sends SIGKILL. @returns the names of the programs that got it */
export function kill(pid: number, kind: KillKind): string[] {
  const below = kind === 'tree' ? descendants(pid) : []
  const killed: string[] = []
  for (const [target, name] of [[kind === 'group' ? -pid : pid, 'kp'] as const, ...below]) {
    try {
      process.kill(target, 'SIGKILL')
      killed.push(name)
    } catch {
      // ended by itself in the meantime
    }
  }
  return killed
}

/** All processes below a process, with their names. Linux only; elsewhere none. */
export function descendants(pid: number): [number, string][] {
  if (process.platform !== 'linux') return []
  const children = new Map<number, [number, string][]>()
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      const end = stat.lastIndexOf(')')
      const parent = Number(stat.slice(end + 2).split(' ')[1])
      children.set(parent, [...(children.get(parent) ?? []), [Number(entry), stat.slice(stat.indexOf('(') + 1, end)]])
    } catch {
      // gone in the meantime
    }
  }
  const walk = (parent: number): [number, string][] => (children.get(parent) ?? []).flatMap((child) => [child, ...walk(child[0])])
  return walk(pid)
}

function fits(line: string, moment: Moment): boolean {
  let event: {event?: string; phase?: string; step?: string; data?: {tool?: string}}
  try {
    event = JSON.parse(line) as typeof event
  } catch {
    return false
  }
  if (event.event !== moment.event) return false
  if (moment.phase !== undefined && !(typeof moment.phase === 'function' ? moment.phase(event.phase ?? '') : event.phase === moment.phase)) return false
  if (moment.step !== undefined && event.step !== moment.step) return false
  return moment.tool === undefined || event.data?.tool?.split('/').at(-1) === moment.tool
}
