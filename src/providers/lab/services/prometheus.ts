/** The real Prometheus: scrapes the API server and the front door, and evaluates the platform's rules. */
import {join} from 'node:path'
import {stringify} from 'yaml'
import {RULES_FOLDER} from './prometheus-rules.ts'
import {TARGETS_FILE} from './targets.ts'
import type {LabService, ServicePlace} from './types.ts'

/** As short as it may be without being most of what the lab does. */
const INTERVAL = '5s'

export const prometheus: LabService = {
  name: 'prometheus',
  title: 'Prometheus',
  real: "scrapes of the API server and the front door, the platform's rules, and alerts that fire",
  tool: 'prometheus',
  companions: ['alertmanager', 'prometheus-rules'],
  answer: {path: '/-/ready', secure: false},
  launch: (place) => ({
    args: [
      `--config.file=${join(place.folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(place.folder, 'data')}`,
      '--storage.tsdb.retention.time=2d',
      `--web.listen-address=127.0.0.1:${place.port}`,
      '--web.enable-lifecycle',
      '--log.level=warn',
    ],
    env: {GOMEMLIMIT: '1GiB'},
    files: {'prometheus.yml': stringify(configOf(place))},
  }),
}

function configOf({lab, port, apiserver}: ServicePlace): object {
  const services = join(lab.folder, 'services')
  return {
    global: {scrape_interval: INTERVAL, scrape_timeout: '4s', evaluation_interval: INTERVAL, external_labels: {cluster: 'lab'}},
    alerting: {alertmanagers: [{file_sd_configs: [{files: [join(services, 'alertmanager', TARGETS_FILE)], refresh_interval: '5s'}]}]},
    rule_files: [join(services, 'prometheus-rules', RULES_FOLDER, '*.yaml')],
    scrape_configs: [
      {job_name: 'prometheus', static_configs: [{targets: [`127.0.0.1:${port}`]}]},
      {
        job_name: 'apiserver',
        scheme: 'https',
        tls_config: {ca_file: join(lab.pki, 'ca.crt'), cert_file: join(lab.pki, 'admin.crt'), key_file: join(lab.pki, 'admin.key'), server_name: 'localhost'},
        static_configs: [{targets: [apiserver]}],
      },
      {job_name: 'alertmanager', file_sd_configs: [{files: [join(services, 'alertmanager', TARGETS_FILE)], refresh_interval: '5s'}]},
      {job_name: 'front-door', file_sd_configs: [{files: [join(services, 'front-door', TARGETS_FILE)], refresh_interval: '5s'}]},
    ],
  }
}
