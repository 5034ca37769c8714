/** Who reads a Secret, and must start anew to see its new content. Pure. */
import type {KubeObject} from '../../tools/kube-api.ts'

interface Container {
  env?: {valueFrom?: {secretKeyRef?: {name?: string}}}[]
  envFrom?: {secretRef?: {name?: string}}[]
}

interface PodSpec {
  containers?: Container[]
  initContainers?: Container[]
  volumes?: {secret?: {secretName?: string}; projected?: {sources?: {secret?: {name?: string}}[]}}[]
}

/** How a workload reads it; undefined where it does not. */
export function readsSecret(workload: KubeObject, secret: string): 'volume' | 'environment' | undefined {
  const {containers = [], initContainers = [], volumes = []} = (workload['spec'] as {template?: {spec?: PodSpec}} | undefined)?.template?.spec ?? {}
  const inEnvironment = [...containers, ...initContainers].some(({env = [], envFrom = []}) => env.some(({valueFrom}) => valueFrom?.secretKeyRef?.name === secret) || envFrom.some(({secretRef}) => secretRef?.name === secret))
  if (inEnvironment) return 'environment'
  return volumes.some((volume) => volume.secret?.secretName === secret || (volume.projected?.sources ?? []).some((source) => source.secret?.name === secret)) ? 'volume' : undefined
}
