/** Finders of autoscaling, security, chaos, cost, objectives and the repository: a world in which each finds its cause, and near misses. */
import {describe, expect, test} from 'vitest'
import type {FactObject} from '../../../../src/engine/facts.ts'
import {object} from '../../../helpers/facts.ts'
import {codesOf, commandsOf, diagnoseWorld} from './world.ts'

const isReady = {status: {phase: 'Running', conditions: [{type: 'Ready', status: 'True'}]}}

describe('autoscaling', () => {
  const web = object('Deployment', 'shop/web', {apiVersion: 'apps/v1', spec: {replicas: 1}, status: {readyReplicas: 1}})
  const pod = (requests: object): FactObject[] => [object('ReplicaSet', 'shop/web-1', {owner: {kind: 'Deployment', name: 'web'}, spec: {replicas: 1}, status: {readyReplicas: 1}}), object('Pod', 'shop/web-1-x', {owner: {kind: 'ReplicaSet', name: 'web-1'}, spec: {containers: [{name: 'web', resources: {requests}}]}, ...isReady})]
  const hpa = (name: string, {target = 'web', max = 4, copies = 2, now = 50, limited = false, created, labels}: {target?: string; max?: number; copies?: number; now?: number; limited?: boolean; created?: string; labels?: Record<string, string>} = {}): FactObject => object('HorizontalPodAutoscaler', `shop/${name}`, {
    ...(created === undefined ? {} : {created}), ...(labels === undefined ? {} : {labels}),
    spec: {scaleTargetRef: {kind: 'Deployment', name: target}, maxReplicas: max, metrics: [{type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization', averageUtilization: 70}}}]},
    status: {currentReplicas: copies, currentMetrics: [{resource: {name: 'cpu', current: {averageUtilization: now}}}], conditions: limited ? [{type: 'ScalingLimited', status: 'True', reason: 'TooManyReplicas'}] : []},
  })

  test('what it follows in per cent has no request; what a LimitRange filled in counts', () => {
    const [first] = diagnoseWorld([web, ...pod({memory: '32Mi'}), hpa('web')])
    expect(first).toMatchObject({code: 'KP1303', object: 'HorizontalPodAutoscaler shop/web', evidence: ['container web of Deployment shop/web requests no cpu, which it follows in per cent of the request']})
    expect(commandsOf(first)).toContain('kubectl -n shop set resources deployment/web --containers=web --requests=cpu=50m')
    expect(codesOf(diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('web')]))).toEqual([])
  })

  test('what it names is not there; another kind is not judged', () => {
    const [first] = diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('load', {target: 'web-v1'})])
    expect(first).toMatchObject({code: 'KP1312', evidence: ['it follows Deployment shop/web-v1, which does not exist; there is web']})
    expect(commandsOf(first).at(-1)).toBe(`kubectl -n shop patch horizontalpodautoscaler load --type=merge -p '{"spec":{"scaleTargetRef":{"name":"web"}}}'`)
    // The one that is meant has an autoscaler already: this one is left over.
    expect(commandsOf(diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('web'), hpa('old', {target: 'web-v1'})])[0]).at(-1)).toBe('kubectl -n shop delete hpa old')
    const rollout = object('HorizontalPodAutoscaler', 'shop/x', {spec: {scaleTargetRef: {kind: 'Rollout', name: 'x'}, maxReplicas: 2}, status: {}})
    expect(codesOf(diagnoseWorld([web, rollout]))).toEqual([])
  })

  test('all copies run and are too few; all copies run and are enough', () => {
    const [first] = diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('web', {max: 2, now: 210, limited: true})])
    expect(first).toMatchObject({code: 'KP1304', evidence: ['all 2 copies run, cpu is at 210 % of the request instead of 70 %']})
    expect(commandsOf(first).at(-1)).toContain('{"spec":{"maxReplicas":7}}')
    expect(codesOf(diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('web', {max: 2, now: 72, limited: true})]))).toEqual([])
    // The numbers of what kp made are in kp.yaml.
    expect(commandsOf(diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('web', {max: 2, now: 210, limited: true, labels: {'kp.dev/platform': 'acme'}})])[0]).at(-1)).toBe('kp plan autoscaling')
  })

  test('two of one workload: the later one goes; a VPA that sets what an HPA counts by', () => {
    const found = diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('web'), hpa('night', {created: '2026-11-28T11:50:00Z'})])
    expect(codesOf(found)).toEqual(['KP1306 HorizontalPodAutoscaler shop/night'])
    expect(commandsOf(found[0]).at(-1)).toBe('kubectl -n shop delete hpa night')
    const vpa = (mode: string, controlledResources?: string[]): FactObject => object('VerticalPodAutoscaler', 'shop/size', {spec: {targetRef: {kind: 'Deployment', name: 'web'}, updatePolicy: {updateMode: mode}, ...(controlledResources === undefined ? {} : {resourcePolicy: {containerPolicies: [{controlledResources}]}})}, status: {}})
    expect(codesOf(diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('web'), vpa('Recreate')]))).toEqual(['KP1306 VerticalPodAutoscaler shop/size'])
    for (const fine of [vpa('Off'), vpa('Recreate', ['memory'])]) expect(codesOf(diagnoseWorld([web, ...pod({cpu: '20m'}), hpa('web'), fine]))).toEqual([])
  })

  test('the Cluster Autoscaler says that it may not look', () => {
    const objects = [object('Deployment', 'kube-system/cluster-autoscaler', {spec: {replicas: 1}, status: {readyReplicas: 1}}), object('Pod', 'kube-system/ca-x', {owner: {kind: 'Deployment', name: 'cluster-autoscaler'}, spec: {nodeName: 'a'}, ...isReady})]
    const components = {'cluster-autoscaler': ['Deployment kube-system/cluster-autoscaler']}
    expect(codesOf(diagnoseWorld(objects, {components, said: {'kube-system/ca-x': 'E1128 Failed to regenerate ASG cache: AccessDenied'}}))).toEqual(['KP1308 Deployment kube-system/cluster-autoscaler'])
    expect(codesOf(diagnoseWorld(objects, {components, said: {'kube-system/ca-x': 'I1128 Regenerating ASG cache'}}))).toEqual([])
  })
})

