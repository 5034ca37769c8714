/** A check of phase 1 on machines that kp sets up itself: whether they can be a cluster. */
import {knownHosts, layHosts, setsUpHosts} from '../../checks/hosts/place.ts'
import {check, verdict} from '../../checks/builders.ts'
import {PLAYBOOKS} from '../../components/hosts/files.ts'
import type {PlatformCheck} from '../../context.ts'
import {complaintsOf, runPlaybook} from '../../tools/ansible.ts'

const LOOK_MS = 15 * 60_000

/** Names, ids, time, kernel, memory, disk under etcd, and the ports between the hosts. Changes nothing on them. */
export const hostsCheck: PlatformCheck = check({
  id: 'networking.hosts',
  title: 'Every host answers and can be a node: names, time, kernel, ports, disk',
  pitfalls: ['KP0333', 'KP0122', 'KP0123', 'KP0124', 'KP0125', 'KP0126', 'KP0127', 'KP0224', 'KP0346'],
  appliesTo: (ctx) => (setsUpHosts(ctx.provider.id) ? (ctx.aws?.emulator === undefined ? true : 'the machines of an emulator do not run') : 'kp sets up no hosts here'),
  async run(ctx) {
    const known = knownHosts(ctx)
    if (known === undefined) return {status: 'skip', observed: 'the machines are not there yet'}
    const report = await runPlaybook(layHosts(ctx), {playbook: PLAYBOOKS.preflight, doing: 'look whether the hosts can be a cluster', check: true, timeoutMs: LOOK_MS})
    const complaints = complaintsOf(report)
    if (complaints.length === 0 && !report.ended) return {status: 'unknown', observed: 'the playbook did not come to its end'}
    return verdict(complaints, `${known.hosts.length} hosts`, 'hosts that differ in name and ids, with time, a new kernel, a quick disk and open ports')
  },
})
