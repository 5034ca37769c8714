/** Phases 7 and 8: GitOps and monitoring. */
import {firstOf, secretStore} from './stores.ts'
import {textOf, yesNo, type Answers, type Question} from './types.ts'

const hasTool = (answers: Answers): boolean => answers['gitops'] !== undefined && answers['gitops'] !== 'none'
const watched = (answers: Answers): boolean => answers['monitoring'] === true
const RECEIVERS = ['phases', 'monitoring', 'receivers']
const alerts = (answers: Answers): boolean => watched(answers) && textOf(answers, 'alerts') !== 'none'

export const gitopsQuestions: readonly Question[] = [
  {
    id: 'gitops', phase: 'gitops', kind: 'choice', title: 'What deploys from Git', path: ['phases', 'gitops', 'tool'],
    why: ['A controller in the cluster keeps it as the repository says.', 'Who changed what, and how to go back, is then a matter of Git.'],
    choices: [
      {value: 'argo-cd', lines: ['A web interface that shows each application, its health and its drift.', 'More to run: server, repository server, Redis; and a login to guard.']},
      {value: 'flux', lines: ['Small controllers, nothing but Kubernetes objects and Git.', 'No interface of its own: you look with flux and kubectl.']},
      {value: 'none', lines: ['kp up alone brings changes to the cluster.', 'Nothing takes back what somebody changed by hand until kp up runs.']},
    ],
    initial: (answers) => (textOf(answers, 'repository') === '' ? 'none' : 'argo-cd'),
  },
  {
    id: 'gitops-repository', phase: 'gitops', kind: 'text', title: 'Repository to deploy from', path: ['phases', 'gitops', 'repository'],
    why: ['It must hold this folder, and be reachable from the cluster.', 'Without a password in it: credentials are asked for as a reference.'],
    when: (answers) => hasTool(answers) && textOf(answers, 'repository') === '', needs: 'a GitOps tool and no --repository', initial: () => undefined,
  },
  {
    id: 'gitops-branch', phase: 'gitops', kind: 'text', title: 'Branch to deploy', path: ['phases', 'gitops', 'branch'],
    why: ['What is merged there goes to the cluster.', 'Protect it: a review there is a review of the platform.'],
    when: hasTool, needs: 'a GitOps tool', initial: () => 'main',
  },
  {
    id: 'gitops-credentials', phase: 'gitops', kind: 'text', title: 'Credentials for the repository, as a reference', path: ['phases', 'gitops', 'secret'], optional: true,
    store: secretStore(['phases', 'gitops', 'secret'], 'gitops-credentials'),
    why: ['env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY; a key that may only read.', 'Nothing for a repository that everybody may read.'],
    when: hasTool, needs: 'a GitOps tool', initial: () => '',
  },
  {
    id: 'self-heal', phase: 'gitops', kind: 'switch', title: 'Take back changes made by hand', path: ['phases', 'gitops', 'selfHeal'],
    why: ['Somebody runs kubectl edit: is that undone?', 'It shows as drift either way.'],
    choices: yesNo(['The cluster is always what was reviewed.', 'A quick fix at night must go through Git, or pause the tool first.'], ['Quick fixes hold until the next commit.', 'They are forgotten, and the next rollout takes them away.']),
    when: hasTool, needs: 'a GitOps tool', initial: () => true,
  },
  {
    id: 'prune', phase: 'gitops', kind: 'switch', title: 'Delete what is gone from Git', path: ['phases', 'gitops', 'prune'],
    why: ['A file is removed from the repository: is its object deleted?', 'Can be switched on when you trust the repository.'],
    choices: yesNo(['No leftovers: Git is the whole truth.', 'A folder removed by mistake is removed from production.'], ['Nothing is ever deleted by a commit.', 'Leftovers have to be found and removed by hand.']),
    when: hasTool, needs: 'a GitOps tool', initial: () => false,
  },
  {
    id: 'hand-over', phase: 'gitops', kind: 'switch', title: 'Hand kp\'s own releases over to it', path: ['phases', 'gitops', 'handOver'],
    why: ['Who keeps cert-manager, ingress and the rest: kp, or the tool?', 'Can be changed both ways later, without a reinstall.'],
    choices: yesNo(['One place for everything; kp up commits and waits for the sync.', 'The cluster changes only while repository and tool are reachable.'], ['kp keeps the platform, the tool your applications.', 'Two ways into the cluster: one for each.']),
    when: hasTool, needs: 'a GitOps tool', initial: () => false,
  },
]

