/** Kills kp in the middle of what it does, at a moment that its own events name. */
import {readFileSync, readdirSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import type {TestPlatform} from './platform.ts'
import type {KpResult} from './run-kp.ts'
import type {Chance} from './seed.ts'

/** Who is killed: kp alone, its process group, or kp and every process below it at once. */
export const KILL_KINDS = ['kp', 'group', 'tree'] as const

/** One of KILL_KINDS. */
export type KillKind = (typeof KILL_KINDS)[number]

/** When: at the nth event (default the first) that fits all that is given, and a chosen while later. */
export interface Moment {
  event: string
  phase?: string
  step?: string
  /** Name of the tool of a `tool.started`: `helm`. */
  tool?: string
  nth?: number
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

/** Ends kp with SIGKILL at a moment; the chosen delay is in the report. */
export async function killAt(platform: TestPlatform, args: string[], moment: Moment, kind: KillKind, chance: Chance, env: Record<string, string> = {}): Promise<KillReport> {
  const delay = chance.between(...moment.after)
  const victims: string[] = []
  let seen = 0
  let timer: Promise<void> | undefined
  const kp = platform.start(args, {
    env,
    detached: true,
    onLine(line) {
      if (timer !== undefined || !fits(line, moment) || ++seen < (moment.nth ?? 1)) return
      timer = sleep(delay).then(() => void victims.push(...kill(kp.pid, kind)))
    },
  })
  const result = await kp.done
  await timer
  const hit = result.signal === 'SIGKILL'
  const line = `SIGKILL ${kind} ${describeMoment(moment)} +${delay} ms: ${hit ? `killed ${victims.join(', ')}` : `too late, kp had ended with ${result.exit}`}`
  return {line, hit, result}
}

/** A moment in words. */
export function describeMoment({event, phase, step, tool, nth}: Moment): string {
  return [event, tool, step ?? phase, nth === undefined ? '' : `no. ${nth}`].filter(Boolean).join(' ')
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
  if (moment.phase !== undefined && event.phase !== moment.phase) return false
  if (moment.step !== undefined && event.step !== moment.step) return false
  return moment.tool === undefined || event.data?.tool?.split('/').at(-1) === moment.tool
}
