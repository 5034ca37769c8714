/** OpenSearch in the cluster: its certificates, what it wants of the nodes, and what is set in it once it runs. */
import {AGENT_USER, inCluster} from '../../components/logging/backend.ts'
import {relocateImage} from '../../components/objects.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {storeJob} from './job.ts'
import {LOGGING_NAMESPACE, MAP_COUNT, NODE_SETTINGS, STORE_SERVICE, STORE_TLS} from './names.ts'

/** A shell and curl; kp uses it for the demo application too. */
export const TOOL_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53'
const CA = 'logging-ca'
const SELF_SIGNED = 'logging-self-signed'
const DAY = 86_400

/** Whether OpenSearch is in the cluster, or why not. */
export const wantsStore = ({spec}: Pick<ManifestContext, 'spec'>): true | string => (inCluster(spec.phases.logging.backend) ? true : 'OpenSearch is not in the cluster')

/** Whether its Dashboards are, or why not. */
export function wantsDashboards(ctx: Pick<ManifestContext, 'spec'>): true | string {
  const {backend} = ctx.spec.phases.logging
  if (!inCluster(backend)) return 'OpenSearch is not in the cluster'
  return backend.dashboards ? true : 'phases.logging.backend.dashboards is false'
}

/** A CA of the namespace alone, and the certificate that all nodes of OpenSearch share. */
export const certificates: PlatformStep = manifestSet({
  id: 'logging/certificates',
  title: 'Ask for the certificates of OpenSearch',
  appliesTo: wantsStore,
  verify: ['logging.certificates'],
  objects: () => [
    issuer(SELF_SIGNED, {selfSigned: {}}),
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: {name: CA, namespace: LOGGING_NAMESPACE},
      spec: {isCA: true, commonName: CA, secretName: CA, duration: '87600h', renewBefore: '8760h', privateKey: {algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never'}, issuerRef: {group: 'cert-manager.io', kind: 'Issuer', name: SELF_SIGNED}},
    },
    issuer(CA, {ca: {secretName: CA}}),
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: {name: STORE_TLS, namespace: LOGGING_NAMESPACE},
      spec: {
        commonName: 'opensearch',
        secretName: STORE_TLS,
        // OpenSearch reads its certificate when it starts: a year, renewed a quarter before, leaves time for a restart.
        duration: '8760h',
        renewBefore: '2160h',
        dnsNames: [STORE_SERVICE, `${STORE_SERVICE}.${LOGGING_NAMESPACE}`, `${STORE_SERVICE}.${LOGGING_NAMESPACE}.svc`, `${STORE_SERVICE}.${LOGGING_NAMESPACE}.svc.cluster.local`, `*.${STORE_SERVICE}-headless`, 'localhost'],
        usages: ['digital signature', 'key encipherment', 'server auth', 'client auth'],
        // OpenSearch reads keys in this form alone.
        privateKey: {algorithm: 'RSA', size: 2048, encoding: 'PKCS8', rotationPolicy: 'Always'},
        issuerRef: {group: 'cert-manager.io', kind: 'Issuer', name: CA},
      },
    },
  ],
})

function issuer(name: string, spec: Record<string, unknown>): KubeObject {
  return {apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata: {name, namespace: LOGGING_NAMESPACE}, spec}
}

/**
 * Sets vm.max_map_count on each node and looks at it ever after: a pod of it that is ready is the proof. OpenSearch itself
 * then needs no right to change its node.
 */
export const nodeSettings: PlatformStep = manifestSet({
  id: 'logging/node-settings',
  title: `Set vm.max_map_count to ${MAP_COUNT} on the nodes`,
  appliesTo: wantsStore,
  verify: ['logging.map-count'],
  objects: (ctx) => {
    const image = relocateImage(TOOL_IMAGE, ctx.spec.images.mirror)
    const resources = {requests: {cpu: '1m', memory: '8Mi'}, limits: {memory: '32Mi'}}
    return [
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: {name: NODE_SETTINGS, namespace: LOGGING_NAMESPACE, labels: {app: NODE_SETTINGS}},
        spec: {
          selector: {matchLabels: {app: NODE_SETTINGS}},
          template: {
            metadata: {labels: {app: NODE_SETTINGS}},
            spec: {
              automountServiceAccountToken: false,
              tolerations: [{operator: 'Exists'}],
              securityContext: {seccompProfile: {type: 'RuntimeDefault'}},
              initContainers: [
                {
                  name: 'set',
                  image,
                  command: ['sh', '-c', `[ "$(cat /proc/sys/vm/max_map_count)" -ge ${MAP_COUNT} ] || echo ${MAP_COUNT} > /proc/sys/vm/max_map_count`],
                  resources,
                  // The setting is that of the node: no right less than this reaches it.
                  securityContext: {privileged: true, runAsUser: 0},
                },
              ],
              containers: [
                {
                  name: 'look',
                  image,
                  args: ['pause'],
                  readinessProbe: {exec: {command: ['sh', '-c', `[ "$(cat /proc/sys/vm/max_map_count)" -ge ${MAP_COUNT} ]`]}, periodSeconds: 30},
                  resources,
                  securityContext: {runAsNonRoot: true, runAsUser: 65_532, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}},
                },
              ],
            },
          },
        },
      },
    ]
  },
})

