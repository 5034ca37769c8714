/** Alertmanager's configuration: who gets which alerts. Secrets are named as files, which Alertmanager finds beside it. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'
import type {Value, Values} from './types.ts'

/** One entry of `phases.monitoring.receivers`. */
type Receiver = EnvironmentSpec['phases']['monitoring']['receivers'][number]

/** Gets nothing: where an alert goes that nobody asked for. */
const NOBODY = 'null'
/** Where the operator mounts the Secrets of `alertmanagerSpec.secrets`. */
const SECRET_FOLDER = '/etc/alertmanager/secrets/kp-receivers'

/** The configuration. An alert goes to every receiver that asked for its severity. */
export function alertingConfig(spec: EnvironmentSpec): Values {
  const {receivers} = spec.phases.monitoring
  return {
    global: {resolve_timeout: '5m'},
    route: {
      receiver: NOBODY,
      group_by: ['namespace', 'alertname', 'slo'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [
        // Both fire always: one shows that alerts arrive, the other holds back what is only for information.
        {receiver: NOBODY, matchers: ['alertname =~ "Watchdog|InfoInhibitor"']},
        ...receivers.map(toRoute),
      ],
    },
    // Objectives share the names of their alerts: one must not hold back another's.
    inhibit_rules: [
      {source_matchers: ['severity =~ "page|critical"'], target_matchers: ['severity =~ "warning|info"'], equal: ['namespace', 'alertname', 'slo']},
      {source_matchers: ['severity = "warning"'], target_matchers: ['severity = "info"'], equal: ['namespace', 'alertname', 'slo']},
      {source_matchers: ['alertname = "InfoInhibitor"'], target_matchers: ['severity = "info"'], equal: ['namespace']},
    ],
    receivers: [{name: NOBODY}, ...receivers.map((receiver) => toReceiver(receiver, spec))],
    templates: [],
  }
}

function toRoute({name, severities}: Receiver): Values {
  return {receiver: name, matchers: [`severity =~ "${severities.join('|')}"`], continue: true}
}

function toReceiver(receiver: Receiver, spec: EnvironmentSpec): Values {
  const {name, type, to} = receiver
  const file = `${SECRET_FOLDER}/${name}`
  const entry = (kind: string, fields: Values): Values => ({name, [`${kind}_configs`]: [{send_resolved: true, ...fields}]})
  switch (type) {
    case 'slack':
      return entry('slack', {api_url_file: file, ...(to === undefined ? {} : {channel: to})})
    case 'pagerduty':
      return entry('pagerduty', {routing_key_file: file, severity: '{{ if eq .CommonLabels.severity "page" }}critical{{ else }}{{ or .CommonLabels.severity "error" }}{{ end }}'})
    case 'opsgenie':
      return entry('opsgenie', {api_key_file: file, ...(to === undefined ? {} : {responders: [{name: to, type: 'team'}] satisfies Value})})
    case 'webhook':
      return entry('webhook', {url_file: file})
    case 'email':
      return entry('email', mail(receiver, spec, file))
  }
}

function mail({to = '', secret, smarthost = '', username}: Receiver, spec: EnvironmentSpec, file: string): Values {
  const from = spec.email ?? `alertmanager@${spec.domain}`
  return {to, from, smarthost, require_tls: true, ...(secret === undefined ? {} : {auth_username: username ?? from, auth_password_file: file})}
}
