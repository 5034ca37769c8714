/** Builder: what Ansible keeps on the hosts. A dry run of the same playbook is the probe. */
import {existsSync, readFileSync} from 'node:fs'
import {complaintsOf, runPlaybook} from '../../tools/ansible.ts'
import type {HostEvent, PlayReport} from '../../tools/ansible.ts'
import {inventoryPath, knownHosts, layHosts, setsUpHosts, wantedInventory} from '../../checks/hosts/place.ts'
import {PLAYBOOKS} from '../../components/hosts/files.ts'
import type {PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import type {Probe} from '../../engine/types.ts'

/** What a play is. */
export interface HostPlayStep {
  id: string
  title: string
  /** Of the plays of site.yml. */
  tags: readonly string[]
  /** Whether there is a host that it is about. */
  hosts(ctx: PlatformContext): number
  after?: string[]
}

const PLAY_MS = 60 * 60_000
const LOOK_MS = 15 * 60_000
const MOST_LINES = 40

/** A step that keeps hosts as the roles and kp.yaml say. */
export function hostPlay({id, title, tags, hosts, after}: HostPlayStep): PlatformStep {
  return {
    id,
    title,
    risk: 'none',
    timeoutMs: PLAY_MS,
    ...(after === undefined ? {} : {after}),
    appliesTo: (ctx) => (setsUpHosts(ctx.provider.id) ? (ctx.aws?.emulator === undefined ? true : `${ctx.aws.emulator} answers for AWS, and the machines of an emulator do not run`) : 'kp sets up no hosts here'),
    async probe(ctx) {
      if (knownHosts(ctx) === undefined || hosts(ctx) === 0) return {state: 'absent', observed: 'the machines are not there yet'}
      const report = await play(ctx, {id, doing: `look at ${title.charAt(0).toLowerCase()}${title.slice(1)}`, tags, check: true, timeoutMs: LOOK_MS})
      requireAnswers(report, 'the hosts could not be looked at')
      return judge(report)
    },
    plan: (_ctx, probe) => Promise.resolve({lines: linesOf(probe), commands: [`ansible-playbook -i ${inventoryPath(_ctx)} infra/ansible/${PLAYBOOKS.site} --tags ${tags.join(',')}`]}),
    async apply(ctx) {
      const report = await play(ctx, {id, doing: `${title.charAt(0).toLowerCase()}${title.slice(1)}`, tags, check: false, timeoutMs: PLAY_MS})
      if (ctx.dryRun) return
      requireAnswers(report, 'the hosts could not be set up')
    },
  }
}

function play(ctx: PlatformContext, {id, doing, tags, check, timeoutMs}: {id: string; doing: string; tags: readonly string[]; check: boolean; timeoutMs: number}): Promise<PlayReport> {
  const place = layHosts(ctx)
  const onTask = (text: string): void => ctx.emit({code: 'step.progress', phase: id.split('/')[0] ?? '', step: id, text})
  return runPlaybook(place, {playbook: PLAYBOOKS.site, doing, check, tags, timeoutMs, onTask})
}

/** @throws KpError that names every host with what is wrong there */
function requireAnswers(report: PlayReport, message: string): void {
  const complaints = complaintsOf(report)
  if (complaints.length === 0 && report.ended) return
  const silent = report.unreachable.map(({host}) => host)
  throw new KpError({
    code: 'STEP_FAILED',
    message: complaints.length === 0 ? `${message}: the playbook did not come to its end` : complaints.length === 1 ? (complaints[0] ?? message) : `${message}: ${complaints.length} complaints`,
    details: complaints.slice(0, MOST_LINES),
    next: [...silent.slice(0, 3).map((host) => `ansible -m ping -i inventory.yml ${host}, in the folder of the inventory`), 'mend what is named, then run the same command again: what is done stays done'],
  })
}

/** What a dry run says: nothing to do, or which tasks would change which host. Pure. */
export function judge({changed, ignored}: Pick<PlayReport, 'changed' | 'ignored'>): Probe {
  const would = [...changed, ...ignored]
  if (would.length === 0) return {state: 'satisfied', observed: 'every host is as it should be'}
  const hosts = new Set(would.map(({host}) => host))
  return {
    state: 'drifted',
    observed: `${would.length} ${would.length === 1 ? 'thing is' : 'things are'} to be done on ${[...hosts].toSorted().join(', ')}`,
    differences: would.slice(0, MOST_LINES).map(({host, task}) => ({object: host, field: nameOf(task), wanted: 'done', seen: 'not done'})),
    data: would,
  }
}

function linesOf(probe: Probe): string[] {
  const would = (probe.data as HostEvent[] | undefined) ?? []
  const lines = would.map(({host, task}) => `${host}: ${nameOf(task)}`)
  return lines.length <= MOST_LINES ? (lines.length === 0 ? ['set the hosts up'] : lines) : [...lines.slice(0, MOST_LINES), `and ${lines.length - MOST_LINES} more`]
}

/** "common : Load the modules" */
function nameOf(task: string): string {
  return task.replace(/^\w+ : /, '')
}

/** The step that writes the inventory of the machines that terraform made. */
export function inventoryStep({id, after}: {id: string; after?: string[]}): PlatformStep {
  return {
    id,
    title: 'Write the inventory of the hosts',
    risk: 'none',
    ...(after === undefined ? {} : {after}),
    appliesTo: (ctx) => (setsUpHosts(ctx.provider.id) ? true : 'kp sets up no hosts here'),
    probe(ctx) {
      const wanted = wantedInventory(ctx)
      const path = inventoryPath(ctx)
      if (wanted === undefined) return Promise.resolve({state: 'absent', observed: 'the machines are not there yet'})
      if (!existsSync(path)) return Promise.resolve({state: 'absent', observed: 'there is no inventory yet'})
      if (readFileSync(path, 'utf8') === wanted) return Promise.resolve({state: 'satisfied', observed: `${knownHosts(ctx)?.hosts.length ?? 0} hosts in ${path}`})
      return Promise.resolve({state: 'drifted', observed: 'the inventory is not that of the machines', differences: [{object: path, seen: 'is not that of the machines and kp.yaml'}]})
    },
    plan: (ctx) => Promise.resolve({lines: [`write ${inventoryPath(ctx)}`], commands: []}),
    async apply(ctx) {
      if (wantedInventory(ctx) === undefined) throw new KpError({code: 'STEP_FAILED', message: 'the machines are not there yet', next: ['kp up']})
      await ctx.change({doing: 'write the inventory of the hosts', command: `write ${inventoryPath(ctx)}`}, () => {
        // With the playbook and the roles beside it, so that it can be used by hand in this folder.
        layHosts(ctx)
        return Promise.resolve()
      })
    },
  }
}