/** What the Job sends: the right of the agents to write, the form of new indexes, and when an index goes. */
function settings({spec}: Pick<ManifestContext, 'spec'>): {path: string; body: unknown}[] {
  const {backend} = spec.phases.logging
  if (!inCluster(backend)) return []
  const {index, retention, replicas} = backend
  const pattern = `${index}-*`
  return [
    {path: '_plugins/_security/api/roles/kp-agent', body: {cluster_permissions: ['cluster_monitor', 'cluster_composite_ops', 'indices:admin/template/get', 'indices:admin/index_template/get'], index_permissions: [{index_patterns: [pattern], allowed_actions: ['crud', 'create_index', 'indices:admin/mapping/put']}]}},
    {path: '_plugins/_security/api/rolesmapping/kp-agent', body: {users: [AGENT_USER]}},
    // Fields of applications differ: what does not fit a field's type is left out of the index, and the line stays.
    {path: '_index_template/kp-logs', body: {index_patterns: [pattern], priority: 100, template: {settings: {number_of_shards: 1, number_of_replicas: replicas > 1 ? 1 : 0, 'index.mapping.total_fields.limit': 2000, 'index.mapping.ignore_malformed': true}, mappings: {dynamic: true, properties: {'@timestamp': {type: 'date'}}}}}},
    {
      path: '_plugins/_ism/policies/kp-logs',
      body: {
        policy: {
          description: `kp: indexes go after ${retention}`,
          default_state: 'kept',
          states: [
            {name: 'kept', actions: [], transitions: [{state_name: 'gone', conditions: {min_index_age: `${Math.max(1, Math.round(durationSeconds(retention) / DAY))}d`}}]},
            {name: 'gone', actions: [{delete: {}}], transitions: []},
          ],
          ism_template: [{index_patterns: [pattern], priority: 100}],
        },
      },
    },
  ]
}

/** Every day has an index of its own; the policy deletes those that are old enough. A policy that is there is replaced by its sequence number. */
function script(ctx: Pick<ManifestContext, 'spec'>): string {
  const sends = settings(ctx).map(({path, body}) => `send ${path} '${JSON.stringify(body).replaceAll('\'', '\'\\\'\'')}'`)
  return [
    'set -eu',
    `url=https://${STORE_SERVICE}.${LOGGING_NAMESPACE}.svc:9200`,
    // The password goes by a pipe: arguments can be seen by everybody on the node.
    'ask() { printf \'user = "admin:%s"\\n\' "$ADMIN_PASSWORD" | curl -sS --max-time 20 -K - --cacert /etc/kp-log-store/ca.crt "$@"; }',
    'until ask -f "$url/_cluster/health?wait_for_status=yellow&timeout=15s" >/dev/null; do echo "OpenSearch does not answer yet"; sleep 5; done',
    'send() {',
    '  at=""',
    '  old=$(ask "$url/$1")',
    '  number=$(printf %s "$old" | sed -n \'s/.*"_seq_no":\\([0-9]*\\).*/\\1/p\'); term=$(printf %s "$old" | sed -n \'s/.*"_primary_term":\\([0-9]*\\).*/\\1/p\')',
    '  if [ -n "$number" ]; then at="?if_seq_no=$number&if_primary_term=$term"; fi',
    '  ask -f -X PUT -H "Content-Type: application/json" -d "$2" "$url/$1$at"; echo',
    '}',
    ...sends,
  ].join('\n')
}

/** Rights, form and retention, set by a Job: another retention is another Job. */
export const storeSettings: PlatformStep = manifestSet({
  id: 'logging/store-settings',
  title: 'Set rights, index form and retention in OpenSearch',
  appliesTo: wantsStore,
  verify: ['logging.retention'],
  objects: (ctx) => [storeJob(ctx, settingsJob(ctx))],
})

/** The Job of the settings. */
export function settingsJob(ctx: Pick<ManifestContext, 'spec'>): Parameters<typeof storeJob>[1] {
  return {name: 'log-store-settings', containers: [{name: 'set', script: script(ctx), env: [{name: 'ADMIN_PASSWORD', valueFrom: {secretKeyRef: {name: 'kp-log-store', key: 'admin-password'}}}]}]}
}
