/** Answers that are kept in more than one field of kp.yaml. */
import {defaultNodePools} from '../../spec/default-pools.ts'
import {isMap, valueAt, type Path} from '../../spec/paths.ts'
import type {ProviderType} from '../../spec/types.ts'
import {removeAt, setAt} from '../draft.ts'
import {listOf, plain, type Draft, type Store} from './types.ts'

type Entry = Record<string, unknown>

const entriesOf = (draft: Draft, key: string): Entry[] | undefined => {
  const list = draft[key]
  return Array.isArray(list) ? list.filter(isMap) : undefined
}
const providerType = (draft: Draft): ProviderType => (valueAt(draft, ['provider', 'type']) ?? 'lab') as ProviderType

/** Name of the environment of a platform that names none. */
export const firstEnvironment = (provider: string): string => (provider === 'lab' ? 'lab' : 'default')

/** The environments by name; what else is said of one stays. */
export const environments: Store = {
  read: (draft) => entriesOf(draft, 'environments')?.map((entry) => String(entry['name'])),
  write(draft, value) {
    const names = listOf(value)
    const old = entriesOf(draft, 'environments')
    if (old === undefined && names.length === 1 && names[0] === firstEnvironment(providerType(draft))) return
    const platform = String(valueAt(draft, ['metadata', 'name']))
    draft['environments'] = names.map((name) => old?.find((entry) => entry['name'] === name) ?? {name, cluster: `${platform}-${name}`})
  },
}

/** Those of the environments whose changes want the cluster's name typed. */
export const protectedOnes: Store = {
  read: (draft) => entriesOf(draft, 'environments')?.filter((entry) => entry['protected'] === true).map((entry) => String(entry['name'])),
  write(draft, value) {
    const names = listOf(value)
    if (names.length === 0 && draft['environments'] === undefined) return
    for (const entry of environmentsOf(draft)) {
      if (names.includes(String(entry['name']))) entry['protected'] = true
      else delete entry['protected']
    }
  },
}

/** The context of each environment, in their order; of the only one at the provider itself. */
export const contexts: Store = {
  read(draft) {
    const found = entriesOf(draft, 'environments')?.map((entry) => valueAt(entry, ['provider', 'context'])).filter((name) => typeof name === 'string') ?? []
    const shared = valueAt(draft, ['provider', 'context'])
    return found.length > 0 ? found : typeof shared === 'string' ? [shared] : undefined
  },
  write(draft, value) {
    const names = listOf(value)
    removeAt(draft, ['provider', 'context'])
    const entries = entriesOf(draft, 'environments')
    if (entries === undefined || entries.length === 1) {
      if (names[0] !== undefined) setAt(draft, ['provider', 'context'], names[0])
      for (const entry of entries ?? []) removeAt(entry, ['provider', 'context'])
      return
    }
    entries.forEach((entry, index) => {
      const name = names[index]
      if (name === undefined) removeAt(entry, ['provider', 'context'])
      else setAt(entry, ['provider', 'context'], name)
    })
  },
}

function environmentsOf(draft: Draft): Entry[] {
  draft['environments'] ??= [{name: firstEnvironment(providerType(draft)), cluster: valueAt(draft, ['metadata', 'name'])}]
  return entriesOf(draft, 'environments') ?? []
}

/** The node pools, those of the provider where nothing is said. */
export function poolsOf(draft: Draft): Entry[] {
  return entriesOf(draft, 'nodePools') ?? defaultNodePools(providerType(draft))
}

function pool(draft: Draft, name: string): Entry | undefined {
  return poolsOf(draft).find((entry) => entry['name'] === name)
}

/** A field of a pool by its name; a list of pools without that pool is left as it is. */
export function poolField(name: string, field: string): Store {
  return {
    read(draft) {
      const value = draft['nodePools'] === undefined ? undefined : pool(draft, name)?.[field]
      return value === undefined ? undefined : `${value as string | number}`
    },
    write(draft, value) {
      const pools = structuredClone(poolsOf(draft))
      const found = pools.find((entry) => entry['name'] === name)
      if (found === undefined) return
      const text = plain(value)
      found[field] = /^\d+$/.test(text) ? Number(text) : text
      draft['nodePools'] = pools
    },
  }
}

/** Whether there is a pool of this name; `made` is what it is at first. */
export function poolSwitch(name: string, made: Entry): Store {
  return {
    read: (draft) => (draft['nodePools'] === undefined ? undefined : pool(draft, name) !== undefined),
    write(draft, value) {
      const pools = structuredClone(poolsOf(draft))
      const there = pools.some((entry) => entry['name'] === name)
      if (value === there) return
      draft['nodePools'] = value === true ? [...pools, {name, ...structuredClone(made)}] : pools.filter((entry) => entry['name'] !== name)
    },
  }
}

/** A secret by reference: the field names an entry of `secrets`, and that says where the secret is kept. */
export function secretStore(path: Path, entry: string): Store {
  const nameIn = (draft: Draft): string | undefined => valueAt(draft, path) as string | undefined
  return {
    paths: [['secrets', entry]],
    read(draft) {
      const name = nameIn(draft)
      return name === undefined ? undefined : (valueAt(draft, ['secrets', name]) as string | undefined)
    },
    write(draft, value) {
      if (value === '') return
      const name = nameIn(draft) ?? entry
      setAt(draft, path, name)
      setAt(draft, ['secrets', name], value)
    },
  }
}

/** A field of the first entry of a list of maps. */
export function firstOf(path: Path, field: string): Store {
  return {
    read: (draft) => valueAt(draft, [...path, 0, field]) as string | undefined,
    write(draft, value) {
      if (value === '') return
      if (valueAt(draft, [...path, 0]) === undefined) setAt(draft, path, [{}])
      ;(valueAt(draft, [...path, 0]) as Entry)[field] = value
    },
  }
}
