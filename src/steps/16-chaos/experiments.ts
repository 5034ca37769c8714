/** Example experiments: files of the repository, never applied by kp. Pure. */
import {stringify} from 'yaml'
import type {ManifestContext, RepositoryFile} from '../../context.ts'
import {allowed, CHAOS_API} from './names.ts'

interface Example {
  name: string
  kind: string
  /** One sentence that the experiment can refute. */
  hypothesis: string
  runbook: string
  spec: Record<string, unknown>
}

const EXAMPLES: readonly Example[] = [
  {name: 'pod-kill', kind: 'PodChaos', hypothesis: 'One pod of the application dies: no request is lost, and a new pod is ready within a minute.', runbook: 'pod-crash.md', spec: {action: 'pod-kill', mode: 'one'}},
  {name: 'pod-failure', kind: 'PodChaos', hypothesis: 'One pod does not answer for two minutes: it leaves the Service, and an alert says so.', runbook: 'pod-crash.md', spec: {action: 'pod-failure', mode: 'one', duration: '120s'}},
  {name: 'network-delay', kind: 'NetworkChaos', hypothesis: 'One pod answers 200 ms later for two minutes: the latency objective holds, and time limits and retries do not make it worse.', runbook: 'pod-crash.md', spec: {action: 'delay', mode: 'one', direction: 'to', delay: {latency: '200ms', jitter: '50ms', correlation: '25'}, duration: '120s'}},
  {name: 'cpu-stress', kind: 'StressChaos', hypothesis: 'One pod uses a whole CPU for five minutes: its neighbours are not slower, and the autoscaler reacts.', runbook: 'pod-crash.md', spec: {mode: 'one', stressors: {cpu: {workers: 1, load: 100}}, duration: '300s'}},
]

/** The files of an environment, in its first namespace of the list. */
export function experimentFiles(ctx: Pick<ManifestContext, 'spec'>): RepositoryFile[] {
  const [namespace] = allowed(ctx)
  if (namespace === undefined) return []
  const folder = `clusters/${ctx.spec.environment.name}/chaos`
  return EXAMPLES.map(({name, kind, hypothesis, runbook, spec}) => ({
    path: `${folder}/${name}.yaml`,
    text: [
      `# Hypothesis: ${hypothesis}`,
      `# Before: kp verify has no failure. During: runbooks/${runbook}. Name the pods by their labels first.`,
      `# Begin: kubectl apply -f ${folder}/${name}.yaml    End: kubectl delete -f ${folder}/${name}.yaml`,
      stringify({apiVersion: CHAOS_API, kind, metadata: {name, namespace}, spec: {...spec, selector: {namespaces: [namespace], labelSelectors: {app: 'demo'}}}}),
    ].join('\n'),
  }))
}
