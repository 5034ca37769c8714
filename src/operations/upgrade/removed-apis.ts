/** Versions of APIs that Kubernetes has taken away, and what to write instead. Data. */

/** One that was removed. */
export interface RemovedApi {
  apiVersion: string
  /** `[]`: every kind of it. */
  kinds: readonly string[]
  /** First minor that has it not. */
  removedIn: string
  /** What to write instead; undefined where there is nothing. */
  instead: string | undefined
}

const row = (removedIn: string, apiVersion: string, kinds: readonly string[], instead?: string): RemovedApi => ({apiVersion, kinds, removedIn, instead})

/** Kubernetes deprecation guide, and the API servers of the minors since. */
export const REMOVED_APIS: readonly RemovedApi[] = [
  row('1.16', 'extensions/v1beta1', ['Deployment', 'DaemonSet', 'ReplicaSet'], 'apps/v1'),
  row('1.16', 'extensions/v1beta1', ['NetworkPolicy'], 'networking.k8s.io/v1'),
  row('1.16', 'apps/v1beta1', [], 'apps/v1'),
  row('1.16', 'apps/v1beta2', [], 'apps/v1'),
  row('1.22', 'admissionregistration.k8s.io/v1beta1', ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'], 'admissionregistration.k8s.io/v1'),
  row('1.22', 'apiextensions.k8s.io/v1beta1', [], 'apiextensions.k8s.io/v1'),
  row('1.22', 'apiregistration.k8s.io/v1beta1', [], 'apiregistration.k8s.io/v1'),
  row('1.22', 'authentication.k8s.io/v1beta1', ['TokenReview'], 'authentication.k8s.io/v1'),
  row('1.22', 'authorization.k8s.io/v1beta1', [], 'authorization.k8s.io/v1'),
  row('1.22', 'certificates.k8s.io/v1beta1', ['CertificateSigningRequest'], 'certificates.k8s.io/v1'),
  row('1.22', 'coordination.k8s.io/v1beta1', ['Lease'], 'coordination.k8s.io/v1'),
  row('1.22', 'extensions/v1beta1', ['Ingress'], 'networking.k8s.io/v1'),
  row('1.22', 'networking.k8s.io/v1beta1', ['Ingress', 'IngressClass'], 'networking.k8s.io/v1'),
  row('1.22', 'rbac.authorization.k8s.io/v1beta1', [], 'rbac.authorization.k8s.io/v1'),
  row('1.22', 'rbac.authorization.k8s.io/v1alpha1', [], 'rbac.authorization.k8s.io/v1'),
  row('1.22', 'scheduling.k8s.io/v1beta1', ['PriorityClass'], 'scheduling.k8s.io/v1'),
  row('1.22', 'storage.k8s.io/v1beta1', ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'], 'storage.k8s.io/v1'),
  row('1.25', 'batch/v1beta1', ['CronJob'], 'batch/v1'),
  row('1.25', 'discovery.k8s.io/v1beta1', ['EndpointSlice'], 'discovery.k8s.io/v1'),
  row('1.25', 'events.k8s.io/v1beta1', ['Event'], 'events.k8s.io/v1'),
  row('1.25', 'autoscaling/v2beta1', ['HorizontalPodAutoscaler'], 'autoscaling/v2'),
  row('1.25', 'policy/v1beta1', ['PodDisruptionBudget'], 'policy/v1'),
  row('1.25', 'policy/v1beta1', ['PodSecurityPolicy']),
  row('1.25', 'node.k8s.io/v1beta1', ['RuntimeClass'], 'node.k8s.io/v1'),
  row('1.26', 'autoscaling/v2beta2', ['HorizontalPodAutoscaler'], 'autoscaling/v2'),
  row('1.26', 'flowcontrol.apiserver.k8s.io/v1beta1', [], 'flowcontrol.apiserver.k8s.io/v1'),
  row('1.27', 'storage.k8s.io/v1beta1', ['CSIStorageCapacity'], 'storage.k8s.io/v1'),
  row('1.29', 'flowcontrol.apiserver.k8s.io/v1beta2', [], 'flowcontrol.apiserver.k8s.io/v1'),
  row('1.32', 'flowcontrol.apiserver.k8s.io/v1beta3', [], 'flowcontrol.apiserver.k8s.io/v1'),
  row('1.33', 'admissionregistration.k8s.io/v1alpha1', ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'], 'admissionregistration.k8s.io/v1'),
  row('1.34', 'admissionregistration.k8s.io/v1beta1', ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'], 'admissionregistration.k8s.io/v1'),
  row('1.34', 'resource.k8s.io/v1alpha3', ['ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice', 'DeviceClass'], 'resource.k8s.io/v1'),
  row('1.35', 'storage.k8s.io/v1alpha1', ['VolumeAttributesClass'], 'storage.k8s.io/v1'),
  row('1.35', 'storagemigration.k8s.io/v1alpha1', ['StorageVersionMigration'], 'storagemigration.k8s.io/v1beta1'),
]

/** Which of them an object is, at a minor; undefined where it is none. */
export function removedApi(apiVersion: string, kind: string, minor: string): RemovedApi | undefined {
  return REMOVED_APIS.find((one) => one.apiVersion === apiVersion && (one.kinds.length === 0 || one.kinds.includes(kind)) && isAtMost(one.removedIn, minor))
}

/** Whether a minor is another one, or comes before it. */
export function isAtMost(minor: string, other: string): boolean {
  const [a = 0, b = 0] = [minor, other].map((one) => Number(one.split('.')[1]))
  return a <= b
}
