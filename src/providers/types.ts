/** What differs between the places where a platform can run. */
import type {EnvironmentSpec, ProviderType} from '../spec/types.ts'
import type {ClusterAccess} from '../tools/kubectl.ts'

/** Whether there is a cluster to talk to. */
export interface ClusterPresence {
  state: 'running' | 'stopped' | 'absent'
  /** One sentence. */
  observed: string
}

/** A place where a platform can run. */
export interface Provider {
  id: ProviderType
  /** "the embedded lab", "an existing cluster". */
  title: string
  /** Whether nodes and containers are simulated. */
  simulated: boolean
  /** Zone names in the order in which pools are spread. */
  zones(spec: EnvironmentSpec): string[]
  /** kp's own kubeconfig for the environment; the file may not exist yet. */
  access(): ClusterAccess
  /** Looks whether the cluster is there. Reads only. */
  presence(): Promise<ClusterPresence>
  /** Called when what was seen is stale. */
  lookAnew(): void
  /** The API server as nodes reach it; default the Service of the cluster. */
  apiServer?(): {host: string; port: number}
  /** Name of the CSI driver of the default StorageClass; undefined where kp makes none. */
  storageDriver?: string
  /** Parameters of that class. */
  storageParameters?: Record<string, string>
}
