/**
 * Properties of the agents' plugins that kp uses or may use, as their own configuration tests accept them: Fluent Bit 5.1.1
 * (`fluent-bit --dry-run`), Vector 0.56 (its reference). A key that is not here is a mistake, or a reason to look it up.
 */
const NET = ['host', 'port', 'tls', 'tls.verify', 'tls.ca_file']
const COMMON = ['name', 'match', 'retry_limit', 'storage.total_limit_size']
const ES = ['http_user', 'http_passwd', 'logstash_format', 'logstash_prefix', 'suppress_type_name', 'replace_dots', 'trace_error', 'compress', 'buffer_size']

export const FLUENT_BIT_KEYS: Readonly<Record<string, readonly string[]>> = {
  service: ['flush', 'daemon', 'log_level', 'grace', 'http_server', 'http_listen', 'http_port', 'health_check', 'storage.path', 'storage.sync', 'storage.checksum', 'storage.max_chunks_up', 'storage.backlog.mem_limit', 'storage.metrics'],
  'inputs/tail': ['name', 'tag', 'path', 'exclude_path', 'multiline.parser', 'db', 'db.locking', 'mem_buf_limit', 'skip_long_lines', 'refresh_interval', 'storage.type', 'storage.pause_on_chunks_overlimit'],
  'filters/multiline': ['name', 'match', 'multiline.key_content', 'multiline.parser', 'mode', 'emitter_mem_buf_limit', 'emitter_storage.type'],
  'filters/grep': ['name', 'match', 'exclude'],
  'filters/lua': ['name', 'match', 'call', 'code'],
  'filters/kubernetes': ['name', 'match', 'kube_tag_prefix', 'merge_log', 'keep_log', 'k8s-logging.parser', 'k8s-logging.exclude', 'labels', 'annotations', 'buffer_size'],
  'filters/parser': ['name', 'match', 'key_name', 'parser', 'reserve_data', 'preserve_key'],
  'outputs/opensearch': [...COMMON, ...NET, ...ES],
  'outputs/es': [...COMMON, ...NET, ...ES],
  'outputs/splunk': [...COMMON, ...NET, 'splunk_token', 'event_index', 'splunk_send_raw', 'compress'],
  'outputs/http': [...COMMON, ...NET, 'http_user', 'http_passwd', 'uri', 'format', 'header', 'json_date_key', 'json_date_format'],
  'outputs/cloudwatch_logs': [...COMMON, 'region', 'log_group_name', 'log_stream_prefix', 'auto_create_group', 'log_retention_days'],
}

const SENDS = ['compression', 'encoding', 'buffer', 'tls', 'auth']

export const VECTOR_KEYS: Readonly<Record<string, readonly string[]>> = {
  'sources/kubernetes_logs': ['extra_namespace_label_selector'],
  'sources/internal_metrics': [],
  'transforms/reduce': ['group_by', 'expire_after_ms', 'flush_period_ms', 'merge_strategies', 'starts_when'],
  'transforms/filter': ['condition'],
  'transforms/sample': ['rate', 'exclude'],
  'transforms/remap': ['drop_on_error', 'source'],
  'sinks/elasticsearch': ['endpoints', 'mode', 'bulk', ...SENDS],
  'sinks/splunk_hec_logs': ['endpoint', 'default_token', 'index', ...SENDS],
  'sinks/http': ['uri', 'method', ...SENDS],
  'sinks/aws_cloudwatch_logs': ['region', 'group_name', 'stream_name', 'create_missing_group', 'create_missing_stream', 'retention', ...SENDS],
  'sinks/prometheus_exporter': ['address'],
}