describe('security', () => {
  test('Pod Security refuses the pods of an application; those of kp have pitfalls of their own', () => {
    const refused = (namespace: string): FactObject[] => [
      object('Deployment', `${namespace}/web`, {spec: {replicas: 1}, status: {readyReplicas: 0}}),
      object('ReplicaSet', `${namespace}/web-1`, {owner: {kind: 'Deployment', name: 'web'}, spec: {replicas: 1}, status: {replicas: 0, conditions: [{type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'pods "web-1-x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'}]}}),
    ]
    expect(codesOf(diagnoseWorld(refused('orders')))[0]).toBe('KP1403 Deployment orders/web')
    expect(codesOf(diagnoseWorld(refused('demo'))).some((code) => code.startsWith('KP1403 Deployment'))).toBe(false)
  })

  test('a binding that lets everybody administer; one for a group of people is fine', () => {
    const binding = (subject: object, role = 'cluster-admin'): FactObject => object('ClusterRoleBinding', 'open', {roleRef: {name: role}, subjects: [subject]})
    const [first] = diagnoseWorld([binding({kind: 'Group', name: 'system:authenticated'})])
    expect(first).toMatchObject({code: 'KP1410', object: 'ClusterRoleBinding open', evidence: ['it gives cluster-admin to Group system:authenticated']})
    expect(codesOf(diagnoseWorld([binding({kind: 'ServiceAccount', name: 'default', namespace: 'shop'})]))).toEqual(['KP1410 ClusterRoleBinding open'])
    for (const fine of [binding({kind: 'Group', name: 'platform-team'}), binding({kind: 'Group', name: 'system:authenticated'}, 'view'), binding({kind: 'Group', name: 'system:masters'})]) expect(codesOf(diagnoseWorld([fine]))).toEqual([])
  })
})

describe('chaos', () => {
  const experiment = (deleted: string | undefined, finalizers = ['chaos-mesh/records']): FactObject => object('NetworkChaos', 'demo/slow', {apiVersion: 'chaos-mesh.org/v1alpha1', ...(deleted === undefined ? {} : {deleted}), finalizers, spec: {duration: '120s'}, status: {}})

  test('an experiment that does not go, by its own kind; one that goes now, or runs, is at work', () => {
    const [first] = diagnoseWorld([experiment('2026-11-28T11:58:00Z')])
    expect(first).toMatchObject({code: 'KP1602', object: 'NetworkChaos demo/slow', evidence: ['it is being deleted for 120 seconds, and waits for its finalizer chaos-mesh/records']})
    expect(commandsOf(first).at(-1)).toBe('kubectl -n demo annotate networkchaos.chaos-mesh.org slow chaos-mesh.chaos-mesh.org/cleanFinalizer=forced --overwrite')
    for (const fine of [experiment(undefined), experiment('2026-11-28T11:59:50Z')]) expect(codesOf(diagnoseWorld([fine])).filter((code) => code.startsWith('KP1602'))).toEqual([])
  })

  test('the controller was scaled to nothing; one that starts is waited for', () => {
    const controller = (extra: object): FactObject => object('Deployment', 'chaos-mesh/chaos-controller-manager', {status: {}, ...extra})
    const world = {components: {'chaos-mesh': ['Deployment chaos-mesh/chaos-controller-manager']}, checks: ['chaos.ready']}
    const found = diagnoseWorld([controller({spec: {replicas: 0}})], world)
    expect(codesOf(found)).toEqual(['KP1606 Deployment chaos-mesh/chaos-controller-manager'])
    // A repair does not take away what it repairs.
    expect(commandsOf(found[0]).join(' ')).not.toContain('--remove')
    expect(codesOf(diagnoseWorld([controller({spec: {replicas: 3}, created: '2026-11-28T11:59:55Z'})], world)).filter((code) => code.startsWith('KP1606'))).toEqual([])
  })
})

