/** Cases of the checks of phase 8 about what is picked up, and what alerts and receivers say. */
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {answering, EXISTING, thing, without, withMore} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'

const GROUP = 'monitoring.coreos.com/v1'
const NAME = 'kube-prometheus-stack'
const PROXY = '/api/v1/namespaces/monitoring/services/http:'
const PROMETHEUS = `${PROXY}${NAME}-prometheus:9090/proxy`
const STATUS = `${PROXY}${NAME}-alertmanager:9093/proxy/api/v2/status`
const said = (data: unknown): unknown => ({status: 'success', data})
const refusedAt = (path: string): {what: string; change: ReturnType<typeof answering>; observed: RegExp} => ({what: 'the way through the API server is refused', change: answering(path, {message: 'forbidden'}, 403), observed: /403/})
const SIMULATED = {what: 'nodes are simulated', platform: {}, observed: /simulated nodes/}

const ALL = {serviceMonitorSelector: {}, podMonitorSelector: {}, probeSelector: {}, ruleSelector: {matchLabels: {release: 'kps'}, matchExpressions: [{key: 'role', operator: 'NotIn', values: ['recording']}, {key: 'release', operator: 'Exists'}, {key: 'team', operator: 'In', values: ['a', 'b']}, {key: 'off', operator: 'DoesNotExist'}]}}
const prometheus = (spec: Record<string, unknown>): KubeObject => thing(GROUP, 'Prometheus', `monitoring/${NAME}-prometheus`, {spec})
const rule = (name: string, labels: Record<string, string>): KubeObject => thing(GROUP, 'PrometheusRule', name, {}, {labels})
const monitor = (name: string, spec: Record<string, unknown>): KubeObject => thing(GROUP, 'ServiceMonitor', name, {spec: {endpoints: [{port: 'metrics'}], ...spec}})
const service = thing('v1', 'Service', 'shop/web', {spec: {ports: [{name: 'metrics', port: 9090}]}}, {labels: {app: 'web'}})
const web = {selector: {matchLabels: {app: 'web'}}}
const alert = (severity: string, state = 'firing'): unknown => said({alerts: [{labels: {alertname: 'NodeDown', severity, namespace: 'shop', pod: 'web-1'}, state, activeAt: '2026-11-28T11:00:00Z'}]})

export const monitoringSelectionCases: CheckCase[] = [
  {
    check: 'monitoring.picked-up',
    passes: () => ({objects: [prometheus(ALL), monitor('shop/web', web), rule('shop/alerts', {release: 'kps', team: 'a'})], kinds: [`${GROUP} PodMonitor`, `${GROUP} Probe`]}),
    fails: [
      {what: 'a rule lacks the label', change: withMore(rule('shop/lost', {team: 'a'})), observed: /no Prometheus picks up PrometheusRule shop\/lost/},
      ...[{role: 'recording', team: 'a'}, {team: 'c'}, {team: 'a', off: 'yes'}].map((labels) => ({what: `its labels are ${JSON.stringify(labels)}`, change: withMore(rule('shop/lost', {release: 'kps', ...labels})), observed: /PrometheusRule shop\/lost/})),
    ],
    unknown: [{what: 'there is no Prometheus', change: without('Prometheus'), observed: /there is no Prometheus/}],
    skips: [{what: 'it is a stand-in', change: () => ({objects: [prometheus({}), monitor('shop/web', web)]}), observed: /names no selectors/}],
  },
  {
    check: 'monitoring.picked-up',
    of: 'no selector at all',
    platform: EXISTING,
    passes: () => ({objects: [prometheus({serviceMonitorSelector: {}}), monitor('shop/web', web)]}),
    fails: [{what: 'monitors are not asked for', change: () => ({objects: [prometheus({}), monitor('shop/web', web)]}), observed: /no Prometheus picks up ServiceMonitor shop\/web/}],
  },
  {
    check: 'monitoring.monitors',
    platform: EXISTING,
    passes: () => ({objects: [service, monitor('shop/web', web), monitor('monitoring/web', {...web, namespaceSelector: {any: true}}), monitor('monitoring/named', {...web, namespaceSelector: {matchNames: ['shop']}, endpoints: [{targetPort: 9090}]})]}),
    fails: [
      {what: 'it looks in another namespace', change: withMore(monitor('monitoring/lost', web)), observed: /ServiceMonitor monitoring\/lost finds no Service/},
      {what: 'its labels are others', change: withMore(monitor('shop/lost', {selector: {matchLabels: {app: 'other'}}})), observed: /ServiceMonitor shop\/lost finds no Service/},
      {what: 'its port has another name', change: withMore(monitor('shop/lost', {...web, endpoints: [{port: 'http'}]})), observed: /shop\/lost finds no port http at shop\/web/},
    ],
    skips: [{what: 'Services are those of stand-ins', platform: {}, observed: /stand-ins/}],
  },
  {
    check: 'monitoring.firing',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[`${PROMETHEUS}/api/v1/alerts`]: {body: alert('warning')}}}),
    fails: [
      {what: 'one pages', change: answering(`${PROMETHEUS}/api/v1/alerts`, alert('page')), observed: /NodeDown at shop\/web-1 since 2026-11-28T11:00:00Z/},
      {what: 'one is critical', change: answering(`${PROMETHEUS}/api/v1/alerts`, alert('critical')), observed: /NodeDown/},
    ],
    unknown: [refusedAt(`${PROMETHEUS}/api/v1/alerts`), {what: 'Prometheus is not there', change: () => ({objects: []}), observed: /gave no answer/}],
    skips: [SIMULATED],
  },
  {
    check: 'monitoring.notifications',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[`${PROMETHEUS}/api/v1/query`]: {body: said({result: []})}}}),
    fails: [{what: 'some failed', change: answering(`${PROMETHEUS}/api/v1/query`, said({result: [{metric: {integration: 'slack', reason: 'clientError'}, value: [0, '3.2']}]})), observed: /4 notifications by slack failed in the last hour: clientError/}],
    unknown: [refusedAt(`${PROMETHEUS}/api/v1/query`)],
    skips: [SIMULATED],
  },
  {
    check: 'monitoring.peers',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[STATUS]: {body: {cluster: {status: 'ready', peers: [{name: 'a'}, {name: 'b'}]}}}}}),
    fails: [
      {what: 'one is alone', change: answering(STATUS, {cluster: {status: 'ready', peers: [{name: 'a'}]}}), observed: /its cluster is ready, with 1 of 2 copies/},
      {what: 'they have not settled', change: answering(STATUS, {cluster: {status: 'settling', peers: [{name: 'a'}, {name: 'b'}]}}), observed: /its cluster is settling/},
    ],
    unknown: [refusedAt(STATUS), {what: 'Alertmanager is not there', change: () => ({objects: []}), observed: /gave no answer/}],
    skips: [SIMULATED],
  },
]
