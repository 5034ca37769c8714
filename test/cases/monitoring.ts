/** Cases of the checks of phase 8. */
import {answering, changed, condition, EXISTING, NOW, readyComponent, thing, without} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'

const GROUP = 'monitoring.coreos.com/v1'
const NAME = 'kube-prometheus-stack'
const well = {status: {conditions: [condition('Available'), condition('Reconciled')]}}
const claim = (name: string, phase = 'Bound'): ReturnType<typeof thing> => thing('v1', 'PersistentVolumeClaim', `monitoring/${name}`, {status: {phase}})
const PROMETHEUS_CLAIM = `prometheus-${NAME}-prometheus-db-prometheus-${NAME}-prometheus-0`
const alerting = (text: string): Record<string, unknown> => ({data: {'alertmanager.yaml': Buffer.from(text).toString('base64')}})
const ROUTES = 'route:\n  routes:\n    - {receiver: oncall, matchers: [\'severity =~ "page|critical|warning"\']}\nreceivers:\n  - {name: oncall, webhook_configs: [{}]}\n'
const CONFIG = `monitoring/alertmanager-${NAME}-alertmanager`
const RECEIVERS = {secrets: {'hook-url': 'env:HOOK_URL'}, phases: {monitoring: {receivers: [{name: 'oncall', type: 'webhook' as const, severities: ['page' as const, 'critical' as const, 'warning' as const], secret: 'hook-url'}]}}}
const HOST = {phases: {monitoring: {grafana: {host: 'grafana.acme.test'}}}}
const route = thing('gateway.networking.k8s.io/v1', 'HTTPRoute', 'monitoring/grafana', {status: {parents: [{conditions: [condition('Accepted'), condition('ResolvedRefs')]}]}})

const PROXY = '/api/v1/namespaces/monitoring/services/http:'
const PROMETHEUS = `${PROXY}${NAME}-prometheus:9090/proxy`
const WATCHDOG = `${PROXY}${NAME}-alertmanager:9093/proxy/api/v2/alerts`
const said = (data: unknown): unknown => ({status: 'success', data})
const target = (job: string, health = 'up'): Record<string, unknown> => ({labels: {job, instance: '10.0.0.1:1'}, health, ...(health === 'up' ? {} : {lastError: 'connection refused'})})
const jobs = ['apiserver', 'kubelet', 'kube-state-metrics', 'node-exporter']
const rule = (health = 'ok'): unknown => said({groups: [{name: 'general', rules: [{name: 'Watchdog', health, ...(health === 'ok' ? {} : {lastError: 'many-to-many matching'})}]}]})
const disk = (part: string): unknown => said({result: [{metric: {persistentvolumeclaim: 'data-0'}, value: [0, part]}]})
const refusedAt = (path: string): {what: string; change: ReturnType<typeof answering>; observed: RegExp} => ({what: 'the way through the API server is refused', change: answering(path, {message: 'services "http" is forbidden'}, 403), observed: /403/})
const SIMULATED = {what: 'nodes are simulated', platform: {}, observed: /simulated nodes/}

