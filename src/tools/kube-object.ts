/** Objects of Kubernetes as far as kp reads them. */

/** An object as the API has it. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: KubeMeta
  [field: string]: unknown
}

/** The metadata that kp reads. */
export interface KubeMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  creationTimestamp?: string
  deletionTimestamp?: string
  finalizers?: string[]
  ownerReferences?: {apiVersion: string; kind: string; name: string; uid: string; controller?: boolean}[]
  managedFields?: {manager: string; operation: string; subresource?: string; time?: string; fieldsV1?: Record<string, unknown>}[]
}
