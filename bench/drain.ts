/**
 * The simulation of all drains and the gate that reads it, on 5,000 nodes and 150,000 pods, held against what JSON.parse of the
 * same dump takes: node bench/drain.ts [--nodes 5000] [--pods-per-node 30] [--json]. By itself, since no cluster is needed.
 */
import {parseArgs} from 'node:util'
import {judgeDrain} from '../src/operations/upgrade/gates/drain.ts'
import {judgeSkew} from '../src/operations/upgrade/gates/skew.ts'
import {simulateDrain} from '../src/operations/drain/simulate.ts'
import type {DrainInput} from '../src/operations/drain/simulate.ts'

const MOST_TIMES = 3
const MOST_MEGABYTES = 1500

const {values} = parseArgs({options: {nodes: {type: 'string', default: '5000'}, 'pods-per-node': {type: 'string', default: '30'}, json: {type: 'boolean', default: false}}})
const [nodeCount, perNode] = [Number(values.nodes), Number(values['pods-per-node'])]

/** Pages, as the API server gives them: a text of all would be too long for one string. */
function makePages(): {nodes: string; pods: string[]; budgets: string} {
  const zones = ['a', 'b', 'c']
  const nodes = Array.from({length: nodeCount}, (_, index) => ({
    apiVersion: 'v1', kind: 'Node',
    metadata: {name: `node-${index}`, labels: {'kubernetes.io/hostname': `node-${index}`, 'topology.kubernetes.io/zone': zones[index % 3], pool: index % 10 === 0 ? 'special' : 'general'}},
    spec: index % 10 === 0 ? {taints: [{key: 'special', value: 'true', effect: 'NoSchedule'}]} : {},
    status: {allocatable: {cpu: '16', memory: '64Gi', pods: '110'}, nodeInfo: {kubeletVersion: 'v1.35.4', containerRuntimeVersion: 'containerd://2.1.4'}, conditions: [{type: 'Ready', status: 'True'}]},
  }))
  const pods: string[] = []
  let page: object[] = []
  const budgets = new Map<string, number>()
  // Workloads of 15 copies, spread over nodes as a scheduler would; every fourth with a budget, some with rules about others.
  for (let index = 0; index < nodeCount * perNode; index += 1) {
    const [workload, copy] = [Math.floor(index / 15), index % 15]
    const [namespace, app, on] = [`team-${workload % 200}`, `app-${workload}`, (workload * 7 + copy * 331) % nodeCount]
    if (workload % 4 === 0) budgets.set(`${namespace}/${app}`, (budgets.get(`${namespace}/${app}`) ?? 0) + 1)
    const special = on % 10 === 0
    page.push({
      apiVersion: 'v1', kind: 'Pod',
      metadata: {name: `${app}-5d4f9-${copy}`, namespace, uid: `uid-${index}`, creationTimestamp: '2026-11-01T00:00:00Z', labels: {app, 'pod-template-hash': '5d4f9', team: namespace}, annotations: {'checksum/config': 'f00'}, ownerReferences: [{apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${app}-5d4f9`, uid: `rs-${workload}`, controller: true, blockOwnerDeletion: true}]},
      spec: {
        nodeName: `node-${on}`, schedulerName: 'default-scheduler', serviceAccountName: 'default', restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', priority: 0, preemptionPolicy: 'PreemptLowerPriority',
        containers: [{name: 'main', image: `registry.example.com/${app}:1.2.3`, ports: [{containerPort: 8080, protocol: 'TCP'}], env: [{name: 'PORT', value: '8080'}], resources: {requests: {cpu: '250m', memory: '512Mi'}, limits: {memory: '512Mi'}}, readinessProbe: {httpGet: {path: '/ready', port: 8080}, periodSeconds: 10}}],
        volumes: [{name: 'tmp', emptyDir: {}}, {name: 'kube-api-access', projected: {sources: []}}],
        tolerations: [{key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300}, ...(special ? [{key: 'special', operator: 'Exists'}] : [])],
        ...(workload % 20 === 1 ? {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app}}, topologyKey: 'kubernetes.io/hostname'}]}}} : {}),
        ...(workload % 20 === 2 ? {topologySpreadConstraints: [{maxSkew: 3, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {matchLabels: {app}}}]} : {}),
      },
      status: {phase: 'Running', podIP: '10.0.0.1', startTime: '2026-11-01T00:00:00Z', conditions: [{type: 'Ready', status: 'True'}, {type: 'PodScheduled', status: 'True'}], containerStatuses: [{name: 'main', ready: true, restartCount: 0, state: {running: {startedAt: '2026-11-01T00:00:00Z'}}}]},
    })
    if (page.length === 5000) {
      pods.push(JSON.stringify({items: page}))
      page = []
    }
  }
  if (page.length > 0) pods.push(JSON.stringify({items: page}))
  const budgetObjects = [...budgets].map(([name, count]) => ({apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: {name: name.split('/')[1], namespace: name.split('/')[0], generation: 1}, spec: {maxUnavailable: 1, selector: {matchLabels: {app: name.split('/')[1]}}}, status: {observedGeneration: 1, expectedPods: count, currentHealthy: count, desiredHealthy: count - 1, disruptionsAllowed: 1}}))
  return {nodes: JSON.stringify({items: nodes}), pods, budgets: JSON.stringify({items: budgetObjects})}
}

const cpu = (): number => process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000
const pages = makePages()
const itemsOf = (text: string): unknown[] => (JSON.parse(text) as {items: unknown[]}).items
const parseFrom = cpu()
const input = {nodes: itemsOf(pages.nodes), pods: pages.pods.flatMap(itemsOf), budgets: itemsOf(pages.budgets), claims: [], volumes: [], namespaces: [], csiNodes: [], simulated: false} as unknown as DrainInput
const parseMs = cpu() - parseFrom
const bytes = pages.nodes.length + pages.budgets.length + pages.pods.reduce((sum, {length}) => sum + length, 0)
pages.pods.length = 0
const from = cpu()
const simulation = simulateDrain(input, input.nodes.map(({metadata}) => [metadata.name]))
const gates = [judgeDrain(simulation), judgeSkew(input.nodes, '1.36')]
const ms = cpu() - from
const megabytes = process.resourceUsage().maxRSS / 1024
const ok = ms <= MOST_TIMES * parseMs && megabytes < MOST_MEGABYTES
const result = {schema: 'kp/bench-drain/v1', nodes: input.nodes.length, pods: input.pods.length, budgets: input.budgets.length, dumpMegabytes: Math.round(bytes / 1e6), parseMs: Math.round(parseMs), simulationMs: Math.round(ms), times: Math.round((ms / parseMs) * 100) / 100, peakMegabytes: Math.round(megabytes), evictions: simulation.nodes.reduce((sum, {evictions}) => sum + evictions, 0), gates: gates.map(({status}) => status), ok}
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${result.nodes} nodes, ${result.pods} pods, ${result.budgets} budgets, ${result.dumpMegabytes} MB\nJSON.parse ${result.parseMs} ms of processor time; gates and simulation ${result.simulationMs} ms: ${result.times} times, at most ${MOST_TIMES}\npeak ${result.peakMegabytes} MB with the dump, less than ${MOST_MEGABYTES}\n${result.evictions} evictions; gates ${result.gates.join(', ')}\n`)
process.exitCode = ok ? 0 : 1
