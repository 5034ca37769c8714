/** `phases.logging` as a configuration of Vector: sources, transforms and sinks, each named by those that read it. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {Value, Values} from '../types.ts'
import {caFile, cloudWatch, cloudWatchDays, loginKeys, storeAddress, usesTls} from './backend.ts'

/** Where Vector answers about itself. */
export const VECTOR_METRICS_PORT = 9090
/** Name of the sink to the store: metrics tell its errors by it. */
export const VECTOR_STORE = 'store'
const DAY = 86_400
/** On the disk of the node; Vector takes no less. */
const BUFFER_BYTES = 1_073_741_824

/** Lines that belong to the one before, by language. */
const GOES_ON: Readonly<Record<string, string>> = {
  java: '^\\s+at |^\\s+\\.{3} \\d+ (more|common frames)|^Caused by:|^\\s+Suppressed:',
  python: '^\\s+\\S|^During handling of|^The above exception|^[\\w.]*(Error|Exception|Interrupt|Exit)(:|$)',
  go: '^goroutine \\d+|^created by |^\\s+\\S+\\.go:\\d+|^[\\w./*()]+\\(.*\\)$|^exit status',
  ruby: '^\\s+from |^\\s+\\d+: from ',
  node: '^\\s+at |^\\s+\\[cause\\]|^Node\\.js v',
}

/** How VRL reads a format; each sets `fields` or leaves it alone. */
const READS: Readonly<Record<string, string>> = {
  json: 'parse_json(text)',
  klog: 'parse_klog(text)',
  nginx: 'parse_nginx_log(text, "combined")',
  apache: 'parse_apache_log(text, "combined")',
  logfmt: 'parse_logfmt(text)',
}
/** The last takes nearly every line. */
const READ_ORDER = ['json', 'klog', 'nginx', 'apache', 'logfmt'] as const

/** The whole configuration. Its chart takes what is in double braces for a template, hence the escapes. */
export function vectorConfig(spec: EnvironmentSpec): Values {
  const chain = transforms(spec)
  const last = Object.keys(chain).at(-1) ?? 'containers'
  const {excludeNamespaces} = spec.phases.logging
  return escaped({
    data_dir: '/vector-data-dir',
    api: {enabled: true, address: '127.0.0.1:8686'},
    sources: {
      // It reads the format of the container runtime and puts its partial lines together by itself.
      containers: {type: 'kubernetes_logs', ...(excludeNamespaces.length === 0 ? {} : {extra_namespace_label_selector: `kubernetes.io/metadata.name notin (${excludeNamespaces.join(',')})`})},
      metrics: {type: 'internal_metrics'},
    },
    ...(Object.keys(chain).length === 0 ? {} : {transforms: chain}),
    sinks: {
      [VECTOR_STORE]: {inputs: [last], ...sink(spec), buffer: {type: 'disk', max_size: BUFFER_BYTES, when_full: 'block'}},
      prometheus: {type: 'prometheus_exporter', inputs: ['metrics'], address: `0.0.0.0:${VECTOR_METRICS_PORT}`},
    },
  }) as Values
}

/** Each reads the one before it. */
function transforms({phases: {logging}}: EnvironmentSpec): Record<string, Values> {
  const chain: Record<string, Values> = {}
  let last = 'containers'
  const add = (name: string, transform: Values): void => {
    chain[name] = {...transform, inputs: [last]}
    last = name
  }
  if (logging.multiline.length > 0) {
    const goesOn = logging.multiline.map((language) => GOES_ON[language]).join('|')
    add('whole_messages', {type: 'reduce', group_by: ['file', 'stream'], expire_after_ms: 1000, flush_period_ms: 500, merge_strategies: {message: 'concat_newline'}, starts_when: `!match(to_string(.message) ?? "", ${regex(goesOn)})`})
  }
  logging.drop.forEach(({namespace, matching}, index) => {
    const matches = `match(to_string(.message) ?? "", ${regex(matching)})`
    add(`drop_${index + 1}`, {type: 'filter', condition: `!(${namespace === undefined ? matches : `.kubernetes.pod_namespace == "${namespace}" && ${matches}`})`})
  })
  logging.sample.forEach(({namespace, keepOneIn}, index) => {
    add(`sample_${index + 1}`, {type: 'sample', rate: keepOneIn, exclude: `.kubernetes.pod_namespace != "${namespace}"`})
  })
  const formats = READ_ORDER.filter((name) => logging.parsers.includes(name))
  if (formats.length > 0) add('fields', {type: 'remap', drop_on_error: false, source: readFields(formats)})
  return chain
}

function readFields(formats: readonly string[]): string {
  const tries = formats.map((name) => `if fields == null {\n  read, err = ${READS[name]}\n  if err == null && is_object(read) { fields = read }\n}`)
  return ['text = to_string(.message) ?? ""', 'fields = null', ...tries, 'if is_object(fields) { . = merge(., object!(fields)) }', ''].join('\n')
}

/** A regular expression of VRL. A dollar before a name would be taken for a variable. */
function regex(pattern: string): string {
  return `r'${pattern.replaceAll('\'', '\\x27').replaceAll('$', '$$$$')}'`
}

function sink(spec: EnvironmentSpec): Values {
  const {backend} = spec.phases.logging
  const encoding = {codec: 'json'}
  if (backend.type === 'cloudwatch') {
    const {region, group} = cloudWatch(spec)
    return {type: 'aws_cloudwatch_logs', region, group_name: group, stream_name: '{{ kubernetes.pod_node_name }}', create_missing_group: true, create_missing_stream: true, retention: {enabled: true, days: cloudWatchDays(durationSeconds(backend.retention) / DAY)}, compression: 'gzip', encoding}
  }
  const {scheme, host, port, path} = storeAddress(backend) ?? {scheme: 'https', host: '', port: 443, path: '/'}
  const ca = caFile(backend)
  const origin = `${scheme}://${host}:${port}`
  const tls = usesTls(backend) ? {tls: {verify_certificate: true, ...(ca === undefined ? {} : {ca_file: ca})}} : {}
  const keys = Object.keys(loginKeys(backend))
  const basic = keys.includes('LOG_STORE_USER') ? {auth: {strategy: 'basic', user: '${LOG_STORE_USER}', password: '${LOG_STORE_PASSWORD}'}} : {}
  switch (backend.type) {
    case 'opensearch':
    case 'elasticsearch':
      return {type: 'elasticsearch', endpoints: [origin], mode: 'bulk', bulk: {action: 'index', index: `${backend.index}-%Y.%m.%d`}, compression: 'gzip', ...basic, ...tls}
    case 'splunk-hec':
      return {type: 'splunk_hec_logs', endpoint: origin, default_token: '${LOG_STORE_TOKEN}', index: backend.index, compression: 'gzip', encoding, ...tls}
    case 'logstash':
      return {type: 'http', uri: `${origin}/`, method: 'post', encoding, ...basic, ...tls}
    case 'http':
      return {type: 'http', uri: `${origin}${path}`, method: 'post', encoding, ...(keys.includes('LOG_STORE_TOKEN') ? {auth: {strategy: 'bearer', token: '${LOG_STORE_TOKEN}'}} : {}), ...tls}
  }
}

/** The same with `{{` as the chart wants it. */
function escaped(value: Value): Value {
  if (typeof value === 'string') return value.replaceAll('{{', '{{"{{"}}')
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, escaped(below)]))
}
