/** What pods ask for, by namespace. */
import type {KubeObject} from '../tools/kube-api.ts'
import {quantity} from './quantities.ts'

interface Resources {
  requests?: Record<string, string>
  limits?: Record<string, string>
}

interface Spec {
  containers?: {resources?: Resources}[]
  initContainers?: {resources?: Resources; restartPolicy?: string}[]
  overhead?: Record<string, string>
}

/** CPUs, bytes, and how many. */
export interface Asked {
  cpu: number
  memory: number
  pods: number
}

/** Whether a pod counts: one that has ended asks for nothing. */
export function isAlive(pod: KubeObject): boolean {
  const phase = (pod['status'] as {phase?: string} | undefined)?.phase
  return phase !== 'Succeeded' && phase !== 'Failed'
}

/** What one pod asks for, as the scheduler and quotas count it: its containers and sidecars, or its largest init container. */
export function askedBy(pod: KubeObject): Omit<Asked, 'pods'> {
  const {containers = [], initContainers = [], overhead = {}} = (pod['spec'] ?? {}) as Spec
  const of = (resources: Resources | undefined, name: string): number => quantity(resources?.requests?.[name] ?? resources?.limits?.[name])
  const sum = (name: string): number => {
    const running = [...containers, ...initContainers.filter(({restartPolicy}) => restartPolicy === 'Always')].reduce((total, {resources}) => total + of(resources, name), 0)
    const starting = Math.max(0, ...initContainers.filter(({restartPolicy}) => restartPolicy !== 'Always').map(({resources}) => of(resources, name)))
    return Math.max(running, starting) + quantity(overhead[name])
  }
  return {cpu: sum('cpu'), memory: sum('memory')}
}

/** What the pods of each namespace ask for together. */
export function askedByNamespace(pods: readonly KubeObject[]): Map<string, Asked> {
  const found = new Map<string, Asked>()
  for (const pod of pods.filter(isAlive)) {
    const {namespace = 'default'} = pod.metadata
    const before = found.get(namespace) ?? {cpu: 0, memory: 0, pods: 0}
    const {cpu, memory} = askedBy(pod)
    found.set(namespace, {cpu: before.cpu + cpu, memory: before.memory + memory, pods: before.pods + 1})
  }
  return found
}
