/** Known failures of phase 13. */
import type {Pitfall} from '../../engine/types.ts'

const RUNBOOK = 'autoscaler-does-not-scale.md'
const HPA = 'HorizontalPodAutoscaler'

/** All of the phase, by code. */
export const pitfalls: Pitfall[] = [
  {
    code: 'KP1301',
    title: 'metrics-server does not trust the kubelets',
    symptom: 'kubectl top prints "Metrics API not available", and metrics-server logs "x509: cannot validate certificate for ... because it doesn\'t contain any IP SANs".',
    cause: 'The kubelets show certificates that they signed themselves. metrics-server refuses them, is never ready, and its API has nobody behind it.',
    match: [
      {check: 'autoscaling.metrics-server'},
      {output: /Failed to scrape node.*x509: cannot validate certificate for \S+ because it doesn't contain any IP SANs/},
      {output: /Failed to scrape node.*x509: certificate signed by unknown authority/},
    ],
    fix: [
      {text: 'What does it say?', command: 'kubectl -n kube-system logs deployment/metrics-server --tail=20'},
      {text: 'Have the kubelets ask for certificates of the cluster: serverTLSBootstrap: true in their configuration, then approve the requests.', command: 'kubectl get certificatesigningrequests'},
      {text: 'Put metrics-server back as kp.yaml has it.', command: 'kp step autoscaling'},
    ],
    confirmBy: 'autoscaling.metrics-server',
    runbook: RUNBOOK,
    source: 'twenty phases, 13; metrics-server, known issues: kubelet certificates',
  },
  {
    code: 'KP1302',
    title: 'The API server does not reach the metrics API',
    symptom: 'The HPA shows <unknown>, and its events say "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API".',
    cause: 'The aggregation layer does not get through to metrics-server: its APIService leads nowhere, a network policy or firewall stands between, or the rights of metrics-server are gone.',
    match: [
      {check: 'autoscaling.metrics-api'},
      {condition: {kind: HPA, type: 'ScalingActive', status: 'False', reason: /^FailedGetResourceMetric$/, message: /unable to (?:fetch metrics from|get metrics for) resource(?: metrics API| \w+: (?:no metrics returned|unable to fetch metrics))/}},
      {event: {reason: 'FailedGetResourceMetric', message: /unable to fetch metrics from resource metrics API|no metrics returned from resource metrics API/}},
    ],
    fix: [
      {text: 'Is it available, and if not, why?', command: 'kubectl get apiservice v1beta1.metrics.k8s.io -o yaml'},
      {text: 'Restore the APIService, the rights and the way to metrics-server.', command: 'kp step autoscaling --yes'},
      {text: 'Does it answer now?', command: 'kubectl top nodes'},
    ],
    confirmBy: 'autoscaling.metrics-api',
    runbook: RUNBOOK,
    source: 'twenty phases, 13; Kubernetes docs: configure the aggregation layer',
  },
  {
    code: 'KP1303',
    title: 'A followed container has no request',
    symptom: 'The HPA does not scale: "failed to get cpu utilization: missing request for cpu in container".',
    cause: 'The HPA counts in per cent of the request. One container of the pod, often a sidecar, has none, so there is nothing to count by.',
    match: [
      {check: 'autoscaling.requests'},
      {condition: {kind: HPA, type: 'ScalingActive', status: 'False', message: /missing request for (?:cpu|memory) in container/}},
      {event: {reason: 'FailedGetResourceMetric', message: /missing request for (?:cpu|memory) in container/}},
    ],
    fix: [
      {text: 'Which container?', command: 'kubectl describe hpa <name> -n <namespace>'},
      {text: 'Give it a request in its manifest; for a quick repair set it directly.', command: 'kubectl -n <namespace> set resources deployment <name> --requests=cpu=50m'},
    ],
    confirmBy: 'autoscaling.requests',
    runbook: RUNBOOK,
    source: 'Kubernetes docs: HorizontalPodAutoscaler, how it works',
  },
  {
    code: 'KP1304',
    title: 'An autoscaler stands at its limit',
    symptom: 'The load rises, the number of copies does not: condition ScalingLimited with reason TooManyReplicas.',
    cause: 'maxReplicas is below what the load needs, or something behind the application is slow, so that more copies do not help.',
    match: [{check: 'autoscaling.room'}, {condition: {kind: HPA, type: 'ScalingLimited', status: 'True', reason: /^TooManyReplicas$/}}],
    fix: [
      {text: 'How far above its target is it?', command: 'kubectl get hpa -A'},
      {text: 'For the demo application raise phases.autoscaling.hpa.max in kp.yaml; for your own raise maxReplicas in its manifest.', command: 'kp plan autoscaling'},
      {text: 'Is there room in quota and nodes for more?', command: 'kubectl get resourcequotas,pods -A --field-selector=status.phase=Pending'},
    ],
    confirmBy: 'autoscaling.room',
    runbook: RUNBOOK,
    source: 'Kubernetes docs: HorizontalPodAutoscaler, status conditions',
  },
  {
    code: 'KP1305',
    title: 'Copies come and go with every wave',
    symptom: 'The number of copies swings: many events SuccessfulRescale in a few minutes, up and down.',
    cause: 'The HPA shrinks as soon as the load falls (scaleDown.stabilizationWindowSeconds near 0), and the next wave finds too few copies.',
    match: [{check: 'autoscaling.calm'}],
    fix: [
      {text: 'Watch it.', command: 'kubectl get events -A --field-selector=reason=SuccessfulRescale'},
      {text: 'Let it wait: behavior.scaleDown.stabilizationWindowSeconds: 300 in the manifest of your HPA; phases.autoscaling.hpa.scaleDownAfter: 5m for the demo application.', command: 'kp step autoscaling --yes'},
    ],
    confirmBy: 'autoscaling.calm',
    runbook: RUNBOOK,
    source: 'twenty phases, 13: scale-down thrash',
  },
  {
    code: 'KP1306',
    title: 'Two autoscalers pull at one workload',
    symptom: 'Copies and requests chase each other: the HPA adds copies, the VPA raises the request, the HPA takes copies away.',
    cause: 'An HPA follows CPU or memory in per cent of the request while a VPA changes that request; or two HPAs name the same target.',
    match: [{check: 'autoscaling.one-owner'}, {condition: {kind: HPA, type: 'ScalingActive', status: 'False', reason: /^AmbiguousSelector$/}}],
    fix: [
      {text: 'Who follows what?', command: 'kubectl get hpa,vpa -A'},
      {text: 'Keep the VPA to the other resource (controlledResources: [memory]) or let it only recommend.', command: `kubectl -n <namespace> patch vpa <name> --type=merge -p '{"spec":{"updatePolicy":{"updateMode":"Off"}}}'`},
      {text: 'Of two HPAs of one target delete one.', command: 'kubectl -n <namespace> delete hpa <name>'},
    ],
    confirmBy: 'autoscaling.one-owner',
    runbook: RUNBOOK,
    source: 'Vertical Pod Autoscaler docs: known limitations',
  },
  {
    code: 'KP1307',
    title: 'The VPA learns nothing',
    symptom: 'kubectl get vpa shows no values: condition RecommendationProvided is False or NoPodsMatched is True.',
    cause: 'The recommender does not run or has no metrics yet, or targetRef names a workload without pods.',
    match: [{check: 'autoscaling.recommendations'}, {check: 'autoscaling.vpa'}, {condition: {kind: 'VerticalPodAutoscaler', type: 'NoPodsMatched', status: 'True'}}],
    fix: [
      {text: 'What does it wait for?', command: 'kubectl describe vpa -A'},
      {text: 'Bring the recommender back.', command: 'kp step autoscaling --yes'},
      {text: 'A new application has recommendations after some minutes of metrics.', command: 'kubectl -n kube-system logs deployment/vertical-pod-autoscaler-recommender --tail=20'},
    ],
    confirmBy: 'autoscaling.recommendations',
    runbook: RUNBOOK,
    source: 'Vertical Pod Autoscaler docs: FAQ',
  },
  {
    code: 'KP1308',
    title: 'The Cluster Autoscaler finds no group to grow',
    symptom: 'Pods stay Pending with the event NotTriggerScaleUp: "pod didn\'t trigger scale-up".',
    cause: 'No node group carries the tags of the cluster, all are at their maximum, or none of them would fit the pod (taint, zone of its volume, size).',
    match: [{check: 'autoscaling.cluster-autoscaler'}, {event: {reason: 'NotTriggerScaleUp', message: /pod didn't trigger scale-up/}}, {output: /Failed to regenerate ASG cache/}],
    fix: [
      {text: 'What does it know of its groups?', command: 'kubectl -n kube-system get configmap cluster-autoscaler-status -o yaml'},
      {text: 'Tag the groups k8s.io/cluster-autoscaler/enabled and k8s.io/cluster-autoscaler/<cluster>, or raise max of the pool in kp.yaml.', command: 'kp plan node-pools'},
      {text: 'Why does the pod fit nowhere?', command: 'kubectl get events -A --field-selector=reason=NotTriggerScaleUp'},
    ],
    confirmBy: 'autoscaling.cluster-autoscaler',
    runbook: RUNBOOK,
    source: 'twenty phases, 13; Cluster Autoscaler FAQ',
  },
  {
    code: 'KP1309',
    title: 'Karpenter finds no network for new nodes',
    symptom: 'Pods stay Pending, and the EC2NodeClass is not ready: "SubnetSelector did not match any Subnets".',
    cause: 'Subnets or security groups lack the tag karpenter.sh/discovery with the name of the cluster, or its role may not read them.',
    match: [{check: 'autoscaling.karpenter'}, {condition: {kind: 'EC2NodeClass', type: 'SubnetsReady', status: 'False'}}, {condition: {kind: 'EC2NodeClass', type: 'SecurityGroupsReady', status: 'False'}}],
    fix: [
      {text: 'What is missing?', command: 'kubectl describe ec2nodeclass default'},
      {text: 'Tag the private subnets and the security group of the nodes.', command: 'aws ec2 create-tags --resources <subnet-id> --tags Key=karpenter.sh/discovery,Value=<cluster>'},
      {text: 'Then it looks again by itself within a minute.', command: 'kubectl get ec2nodeclasses,nodepools,nodeclaims'},
    ],
    confirmBy: 'autoscaling.karpenter',
    runbook: RUNBOOK,
    source: 'Karpenter docs: troubleshooting, getting started',
  },
]
