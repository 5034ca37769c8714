/** Takes the place of the operator's reloader: brings the PrometheusRule objects of the cluster to the lab's Prometheus. */
import {ownProgram} from '../../../tools/toolchain/paths.ts'
import type {LabService, ServicePlace} from './types.ts'

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

/** How Node is told to run a program of kp's own. */
export function ownArguments({lab, name, folder, port}: ServicePlace): string[] {
  return ['--max-old-space-size=64', ownProgram('providers/lab/services/process'), name, lab.folder, folder, String(port)]
}