export const monitoringCases: CheckCase[] = [
  {check: 'monitoring.kinds', passes: (ctx) => ({objects: readyComponent(ctx, 'prometheus-operator-crds')}), fails: [{what: 'one is gone', change: without('CustomResourceDefinition', 'prometheusrules.monitoring.coreos.com'), observed: /prometheusrules\.monitoring\.coreos\.com does not exist/}]},
  {check: 'monitoring.ready', passes: (ctx) => ({objects: readyComponent(ctx, NAME)}), fails: [{what: 'the operator is gone', change: without('Deployment', `monitoring/${NAME}-operator`), observed: /operator does not exist/}]},
  ...(['Prometheus', 'Alertmanager'] as const).map((kind): CheckCase => ({
    check: `monitoring.${kind.toLowerCase()}`,
    passes: () => ({objects: [thing(GROUP, kind, `monitoring/${NAME}-${kind.toLowerCase()}`, well)]}),
    fails: [
      {what: 'it is gone', change: without(kind), observed: /does not exist/},
      {what: 'its volume cannot be bound', change: changed(kind, () => ({status: {conditions: [condition('Available', 'False', 'NoPodReady', 'unbound claims'), condition('Reconciled')]}})), observed: /Available=False \(NoPodReady\) unbound claims/},
      {what: 'it is not understood', change: changed(kind, () => ({status: {conditions: [condition('Available'), condition('Reconciled', 'False', 'ReconciliationFailed')]}})), observed: /Reconciled=False/},
    ],
  })),
  {
    check: 'monitoring.volumes',
    passes: () => ({objects: [claim(PROMETHEUS_CLAIM), ...[0, 1].map((index) => claim(`alertmanager-${NAME}-alertmanager-db-${index}`))]}),
    fails: [
      {what: 'one is pending', change: changed('PersistentVolumeClaim', () => ({status: {phase: 'Pending'}}), `monitoring/${PROMETHEUS_CLAIM}`), observed: /is Pending/},
      {what: 'one is not there', change: without('PersistentVolumeClaim', `monitoring/${PROMETHEUS_CLAIM}`), observed: /0 of 1 claims prometheus-/},
    ],
  },
  {
    check: 'monitoring.routes',
    platform: RECEIVERS,
    passes: () => ({objects: [thing('v1', 'Secret', CONFIG, alerting(ROUTES))]}),
    fails: [
      {what: 'nobody is paged', change: changed('Secret', () => alerting(ROUTES.replace('page|', ''))), observed: /nobody gets alerts of severity page/},
      {what: 'the receiver sends nothing', change: changed('Secret', () => alerting(ROUTES.replace(', webhook_configs: [{}]', ''))), observed: /nobody gets alerts of severity page/},
    ],
    unknown: [{what: 'there is no configuration', change: without('Secret'), observed: /holds no configuration/}],
    skips: [{what: 'it is a lab', platform: {}, observed: /needs no receivers/}],
  },
  {
    check: 'monitoring.secrets',
    platform: RECEIVERS,
    passes: () => ({objects: [thing('v1', 'Secret', 'monitoring/kp-receivers', {data: {oncall: 'YQ=='}})]}),
    fails: [
      {what: 'it is gone', change: without('Secret'), observed: /does not exist/},
      {what: 'a key is empty', change: changed('Secret', () => ({data: {oncall: ''}})), observed: /has no oncall/},
    ],
    skips: [{what: 'there are none', platform: {}, observed: /gives them none/}],
  },
  {
    check: 'monitoring.grafana-route',
    platform: HOST,
    passes: () => ({objects: [route]}),
    fails: [
      {what: 'it is gone', change: without('HTTPRoute'), observed: /monitoring\/grafana does not exist/},
      {what: 'no gateway has answered', change: changed('HTTPRoute', () => ({status: {}})), observed: /no gateway has answered/},
      {what: 'no listener is for the host', change: changed('HTTPRoute', () => ({status: {parents: [{conditions: [condition('Accepted', 'False', 'NoMatchingListenerHostname'), condition('ResolvedRefs')]}]}})), observed: /NoMatchingListenerHostname/},
    ],
    skips: [{what: 'it has no host', platform: {}, observed: /grafana\.host is not set/}],
  },
  {
    check: 'monitoring.targets',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[`${PROMETHEUS}/api/v1/targets`]: {body: said({activeTargets: jobs.map((job) => target(job))})}}}),
    fails: [
      {what: 'one of every platform is missing', change: answering(`${PROMETHEUS}/api/v1/targets`, said({activeTargets: [target('apiserver')]})), observed: /there is no target of kubelet/},
      {what: 'one of every platform is down', change: answering(`${PROMETHEUS}/api/v1/targets`, said({activeTargets: [...jobs.map((job) => target(job)), target('kubelet', 'down')]})), observed: /kubelet at 10\.0\.0\.1:1 is down: connection refused/},
      {what: 'another one is down', change: answering(`${PROMETHEUS}/api/v1/targets`, said({activeTargets: [...jobs.map((job) => target(job)), target('web', 'down')]})), observed: /1 of 5 targets are down/, status: 'warn'},
    ],
    unknown: [refusedAt(`${PROMETHEUS}/api/v1/targets`), {what: 'Prometheus has just read its configuration', change: (world) => answering(`${PROMETHEUS}/api/v1/status/runtimeinfo`, said({lastConfigTime: new Date(NOW - 7000).toISOString()}))(answering(`${PROMETHEUS}/api/v1/targets`, said({activeTargets: []}))(world)), observed: /there is no target of apiserver.* yet: .* 7 s ago/}, {what: 'Prometheus is not there', change: () => ({objects: []}), observed: /gave no answer/}],
  },
  {
    check: 'monitoring.targets', of: 'one read that came too late', platform: EXISTING,
    passes: () => ({objects: [], answers: {[`${PROMETHEUS}/api/v1/targets`]: {body: said({activeTargets: [...jobs.map((job) => target(job)), target('kubelet', 'down')]})}, [`${PROMETHEUS}/api/v1/query`]: {body: said({result: []})}}}),
    fails: [{what: 'it has not answered for two minutes', change: answering(`${PROMETHEUS}/api/v1/query`, said({result: [{metric: {job: 'kubelet', instance: '10.0.0.1:1'}, value: [0, '0']}]})), observed: /kubelet at 10\.0\.0\.1:1 is down: connection refused/}],
    unknown: [refusedAt(`${PROMETHEUS}/api/v1/targets`)],
  },
  {
    check: 'monitoring.rules',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[`${PROMETHEUS}/api/v1/rules`]: {body: rule()}}}),
    fails: [
      {what: 'one does not evaluate', change: answering(`${PROMETHEUS}/api/v1/rules`, rule('err')), observed: /general\/Watchdog: many-to-many matching/},
      {what: 'there are none', change: answering(`${PROMETHEUS}/api/v1/rules`, said({groups: []})), observed: /has no rules/},
    ],
    unknown: [refusedAt(`${PROMETHEUS}/api/v1/rules`)],
  },
  {
    check: 'monitoring.disk',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[`${PROMETHEUS}/api/v1/query`]: {body: disk('0.3')}}}),
    fails: [{what: 'one is full', change: answering(`${PROMETHEUS}/api/v1/query`, disk('0.93')), observed: /data-0 is 93 % full/}],
    unknown: [refusedAt(`${PROMETHEUS}/api/v1/query`), {what: 'the kubelets say nothing', change: answering(`${PROMETHEUS}/api/v1/query`, said({result: []})), observed: /say nothing of the volumes/}],
    skips: [SIMULATED],
  },
  {
    check: 'monitoring.watchdog',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[WATCHDOG]: {body: [{labels: {alertname: 'Watchdog'}}]}}}),
    fails: [{what: 'it does not arrive', change: answering(WATCHDOG, []), observed: /has no alert Watchdog/}],
    unknown: [refusedAt(WATCHDOG), {what: 'Alertmanager is not there', change: () => ({objects: []}), observed: /gave no answer/}],
    skips: [SIMULATED],
  },
]