export const monitoringQuestions: readonly Question[] = [
  {
    id: 'monitoring', phase: 'monitoring', kind: 'switch', title: 'Metrics, alerts and dashboards', path: ['phases', 'monitoring', 'enabled'],
    why: ['kube-prometheus-stack: Prometheus, Alertmanager, Grafana.', 'SLOs, autoscaling by metrics and kp\'s reports read it.'],
    choices: yesNo(['You see trouble before your users call, and why it happened.', 'The largest part of the platform: about 2 GiB of memory and a volume.'], ['Much memory saved; for clusters with monitoring elsewhere.', 'No alerts and no SLOs from kp.']),
    initial: () => true,
  },
  {
    id: 'metrics-retention', phase: 'monitoring', kind: 'text', title: 'How long metrics are kept', path: ['phases', 'monitoring', 'retention'],
    why: ['As 30d or 5w: as long as objectives look back, which is 30 days at first.', 'Twice the time is twice the volume.'],
    when: watched, needs: 'monitoring', initial: () => '30d',
  },
  {
    id: 'metrics-volume', phase: 'monitoring', kind: 'text', title: 'Volume for the metrics', path: ['phases', 'monitoring', 'volume'],
    why: ['50Gi holds 30 days of some ten nodes.', 'A full one stops Prometheus; most storage classes can grow it later.'],
    when: watched, needs: 'monitoring', initial: () => '50Gi',
  },
  {
    id: 'remote-write', phase: 'monitoring', kind: 'text', title: 'Long-term store for metrics', path: ['phases', 'monitoring', 'remoteWrite'], optional: true,
    store: firstOf(['phases', 'monitoring', 'remoteWrite'], 'url'),
    why: ['Address that metrics are also sent to: Thanos, Mimir, a vendor.', 'Nothing keeps them in the cluster alone, where they are lost with it.'],
    when: watched, needs: 'monitoring', initial: () => '',
  },
  {
    id: 'alerts', phase: 'monitoring', kind: 'choice', title: 'Who gets the alerts', path: RECEIVERS, store: receiverType(),
    why: ['Pages and critical alerts go there; more receivers by severity in kp.yaml.', 'Without a receiver nobody hears of anything.'],
    choices: [
      {value: 'slack', lines: ['A channel that the team reads anyway.', 'Wakes nobody: for working hours.']},
      {value: 'pagerduty', lines: ['Rotas, escalation, and a phone that rings.', 'Paid for each person on call.']},
      {value: 'opsgenie', lines: ['Rotas and escalation, close to the other tools of Atlassian.', 'Atlassian ends it in April 2027: not for a new start.']},
      {value: 'webhook', lines: ['Any HTTP address of yours gets each alert as JSON.', 'What happens then is yours to build and to watch.']},
      {value: 'email', lines: ['Works with what everybody has.', 'Read late, and the mail server may be what is down.']},
      {value: 'none', lines: ['Alerts are seen in Alertmanager and Grafana only.', 'For trials: at night nobody hears of anything.']},
    ],
    when: watched, needs: 'monitoring', initial: () => 'none',
  },
  {
    id: 'alerts-to', phase: 'monitoring', kind: 'text', title: 'Channel or mail address for alerts', path: [...RECEIVERS, 0, 'to'], optional: true, store: firstOf(RECEIVERS, 'to'),
    why: ['As #platform-alerts or oncall@example.com.', 'One that somebody reads, also on a Sunday.'],
    when: (answers) => alerts(answers) && ['slack', 'email'].includes(textOf(answers, 'alerts')), needs: 'alerts slack or email',
    initial: (answers) => (answers['alerts'] === 'email' ? undefined : ''),
  },
  {
    id: 'alerts-smarthost', phase: 'monitoring', kind: 'text', title: 'Mail server for alerts', path: [...RECEIVERS, 0, 'smarthost'], store: firstOf(RECEIVERS, 'smarthost'),
    why: ['As smtp.example.com:587; it must take mail from the cluster.', 'Better not one that runs on this platform.'],
    when: (answers) => alerts(answers) && answers['alerts'] === 'email', needs: 'alerts email', initial: () => undefined,
  },
  {
    id: 'alerts-credentials', phase: 'monitoring', kind: 'text', title: 'Address or key of the receiver, as a reference', path: [...RECEIVERS, 0, 'secret'], optional: true,
    store: secretStore([...RECEIVERS, 0, 'secret'], 'alerts'),
    why: ['env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY; never the key itself.', 'The webhook address of Slack is a secret too.'],
    when: alerts, needs: 'a receiver of alerts', initial: (answers) => (answers['alerts'] === 'email' ? '' : undefined),
  },
  {
    id: 'grafana', phase: 'monitoring', kind: 'switch', title: 'Grafana', path: ['phases', 'monitoring', 'grafana', 'enabled'],
    why: ['Dashboards for cluster, nodes and ingress come with it.', 'Reached by port-forward; a host name can be set in kp.yaml.'],
    choices: yesNo(['Everybody can look, without knowing PromQL.', 'One more login to guard.'], ['For those who have a Grafana elsewhere.', 'In the cluster there is only the interface of Prometheus.']),
    when: watched, needs: 'monitoring', initial: () => true,
  },
]

/** One receiver for what must not wait; its name is its kind. */
function receiverType(): NonNullable<Question['store']> {
  const first = firstOf(RECEIVERS, 'type')
  return {
    read: first.read,
    write(draft, value) {
      if (value === 'none') return
      const known = first.read(draft) !== undefined
      first.write(draft, value)
      if (known) return
      firstOf(RECEIVERS, 'name').write(draft, value)
      firstOf(RECEIVERS, 'severities').write(draft, ['page', 'critical'])
    },
  }
}
