/** Parts that the objects of several systems have. Pure. */
import type {KubeObject} from '../../tools/kube-api.ts'

export const ZONE = 'topology.kubernetes.io/zone'

/** What kp.yaml says of a system. */
export interface Settings {
  instances: number
  volume: string
  storageClass?: string | undefined
}

/** Instances prefer zones, and nodes, of their own. */
export const spread = (labels: Record<string, string>): unknown[] => [ZONE, 'kubernetes.io/hostname'].map((topologyKey) => ({maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {matchLabels: labels}}))

/** The volume of an instance. */
export const claim = ({volume, storageClass}: Settings): Record<string, unknown> => ({accessModes: ['ReadWriteOnce'], ...(storageClass === undefined ? {} : {storageClassName: storageClass}), resources: {requests: {storage: volume}}})

/** No limit of CPU: a database that is throttled answers nobody. */
export const resources = (cpu: string, memory: string): Record<string, unknown> => ({requests: {cpu, memory}, limits: {memory}})

/** A budget for instances whose operator makes none. */
export const budget = (name: string, labels: Record<string, string>): KubeObject => ({apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: {name}, spec: {maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: {matchLabels: labels}}})
