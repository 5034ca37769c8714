/** What, why and how of phase 9. */
import type {Phase} from '../../engine/types.ts'

export const about: Pick<Phase, 'id' | 'number' | 'title' | 'what' | 'why' | 'how'> = {
  id: 'logging',
  number: 9,
  title: 'Logging (Fluent Bit or Vector to a log store)',
  what: 'An agent on each node reads the logs of all containers, shapes them and sends them to one store: OpenSearch in the cluster or elsewhere, Splunk, Elasticsearch, Logstash, CloudWatch, or anything that takes JSON by HTTP.',
  why: 'Logs are gone with their pod. Incidents and audits need them in one place, with fields to search by, and for as long as was promised.',
  how: [
    'phases.logging.agent is fluent-bit (small) or vector (shapes more). It runs on every node, tainted ones too. kp writes its configuration; what cannot be sent waits on the disk of the node, up to 1 GiB, and the oldest goes first.',
    'phases.logging.backend says where logs go. Tokens, passwords and a CA are references in secrets; kp hands them over as Secret logging/kp-log-store, and the configuration only names variables.',
    'OpenSearch in the cluster gets certificates of a CA of its own, users with passwords that are made or referenced, one index a day, and a policy that deletes an index after backend.retention. Its Dashboards come too.',
    'OpenSearch does not start where vm.max_map_count of a node is below 262144. The DaemonSet node-settings sets it and keeps looking; where nodes are made by hand, write it to /etc/sysctl.d as well.',
    'parsers make fields of JSON, klog, nginx, apache and logfmt lines; multiline keeps stack traces together. JSON from the application is best: lines without fields can be searched by their words alone.',
    'Against cost: excludeNamespaces leaves namespaces out, drop takes lines away by a regular expression, sample keeps one line in so many. All of it happens on the node, before anything is sent.',
    'A Job writes a marker line, and for OpenSearch and Elasticsearch looks for it; for the other stores a run ends with the query to copy. The namespace is at Pod Security level privileged, since the agent reads the files of the node.',
    'CloudWatch wants an IAM role for the agent: components.fluent-bit.values.serviceAccount.annotations (or of vector) names it, with rights to create groups and streams, to put events, and to set the retention.',
    'Verify: `kp verify logging`: an agent on every node, store, certificates, volumes, map count, retention, the marker line, lines that were dropped or sent again, and whether a day of logs fits. By hand: `kubectl get pods -n logging`.',
  ],
}
