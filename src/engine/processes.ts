/** Which process is which: a pid alone is reused, a pid with its start time and the machine's boot is not. */
import {execFileSync} from 'node:child_process'
import {readFileSync, readdirSync} from 'node:fs'
import {hostname} from 'node:os'

/** A process that can be told from every other, also after a reboot. */
export interface ProcessIdentity {
  host: string
  /** Identifies this start of the machine. */
  boot: string
  pid: number
  /** When the process started: clock ticks since boot on Linux, `ps` text elsewhere. */
  start: string
}

/** The identity of a process; undefined where it does not run (a zombie does not). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const start = startOf(pid)
  return start === undefined ? undefined : {host: hostname(), boot: bootId(), pid, start}
}

/** The identity of this process. */
export function identifySelf(): ProcessIdentity {
  return identifyProcess(process.pid) ?? {host: hostname(), boot: bootId(), pid: process.pid, start: '?'}
}

/** Whether that process runs on this machine now. Undefined where another host or boot makes it impossible to say. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined
  if (identity.boot !== bootId()) return false
  return startOf(identity.pid) === identity.start
}

/** Pids of processes whose environment holds `name=value`; Linux only, elsewhere `[]`. */
export function findByEnvironment(name: string, value: string): number[] {
  if (process.platform !== 'linux') return []
  const wanted = `${name}=${value}`
  const found: number[] = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, 'utf8')
      if (environment.split('\0').includes(wanted) && startOf(Number(entry)) !== undefined) found.push(Number(entry))
    } catch {
      // gone in the meantime, or somebody else's
    }
  }
  return found
}

/** The command line of a process, for people; undefined where it is gone. */
export function commandOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).join(' ') || undefined
    }
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {encoding: 'utf8', timeout: 5000}).trim() || undefined
  } catch {
    return undefined
  }
}

let boot: string | undefined

/** Identifies this start of the machine. */
export function bootId(): string {
  boot ??= readBootId()
  return boot
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    try {
      return execFileSync('sysctl', ['-n', 'kern.boottime'], {encoding: 'utf8', timeout: 5000}).trim()
    } catch {
      return 'unknown'
    }
  }
}

function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The name in parentheses may hold spaces: count from the last one. Field 3 is the state, field 22 the start.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {encoding: 'utf8', timeout: 5000}).trim() || undefined
  } catch {
    return undefined
  }
}
