/** A cluster in containers on this machine, made by kind. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {Exec} from '../engine/types.ts'
import {kindClusters} from '../tools/kind.ts'
import type {Provider} from './types.ts'

/** What the provider needs. */
export interface KindProviderOptions {
  /** Name of the cluster. */
  name: string
  /** `.kp/environments/<name>/`. */
  folder: string
  exec: Exec
}

/** Makes the provider. */
export function createKindProvider({name, folder, exec}: KindProviderOptions): Provider {
  const kubeconfig = join(folder, 'kubeconfig')
  let known: Promise<string[]> | undefined
  return {
    id: 'kind',
    title: 'containers on this machine, by kind',
    simulated: false,
    zones: (spec) => spec.network.zoneNames ?? Array.from({length: spec.network.zones}, (_, index) => `zone-${index + 1}`),
    access: () => ({kubeconfig}),
    lookAnew: () => (known = undefined),
    async presence() {
      if (!existsSync(kubeconfig)) return {state: 'absent', observed: `there is no kind cluster ${name} yet`}
      const clusters = await (known ??= kindClusters(exec))
      return clusters.includes(name) ? {state: 'running', observed: `the kind cluster ${name} is there`} : {state: 'absent', observed: `kind knows no cluster ${name}`}
    },
  }
}
