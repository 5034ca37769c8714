/** The world in which the law of steps is held: a platform in a lab, with its files and its audit log. */
import {existsSync} from 'node:fs'
import {describeEntry} from './audit.ts'
import {dropCaches, openContext} from './context.ts'
import {changedFiles, listFiles} from './files.ts'
import type {LawWorld} from './law.ts'
import type {TestPlatform} from './platform.ts'

/** kp's caches are written by whoever looks; everything else of the repository counts. */
const isCache = (path: string): boolean => /^\.kp\/environments\/[^/]+\/cache$/.test(path)

/** @param of the platform, once it is there */
export function lawWorld(of: () => TestPlatform): LawWorld {
  return {
    open: () => openContext(of()),
    dropCaches: () => dropCaches(of()),
    async watch() {
      const platform = of()
      const files = listFiles(platform.root, isCache)
      const alive = existsSync(platform.lab.record)
      const audit = alive ? platform.audit() : undefined
      const mark = audit?.mark() ?? 0
      return async () => [
        ...changedFiles(files, listFiles(platform.root, isCache)),
        ...(audit === undefined ? (existsSync(platform.lab.record) ? ['there is a lab now'] : []) : (await audit.writes(mark)).map(describeEntry)),
      ]
    },
  }
}
