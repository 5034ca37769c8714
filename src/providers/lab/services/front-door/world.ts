/** All that the front door knows of the cluster. */
import {READERS, podsOf} from './kinds.ts'
import type {DoorPod, Kept, Kinds} from './kinds.ts'
import {keyOf, watchKind} from './watch.ts'
import type {Watched, WatchSettings} from './watch.ts'

/** The cluster as routing sees it. Tests make one by hand. */
export interface World {
  all<K extends keyof Kinds>(kind: K): Kinds[K][]
  get<K extends keyof Kinds>(kind: K, namespace: string, name: string): Kinds[K] | undefined
  /** Whether the pods of a namespace are known. */
  knowsPods(namespace: string): boolean
}

/** A world that is watched. */
export interface WatchedWorld extends World {
  /** Grows with each change. */
  version(): number
  /** Why something is not known; undefined where all is. */
  trouble(): string | undefined
  /** Watches the pods of these namespaces and of no others. */
  wantPods(namespaces: ReadonlySet<string>): void
}

/** Begins to watch. */
export function watchWorld(settings: WatchSettings): WatchedWorld {
  let version = 0
  const watching: WatchSettings = {...settings, changed: () => {
    version += 1
    settings.changed()
  }}
  const kinds = Object.keys(READERS) as (keyof typeof READERS)[]
  const watches = new Map<keyof Kinds, Watched<Kept>>(kinds.map((kind) => [kind, watchKind<Kept>(READERS[kind], watching)]))
  const pods = new Map<string, Watched<DoorPod>>()
  return {
    all: (kind) => (kind === 'pods' ? [...pods.values()].flatMap(({objects}) => [...objects.values()]) : [...(watches.get(kind)?.objects.values() ?? [])]) as never,
    get(kind, namespace, name) {
      const from = kind === 'pods' ? pods.get(namespace)?.objects : watches.get(kind)?.objects
      return from?.get(keyOf({namespace, name})) as never
    },
    knowsPods: (namespace) => pods.get(namespace)?.synced === true,
    version: () => version,
    trouble() {
      const missing = kinds.find((kind) => watches.get(kind)?.synced !== true)
      if (missing !== undefined) return watches.get(missing)?.trouble ?? `${READERS[missing].path} was not read yet`
      const [namespace] = [...pods].find(([, {synced}]) => !synced) ?? []
      return namespace === undefined ? undefined : `the pods of ${namespace} were not read yet`
    },
    wantPods(namespaces) {
      for (const [namespace, watched] of pods) {
        if (namespaces.has(namespace)) continue
        watched.stop()
        pods.delete(namespace)
      }
      for (const namespace of namespaces) if (!pods.has(namespace)) pods.set(namespace, watchKind(podsOf(namespace), watching))
    },
  }
}
