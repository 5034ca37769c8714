/** Cases of the checks of phase 19. */
import {sloGroups} from '../../src/components/slo-rules.ts'
import type {PlatformContext} from '../../src/context.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {answering, changed, EXISTING, NOW, thing, without} from '../helpers/check-cases.ts'
import type {CheckCase, World} from '../helpers/check-cases.ts'

const GROUP = 'monitoring.coreos.com/v1'
const PROMETHEUS = '/api/v1/namespaces/monitoring/services/http:kube-prometheus-stack-prometheus:9090/proxy/api/v1'
const route = thing('gateway.networking.k8s.io/v1', 'HTTPRoute', 'demo/demo')
const rules = (ctx: PlatformContext): KubeObject[] => ctx.spec.slos.map((slo) => thing(GROUP, 'PrometheusRule', `monitoring/slo-${slo.name}`, {spec: {groups: sloGroups(ctx.spec, slo)}}))
const alert = (rule: Record<string, unknown>): KubeObject => thing(GROUP, 'PrometheusRule', 'demo/app', {spec: {groups: [{name: 'app', rules: [rule]}]}})
const good = {alert: 'Down', expr: 'up == 0', labels: {severity: 'page'}}
const NONE = {what: 'there are no objectives', platform: {slos: []}, observed: /has no slos/}
const SIMULATED = {what: 'nodes are simulated', platform: {}, observed: /simulated nodes/}
const LATENCY = (threshold: string): NonNullable<CheckCase['platform']> => ({slos: [{name: 'fast', objective: 99, indicator: {type: 'http-latency', route: 'demo', threshold}}]})
const slo = (objective: number, more: Record<string, unknown> = {}): NonNullable<CheckCase['platform']> => ({slos: [{name: 'demo-availability', objective, indicator: {type: 'http-errors', route: 'demo'}, ...more}]})
const RECEIVERS = (severities: string[]): NonNullable<CheckCase['platform']> => ({secrets: {'hook-url': 'env:HOOK_URL'}, phases: {monitoring: {receivers: [{name: 'oncall', type: 'webhook', severities: severities as ['page'], secret: 'hook-url'}]}}})

const said = (result: unknown): unknown => ({status: 'success', data: result})
const vector = (value: number): unknown => said({result: [{metric: {slo: 'demo-availability'}, value: [0, String(value)]}]})
const query = (value: number | undefined): World => ({objects: [], answers: {[`${PROMETHEUS}/query`]: {body: value === undefined ? said({result: []}) : vector(value)}}})
const asked = (value: number): ((world: World) => World) => () => query(value)
const refused = {what: 'the way through the API server is refused', change: answering(`${PROMETHEUS}/query`, {message: 'services "http" is forbidden'}, 403), observed: /403/}
const silent = {what: 'Prometheus is not there', change: (): World => ({objects: []}), observed: /gave no answer/}
const fresh = answering(`${PROMETHEUS}/status/runtimeinfo`, said({lastConfigTime: new Date(NOW - 7000).toISOString()}))
const noRecord = {what: 'nothing is recorded yet', change: (): World => query(undefined), observed: /no record of any objective/}
const loaded = (health = 'ok', name = 'slo-demo-availability'): unknown => said({groups: [{name, rules: [{name: 'slo:events_total:rate5m', health, ...(health === 'ok' ? {} : {lastError: 'query timed out'})}]}]})
const live = (check: string, passing: number, fails: CheckCase['fails'], unknown: CheckCase['unknown'] = []): CheckCase => ({check, platform: EXISTING, passes: () => query(passing), fails, unknown: [refused, silent, ...unknown], skips: [SIMULATED]})

