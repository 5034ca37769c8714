/** Known failures of phase 8: what is never read, and what is never told */
import type {Pitfall} from '../../engine/types.ts'

/** What is never read, and what is never told */
export const selectionPitfalls: Pitfall[] = [
  {
    code: 'KP0815',
    title: 'Nobody picks up a monitor or a rule',
    symptom: 'A ServiceMonitor or PrometheusRule exists, and Prometheus knows neither its target nor its alert; nothing is logged.',
    cause: 'Its labels do not fit the selectors of the Prometheus, such as release: kube-prometheus-stack of the chart\'s own default.',
    match: [{check: 'monitoring.picked-up'}],
    fix: [
      {text: 'Which labels are asked for?', command: 'kubectl get prometheuses -A -o custom-columns=NAME:.metadata.name,MONITORS:.spec.serviceMonitorSelector,RULES:.spec.ruleSelector'},
      {text: 'Give the object the label.', command: 'kubectl -n <namespace> label servicemonitor <name> release=<release>'},
      {text: 'kp sets the selectors to take everything; see what differs.', command: 'kp plan monitoring'},
    ],
    confirmBy: 'monitoring.picked-up',
    source: 'Prometheus operator docs: troubleshooting',
  },
  {
    code: 'KP0816',
    title: 'A monitor finds no Service',
    symptom: 'The list of targets has an empty pool, or none of that name, and an alert on missing metrics never fires.',
    cause: 'The ServiceMonitor names labels, a namespace or the name of a port that its Service does not have.',
    match: [{check: 'monitoring.monitors'}],
    fix: [
      {text: 'What does it look for?', command: 'kubectl -n <namespace> get servicemonitor <name> -o yaml'},
      {text: 'What is there?', command: 'kubectl get services -A --show-labels'},
      {text: 'The port of a ServiceMonitor is the name of a port of the Service, not its number, and not the name of a port of the container.'},
    ],
    confirmBy: 'monitoring.monitors',
    source: 'Prometheus operator docs: troubleshooting',
  },
  {
    code: 'KP0817',
    title: 'An alert that pages has been left to fire',
    symptom: 'kp verify warns while everything that kp made is well: an alert of severity page or critical is firing.',
    cause: 'Something that runs on the platform is broken, or a rule fires for what nobody would act on.',
    match: [{check: 'monitoring.firing'}],
    fix: [
      {text: 'See them with their runbooks.', command: 'kubectl -n monitoring port-forward service/kube-prometheus-stack-alertmanager 9093'},
      {text: 'Do what the annotation runbook_url says.'},
      {text: 'A rule that fires for what needs no hand gets another severity, or goes.'},
    ],
    confirmBy: 'monitoring.firing',
    runbook: 'prometheus-unwell.md',
    source: 'twenty phases, 8',
  },
  {
    code: 'KP0818',
    title: 'A receiver takes no messages',
    symptom: 'Alerts are seen in Alertmanager, and its log says "Notify for alerts failed".',
    cause: 'The address or the key of the receiver has changed, or no policy and no proxy lets Alertmanager out to it.',
    match: [{check: 'monitoring.notifications'}, {output: /msg="Notify for alerts failed"/}],
    fix: [
      {text: 'What does the receiver say?', command: 'kubectl -n monitoring logs -l app.kubernetes.io/name=alertmanager --tail=50'},
      {text: 'Is the Secret that of today?', command: 'kubectl -n monitoring get secret kp-receivers -o yaml'},
      {text: 'Change the entry of secrets in kp.yaml, then hand it on.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.notifications',
    runbook: 'alerts-not-arriving.md',
    source: 'Prometheus docs: alerting best practices',
  },
  {
    code: 'KP0819',
    title: 'The copies of Alertmanager do not see each other',
    symptom: 'Every message comes twice, and a silence works now and then.',
    cause: 'Port 9094 is closed between the copies, by a network policy or by a firewall between nodes (TCP and UDP).',
    match: [{check: 'monitoring.peers'}],
    fix: [
      {text: 'What do they say?', command: 'kubectl -n monitoring logs -l app.kubernetes.io/name=alertmanager --tail=50'},
      {text: 'Which policies are there?', command: 'kubectl -n monitoring get networkpolicies'},
      {text: 'Put back those that kp makes.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.peers',
    runbook: 'alerts-not-arriving.md',
    source: 'Prometheus docs: Alertmanager high availability',
  },
]
