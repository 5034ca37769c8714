/** Known failures of phase 19: alerts that wake people for nothing, or never. Those of what is measured are in pitfalls-measuring.ts. */
import type {Pitfall} from '../../engine/types.ts'
import {findAlertsWithoutSeverity} from './find.ts'
import {measuringPitfalls} from './pitfalls-measuring.ts'

const alertPitfalls: Pitfall[] = [
  {
    code: 'KP1901',
    title: 'An alert takes errors a second for a share of errors',
    symptom: 'rate(http_requests_total{status=~"5.."}[5m]) > 0.01 pages on one failed request in 100 seconds, however many succeed.',
    cause: 'rate() gives requests a second, not a part of all: 0.01 is no per cent. The same number is nothing on a busy service and everything on a quiet one.',
    match: [{check: 'slo.share-not-rate'}],
    fix: [
      {text: 'Which alert is it?', command: 'kp verify slo --check slo.share-not-rate'},
      {text: 'Say what is promised as an entry of slos instead: kp divides errors by all requests, over two windows.', command: 'kp slo list'},
      {text: 'Bring it, then take the old rule away.', command: 'kp step slo'},
      {text: 'Or divide in the old rule: sum(rate(errors[5m])) / sum(rate(requests[5m])) > 0.01.', command: 'kubectl get prometheusrules -A'},
    ],
    confirmBy: 'slo.share-not-rate',
    runbook: 'alerts-nobody-reads.md',
    source: 'twenty phases, 19: its example; SRE workbook, alerting on SLOs',
  },
  {
    code: 'KP1902',
    title: 'Alert fatigue: more pages than anybody reads',
    symptom: 'People on call get pages all week, most need nothing done, and the one that counts is missed.',
    cause: 'Alerts on causes (CPU, a restarted pod) and on short peaks page like an outage does; everything goes to everybody.',
    match: [{check: 'slo.pages'}],
    fix: [
      {text: 'Which alerts fire most?', command: 'kubectl -n monitoring port-forward service/kube-prometheus-stack-prometheus 9090:9090'},
      {text: 'Page for objectives alone, and route by severity: page and critical to whoever is on call, warning to a queue (phases.monitoring.receivers).', command: 'kp plan monitoring'},
      {text: 'An objective that nobody keeps is too high: lower it to what users notice.', command: 'kp slo list'},
      {text: 'Bring both.', command: 'kp up'},
    ],
    confirmBy: 'slo.pages',
    runbook: 'alerts-nobody-reads.md',
    source: 'twenty phases, 19',
  },
  {
    code: 'KP1903',
    title: 'An alert without a severity reaches nobody',
    symptom: 'The alert is firing in Prometheus and in Alertmanager, and no receiver gets it.',
    cause: 'Routes choose by the label severity. An alert without it, or with a word that no route knows, goes to the receiver null.',
    match: [{check: 'slo.severities'}],
    fix: [
      {text: 'Which alerts, and of which object?', command: 'kp verify slo --check slo.severities'},
      {text: 'Give them labels.severity: page, critical, warning or info.', command: 'kubectl -n <namespace> edit prometheusrule <name>'},
    ],
    find: findAlertsWithoutSeverity,
    kinds: ['PrometheusRule'],
    confirmBy: 'slo.severities',
    runbook: 'alerts-nobody-reads.md',
    source: 'alertmanager docs: configuration, route',
  },
  {
    code: 'KP1904',
    title: 'A burn-rate alert that can never fire',
    symptom: 'Everything is down, and the alert at 14.4 times the budget stays quiet.',
    cause: 'Its threshold is above 100 %: 14.4 times the budget of 90 % would be 144 % errors. From 93.06 % downwards the fastest row is unreachable.',
    match: [{check: 'slo.alerts-can-fire'}],
    fix: [
      {text: 'Which rows does each objective have, and from which share of errors on?', command: 'kp slo list'},
      {text: 'kp has left the row out: the next one pages, later. Promise more (99 and above) where an hour of outage matters.', command: 'kp plan slo'},
      {text: 'Bring the new rules.', command: 'kp step slo'},
    ],
    confirmBy: 'slo.alerts-can-fire',
    source: 'SRE workbook, table 5-8; kp: factor times (1 - objective)',
  },
  {
    code: 'KP1906',
    title: 'One failed request pages somebody',
    symptom: 'At night, with a few requests an hour, a single error makes SLOErrorBudgetBurn fire.',
    cause: 'With so few events one of them is more than 14.4 times the budget of a 99.9 % objective.',
    match: [{check: 'slo.enough-traffic'}],
    fix: [
      {text: 'How many events are there, and how many bad ones page?', command: 'kp verify slo --check slo.enough-traffic'},
      {text: 'Promise less, or count several routes together with queries of your own (indicator type prometheus).', command: 'kp slo list'},
      {text: 'Or make traffic that is always there: a probe each few seconds counts like users do.', command: 'kp step slo'},
    ],
    confirmBy: 'slo.enough-traffic',
    runbook: 'alerts-nobody-reads.md',
    source: 'SRE workbook: low-traffic services; pyrra-dev/pyrra#1925',
  },
  {
    code: 'KP1913',
    title: 'The runbook link of an alert leads nowhere',
    symptom: 'Whoever was woken opens the link of the alert, and there is no page.',
    cause: 'metadata.runbooks names a folder without kp\'s runbooks, or the files of runbooks/ were never pushed there.',
    match: [{check: 'slo.runbooks'}],
    fix: [
      {text: 'Which alert leads where?', command: 'kp verify slo --check slo.runbooks'},
      {text: 'Put the address of the folder runbooks/, as people on call see it, into metadata.runbooks; or leave it out. Then write the repository anew.', command: 'kp render'},
      {text: 'Bring the links into the rules.', command: 'kp step slo'},
    ],
    confirmBy: 'slo.runbooks',
    runbook: 'alerts-nobody-reads.md',
    source: 'twenty phases, 19: clear runbooks',
  },
  {
    code: 'KP1915',
    title: 'The error budget is gone',
    symptom: 'What is left of an objective\'s budget is 0 % or less, and changes go on as if nothing were.',
    cause: 'More events were bad within the window than was promised: one long outage, or a small fault for weeks.',
    match: [{check: 'slo.budget'}],
    fix: [
      {text: 'When was it burnt, at once or slowly?', command: 'kubectl -n monitoring port-forward service/kube-prometheus-stack-grafana 3000:80'},
      {text: 'Stop what is risky (releases, upgrades, drills) until there is budget again, and mend the cause first.', command: 'kp history'},
      {text: 'Was more promised than anybody needs? Then lower the objective, with those who use the service.', command: 'kp slo list'},
    ],
    confirmBy: 'slo.budget',
    runbook: 'error-budget-burns.md',
    source: 'SRE workbook: error budget policy',
  },
  {
    code: 'KP1916',
    title: 'An objective of 100 % is refused',
    symptom: 'kp.yaml is refused: slos[0].objective must be a number above 0 and below 100.',
    cause: '100 % has no error budget: the first failed request breaks it for the whole window, every alert would fire for ever, and no release could be risked.',
    match: [{output: /objective\s+must be a number above 0 and below 100 such as 99\.9; 100 leaves no room for any failure/}],
    fix: [
      {text: 'Promise what users notice: 99.9 % is 43 minutes a month, 99.99 % is 4. Write it to objective.', command: 'kp slo list'},
      {text: 'See what would change.', command: 'kp plan slo'},
    ],
    confirmBy: 'slo.rules',
    source: 'SRE book: embracing risk',
  },
]

/** All of the phase, by code. */
export const pitfalls: Pitfall[] = [...alertPitfalls, ...measuringPitfalls].toSorted((a, b) => a.code.localeCompare(b.code))