export const sloCases: CheckCase[] = [
  {
    check: 'slo.rules',
    passes: (ctx) => ({objects: rules(ctx)}),
    fails: [
      {what: 'they are gone', change: without('PrometheusRule'), observed: /slo-demo-availability does not exist/},
      {what: 'one alert was taken out', change: changed('PrometheusRule', withoutRule((rule) => rule['labels']?.burn_rate === '14.4')), observed: /has no alert at 14\.4 times/},
      {what: 'the alert about silence was taken out', change: changed('PrometheusRule', withoutRule((rule) => rule['alert'] === 'SLONotMeasured')), observed: /has no alert SLONotMeasured/},
    ],
    skips: [NONE],
  },
  {
    check: 'slo.routes',
    passes: () => ({objects: [route]}),
    fails: [{what: 'it is gone', change: without('HTTPRoute'), observed: /measures HTTPRoute demo\/demo, which does not exist/}],
    skips: [NONE, {what: 'queries of one\'s own measure', platform: {slos: [{name: 'own', objective: 99, indicator: {type: 'prometheus', good: 'a', total: 'b'}}]}, observed: /no objective measures a route/}],
  },
  {
    check: 'slo.monitors',
    passes: () => ({objects: [thing(GROUP, 'PodMonitor', 'monitoring/envoy-proxies')]}),
    fails: [{what: 'it is gone', change: without('PodMonitor'), observed: /envoy-proxies does not exist/}],
    skips: [NONE],
  },
  {
    check: 'slo.monitors',
    of: 'Traefik',
    platform: {phases: {ingress: {controller: 'traefik'}}},
    passes: () => ({objects: [thing(GROUP, 'ServiceMonitor', 'traefik/traefik')]}),
    fails: [{what: 'it is gone', change: without('ServiceMonitor'), observed: /a ServiceMonitor of Traefik does not exist/}],
  },
  {
    check: 'slo.alerts-can-fire',
    passes: () => ({objects: []}),
    fails: [{what: 'the objective is too low', platform: slo(90), observed: /no page alert at 14\.4 times the budget/, status: 'warn'}],
    survives: {all: 'it reads kp.yaml alone'},
    skips: [NONE],
  },
  {
    check: 'slo.receivers',
    platform: RECEIVERS(['page', 'warning']),
    passes: () => ({objects: []}),
    fails: [{what: 'nobody is paged', platform: RECEIVERS(['warning']), observed: /no receiver of kp\.yaml takes severity page/, status: 'warn'}],
    survives: {all: 'it reads kp.yaml alone'},
    skips: [{what: 'it is a lab', platform: {}, observed: /needs no receivers/}],
  },
  {
    check: 'slo.severities',
    passes: () => ({objects: [alert(good)]}),
    fails: [
      {what: 'one has none', change: changed('PrometheusRule', () => ({spec: {groups: [{rules: [{alert: 'Down', expr: 'up == 0'}]}]}})), observed: /Down of PrometheusRule demo\/app has no severity/, status: 'warn'},
      {what: 'one has a word that no route knows', change: changed('PrometheusRule', () => ({spec: {groups: [{rules: [{...good, labels: {severity: 'urgent'}}]}]}})), observed: /has severity urgent/, status: 'warn'},
    ],
  },
  {
    check: 'slo.share-not-rate',
    passes: () => ({objects: [alert({...good, expr: 'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.01'})]}),
    fails: [
      {what: 'it compares errors a second', change: changed('PrometheusRule', () => ({spec: {groups: [{rules: [{...good, expr: 'rate(http_requests_total{job="app",status=~"5.."}[5m]) > 0.01'}]}]}})), observed: /compares errors a second/, status: 'warn'},
      {what: 'it does so in sum', change: changed('PrometheusRule', () => ({spec: {groups: [{rules: [{...good, expr: 'sum by (job) (rate(http_errors_total[5m])) > 0.05'}]}]}})), observed: /compares errors a second/, status: 'warn'},
    ],
  },
  {
    check: 'slo.runbooks',
    platform: {runbooks: 'https://git.acme.io/runbooks'},
    context: (ctx) => ({paths: {...ctx.paths, root: import.meta.dirname}}),
    passes: (ctx) => ({objects: rules(ctx)}),
    fails: [
      {what: 'it names none', change: changed('PrometheusRule', withRules((rule) => ({...rule, annotations: {}}))), observed: /names no runbook/, status: 'warn'},
      {what: 'the file is not there', change: changed('PrometheusRule', withRules((rule) => ({...rule, annotations: {runbook: 'nowhere/x.md'}}))), observed: /leads to nowhere\/x\.md, which is not in the repository/, status: 'warn'},
    ],
    unknown: [{what: 'there are no rules', change: without('PrometheusRule'), observed: /no alert of an objective/}],
    skips: [{what: 'kp.yaml wants none', platform: {phases: {slo: {runbooks: false}}}, observed: /runbooks is false/}],
  },
  {
    check: 'slo.latency-bucket',
    platform: LATENCY('250ms'),
    passes: () => ({objects: []}),
    fails: [{what: 'it lies between two', platform: LATENCY('300ms'), observed: /promises 300ms and is measured at 250ms/, status: 'warn'}],
    survives: {all: 'it reads kp.yaml alone'},
    skips: [{what: 'none is about latency', platform: {}, observed: /no objective is about latency/}],
  },
  {
    check: 'slo.retention',
    passes: () => ({objects: []}),
    fails: [{what: 'it is shorter', platform: {phases: {monitoring: {retention: '15d'}}}, observed: /looks back 30d, metrics are kept 15d/, status: 'warn'}],
    survives: {all: 'it reads kp.yaml alone'},
    skips: [NONE],
  },
  {
    check: 'slo.evaluated',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[`${PROMETHEUS}/rules`]: {body: loaded()}}}),
    fails: [
      {what: 'the group is not there', change: answering(`${PROMETHEUS}/rules`, loaded('ok', 'other')), observed: /has no group slo-demo-availability/},
      {what: 'a rule has an error', change: answering(`${PROMETHEUS}/rules`, loaded('err')), observed: /query timed out/},
    ],
    unknown: [{...refused, change: answering(`${PROMETHEUS}/rules`, {message: 'forbidden'}, 403)}, silent],
    skips: [SIMULATED],
  },
  live('slo.measured', 3, [{what: 'the metrics are gone', change: () => query(undefined), observed: /is not measured/}], [{what: 'Prometheus has just read its configuration', change: () => fresh(query(undefined)), observed: /is not measured.* yet: .* 7 s ago/}]),
  live('slo.traffic', 3, [{what: 'nobody calls', change: asked(0), observed: /nothing has happened/, status: 'warn'}], [noRecord]),
  live('slo.enough-traffic', 5000, [{what: 'there are few', change: asked(30), observed: /with 30 events an hour 1 bad one pages/, status: 'warn'}], [noRecord]),
  {...live('slo.answered', 0, []), passes: () => query(undefined), fails: [{what: 'nobody is behind the route', change: asked(12.4), observed: /answers by itself, 12\.4 times a second/}]},
  live('slo.budget', 0.7, [{what: 'it is gone', change: asked(-0.4), observed: /is gone, 40 % more/, status: 'warn'}], [noRecord]),
  live('slo.pages', 3, [{what: 'there are many', change: asked(61), observed: /61 pages in seven days/, status: 'warn'}]),
]

interface Groups {
  groups: {rules: (Record<string, unknown> & {labels?: Record<string, string>})[]}[]
}

function withRules(change: (rule: Groups['groups'][number]['rules'][number]) => Record<string, unknown> | undefined): (object: KubeObject) => Record<string, unknown> {
  return (object) => ({spec: {groups: (object['spec'] as Groups).groups.map((group) => ({...group, rules: group.rules.flatMap((rule) => change(rule) ?? [])}))}})
}

function withoutRule(is: (rule: Groups['groups'][number]['rules'][number]) => boolean): (object: KubeObject) => Record<string, unknown> {
  return withRules((rule) => (is(rule) ? undefined : rule))
}
