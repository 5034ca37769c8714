/** `phases.monitoring` of kp.yaml in the words of kube-prometheus-stack. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'
import {parseQuantity} from '../spec/units.ts'
import {alertingConfig} from './alerting-config.ts'
import {exposedServiceType} from './ingress-values.ts'
import type {MetricsValues, Value, Values} from './types.ts'

/** Secrets in the cluster that phase 8 fills by reference: their values are never part of the chart's values. */
export const METRICS_SECRETS = {receivers: 'kp-receivers', remoteWrite: 'kp-remote-write', grafana: 'kp-grafana'} as const

/** Names that the values template may use. */
export const METRICS_NAMES = [
  'replicas', 'guarded', 'retention', 'retentionSize', 'volume', 'scrapeInterval', 'scrapeClasses', 'remoteWrite', 'alerting', 'alertingSecrets', 'grafana', 'grafanaSecret', 'grafanaUrl', 'grafanaService',
  'webhookCertificate', 'webhookJob', 'controlPlane', 'kubeProxy',
] as const satisfies readonly (keyof MetricsValues)[]

/** Part of the volume that blocks may fill: the rest is for the write-ahead log and for compaction. */
const FULL = 0.85
const MIB = 2 ** 20
/** Providers on which kp makes the control plane, or knows how it was made. */
const OWN_CONTROL_PLANE = new Set(['lab', 'kind', 'kubeadm-aws', 'bare-metal'])

/** What `phases.monitoring` and its surroundings make of the chart's values. */
export function metricsValues(spec: EnvironmentSpec): MetricsValues {
  const {monitoring, ingress, cni} = spec.phases
  const {grafana, receivers} = monitoring
  const certificate = spec.phases['cert-manager'].enabled
  const controlPlane = OWN_CONTROL_PLANE.has(spec.provider.type)
  const classes = scrapeClasses(monitoring)
  const stores = remoteWrite(monitoring)
  return {
    replicas: monitoring.replicas,
    guarded: monitoring.replicas > 1,
    retention: monitoring.retention,
    retentionSize: `${Math.floor(((parseQuantity(monitoring.volume) ?? 0) * FULL) / MIB)}MiB`,
    volume: monitoring.volume,
    scrapeInterval: monitoring.scrapeInterval,
    ...(classes.length === 0 ? {} : {scrapeClasses: classes}),
    ...(stores.length === 0 ? {} : {remoteWrite: stores}),
    alerting: alertingConfig(spec),
    ...(receivers.some(({secret}) => secret !== undefined) ? {alertingSecrets: [METRICS_SECRETS.receivers]} : {}),
    grafana: grafana.enabled,
    ...(grafana.adminPassword === undefined ? {} : {grafanaSecret: METRICS_SECRETS.grafana}),
    ...(grafana.host === undefined || !ingress.enabled ? {} : {grafanaUrl: `https://${grafana.host}`}),
    grafanaService: grafana.host === undefined ? 'ClusterIP' : exposedServiceType(spec),
    webhookCertificate: certificate,
    webhookJob: !certificate,
    controlPlane,
    kubeProxy: controlPlane && !cni.kubeProxyReplacement,
  }
}

/** Key of a long-term store's user name or password in their Secret. */
export function remoteWriteKey(index: number, part: 'username' | 'password'): string {
  return `${index + 1}.${part}`
}

function remoteWrite({remoteWrite: stores}: EnvironmentSpec['phases']['monitoring']): Value[] {
  const login = (index: number, part: 'username' | 'password'): Values => ({name: METRICS_SECRETS.remoteWrite, key: remoteWriteKey(index, part)})
  return stores.map(({url, username, password}, index) => ({
    url,
    ...(username === undefined || password === undefined ? {} : {basicAuth: {username: login(index, 'username'), password: login(index, 'password')}}),
  }))
}

/** One class for all scrapes: what it drops never reaches the store. */
function scrapeClasses({drop, dropLabels}: EnvironmentSpec['phases']['monitoring']): Value[] {
  const rules: Value[] = [
    ...drop.map((regex): Value => ({sourceLabels: ['__name__'], regex, action: 'drop'})),
    ...dropLabels.map((label): Value => ({regex: label, action: 'labeldrop'})),
  ]
  return rules.length === 0 ? [] : [{name: 'kp', default: true, metricRelabelings: rules}]
}
