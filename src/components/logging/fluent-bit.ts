/** `phases.logging` as a configuration of Fluent Bit, in its YAML form: the older form ends with 2026. Pure. */
import type {EnvironmentSpec} from '../../spec/types.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {Value, Values} from '../types.ts'
import {toYaml} from '../values.ts'
import {caFile, cloudWatch, cloudWatchDays, loginKeys, storeAddress, usesTls} from './backend.ts'

/** Where Fluent Bit answers about itself. */
export const FLUENT_BIT_PORT = 2020
/** Folder of a node that keeps what is not sent yet, and how far each file was read. */
export const FLUENT_BIT_STATE = '/var/lib/fluent-bit'
const DAY = 86_400
const ALL = 'kube.*'

/** What a namespace's lines are tagged with: the name of the file, which has the namespace between two underscores. */
const tagOf = (namespace: string | undefined): string => (namespace === undefined ? ALL : `kube.*_${namespace}_*`)

/** Formats besides JSON, which the filter of Kubernetes reads. */
const PARSERS: Readonly<Record<string, Values>> = {
  nginx: {format: 'regex', regex: '^(?<remote>[^ ]*) (?<host>[^ ]*) (?<user>[^ ]*) \\[(?<time>[^\\]]*)\\] "(?<method>\\S+)(?: +(?<path>[^\\"]*?)(?: +\\S*)?)?" (?<code>[^ ]*) (?<size>[^ ]*)(?: "(?<referer>[^\\"]*)" "(?<agent>[^\\"]*)")?', time_key: 'time', time_format: '%d/%b/%Y:%H:%M:%S %z'},
  apache: {format: 'regex', regex: '^(?<host>[^ ]*) [^ ]* (?<user>[^ ]*) \\[(?<time>[^\\]]*)\\] "(?<method>\\S+)(?: +(?<path>[^ ]*) +\\S*)?" (?<code>[^ ]*) (?<size>[^ ]*)(?: "(?<referer>[^\\"]*)" "(?<agent>.*)")?$', time_key: 'time', time_format: '%d/%b/%Y:%H:%M:%S %z'},
  klog: {format: 'regex', regex: '^(?<level>[IWEF])(?<time>\\d{4} \\d{2}:\\d{2}:\\d{2}\\.\\d+)\\s+(?<thread>\\d+)\\s(?<source>[^ \\]]+:\\d+)\\]\\s(?<message>.*)$', time_key: 'time', time_format: '%m%d %H:%M:%S.%L'},
  // Without the second setting each word of a sentence would be a field.
  logfmt: {format: 'logfmt', logfmt_no_bare_keys: 'on'},
}
const PARSER_ORDER = ['klog', 'nginx', 'apache', 'logfmt'] as const

/** The whole configuration. */
export function fluentBitConfig(spec: EnvironmentSpec): Values {
  const {logging} = spec.phases
  const parsers = PARSER_ORDER.filter((name) => logging.parsers.includes(name)).map((name): Value => ({name: `kp-${name}`, ...PARSERS[name]}))
  return {
    service: {
      flush: 5, daemon: 'off', log_level: 'info', grace: 10,
      http_server: 'on', http_listen: '0.0.0.0', http_port: FLUENT_BIT_PORT, health_check: 'on',
      'storage.path': `${FLUENT_BIT_STATE}/chunks`, 'storage.sync': 'normal', 'storage.checksum': 'off', 'storage.max_chunks_up': 128, 'storage.backlog.mem_limit': '16M', 'storage.metrics': 'on',
    },
    ...(parsers.length === 0 ? {} : {parsers}),
    pipeline: {inputs: [tail(spec)], filters: filters(spec), outputs: [output(spec)]},
  }
}

/** The configuration as a text of the chart, which takes what is in double braces for a template. */
export function fluentBitText(spec: EnvironmentSpec): string {
  return toYaml(fluentBitConfig(spec)).replaceAll('{{', '{{"{{"}}')
}

function tail({phases: {logging}}: EnvironmentSpec): Values {
  // Its own lines first: an agent that reports that it cannot send would read that report, and report again.
  const excluded = ['/var/log/containers/fluent-bit-*_logging_*.log', ...logging.excludeNamespaces.map((name) => `/var/log/containers/*_${name}_*.log`)]
  return {
    name: 'tail', tag: ALL, path: '/var/log/containers/*.log', exclude_path: excluded.join(','),
    ...(logging.parsers.includes('cri') ? {'multiline.parser': 'docker, cri'} : {}),
    db: `${FLUENT_BIT_STATE}/tail.db`, 'db.locking': 'on',
    mem_buf_limit: '32MB', skip_long_lines: 'on', refresh_interval: 10, 'storage.type': 'filesystem', 'storage.pause_on_chunks_overlimit': 'off',
  }
}

