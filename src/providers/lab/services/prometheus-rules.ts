/** Takes the place of the operator's reloader: brings the PrometheusRule objects of the cluster to the lab's Prometheus. */
import {ownArguments} from './own-program.ts'
import type {LabService} from './types.ts'

/** Folder of the rule files, in the folder of this service. */
export const RULES_FOLDER = 'rules'

export const prometheusRules: LabService = {
  name: 'prometheus-rules',
  title: "the loader of Prometheus' rules",
  real: 'PrometheusRule objects become rules of the running Prometheus',
  tool: 'node',
  answer: {path: '/healthz', secure: false},
  launch: (place) => ({args: ownArguments(place)}),
}
