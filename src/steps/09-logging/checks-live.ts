/** Checks of phase 9 that ask the agents and Prometheus, through the API server. */
import {inCluster} from '../../components/logging/backend.ts'
import {check, verdict} from '../../checks/builders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import type {CheckResult} from '../../engine/types.ts'
import {durationSeconds, parseQuantity} from '../../spec/units.ts'
import {agentOf, LOGGING_NAMESPACE, STORE_SERVICE} from './names.ts'
import {wantsStore} from './store.ts'

const runs = (ctx: PlatformContext): true | string => (ctx.provider.simulated ? 'simulated nodes: no agent runs' : true)
/** How many agents are asked: they all have the same configuration. */
const ASKED = 5
const DAY = 86_400
/** Above it, OpenSearch moves indexes away (its high watermark). */
const HIGH = 0.85
/** Part of the volumes that logs may fill. */
const ROOM = 0.8
const GIB = 2 ** 30

/** One value of a text that Prometheus reads. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/** The values of such a text. */
export function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+([-+.\deE]+)/.exec(line)
    if (found === null) return []
    const [, name = '', labels = '', value = ''] = found
    return [{name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', given = '']) => [key, given])), value: Number(value)}]
  })
}

/** What an agent says of itself: lines sent, lost, and tried again. */
export interface Delivery {
  sent: number
  lost: number
  retried: number
  /** Bytes read since it started, and for how many seconds that is. */
  bytes: number
  seconds: number
}

/** The same out of the metrics of Fluent Bit or Vector. */
export function deliveryOf(samples: Sample[]): Delivery {
  const sum = (pattern: RegExp, keep: (labels: Record<string, string>) => boolean = () => true): number => samples.filter(({name, labels}) => pattern.test(name) && keep(labels)).reduce((total, {value}) => total + value, 0)
  const store = (labels: Record<string, string>): boolean => labels['component_id'] === undefined || labels['component_id'] === 'store'
  return {
    sent: sum(/^fluentbit_output_proc_records_total$/) + sum(/^vector_component_sent_events_total$/, store),
    lost: sum(/^fluentbit_output_(dropped_records|retries_failed)_total$/) + sum(/^vector_component_discarded_events_total$/, (labels) => labels['intentional'] !== 'true'),
    retried: sum(/^fluentbit_output_(retries|errors)_total$/) + sum(/^vector_component_errors_total$/, store),
    bytes: sum(/^fluentbit_input_bytes_total$/, ({name = ''}) => name.startsWith('tail')) + sum(/^vector_component_received_event_bytes_total$/, ({component_id}) => component_id === 'containers'),
    seconds: Math.max(0, ...samples.filter(({name}) => name === 'fluentbit_uptime' || name === 'vector_uptime_seconds').map(({value}) => value)),
  }
}

/** What a number of agents say, each with its pod; undefined where none answers. */
async function askAgents(ctx: PlatformContext): Promise<{pod: string; delivery: Delivery}[] | undefined> {
  const cluster = await ctx.cluster()
  const {pods: labels, port, path} = agentOf(ctx)
  const pods = (await cluster.listKnown('v1', 'Pod')).filter(({metadata}) => metadata.namespace === LOGGING_NAMESPACE && Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value))
  const answers = await Promise.all(pods.slice(0, ASKED).map(async ({metadata}) => {
    const text = await cluster.raw(`/api/v1/namespaces/${LOGGING_NAMESPACE}/pods/${metadata.name}:${port}/proxy${path}`)
    return typeof text === 'string' ? [{pod: metadata.name, delivery: deliveryOf(samplesOf(text))}] : []
  }))
  return answers.flat().length === 0 ? undefined : answers.flat()
}

const SILENT: CheckResult = {status: 'unknown', observed: 'no agent gave an answer through the API server'}