function filters({phases: {logging}}: EnvironmentSpec): Value[] {
  // Its rules for Java are those of V8 too; two that take the same line would send it twice.
  const traces = [...new Set(logging.multiline.map((language) => (language === 'node' ? 'java' : language)))]
  const others = PARSER_ORDER.filter((name) => logging.parsers.includes(name)).map((name) => `kp-${name}`)
  return [
    // What puts lines together comes first: the others then see whole messages.
    ...(traces.length === 0 ? [] : [{name: 'multiline', match: ALL, 'multiline.key_content': 'log', 'multiline.parser': traces.join(', '), mode: 'parser', emitter_mem_buf_limit: '10M', 'emitter_storage.type': 'filesystem'}]),
    ...logging.drop.map(({namespace, matching}): Value => ({name: 'grep', match: tagOf(namespace), exclude: `log ${matching}`})),
    ...logging.sample.map(({namespace, keepOneIn}): Value => ({name: 'lua', match: tagOf(namespace), call: 'keep_one', code: sampler(keepOneIn)})),
    {
      name: 'kubernetes', match: ALL, kube_tag_prefix: 'kube.var.log.containers.', merge_log: logging.parsers.includes('json') ? 'on' : 'off', keep_log: 'off',
      'k8s-logging.parser': 'on', 'k8s-logging.exclude': 'on', labels: 'on', annotations: 'off', buffer_size: 0,
    },
    ...(others.length === 0 ? [] : [{name: 'parser', match: ALL, key_name: 'log', parser: others, reserve_data: 'on', preserve_key: 'off'}]),
  ]
}

/** Each filter has a state of its own, so that the count is that of its namespace. */
function sampler(keepOneIn: number): string {
  return `count = 0\nfunction keep_one(tag, timestamp, record)\n  count = count + 1\n  if count % ${keepOneIn} == 0 then return 0, timestamp, record end\n  return -1, timestamp, record\nend\n`
}

function output(spec: EnvironmentSpec): Values {
  const {backend} = spec.phases.logging
  // What cannot be sent stays on the disk of the node, up to this size: then the oldest goes.
  const common = {match: ALL, retry_limit: 'no_limits', 'storage.total_limit_size': '1G'}
  if (backend.type === 'cloudwatch') {
    const {region, group} = cloudWatch(spec)
    return {name: 'cloudwatch_logs', ...common, region, log_group_name: group, log_stream_prefix: 'kp.', auto_create_group: 'on', log_retention_days: cloudWatchDays(durationSeconds(backend.retention) / DAY)}
  }
  const address = storeAddress(backend)
  const ca = caFile(backend)
  const at = {
    ...common, host: address?.host ?? '', port: address?.port ?? 0,
    ...(usesTls(backend) ? {tls: 'on', 'tls.verify': 'on', ...(ca === undefined ? {} : {'tls.ca_file': ca})} : {tls: 'off'}),
  }
  const keys = Object.keys(loginKeys(backend))
  const user = keys.includes('LOG_STORE_USER') ? {http_user: '${LOG_STORE_USER}', http_passwd: '${LOG_STORE_PASSWORD}'} : {}
  switch (backend.type) {
    case 'opensearch':
    case 'elasticsearch':
      return {
        name: backend.type === 'opensearch' ? 'opensearch' : 'es', ...at, ...user,
        logstash_format: 'on', logstash_prefix: backend.index,
        suppress_type_name: 'on', replace_dots: 'on', trace_error: 'on', compress: 'gzip', buffer_size: '512KB',
      }
    case 'splunk-hec':
      return {name: 'splunk', ...at, splunk_token: '${LOG_STORE_TOKEN}', event_index: backend.index, splunk_send_raw: 'off', compress: 'gzip'}
    case 'logstash':
      return {name: 'http', ...at, ...user, uri: '/', format: 'json', json_date_key: '@timestamp', json_date_format: 'iso8601'}
    case 'http':
      return {name: 'http', ...at, uri: address?.path ?? '/', format: 'json', json_date_key: 'timestamp', json_date_format: 'iso8601', ...(keys.includes('LOG_STORE_TOKEN') ? {header: 'Authorization Bearer ${LOG_STORE_TOKEN}'} : {})}
  }
}
