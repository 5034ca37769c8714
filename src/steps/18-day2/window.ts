/** When disruptive work may be done: for tools a ConfigMap, for people a calendar in the repository. */
import type {ManifestContext, PlatformStep, RepositoryFile} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {WINDOW, WINDOW_NAMESPACE} from './names.ts'

const DAYS: Record<string, string> = {mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday'}

/** The window in the cluster. */
export const maintenanceWindow: PlatformStep = manifestSet({
  id: 'day2/window',
  title: 'Say when maintenance may be done',
  objects: ({spec}) => {
    const {days, start, duration, timezone} = spec.phases.day2.window
    return [{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: WINDOW, namespace: WINDOW_NAMESPACE}, data: {days: days.join(','), start, duration, timezone}}]
  },
})

/** The calendar of an environment. */
export function calendarFile(ctx: Pick<ManifestContext, 'spec'>): RepositoryFile {
  const {spec} = ctx
  const {environment, backup, phases} = spec
  const {window, etcdSnapshots, certificateThreshold} = phases.day2
  const days = window.days.map((day) => DAYS[day] ?? day).join(', ')
  const lines = [
    `# Maintenance of ${environment.cluster}`,
    '',
    `Disruptive work: ${days}, from ${window.start} for ${window.duration} (${window.timezone}).`,
    'Outside of it only what cannot wait, with a second person.',
    '',
    '## Daily',
    '',
    '- `kp verify`: no failure. Every morning, by CI or by hand.',
    ...(phases.backup.enabled ? [`- Newest backup within ${backup.rpo}: \`kp verify backup\`.`] : []),
    ...(etcdSnapshots.enabled ? [`- Snapshots of etcd, where kp runs it: each ${etcdSnapshots.every}, ${etcdSnapshots.keep} are kept.`] : []),
    '- Alerts of the night: each has an owner, or is made quieter on purpose.',
    '',
    '## Weekly, in the window',
    '',
    '- `kp plan`: nothing has drifted. What has was changed by hand; find out by whom.',
    '- Patches of components: `kp verify` names charts and images that are behind.',
    '- Nodes: operating system patches, one node at a time, with the budgets watching.',
    `- Certificates that end within ${certificateThreshold}: \`kp verify day2 cert-manager\`.`,
    '',
    '## Monthly, in the window',
    '',
    `- Restore a namespace beside the old one, against the clock (RTO ${backup.rto}): runbooks/restore-namespace.md.`,
    '- One drill: a pod, a node, a volume. Time to detect, time to recover, what the runbook lacks.',
    '- Rotate what is old: passwords, tokens, keys.',
    '- Spend and quotas: who grows, and does it pay?',
    '',
    '## Each quarter',
    '',
    '- A minor version of Kubernetes: staging first, a week later the rest. Never two at once.',
    '- Restore the control plane (etcd) or the whole platform into an empty cluster.',
    '- Who may do what: roles, groups, people who left.',
    '',
  ]
  return {path: `docs/maintenance-${environment.name}.md`, text: lines.join('\n')}
}
