/** Cases of the checks of phase 9. */
import {answering, changed, condition, EXISTING, minutesAgo, readyComponent, thing, withMore, without} from '../helpers/check-cases.ts'
import type {CheckCase} from '../helpers/check-cases.ts'
import {jobNameOf} from '../../src/steps/09-logging/job.ts'
import {markerJob} from '../../src/steps/09-logging/marker.ts'
import {settingsJob} from '../../src/steps/09-logging/store.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'

const NODES = ['n1', 'n2', 'n3']
const nodes = NODES.map((name) => thing('v1', 'Node', name))
const pod = (set: string, node: string, ready = 'True'): KubeObject => thing('v1', 'Pod', `logging/${set}-${node}`, {spec: {nodeName: node}, status: {conditions: [{type: 'Ready', status: ready}]}}, {labels: {'app.kubernetes.io/name': set}, ownerReferences: [{apiVersion: 'apps/v1', kind: 'DaemonSet', name: set, uid: 'u'}]})
const daemonSet = (name: string): KubeObject => thing('apps/v1', 'DaemonSet', `logging/${name}`, {status: {observedGeneration: 1, desiredNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3}}, {generation: 1})
const everywhere = (name: string): {objects: KubeObject[]} => ({objects: [daemonSet(name), ...nodes, ...NODES.map((node) => pod(name, node))]})
const SPLUNK = {secrets: {token: 'env:TOKEN'}, phases: {logging: {backend: {type: 'splunk-hec' as const, host: 'splunk.acme.io', token: 'token'}}}}
const certificate = (name: string, minutes = -500 * 24 * 60): KubeObject => thing('cert-manager.io/v1', 'Certificate', `logging/${name}`, {status: {notAfter: minutesAgo(minutes), conditions: [condition('Ready')]}})
const claim = (index: number): KubeObject => thing('v1', 'PersistentVolumeClaim', `logging/opensearch-cluster-master-opensearch-cluster-master-${index}`, {status: {phase: 'Bound'}})
const job = (name: string, conditions: unknown[]): KubeObject => thing('batch/v1', 'Job', `logging/${name}`, {status: {conditions}})
const DONE = [condition('Complete')]
const FAILED = [condition('Failed', 'True', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit')]
const agentAt = (name: string): string => `/api/v1/namespaces/logging/pods/${name}:2020/proxy/api/v1/metrics/prometheus`
const metrics = (fields: Record<string, number>): string => Object.entries(fields).map(([name, value]) => `${name} ${value}`).join('\n')
const WELL = {'fluentbit_output_proc_records_total{name="opensearch.0"}': 1000, 'fluentbit_output_dropped_records_total{name="opensearch.0"}': 0, 'fluentbit_output_retries_total{name="opensearch.0"}': 3, 'fluentbit_input_bytes_total{name="tail.0"}': 3_600_000, fluentbit_uptime: 3600}
const said = (fields: Record<string, number>) => answering(agentAt('fluent-bit-n1'), metrics({...WELL, ...fields}))
const agents = {objects: [...nodes, pod('fluent-bit', 'n1')], answers: {[agentAt('fluent-bit-n1')]: {status: 200, body: metrics(WELL)}}}
const refused = {what: 'the way through the API server is refused', change: answering(agentAt('fluent-bit-n1'), {message: 'pods "fluent-bit-n1" is forbidden'}, 403), observed: /403/}
const SIMULATED = {what: 'nodes are simulated', platform: {}, observed: /simulated nodes/}
const DISK = '/api/v1/namespaces/monitoring/services/http:kube-prometheus-stack-prometheus:9090/proxy/api/v1/query'
const full = (part: string): unknown => ({status: 'success', data: {result: [{metric: {persistentvolumeclaim: 'opensearch-cluster-master-0'}, value: [0, part]}]}})
const ELSEWHERE = {what: 'the store is elsewhere', platform: SPLUNK, observed: /not in the cluster/}

export const loggingCases: CheckCase[] = [
  {
    check: 'logging.credentials',
    platform: SPLUNK,
    passes: () => ({objects: [thing('v1', 'Secret', 'logging/kp-log-store', {data: {token: 'eA=='}})]}),
    fails: [
      {what: 'it is gone', change: without('Secret'), observed: /does not exist/},
      {what: 'the token is empty', change: changed('Secret', () => ({data: {token: ''}})), observed: /has no token/},
    ],
    skips: [{what: 'the store wants none', platform: {phases: {logging: {backend: {type: 'cloudwatch'}}}}, observed: /wants no password/}],
  },
  {
    check: 'logging.agents',
    passes: () => everywhere('fluent-bit'),
    fails: [
      {what: 'the DaemonSet is gone', change: without('DaemonSet'), observed: /DaemonSet logging\/fluent-bit does not exist/},
      {what: 'a node has none', change: without('Pod', 'logging/fluent-bit-n2'), observed: /node n2 has no ready pod/},
      {what: 'one is not ready', change: changed('Pod', () => ({status: {conditions: [{type: 'Ready', status: 'False'}]}}), 'logging/fluent-bit-n3'), observed: /node n3 has no ready pod/},
      {what: 'a node is tainted and new', change: withMore(thing('v1', 'Node', 'gpu-1')), observed: /node gpu-1 has no ready pod/},
    ],
    unknown: [{what: 'there are no nodes', change: without('Node'), observed: /has no nodes/}],
  },
  {
    check: 'logging.store',
    passes: (ctx) => ({objects: readyComponent(ctx, 'opensearch')}),
    fails: [{what: 'two nodes crash', change: changed('StatefulSet', (one) => ({status: {observedGeneration: one.metadata.generation, readyReplicas: 1, updatedReplicas: 3}})), observed: /1 of 3 replicas are ready/}],
    skips: [ELSEWHERE],
  },
  {
    check: 'logging.dashboards',
    passes: (ctx) => ({objects: readyComponent(ctx, 'opensearch-dashboards')}),
    fails: [{what: 'it is gone', change: without('Deployment'), observed: /opensearch-dashboards does not exist/}],
    skips: [ELSEWHERE, {what: 'nobody wants it', platform: {phases: {logging: {backend: {type: 'opensearch', dashboards: false}}}}, observed: /dashboards is false/}],
  },
  {
    check: 'logging.map-count',
    passes: () => everywhere('node-settings'),
    fails: [{what: 'a node is below it', change: changed('Pod', () => ({status: {conditions: [{type: 'Ready', status: 'False'}]}}), 'logging/node-settings-n1'), observed: /node n1 has no ready pod of node-settings/}],
    skips: [ELSEWHERE],
  },
  {
    check: 'logging.certificates',
    passes: () => ({objects: [certificate('logging-ca'), certificate('opensearch-tls')]}),
    fails: [
      {what: 'one is not there', change: without('Certificate', 'logging/opensearch-tls'), observed: /opensearch-tls does not exist/},
      {what: 'one ends soon', change: changed('Certificate', () => ({status: {notAfter: minutesAgo(-5 * 24 * 60), conditions: [condition('Ready')]}}), 'logging/opensearch-tls'), observed: /ends in 5 days/},
      {what: 'one is not issued', change: changed('Certificate', () => ({status: {conditions: [condition('Ready', 'False', 'Issuing')]}}), 'logging/logging-ca'), observed: /Ready=False/},
      {what: 'one does not say when it ends', change: changed('Certificate', () => ({status: {conditions: [condition('Ready')]}}), 'logging/logging-ca'), observed: /does not say when it ends/},
    ],
    skips: [ELSEWHERE],
  },
  {
    check: 'logging.volumes',
    passes: () => ({objects: [0, 1, 2].map(claim)}),
    fails: [
      {what: 'one is pending', change: changed('PersistentVolumeClaim', () => ({status: {phase: 'Pending'}}), `logging/${claim(1).metadata.name}`), observed: /is Pending/},
      {what: 'one is not there', change: without('PersistentVolumeClaim', `logging/${claim(2).metadata.name}`), observed: /2 of 3 claims are there/},
    ],
    skips: [ELSEWHERE],
  },
  {
    check: 'logging.retention',
    passes: (ctx) => ({objects: [job(jobNameOf(settingsJob(ctx)), DONE)]}),
    fails: [
      {what: 'the Job is gone', change: without('Job'), observed: /does not exist/},
      {what: 'it failed', change: changed('Job', () => ({status: {conditions: FAILED}})), observed: /BackoffLimitExceeded/},
      {what: 'it still tries', change: changed('Job', () => ({status: {}})), observed: /has not come to its end/},
    ],
    skips: [ELSEWHERE],
  },
  {
    check: 'logging.marker',
    platform: EXISTING,
    passes: (ctx) => ({objects: [job(jobNameOf(markerJob(ctx)), DONE)]}),
    fails: [{what: 'the line was not found', change: changed('Job', () => ({status: {conditions: FAILED}})), observed: /BackoffLimitExceeded/}],
    skips: [
      {what: 'nodes are simulated', platform: {}, observed: /simulated containers write no line/},
      {what: 'the store cannot be searched from inside', platform: {...EXISTING, ...SPLUNK}, observed: /search index=main "kp-marker-[0-9a-f]{8}"/},
    ],
  },
  {
    check: 'logging.delivery',
    platform: EXISTING,
    passes: () => agents,
    fails: [
      {what: 'lines were lost', change: said({'fluentbit_output_dropped_records_total{name="opensearch.0"}': 7}), observed: /fluent-bit-n1 lost 7 lines/},
      {what: 'nothing was sent', change: said({'fluentbit_output_proc_records_total{name="opensearch.0"}': 0}), observed: /has sent nothing yet/},
      {what: 'the store is slow', change: said({'fluentbit_output_retries_total{name="opensearch.0"}': 400}), observed: /send 400 times again/},
    ],
    unknown: [refused, {what: 'no agent is there', change: without('Pod'), observed: /no agent gave an answer/}],
    skips: [SIMULATED],
  },
  {
    check: 'logging.disk',
    platform: EXISTING,
    passes: () => ({objects: [], answers: {[DISK]: {status: 200, body: full('0.4')}}}),
    fails: [{what: 'a volume is full', change: answering(DISK, full('0.93')), observed: /93 % full/}],
    unknown: [{what: 'the kubelets say nothing', change: answering(DISK, {status: 'success', data: {result: []}}), observed: /says nothing of the volumes/}],
    skips: [SIMULATED, {...ELSEWHERE, platform: {...EXISTING, ...SPLUNK}}],
  },
  {
    check: 'logging.cost',
    platform: EXISTING,
    passes: () => agents,
    fails: [{what: 'a container floods', change: said({'fluentbit_input_bytes_total{name="tail.0"}': 36_000_000_000}), observed: /GiB a day, .* more than the/}],
    unknown: [refused, {what: 'the agents are new', change: said({fluentbit_uptime: 60}), observed: /ten minutes/}],
    skips: [SIMULATED, {...ELSEWHERE, platform: {...EXISTING, ...SPLUNK}}],
  },
]