/** What only agents that run can say. */
export const liveChecks: PlatformCheck[] = [
  check({
    id: 'logging.delivery',
    title: 'Agents send what they read: nothing is lost, nothing waits',
    severity: 'warning',
    pitfalls: ['KP0907', 'KP0904', 'KP0905', 'KP0909'],
    appliesTo: runs,
    within: {deadlineMs: 2 * 60_000, everyMs: 5000},
    async run(ctx) {
      const agents = await askAgents(ctx)
      if (agents === undefined) return SILENT
      const complaints = agents.flatMap(({pod, delivery: {sent, lost, retried}}) => (lost > 0 ? [`${pod} lost ${lost} lines`] : sent === 0 ? [`${pod} has sent nothing yet`] : retried > sent / 10 ? [`${pod} had to send ${retried} times again`] : []))
      return verdict(complaints, `${agents.reduce((sum, {delivery}) => sum + delivery.sent, 0)} lines sent by ${agents.length} agents`, 'lines sent, none lost')
    },
  }),
  check({
    id: 'logging.disk',
    title: `The volumes of OpenSearch are less than ${HIGH * 100} % full`,
    pitfalls: ['KP0906'],
    appliesTo: (ctx) => (wantsStore(ctx) !== true ? wantsStore(ctx) : runs(ctx) !== true ? runs(ctx) : ctx.spec.phases.monitoring.enabled ? true : 'phases.monitoring.enabled is false: nobody knows how full they are'),
    async run(ctx) {
      const query = `kubelet_volume_stats_used_bytes{namespace="${LOGGING_NAMESPACE}",persistentvolumeclaim=~"${STORE_SERVICE}-.*"} / kubelet_volume_stats_capacity_bytes`
      const answer = (await (await ctx.cluster()).raw(`/api/v1/namespaces/monitoring/services/http:kube-prometheus-stack-prometheus:9090/proxy/api/v1/query?query=${encodeURIComponent(query)}`)) as {data?: {result?: {metric: {persistentvolumeclaim?: string}; value: [number, string]}[]}} | undefined
      const found = answer?.data?.result
      if (found === undefined || found.length === 0) return {status: 'unknown', observed: 'Prometheus says nothing of the volumes'}
      const full = found.filter(({value}) => !(Number(value[1]) < HIGH))
      return verdict(full.map(({metric, value}) => `${metric.persistentvolumeclaim ?? 'a claim'} is ${Math.round(Number(value[1]) * 100)} % full`), `the fullest is ${Math.round(Math.max(...found.map(({value}) => Number(value[1]))) * 100)} % full`, `less than ${HIGH * 100} %`)
    },
  }),
  check({
    id: 'logging.cost',
    title: 'The logs of the retention fit the volumes of OpenSearch',
    severity: 'warning',
    pitfalls: ['KP0902'],
    appliesTo: (ctx) => (wantsStore(ctx) === true ? runs(ctx) : wantsStore(ctx)),
    async run(ctx) {
      const {backend} = ctx.spec.phases.logging
      const agents = await askAgents(ctx)
      if (agents === undefined || !inCluster(backend)) return SILENT
      const known = agents.filter(({delivery}) => delivery.seconds > 600)
      if (known.length === 0) return {status: 'unknown', observed: 'the agents have not run long enough: ten minutes'}
      const nodes = (await (await ctx.cluster()).listKnown('v1', 'Node')).length
      const perDay = (known.reduce((sum, {delivery: {bytes, seconds}}) => sum + bytes / seconds, 0) / known.length) * nodes * DAY
      const copies = backend.replicas > 1 ? 2 : 1
      const wanted = (perDay * copies * durationSeconds(backend.retention)) / DAY
      const room = (parseQuantity(backend.volume) ?? 0) * backend.replicas * ROOM
      const said = `${(perDay / GIB).toFixed(1)} GiB a day, ${(wanted / GIB).toFixed(1)} GiB in ${backend.retention} with ${copies} copies`
      return verdict(wanted > room ? [`${said}: more than the ${(room / GIB).toFixed(1)} GiB that may be filled`] : [], said, 'sampling, drop rules or larger volumes')
    },
  }),
]
