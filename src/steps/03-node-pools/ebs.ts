/** The driver of EBS where machines run kubeadm; on EKS it is an add-on of the cluster. */
import {workloadsReady} from '../../checks/builders.ts'
import type {ManifestContext, PlatformCheck} from '../../context.ts'

/** Whether kp installs it. */
export function wantsEbsDriver({spec}: Pick<ManifestContext, 'spec'>): true | string {
  return spec.provider.type === 'kubeadm-aws' ? true : spec.provider.type === 'eks' ? 'the driver is an add-on of the cluster' : 'volumes are not those of EBS'
}

/** Without it every claim waits. */
export const ebsDriverCheck: PlatformCheck = workloadsReady({id: 'node-pools.ebs-csi-driver', title: 'The driver of EBS volumes is ready on every node', component: 'aws-ebs-csi-driver', appliesTo: wantsEbsDriver, pitfalls: ['KP0345']})
