/** Known failures of phase 0: the clock */
import type {Pitfall} from '../../engine/types.ts'

/** The clock */
export const clockPitfalls: Pitfall[] = [
  {
    code: 'KP0012',
    title: 'The clocks of this machine and the cluster differ',
    symptom: 'Logins and certificates are refused as "not yet valid" or "expired" though they are new, and times in logs do not fit together.',
    cause: 'This machine, or the nodes of the control plane, take no time from a server: the difference grows for days before anything is refused.',
    match: [{check: 'prerequisites.clock'}, {output: /RequestTimeTooSkewed|Signature (?:not yet current|expired): /}],
    fix: [
      {text: 'What does this machine think of its own clock?', command: 'date -u'},
      {text: 'What is the time of the API server? It is in the header Date.', command: 'curl -skI https://<api-server>/readyz'},
      {text: 'Start NTP here (systemd-timesyncd, chrony), and on the nodes where it is they that are off.'},
    ],
    confirmBy: 'prerequisites.clock',
    source: 'AWS docs: troubleshooting signatures; Kubernetes docs: production environment',
  },
]
