/** Finds what is wrong with the pod network. Pure. */
import type {FactObject, Facts, Sighting} from '../../engine/facts.ts'
import {refOf} from '../../engine/facts.ts'
import {isOwnNamespace} from '../shared/facts.ts'

/** DaemonSets by which network plugins are known, and the component of kp that makes each. */
const AGENTS: [name: RegExp, plugin: string, component: string][] = [
  [/^cilium$/, 'Cilium', 'cilium'],
  [/^calico-node$/, 'Calico', 'tigera-operator'],
  [/^kube-flannel(?:-ds.*)?$/, 'flannel', ''],
  [/^weave-net$/, 'Weave Net', ''],
  [/^antrea-agent$/, 'Antrea', ''],
  [/^aws-node$/, 'the VPC CNI of AWS', ''],
  [/^kube-router$/, 'kube-router', ''],
  [/^kindnet$/, 'kindnet', ''],
]

/** KP0401: a plugin beside the one of kp.yaml. */
export function findSecondPlugin(facts: Facts): Sighting[] {
  const own = facts.components.find(({id}) => id === 'cilium' || id === 'tigera-operator')
  if (own === undefined || !facts.checks.some(({id}) => id === 'cni.single-plugin')) return []
  return facts.all('DaemonSet').flatMap((set): Sighting[] => {
    const agent = AGENTS.find(([name]) => name.test(set.metadata.name))
    if (agent === undefined || agent[2] === own.id) return []
    const {name, namespace = 'default'} = set.metadata
    return [
      {
        object: refOf(set),
        evidence: [`DaemonSet ${namespace}/${name} is ${agent[1]}; kp.yaml says ${own.id === 'cilium' ? 'Cilium' : 'Calico'}`],
        fix: [
          {text: 'Which ones are there?', command: 'kubectl get daemonsets -A'},
          {text: `Take ${agent[1]} off. (To keep it instead: phases.cni.enabled: false in kp.yaml.)`, command: `kubectl -n ${namespace} delete daemonset ${name}`},
          {text: 'Pods that got their address from it keep it until they start anew; its files in /etc/cni/net.d of each node go with a new machine.'},
        ],
      },
    ]
  })
}

interface PolicySpec {
  podSelector?: {matchLabels?: object; matchExpressions?: object[]}
  policyTypes?: string[]
  egress?: {to?: unknown[]; ports?: {port?: number | string; endPort?: number; protocol?: string}[]}[]
}

const specOf = (policy: FactObject): PolicySpec => policy['spec'] ?? {}
const ofAll = ({podSelector}: PolicySpec): boolean => Object.keys(podSelector?.matchLabels ?? {}).length === 0 && (podSelector?.matchExpressions ?? []).length === 0
const allowsDns = ({egress = []}: PolicySpec): boolean => egress.some(({ports}) => ports === undefined || ports.some(({port, endPort}) => port === undefined || port === 53 || port === 'dns' || (typeof port === 'number' && endPort !== undefined && port <= 53 && endPort >= 53)))

/** Policies of the plugins, which allow beside those of Kubernetes. */
export const PLUGIN_POLICIES = ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy', 'GlobalNetworkPolicy']

/** Whether a policy of the plugin in the namespace, or of the whole cluster, lets port 53 out. */
const pluginAllowsDns = (facts: Facts, namespace: string): boolean =>
  [...PLUGIN_POLICIES.flatMap((kind) => facts.all(kind)), ...facts.all('NetworkPolicy', 'crd.projectcalico.org')].some(({metadata, ...policy}) => (metadata.namespace ?? namespace) === namespace && /"(?:port|ports)":(?:"53"|\[?53\b)/.test(JSON.stringify((policy['spec'] as {egress?: unknown} | undefined)?.egress ?? [])))

/** KP0402: all egress is denied, and DNS is not allowed. */
export function findDeniedDns(facts: Facts): Sighting[] {
  const byNamespace = Map.groupBy(facts.all('NetworkPolicy').filter(({apiVersion}) => !apiVersion.startsWith('crd.')), ({metadata}) => metadata.namespace ?? '')
  return [...byNamespace].flatMap(([namespace, policies]): Sighting[] => {
    const deny = policies.find((policy) => ofAll(specOf(policy)) && specOf(policy).policyTypes?.includes('Egress') === true && (specOf(policy).egress ?? []).length === 0)
    if (deny === undefined || policies.some((policy) => allowsDns(specOf(policy))) || pluginAllowsDns(facts, namespace)) return []
    const pods = facts.all('Pod').filter((pod) => pod.metadata.namespace === namespace && (pod['spec'] as {hostNetwork?: boolean}).hostNetwork !== true && !/^(?:Succeeded|Failed)$/.test((pod['status'] as {phase?: string} | undefined)?.phase ?? ''))
    if (pods.length === 0) return []
    const rule = {apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: {name: 'allow-dns', namespace}, spec: {podSelector: {}, policyTypes: ['Egress'], egress: [{ports: [{port: 53, protocol: 'UDP'}, {port: 53, protocol: 'TCP'}]}]}}
    return [
      {
        object: {kind: 'Namespace', name: namespace},
        evidence: [`NetworkPolicy ${namespace}/${deny.metadata.name} denies all egress of ${pods.length} pods, and no policy there allows port 53`],
        affects: pods.map((pod) => refOf(pod)),
        fix: [
          {text: 'Which policies are there?', command: `kubectl -n ${namespace} get networkpolicies`},
          isOwnNamespace(facts, namespace) ? {text: 'Put back those of kp.', command: 'kp up'} : {text: 'Allow DNS beside the deny policy.', command: `echo '${JSON.stringify(rule)}' | kubectl apply -f -`},
        ],
      },
    ]
  })
}

/** KP0403: the agent of the plugin is away, or nodes say that they have no network. */
export function findAgentAway(facts: Facts): Sighting[] {
  const own = facts.components.find(({id}) => id === 'cilium' || id === 'tigera-operator')
  const [name, namespace] = own?.id === 'cilium' ? ['cilium', 'kube-system'] : ['calico-node', 'calico-system']
  if (own === undefined || !facts.seen('DaemonSet')) return []
  const agent = facts.get('DaemonSet', name, namespace)
  const dark = facts.all('Node').filter((node) => ((node['status'] as {conditions?: {type: string; status: string; message?: string}[]} | undefined)?.conditions ?? []).some(({type, status, message = ''}) => type === 'Ready' && status === 'False' && /cni plugin not initialized|cni config uninitialized|NetworkPluginNotReady/.test(message)))
  const failing = facts.checks.some(({id}) => id === 'cni.agent-ready')
  if (agent !== undefined && dark.length === 0) return []
  if (agent === undefined && !failing) return []
  return [
    {
      object: agent === undefined ? {kind: 'DaemonSet', name, namespace} : {kind: 'Node', name: dark[0]?.metadata.name ?? ''},
      evidence: agent === undefined ? [`DaemonSet ${namespace}/${name} does not exist`] : dark.map((node) => `node ${node.metadata.name} has no network: cni plugin not initialized`),
      affects: [{kind: 'Check', name: 'cni.single-plugin'}, ...(agent === undefined ? facts.all('Node') : dark).map((node) => refOf(node))],
      fix: [{text: 'Where does it run?', command: `kubectl -n ${namespace} get pods -o wide -l k8s-app=${name}`}, {text: 'Install it, or put it back.', command: 'kp step cni'}, {text: 'The agent takes its taint from the nodes itself. Pods that started without it must be restarted.'}],
    },
  ]
}
