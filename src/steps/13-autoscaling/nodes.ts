/** What adds and removes nodes. */
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {PODS_CAN_RUN} from '../shared/order.ts'

/** On EKS the role of the node groups, which may join the cluster already. */
function nodeRole({provider, environment}: ManifestContext['spec']): string {
  return provider.type === 'eks' ? `${environment.cluster}-node` : `KarpenterNodeRole-${environment.cluster}`
}

/** Whether kp.yaml chooses that scaler, or why not. */
export const scaledBy = (scaler: 'cluster-autoscaler' | 'karpenter') => ({spec}: Pick<ManifestContext, 'spec'>): true | string =>
  spec.phases.autoscaling.nodes === scaler ? true : `phases.autoscaling.nodes is ${spec.phases.autoscaling.nodes}`

const karpenterPools = manifestSet({
  id: 'autoscaling/node-pools',
  title: 'Say which machines Karpenter may start',
  appliesTo: scaledBy('karpenter'),
  after: ['autoscaling/karpenter'],
  objects: ({spec}) => {
    const {cluster} = spec.environment
    const discovery = [{tags: {'karpenter.sh/discovery': cluster}}]
    return [
      {
        apiVersion: 'karpenter.k8s.aws/v1',
        kind: 'EC2NodeClass',
        metadata: {name: 'default'},
        spec: {role: nodeRole(spec), amiSelectorTerms: [{alias: 'al2023@latest'}], subnetSelectorTerms: discovery, securityGroupSelectorTerms: discovery},
      },
      {
        apiVersion: 'karpenter.sh/v1',
        kind: 'NodePool',
        metadata: {name: 'default'},
        spec: {
          template: {
            spec: {
              nodeClassRef: {group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default'},
              requirements: [
                {key: 'kubernetes.io/os', operator: 'In', values: ['linux']},
                {key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand', ...(spec.nodePools.some(({capacity}) => capacity === 'spot') ? ['spot'] : [])]},
              ],
              expireAfter: '720h',
            },
          },
          limits: {cpu: '1000'},
          disruption: {consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: spec.phases.autoscaling.scaleDownAfter},
        },
      },
    ]
  },
})

/** The steps of both; one of them applies at most. */
export const nodeScalers: PlatformStep[] = [
  componentStep({id: 'autoscaling/cluster-autoscaler', title: 'Install the Cluster Autoscaler', component: 'cluster-autoscaler', appliesTo: scaledBy('cluster-autoscaler'), verify: ['autoscaling.cluster-autoscaler'], after: [...PODS_CAN_RUN]}),
  componentStep({id: 'autoscaling/karpenter', title: 'Install Karpenter', component: 'karpenter', appliesTo: scaledBy('karpenter'), verify: ['autoscaling.karpenter'], after: [...PODS_CAN_RUN]}),
  karpenterPools,
]
