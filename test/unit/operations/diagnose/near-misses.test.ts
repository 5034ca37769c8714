/** What looks like trouble and is none: on these set-ups the diagnosis is silent. Each has its twin that is trouble where that is near. */
import {describe, expect, test} from 'vitest'
import type {FactObject} from '../../../../src/engine/facts.ts'
import {app, diagnose, node, NODES, object} from '../../../helpers/facts.ts'
import type {Extra} from '../../../helpers/facts.ts'

const JUST = '2026-11-28T11:59:58Z'
const HALF_A_MINUTE = '2026-11-28T11:59:30Z'
const DEFAULT = object('StorageClass', 'standard', {annotations: {'storageclass.kubernetes.io/is-default-class': 'true'}})

/** The pods of it, made at another time. */
const made = (created: string, objects: FactObject[]): FactObject[] => objects.map((one) => (one.kind === 'Pod' ? {...one, metadata: {...one.metadata, creationTimestamp: created}} : one))
const found = (objects: FactObject[], more: Parameters<typeof diagnose>[1] = {}): string[] => diagnose(objects, more).map(({code, object: name}) => `${code} ${name}`)
const condition = (type: string, status: string, more: object = {}): object => ({conditions: [{type, status, ...more}]})
const certificate = (status: object, more: Extra = {}): FactObject[] => [
  object('ClusterIssuer', 'internal-ca', {apiVersion: 'cert-manager.io/v1', status: condition('Ready', 'True')}),
  object('Certificate', 'orders/tls', {apiVersion: 'cert-manager.io/v1', spec: {secretName: 'tls', issuerRef: {kind: 'ClusterIssuer', name: 'internal-ca'}}, status, ...more}),
]
const routed = (weight?: number): FactObject[] => [
  object('Service', 'orders/web', {spec: {selector: {app: 'web'}, ports: [{port: 80, targetPort: 'http'}]}}),
  object('HTTPRoute', 'orders/web', {apiVersion: 'gateway.networking.k8s.io/v1', spec: {rules: [{backendRefs: [{name: 'web', port: 80, ...(weight === undefined ? {} : {weight})}]}]}}),
]
const asleep = (more: Extra = {}): FactObject => object('Deployment', 'orders/web', {spec: {replicas: 0, template: {metadata: {labels: {app: 'web'}}}}, status: {}, ...more})
const autoscaler = (minReplicas: number): FactObject => object('HorizontalPodAutoscaler', 'orders/web', {spec: {minReplicas, scaleTargetRef: {kind: 'Deployment', name: 'web'}}, status: condition('ScalingActive', 'False', {reason: 'ScalingDisabled', message: 'scaling is disabled since the replica count of the target is zero'})})
const failedPod = (owner: {kind: string; name: string}): FactObject => object('Pod', 'orders/web-old', {owner, status: {phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.'}, spec: {containers: [{name: 'web'}]}})
const failedJob = object('Job', 'orders/dump-1', {owner: {kind: 'CronJob', name: 'dump'}, spec: {}, status: {failed: 1, ...condition('Failed', 'True', {reason: 'BackoffLimitExceeded'})}})
const budget = (status: object): FactObject => object('PodDisruptionBudget', 'orders/web', {apiVersion: 'policy/v1', spec: {minAvailable: 1, selector: {matchLabels: {app: 'web'}}}, status})
const deny = object('NetworkPolicy', 'orders/deny', {spec: {podSelector: {}, policyTypes: ['Ingress', 'Egress']}})
const dns = object('NetworkPolicy', 'orders/dns', {spec: {podSelector: {}, policyTypes: ['Egress'], egress: [{ports: [{port: 53, protocol: 'UDP'}]}]}})
const schedule = (annotations: Record<string, string>): FactObject => object('Schedule', 'velero/platform', {apiVersion: 'velero.io/v1', annotations, spec: {paused: true, schedule: '0 2 * * *'}, status: {phase: 'Enabled'}})
const noRoom = {phase: 'Pending', conditions: [{type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes are available: 2 Insufficient cpu.'}]}
const creating = {phase: 'Pending', conditions: [{type: 'Ready', status: 'False', reason: 'ContainersNotReady'}], containerStatuses: [{name: 'web', ready: false, state: {waiting: {reason: 'ContainerCreating'}}}]}

describe('nothing is found where', () => {
  test.each<[string, FactObject[]]>([
    ['a cordoned node is missed by nobody', [node('a', {spec: {unschedulable: true}, annotations: {'example.com/maintenance': 'disks, until noon'}}), node('b'), ...app()]],
    ['a node has just joined', [node('c', {created: JUST, status: condition('Ready', 'False', {reason: 'KubeletNotReady', message: 'container runtime status check may not have completed yet'})}), ...NODES]],
    ['a pod is being started', made(JUST, [...NODES, ...app({status: {phase: 'Pending', conditions: [{type: 'Ready', status: 'False'}]}})])],
    ['a pod waits for its node since a moment', made(JUST, [...NODES, ...app({status: noRoom})])],
    ['a pod and the Secret that it needs come at the same time', made(JUST, [...NODES, ...app({podSpec: {volumes: [{secret: {secretName: 'keys'}}]}, status: creating})])],
    ['a pod has finished whose Secret is gone', [object('Pod', 'orders/job-x', {status: {phase: 'Succeeded'}, spec: {volumes: [{secret: {secretName: 'gone'}}]}})]],
    ['a Secret is optional', [...NODES, ...app({podSpec: {volumes: [{secret: {secretName: 'keys', optional: true}}]}})]],
    ['an autoscaler is at its maximum', [object('HorizontalPodAutoscaler', 'orders/web', {status: {conditions: [{type: 'ScalingLimited', status: 'True', reason: 'TooManyReplicas'}, {type: 'ScalingActive', status: 'True'}]}})]],
    ['an autoscaler has no numbers yet', [object('HorizontalPodAutoscaler', 'orders/web', {created: HALF_A_MINUTE, status: condition('ScalingActive', 'False', {reason: 'FailedGetResourceMetric', message: 'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API'})})]],
    ['an autoscaler may go to zero, and has', [asleep(), autoscaler(0), ...routed()]],
    ['an owner scaled a Deployment to zero', [asleep({owner: {kind: 'Rollout', name: 'web'}}), ...routed()]],
    ['the side of a release that gets no requests has no pods', [asleep(), ...routed(0)]],
    ['a Deployment of no route is scaled to zero', [asleep(), object('Service', 'orders/web', {spec: {selector: {app: 'web'}, ports: [{port: 80}]}})]],
    ['a claim waits for its first pod', [DEFAULT, object('PersistentVolumeClaim', 'orders/data', {spec: {storageClassName: 'standard'}, status: {phase: 'Pending'}})]],
    ['a Service is for pods of another installation', [object('Service', 'orders/external', {spec: {selector: {app: 'elsewhere'}, ports: [{port: 80, targetPort: 'http'}]}})]],
    ['a Service leads to a port of a container that starts first', [...app({podSpec: {initContainers: [{name: 'proxy', ports: [{name: 'admin'}]}]}}), object('Service', 'orders/web', {spec: {selector: {app: 'web'}, ports: [{port: 1, targetPort: 'admin'}]}})]],
    ['a namespace is just being deleted', [object('Namespace', 'old', {deleted: JUST, status: condition('NamespaceContentRemaining', 'True', {message: 'Some resources are remaining: pods. has 3 resource instances'})})]],
    ['a pod was evicted long ago, and its workload stands', [...app(), failedPod({kind: 'ReplicaSet', name: 'web-1'}), object('ReplicaSet', 'orders/web-1', {spec: {replicas: 1}, status: {readyReplicas: 1}})]],
    ['a Job failed once and then completed', [object('Job', 'orders/dump', {spec: {}, status: {failed: 1, succeeded: 1, ...condition('Complete', 'True')}}), failedPod({kind: 'Job', name: 'dump'})]],
    ['a run of a CronJob failed, and a later one went well', [object('CronJob', 'orders/dump', {spec: {}, status: {lastSuccessfulTime: '2026-11-28T11:50:00Z'}}), failedJob, failedPod({kind: 'Job', name: 'dump-1'})]],
    ['a CronJob is suspended', [object('CronJob', 'orders/dump', {spec: {suspend: true}, status: {}}), object('Job', 'orders/dump-2', {owner: {kind: 'CronJob', name: 'dump'}, spec: {suspend: true}, status: condition('Suspended', 'True')})]],
    ['a quota is nearly used up', [object('ResourceQuota', 'orders/compute', {spec: {hard: {'requests.cpu': '1'}}, status: {hard: {'requests.cpu': '1'}, used: {'requests.cpu': '850m'}}}), ...app()]],
    ['a certificate will be renewed in time', certificate({notAfter: '2026-12-08T12:00:00Z', renewalTime: '2026-11-28T13:00:00Z', ...condition('Ready', 'True')})],
    ['a certificate is being issued', certificate({conditions: [{type: 'Ready', status: 'False', reason: 'DoesNotExist', message: 'Issuing certificate as Secret does not exist', lastTransitionTime: JUST}, {type: 'Issuing', status: 'True', reason: 'DoesNotExist'}]}, {created: JUST})],
    ['an old certificate got another name, and is issued anew', certificate({conditions: [{type: 'Ready', status: 'False', reason: 'SecretMismatch', lastTransitionTime: JUST}, {type: 'Issuing', status: 'True'}]})],
    ['a budget lets a pod go', [...app(), budget({expectedPods: 2, currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1})]],
    ['a budget lets none go since a pod is being replaced', [...app(), budget({expectedPods: 2, currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0})]],
    ['all egress is denied but that to DNS', [...app(), deny, dns]],
    ['all egress is denied where nothing runs', [deny]],
    ['a backup schedule rests until a day that was named', [schedule({'kp.dev/paused-until': '2026-11-29T06:00:00Z'})]],
    ['another class of volumes is there, and is not the default', [DEFAULT, object('StorageClass', 'fast', {})]],
    ['cluster-admin is given to a group of people', [object('ClusterRoleBinding', 'admins', {roleRef: {kind: 'ClusterRole', name: 'cluster-admin'}, subjects: [{kind: 'Group', name: 'platform-team'}, {kind: 'Group', name: 'system:masters'}]})]],
    ['a rule of its own allows DNS', [...app(), deny, object('CiliumNetworkPolicy', 'orders/dns', {apiVersion: 'cilium.io/v2', spec: {egress: [{toPorts: [{ports: [{port: '53', protocol: 'ANY'}]}]}]}})]],
  ])('%s', (_, objects) => {
    expect(found(objects)).toEqual([])
    expect(found(objects, {provider: 'eks'})).toEqual([])
  })

  test('a new node is on its way', () => {
    const waits = [...NODES, ...app({status: noRoom})]
    expect(found(waits)).toEqual(['KP0310 Deployment orders/web'])
    expect(found(waits, {events: [['Pod', 'orders/web-2-x', 'TriggeredScaleUp', 'pod triggered scale-up: [{general-a 2->3 (max: 6)}]']]})).toEqual([])
  })

  test('a check complains of what was made just now', () => {
    const young = [object('Certificate', 'orders/tls', {apiVersion: 'cert-manager.io/v1', created: JUST, spec: {}, status: {}})]
    const checks = [{id: 'cert-manager.certificates', observed: 'Certificate orders/tls: Ready=False', pitfalls: ['KP0509']}]
    expect(found(young, {checks})).toEqual([])
    expect(found([object('Certificate', 'orders/tls', {apiVersion: 'cert-manager.io/v1', spec: {}, status: {}})], {checks})).toEqual(['KP0509 Certificate orders/tls'])
  })

  test('images are pulled on real machines, which takes half a minute', () => {
    expect(found(made(HALF_A_MINUTE, [...NODES, ...app({status: creating})]), {provider: 'eks'})).toEqual([])
  })

  test('pods are given time to end, and their namespace with them', () => {
    expect(found([object('Namespace', 'old', {deleted: HALF_A_MINUTE})], {provider: 'eks'})).toEqual([])
  })
})

describe('the twin is found where', () => {
  test.each<[string, string, FactObject[]]>([
    ['a Deployment of a route is scaled to zero', 'KP0613 Deployment orders/web', [asleep(), ...routed()]],
    ['an autoscaler rests since somebody scaled to zero what it must not', 'KP0613 Deployment orders/web', [asleep(), autoscaler(2), ...routed()]],
    ['the pause of a schedule is over', 'KP1507 Schedule velero/platform', [schedule({'kp.dev/paused-until': '2026-11-27T06:00:00Z'})]],
    ['nobody named the end of a pause', 'KP1507 Schedule velero/platform', [schedule({})]],
    ['a namespace does not end', 'KP0511 Namespace old', [object('Namespace', 'old', {deleted: HALF_A_MINUTE})]],
    ['all egress is denied, DNS too', 'KP0402 Namespace orders', [...app(), deny]],
    ['a budget lets no pod go', 'KP1802 PodDisruptionBudget orders/web', [...app(), budget({expectedPods: 2, currentHealthy: 2, desiredHealthy: 2, disruptionsAllowed: 0})]],
  ])('%s', (_, expected, objects) => {
    expect(found(objects)).toEqual([expected])
  })
})
