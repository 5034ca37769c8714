/** Known failures of phase 8: targets, alerts, Grafana. */
import type {Pitfall} from '../../engine/types.ts'

/** Pitfalls of what Prometheus reads and whom it tells. */
export const alertPitfalls: Pitfall[] = [
  {
    code: 'KP0805',
    title: 'Targets of the control plane are down',
    symptom: 'kube-scheduler, kube-controller-manager or etcd: "connection refused" in the list of targets, and alerts such as KubeSchedulerDown.',
    cause: 'On clusters of kubeadm they listen on 127.0.0.1 alone; managed platforms do not show them at all.',
    match: [
      {output: /dial tcp [\d.]+:(?:10257|10259|2381|10249): connect: connection refused/},
      {check: 'monitoring.targets'},
    ],
    fix: [
      {text: 'Which targets are down?', command: 'kp verify monitoring --check monitoring.targets'},
      {text: 'On machines of your own let them listen on the node: bind-address 0.0.0.0 in kubeadm\'s configuration (etcd: listen-metrics-urls).', command: 'kubectl -n kube-system get configmap kubeadm-config -o yaml'},
      {text: 'On a managed platform switch their targets off: components.kube-prometheus-stack.values.kubeScheduler.enabled: false, and so on.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.targets',
    source: 'prometheus-community/helm-charts: kube-prometheus-stack README, kubeadm',
  },
  {
    code: 'KP0806',
    title: 'Pod Security refuses the node exporter',
    symptom: 'The DaemonSet has no pods: "violates PodSecurity … host namespaces (hostNetwork=true, hostPID=true), hostPath volumes".',
    cause: 'The node exporter reads the machine itself; its namespace has the level baseline or restricted.',
    match: [
      {event: {reason: 'FailedCreate', message: /prometheus-node-exporter[^\n]*violates PodSecurity|violates PodSecurity[^\n]*hostPID=true/}},
      {output: /violates PodSecurity "(?:baseline|restricted):[^"]*": host namespaces \(hostNetwork=true, hostPID=true\)/},
      {check: 'monitoring.ready', output: /prometheus-node-exporter/},
      {check: 'monitoring.ready'},
    ],
    fix: [
      {text: 'kp runs it in kube-system. Was prometheus-node-exporter.namespaceOverride changed in kp.yaml?', command: 'kp plan monitoring'},
      {text: 'Did somebody give kube-system a level?', command: 'kubectl get namespace kube-system --show-labels'},
      {text: 'Take it away there.', command: 'kubectl label namespace kube-system pod-security.kubernetes.io/enforce-'},
    ],
    confirmBy: 'monitoring.ready',
    source: 'Kubernetes docs: Pod Security Standards',
  },
  {
    code: 'KP0807',
    title: 'Alertmanager does not understand its configuration',
    symptom: 'Alertmanager stays with its old configuration: "provision alertmanager configuration: failed to initialize from secret".',
    cause: 'A receiver or a route that this version does not know, or a Secret that a receiver reads is missing.',
    match: [
      {condition: {kind: 'Alertmanager', type: 'Reconciled', status: 'False', message: /provision alertmanager configuration/}},
      {output: /Loading configuration file failed[^\n]*alertmanager\.yaml|no such file or directory[^\n]*\/etc\/alertmanager\/secrets\//},
      {check: 'monitoring.alertmanager'},
    ],
    fix: [
      {text: 'What does the operator say?', command: 'kubectl -n monitoring logs deployment/kube-prometheus-stack-operator --tail=50'},
      {text: 'Are all files there that the receivers read? Each receiver has a key in this Secret.', command: 'kubectl -n monitoring describe secret kp-receivers'},
      {text: 'Correct phases.monitoring.receivers, or what components.kube-prometheus-stack.values.alertmanager.config adds.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.alertmanager',
    runbook: 'alerts-not-arriving.md',
    source: 'prometheus-operator 0.93, pkg/alertmanager/operator.go',
  },
  {
    code: 'KP0809',
    title: 'Nobody gets the alerts',
    symptom: 'Alerts fire and are seen in Alertmanager, but no message comes.',
    cause: 'phases.monitoring.receivers is empty, or no receiver takes the severity.',
    match: [{check: 'monitoring.routes'}],
    fix: [
      {text: 'Name who gets what: one receiver for page and critical, one for warning, each with an entry of secrets.', command: 'kp plan monitoring'},
      {text: 'Bring it to the cluster.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.routes',
    runbook: 'alerts-not-arriving.md',
    source: 'kp: an alert that nobody gets is none',
  },
  {
    code: 'KP0810',
    title: 'Alerts do not arrive at Alertmanager',
    symptom: 'Watchdog, which fires always, is not there. Prometheus says "Error sending alerts" or "no endpoints available for service".',
    cause: 'Prometheus does not run, or a network policy stands between it and Alertmanager.',
    match: [
      {output: /Error sending alerts?[^\n]*alertmanager/},
      {output: /no endpoints available for service \\?"http:kube-prometheus-stack-(?:prometheus|alertmanager):/},
      {check: 'monitoring.watchdog'},
    ],
    fix: [
      {text: 'Are both ready?', command: 'kubectl -n monitoring get pods -l "app.kubernetes.io/name in (prometheus, alertmanager)"'},
      {text: 'Is the policy allow-inside as kp made it?', command: 'kp plan monitoring'},
      {text: 'Put back what is missing.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.watchdog',
    runbook: 'alerts-not-arriving.md',
    source: 'kube-prometheus: Watchdog',
  },
  {
    code: 'KP0811',
    title: 'Grafana does not take the new password',
    symptom: 'Invalid username or password, although the Secret holds the password that you type.',
    cause: 'Grafana reads the password at its first start alone; afterwards it is in its own database.',
    match: [{output: /\[password-auth\.failed\][^\n]*|error="?invalid username or password/i}],
    fix: [
      {text: 'Set it in Grafana itself.', command: 'kubectl -n monitoring exec deployment/kube-prometheus-stack-grafana -c grafana -- grafana cli admin reset-admin-password <password>'},
      {text: 'Or start it anew: kp\'s Grafana keeps nothing, so it takes the Secret again.', command: 'kubectl -n monitoring rollout restart deployment/kube-prometheus-stack-grafana'},
    ],
    confirmBy: 'monitoring.ready',
    source: 'Grafana docs: admin password',
  },
  {
    code: 'KP0813',
    title: 'A Secret that monitoring reads is not there',
    symptom: 'Prometheus, Alertmanager or Grafana waits: the Secret kp-receivers, kp-remote-write or kp-grafana does not exist or lacks a key.',
    cause: 'Somebody deleted it, or the entry of secrets in kp.yaml could not be read when it was made.',
    match: [
      {output: /secret "kp-(?:receivers|grafana|remote-write)" not found/},
      {check: 'monitoring.secrets'},
    ],
    fix: [
      {text: 'What is there?', command: 'kubectl -n monitoring get secrets kp-receivers kp-remote-write kp-grafana --ignore-not-found'},
      {text: 'Make it again, where what its entry of secrets names can be read.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.secrets',
    source: 'kp: secrets are references',
  },
  {
    code: 'KP0814',
    title: 'The host of Grafana leads nowhere',
    symptom: 'The browser gets 404 or no answer at phases.monitoring.grafana.host, while port-forward works.',
    cause: 'The gateway has not taken the route: it has no listener for the host, or the Service of Grafana is not there.',
    match: [{check: 'monitoring.grafana-route'}],
    fix: [
      {text: 'What does the way in say?', command: 'kubectl -n monitoring describe httproute,ingress grafana'},
      {text: 'The listener and the certificate of the host belong to the ingress phase.', command: 'kp step ingress'},
      {text: 'Then the route.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.grafana-route',
    source: 'Gateway API docs: route attachment',
  },
]
