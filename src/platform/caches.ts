/** kp's caches under `.kp/`: deleting them costs time, never truth. A cache that cannot be written is no error. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {LookedCache} from '../checks/objects.ts'
import {writeFileAtomic} from '../render/files.ts'

/** A platform has some hundred objects. */
const MOST_ENTRIES = 5000

/** The cache of looks, loaded on first use and written by `save`. */
export function openLookedCache(environmentDir: string): LookedCache & {save(): Promise<void>} {
  const path = join(environmentDir, 'cache', 'looked.json')
  let entries: Map<string, string> | undefined
  let changed = false
  // Entries of objects that are no longer looked at would stay for ever.
  const used = new Set<string>()
  const load = (): Map<string, string> => {
    if (entries !== undefined) return entries
    entries = new Map()
    try {
      if (existsSync(path)) entries = new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>))
    } catch {
      // a broken cache: looked at anew
    }
    return entries
  }
  return {
    applied: new Set(),
    get(key) {
      used.add(key)
      return load().get(key)
    },
    set(key, value) {
      used.add(key)
      if (load().get(key) === value) return
      load().set(key, value)
      changed = true
    },
    async save() {
      if (!changed || entries === undefined) return
      changed = false
      const kept = entries.size > MOST_ENTRIES ? [...entries].filter(([key]) => used.has(key)) : entries
      await writeFileAtomic(path, JSON.stringify(Object.fromEntries(kept))).catch(() => {})
    },
  }
}

/** A small file of the cache. */
export function cacheFile(environmentDir: string, name: string): {read(): string | undefined; write(text: string): void} {
  const path = join(environmentDir, 'cache', name)
  return {
    read() {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return undefined
      }
    },
    write(text) {
      void writeFileAtomic(path, text).catch(() => {})
    },
  }
}
