/** Known failures of phase 8: Prometheus itself, its volume and its kinds. Those of targets and alerts are in pitfalls-alerts.ts. */
import type {Pitfall} from '../../engine/types.ts'
import {alertPitfalls} from './pitfalls-alerts.ts'

const ownPitfalls: Pitfall[] = [
  {
    code: 'KP0801',
    title: 'Too many series: Prometheus runs out of memory',
    symptom: 'Prometheus is ended again and again (OOMKilled), queries get slow, "query processing would load too many samples into memory".',
    cause: 'High cardinality: a label with very many values (an id, a path, an address) makes a series of each of them.',
    match: [
      {condition: {kind: 'Prometheus', type: 'Available', status: 'False', message: /\bOOMKilled\b/}},
      {output: /query processing would load too many samples into memory|sample limit exceeded|label_limit exceeded/},
      {check: 'monitoring.prometheus', output: /OOMKilled/},
      {check: 'monitoring.prometheus'},
    ],
    fix: [
      {text: 'Which metrics have the most series? The page of Prometheus itself says it, under Status, TSDB status.', command: 'kubectl -n monitoring port-forward service/kube-prometheus-stack-prometheus 9090:9090'},
      {text: 'Name them in phases.monitoring.drop, or the label in phases.monitoring.dropLabels: they are dropped before they are stored.', command: 'kp plan monitoring'},
      {text: 'Bring it to the cluster. What is stored already goes with its time.', command: 'kp step monitoring'},
      {text: 'If it is all needed, give it more memory: components.kube-prometheus-stack.values.prometheus.prometheusSpec.resources.'},
    ],
    confirmBy: 'monitoring.prometheus',
    runbook: 'prometheus-unwell.md',
    source: 'twenty phases, 8',
  },
  {
    code: 'KP0802',
    title: 'The volume of Prometheus is too small for its retention',
    symptom: 'Older metrics are missing, or Prometheus ends with "no space left on device".',
    cause: 'More metrics than expected: the volume is full before the time in phases.monitoring.retention has passed.',
    match: [
      {output: /write to WAL: log samples: write \/prometheus\/wal\/\d+: no space left on device/},
      {condition: {kind: 'Prometheus', type: 'Available', status: 'False', message: /no space left on device/}},
      {check: 'monitoring.disk'},
    ],
    fix: [
      {text: 'Keep years of metrics elsewhere: name a long-term store in phases.monitoring.remoteWrite, and shorten retention here.', command: 'kp plan monitoring'},
      {text: 'Or grow the claim, where the StorageClass allows it, and write the same size to phases.monitoring.volume.', command: 'kubectl -n monitoring edit pvc prometheus-kube-prometheus-stack-prometheus-db-prometheus-kube-prometheus-stack-prometheus-0'},
      {text: 'Fewer metrics help too: phases.monitoring.drop.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.disk',
    runbook: 'prometheus-unwell.md',
    source: 'twenty phases, 8',
  },
  {
    code: 'KP0803',
    title: 'The kind ServiceMonitor does not exist yet',
    symptom: 'A chart cannot be installed: no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1".',
    cause: 'The chart makes a ServiceMonitor, and the kinds of the Prometheus operator come later or were removed.',
    match: [
      {output: /no matches for kind "(?:ServiceMonitor|PodMonitor|PrometheusRule|Probe)" in version "monitoring\.coreos\.com\/v1"/},
      {check: 'monitoring.kinds'},
    ],
    fix: [
      {text: 'Bring the kinds; kp does so right after the control plane.', command: 'kp step control-plane'},
      {text: 'Then run what failed again.', command: 'kp up'},
    ],
    confirmBy: 'monitoring.kinds',
    source: 'prometheus-community/helm-charts: kube-prometheus-stack README',
  },
  {
    code: 'KP0804',
    title: 'A rule does not evaluate',
    symptom: 'An alert never fires. The log says "many-to-many matching not allowed" or "found duplicate series for the match group".',
    cause: 'The expression of the rule fits the metrics no longer: often two copies of kube-state-metrics, or a label that was dropped.',
    match: [
      {output: /Evaluating rule failed[^\n]*(?:many-to-many matching not allowed|found duplicate series for the match group)/},
      {check: 'monitoring.rules'},
    ],
    fix: [
      {text: 'Which rule, and why?', command: 'kp verify monitoring --check monitoring.rules'},
      {text: 'Is there a second kube-state-metrics?', command: 'kubectl get pods -A -l app.kubernetes.io/name=kube-state-metrics'},
      {text: 'Does phases.monitoring.dropLabels take away a label that the rule needs? Then leave it.', command: 'kp plan monitoring'},
    ],
    confirmBy: 'monitoring.rules',
    runbook: 'prometheus-unwell.md',
    source: 'prometheus docs: recording rules; prometheus/rules/manager.go',
  },
  {
    code: 'KP0808',
    title: 'Prometheus waits for its volume',
    symptom: 'The pod stays Pending; its claim names a StorageClass that does not exist, or its volume is in a zone without a free node.',
    cause: 'There is no default StorageClass, its driver makes no volume, or the node in the zone of the volume is full or gone.',
    match: [
      {condition: {kind: 'Prometheus', type: 'Available', status: 'False', message: /unbound immediate PersistentVolumeClaims|had volume node affinity conflict/}},
      {condition: {kind: 'Alertmanager', type: 'Available', status: 'False', message: /unbound immediate PersistentVolumeClaims|had volume node affinity conflict/}},
      {check: 'monitoring.volumes'},
    ],
    fix: [
      {text: 'What do the claims say?', command: 'kubectl -n monitoring describe pvc'},
      {text: 'Is there one default StorageClass, and does its driver run?', command: 'kp verify node-pools'},
      {text: 'A volume does not leave its zone: bring a node there, or delete claim and pod and begin anew (the metrics go with them).', command: 'kubectl get nodes -L topology.kubernetes.io/zone'},
    ],
    confirmBy: 'monitoring.volumes',
    source: 'kp: storage is part of monitoring; prometheus-operator docs: storage',
  },
  {
    code: 'KP0812',
    title: 'The port of the node exporter is taken',
    symptom: 'The node exporter does not start on some nodes: "listen tcp 0.0.0.0:9100: bind: address already in use".',
    cause: 'Another node exporter runs there: one of the machine image, or of an earlier monitoring.',
    match: [{output: /listen tcp [\d.]*:9100: bind: address already in use/}],
    fix: [
      {text: 'Who else has one?', command: 'kubectl get daemonsets -A -o wide'},
      {text: 'Remove it, or give kp\'s another port: components.kube-prometheus-stack.values.prometheus-node-exporter.service.port.', command: 'kp step monitoring'},
    ],
    confirmBy: 'monitoring.ready',
    source: 'prometheus/node_exporter: default port 9100',
  },
]

/** All of the phase, by code. */
export const pitfalls: Pitfall[] = [...ownPitfalls, ...alertPitfalls].toSorted((a, b) => a.code.localeCompare(b.code))