describe('cost', () => {
  test('a quota below what runs gets room; one that is just full has it', () => {
    const quota = (name: string, hard: string): FactObject => object('ResourceQuota', `shop/${name}`, {status: {hard: {pods: hard, 'requests.cpu': '1'}, used: {pods: '5', 'requests.cpu': '200m'}}})
    const [first] = diagnoseWorld([quota('small', '2')])
    expect(first).toMatchObject({code: 'KP1702', object: 'ResourceQuota shop/small', evidence: ['pods: 5 are used, 2 are allowed; what ends is not made again']})
    expect(commandsOf(first).at(-1)).toBe(`kubectl -n shop patch resourcequota small --type=merge -p '{"spec":{"hard":{"pods":"6"}}}'`)
    expect(commandsOf(diagnoseWorld([quota('kp-team', '2')])[0]).at(-1)).toBe('kp step cost --yes')
    expect(codesOf(diagnoseWorld([quota('full', '5')]))).toEqual([])
  })

  test('no policy lets OpenCost ask Prometheus; one does; none restricts it', () => {
    const policy = (name: string, egress: object[]): FactObject => object('NetworkPolicy', `opencost/${name}`, {spec: {podSelector: {}, policyTypes: ['Egress'], egress}})
    const own = [object('Deployment', 'opencost/opencost', {spec: {replicas: 1}, status: {readyReplicas: 1}}), object('Pod', 'opencost/opencost-x', {spec: {nodeName: 'a'}, ...isReady})]
    const world = {components: {opencost: ['Deployment opencost/opencost']}, empty: ['NetworkPolicy']}
    const dns = policy('allow-dns', [{ports: [{port: 53}]}])
    expect(codesOf(diagnoseWorld([...own, policy('default-deny', []), dns], world))).toEqual(['KP1706 Deployment opencost/opencost'])
    expect(codesOf(diagnoseWorld([...own, policy('default-deny', []), dns, policy('allow-prometheus', [{ports: [{port: 9090}]}])], world))).toEqual([])
    expect(codesOf(diagnoseWorld(own, world))).toEqual([])
  })
})

describe('objectives and repository', () => {
  test('alerts that no route knows get a severity; those of charts have one', () => {
    const rule = (...rules: object[]): FactObject => object('PrometheusRule', 'shop/queue', {apiVersion: 'monitoring.coreos.com/v1', spec: {groups: [{rules}]}})
    const [first] = diagnoseWorld([rule({record: 'x'}, {alert: 'Full'}, {alert: 'Stands', labels: {severity: 'urgent', team: 'shop'}})])
    expect(first).toMatchObject({code: 'KP1903', evidence: ['Full has no severity: nobody gets it', 'Stands has severity urgent, which no route knows: nobody gets it']})
    expect(commandsOf(first).at(-1)).toContain('[{"op":"add","path":"/spec/groups/0/rules/1/labels","value":{"severity":"warning"}},{"op":"add","path":"/spec/groups/0/rules/2/labels/severity","value":"warning"}]')
    expect(codesOf(diagnoseWorld([rule({record: 'x'}, {alert: 'Full', labels: {severity: 'none'}})]))).toEqual([])
  })

  test('a file with a Secret is named, and nothing of what is in it', () => {
    const check = {id: 'deliverables.no-plain-secrets', observed: 'two', evidence: ['apps/web.yaml holds Secret shop/web in plain text', 'apps/web.yaml:4 looks like a key, token or password']}
    const found = diagnoseWorld([], {checks: [check]})
    expect(codesOf(found)).toEqual(['KP2001 File apps/web.yaml'])
    expect(commandsOf(found[0])).toEqual(['git rm --cached --ignore-unmatch -- apps/web.yaml', 'install -D -m 600 apps/web.yaml .kp/aside/apps-web.yaml && rm apps/web.yaml', 'kp explain secrets'])
  })

  test('a cluster that knows its platform and not its repository; a cluster that knows neither is nobody\'s yet', () => {
    expect(codesOf(diagnoseWorld([object('ConfigMap', 'kube-system/kp-platform')]))).toEqual(['KP2008 ConfigMap kube-system/kp-repository'])
    expect(codesOf(diagnoseWorld([], {empty: ['ConfigMap']}))).toEqual([])
  })
})
