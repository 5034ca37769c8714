/** Takes the place of the operator's reloaders: brings rules and routes of the cluster to the lab's Prometheus and Alertmanager. */
import {ownArguments} from './own-program.ts'
import type {LabService} from './types.ts'

/** Folder of the rule files, in the folder of this service. */
export const RULES_FOLDER = 'rules'

export const prometheusRules: LabService = {
  name: 'prometheus-rules',
  title: 'the loader of rules and routes',
  real: 'PrometheusRule objects become rules, receivers get alerts on this machine alone',
  tool: 'node',
  answer: {path: '/healthz', secure: false},
  launch: (place) => ({args: ownArguments(place)}),
}
