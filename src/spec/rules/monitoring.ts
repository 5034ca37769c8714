/** Rules about monitoring: who gets alerts, what is dropped, where Grafana is. */
import type {Problem} from '../issues.ts'
import type {EnvironmentSpec} from '../types.ts'
import {doubt, repeated, wrong} from './finding.ts'

type Monitoring = EnvironmentSpec['phases']['monitoring']

/** Without these labels two series become one, and Prometheus refuses both. */
const KEPT_LABELS = new Set(['__name__', 'job', 'instance', 'namespace', 'le'])

/** `phases.monitoring` makes sense as a whole. */
export function monitoringFits(spec: EnvironmentSpec): Problem[] {
  const {monitoring, ingress} = spec.phases
  if (!monitoring.enabled) return []
  const {grafana} = monitoring
  const host = ['phases', 'monitoring', 'grafana', 'host']
  return [
    ...receiversFit(monitoring),
    ...storesFit(monitoring),
    ...droppingFits(monitoring),
    ...(grafana.enabled && grafana.host !== undefined && !ingress.enabled ? [wrong(host, 'needs the ingress, which is off', ['phases', 'ingress', 'enabled'])] : []),
    ...(grafana.enabled && ingress.enabled && ingress.demo.enabled && grafana.host === ingress.demo.host ? [wrong(host, 'is the host of the demo application already', ['phases', 'ingress', 'demo', 'host'])] : []),
  ]
}

function receiversFit({receivers}: Monitoring): Problem[] {
  const path = ['phases', 'monitoring', 'receivers']
  const found = repeated(receivers.map(({name}) => name)).map(({index, name}) => wrong([...path, index, 'name'], `must be unique: there is another receiver "${name}"`))
  receivers.forEach(({name, type, secret, to, smarthost}, i) => {
    if (name === 'null') found.push(wrong([...path, i, 'name'], 'must not be null: kp uses that name for alerts that nobody gets'))
    if (type !== 'email' && secret === undefined) found.push(wrong([...path, i, 'secret'], `is missing: ${type} wants its ${type === 'slack' || type === 'webhook' ? 'address' : 'key'}`))
    if (type === 'email' && to === undefined) found.push(wrong([...path, i, 'to'], 'is missing: say which address gets the mail'))
    if (type === 'email' && smarthost === undefined) found.push(wrong([...path, i, 'smarthost'], 'is missing: say which server sends the mail, as host:port'))
  })
  const severities = new Set(receivers.flatMap((receiver) => receiver.severities))
  const [page, warning] = [severities.has('page') && severities.has('critical'), severities.has('warning')]
  if (receivers.length > 0 && !(page && warning)) {
    found.push(doubt(path, `leave alerts to nobody: no receiver takes ${['page', 'critical', 'warning'].filter((one) => !severities.has(one as 'page')).join(', ')}`))
  }
  return found
}

function storesFit({remoteWrite}: Monitoring): Problem[] {
  return remoteWrite.flatMap(({username, password}, i) => {
    if ((username === undefined) === (password === undefined)) return []
    const missing = username === undefined ? 'username' : 'password'
    return [wrong(['phases', 'monitoring', 'remoteWrite', i, missing], 'is missing: user name and password go together')]
  })
}

function droppingFits({drop, dropLabels}: Monitoring): Problem[] {
  const path = ['phases', 'monitoring']
  return [
    ...drop.flatMap((text, i) => {
      const problem = regexProblem(text)
      return problem === undefined ? [] : [wrong([...path, 'drop', i], problem)]
    }),
    ...dropLabels.flatMap((label, i) => (KEPT_LABELS.has(label) ? [wrong([...path, 'dropLabels', i], `must not be ${label}: without it series of different targets become one`)] : [])),
  ]
}

/** Prometheus reads RE2, which knows no look-around and no back references, and always matches the whole name. */
function regexProblem(text: string): string | undefined {
  try {
    void new RegExp(text)
  } catch {
    return 'must be a regular expression'
  }
  if (/\(\?<?[=!]|\\[1-9]/.test(text)) return 'must be a regular expression without look-around and back references: Prometheus knows none'
  return new RegExp(`^(?:${text})$`).test('up') ? 'must not match the metric up: by it kp sees whether a target answers' : undefined
}
