/** ansible-playbook, as far as kp uses it: what happens on which host, as lines of JSON. */
import {asKpError, KpError} from '../engine/errors.ts'
import type {Exec} from '../engine/types.ts'

/** Where a playbook is run. */
export interface AnsiblePlace {
  exec: Exec
  /** Folder of playbooks, roles and inventory. */
  folder: string
  env: Record<string, string>
}

/** What a playbook is asked to do. */
export interface PlayOptions {
  playbook: string
  doing: string
  /** Only looks: what would be changed is told. */
  check?: boolean
  /** Tags of the plays; default all. */
  tags?: readonly string[]
  timeoutMs: number
  onTask?(task: string): void
}

/** Something that a task did or would do on a host. */
export interface HostEvent {
  host: string
  task: string
  said: string
}

/** What a playbook did. */
export interface PlayReport {
  changed: HostEvent[]
  /** Tasks that failed where that is borne: in a look, what needs what is not there yet. */
  ignored: HostEvent[]
  failed: HostEvent[]
  unreachable: HostEvent[]
  /** Whether it came to its end. */
  ended: boolean
}

const MARK = 'kp-event '

/**
 * Runs a playbook.
 * @returns what happened, also where hosts failed
 * @throws KpError where the playbook itself could not be run
 */
export async function runPlaybook(place: AnsiblePlace, options: PlayOptions): Promise<PlayReport> {
  const {playbook, doing, check = false, tags = [], timeoutMs, onTask} = options
  const report: PlayReport = {changed: [], ignored: [], failed: [], unreachable: [], ended: false}
  const onLine = (line: string): void => {
    const task = readEvent(line, report)
    if (task !== undefined) onTask?.(task)
  }
  const args = ['-i', 'inventory.yml', playbook, ...(check ? ['--check'] : []), ...(tags.length === 0 ? [] : ['--tags', tags.join(',')])]
  try {
    // 2 and 4: hosts failed, or could not be reached.
    await place.exec.run({tool: 'ansible-playbook', args, mutates: !check, doing, cwd: place.folder, env: {...place.env, ...OWN_SETTINGS}, okExitCodes: [0, 2, 4], timeoutMs, onLine})
  } catch (error) {
    const known = asKpError(error)
    if (known.code !== 'TOOL_FAILED') throw known
    throw new KpError({code: 'TOOL_FAILED', message: `ansible-playbook could not run ${playbook}`, doing, ...(known.tool === undefined ? {} : {tool: known.tool}), next: ['kp doctor'], cause: known})
  }
  return report
}

/** Takes an event into the report. @returns the task that begins */
export function readEvent(line: string, report: PlayReport): string | undefined {
  const at = line.indexOf(MARK)
  if (at < 0) return undefined
  const {event, ...rest} = parsed(line.slice(at + MARK.length)) as {event?: string} & HostEvent
  if (event === 'task') return rest.task
  if (event === 'changed' || event === 'ignored' || event === 'failed' || event === 'unreachable') report[event].push({host: rest.host, task: rest.task, said: rest.said})
  if (event === 'end') report.ended = true
  return undefined
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object
  } catch {
    return {}
  }
}

/** Why hosts are not as they should be, a sentence each; the host first. */
export function complaintsOf({failed, unreachable}: Pick<PlayReport, 'failed' | 'unreachable'>): string[] {
  return [
    ...unreachable.map(({host, said}) => `${host} does not answer: ${firstLine(said)}`),
    ...failed.map(({host, task, said}) => `${host}: ${lowerFirst(task.replace(/^\w+ : /, ''))}: ${firstLine(said) || 'failed, and its output is not shown since it may hold a secret'}`),
  ]
}

function firstLine(text: string): string {
  return text.trim().replace(/^Task failed: /, '').split('\n')[0]?.trim() ?? ''
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** What somebody set for their own work must not lead kp's elsewhere. */
const OWN_SETTINGS = {
  KP_ANSIBLE_EVENTS: '1',
  ANSIBLE_CONFIG: 'ansible.cfg',
  ANSIBLE_NOCOLOR: '1',
  ANSIBLE_FORCE_COLOR: '0',
  ANSIBLE_STDOUT_CALLBACK: 'default',
  ANSIBLE_INVENTORY: '',
  ANSIBLE_LOG_PATH: '',
  PYTHONDONTWRITEBYTECODE: '1',
  LC_ALL: 'C.UTF-8',
}
