/** The marker: a line that a pod writes, and the question that proves its arrival, for each log store. */
import {cloudWatch, inCluster, storeAddress} from '../../components/logging/backend.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {storeJob} from './job.ts'
import type {StoreJob} from './job.ts'
import {digestOf, LOGGING_NAMESPACE, LOG_SECRET, STORE_SERVICE} from './names.ts'
import {wantsDashboards} from './store.ts'

type Spec = Pick<ManifestContext, 'spec'>

/** The line: another store or another agent gets another one. */
export function markerOf({spec}: Spec): string {
  const {agent, backend} = spec.phases.logging
  return `kp-marker-${digestOf([spec.environment.cluster, agent, backend])}`
}

/** The Job that writes the line and, where the store answers by HTTP from inside the cluster, looks for it. */
export function markerJob(ctx: Spec): StoreJob {
  const find = findScript(ctx)
  return {name: 'log-marker', containers: [{name: 'write', script: `for i in 1 2 3; do echo ${markerOf(ctx)}; sleep 5; done`}, ...(find === undefined ? [] : [{name: 'find', script: find}])]}
}

/** Whether the Job itself can look for the line. */
export const canFind = (ctx: Spec): boolean => findScript(ctx) !== undefined

function findScript({spec}: Spec): string | undefined {
  const {backend} = spec.phases.logging
  if (backend.type !== 'opensearch' && backend.type !== 'elasticsearch') return undefined
  const {scheme, host, port} = storeAddress(backend) ?? {scheme: 'https', host: '', port: 9200}
  return [
    'tries=0',
    'while [ $tries -lt 60 ]; do',
    '  if [ -n "${LOG_STORE_USER:-}" ]; then login() { printf \'user = "%s:%s"\\n\' "$LOG_STORE_USER" "$LOG_STORE_PASSWORD"; }; else login() { :; }; fi',
    '  if [ -f /etc/kp-log-store/ca.crt ]; then ca="--cacert /etc/kp-log-store/ca.crt"; else ca=""; fi',
    `  found=$(login | curl -sS --max-time 10 -K - $ca "${scheme}://${host}:${port}/${backend.index}-*/_search?size=1&q=%22${markerOf({spec})}%22" || true)`,
    '  case "$found" in *\'"hits":[{\'*) echo "found"; exit 0;; esac',
    '  tries=$((tries + 1)); echo "not there yet: $(printf %s "$found" | head -c 200)"; sleep 5',
    'done',
    'exit 1',
  ].join('\n')
}

/** What a person asks the store to see the line: a sentence and a command or query to copy. */
export function proofOf(ctx: Spec): {text: string; command: string} {
  const {spec} = ctx
  const {backend} = spec.phases.logging
  const marker = markerOf(ctx)
  switch (backend.type) {
    case 'splunk-hec':
      return {text: 'In Splunk, Search', command: `search index=${backend.index} "${marker}" | head 10`}
    case 'cloudwatch': {
      const {region, group} = cloudWatch(spec)
      return {text: 'With the AWS CLI', command: `aws logs filter-log-events --region ${region} --log-group-name ${group} --filter-pattern '"${marker}"' --max-items 10`}
    }
    case 'logstash':
      return {text: 'Where Logstash writes to; or, with its rubydebug output, in its log', command: `grep ${marker}`}
    case 'http':
      return {text: `In the log of what answers at ${backend.url}`, command: `grep ${marker}`}
    case 'opensearch':
    case 'elasticsearch': {
      const {scheme, host, port} = storeAddress(backend) ?? {scheme: 'https', host: '', port: 9200}
      const at = inCluster(backend) ? 'https://localhost:9200' : `${scheme}://${host}:${port}`
      return {text: inCluster(backend) ? `With kubectl -n ${LOGGING_NAMESPACE} port-forward service/${STORE_SERVICE} 9200:9200 running` : 'With a user that may read', command: `curl -k -u admin "${at}/${backend.index}-*/_search?size=10&q=%22${marker}%22"`}
    }
  }
}

/** Writes the line, and looks for it where it can. */
export const marker: PlatformStep = manifestSet({
  id: 'logging/marker',
  title: 'Write a line and look for it in the log store',
  // What it proves is about this cluster and this moment: nothing for the repository.
  render: false,
  ofNoChoice: true,
  verify: ['logging.marker'],
  objects: (ctx) => [storeJob(ctx, markerJob(ctx))],
})

/** How to see that logs arrive, and the way to Dashboards. Nothing in a lab, where no agent runs. */
export function loggingHints(ctx: PlatformContext): Promise<string[]> {
  if (ctx.provider.simulated) return Promise.resolve([])
  const {text, command} = proofOf(ctx)
  const proof = canFind(ctx) ? [] : [`Whether logs arrive. ${text}:`, `  ${command}`]
  const dashboards = wantsDashboards(ctx) === true
    ? ['OpenSearch Dashboards, at http://localhost:5601 while this runs', `  kubectl -n ${LOGGING_NAMESPACE} port-forward service/opensearch-dashboards 5601:5601`, 'Its user is admin, with this password', `  kubectl -n ${LOGGING_NAMESPACE} get secret ${LOG_SECRET} -o jsonpath='{.data.admin-password}' | base64 -d`]
    : []
  return Promise.resolve([...proof, ...dashboards])
}
