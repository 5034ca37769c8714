/** The drill that is going on: on the disk before each change, so that another kp can take it back. One file an environment. */
import {closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {PlatformContext} from '../../context.ts'
import type {ProcessIdentity} from '../../engine/processes.ts'
import {ACTIVE_DRILL, DRILLS} from '../../platform/find.ts'
import type {ScenarioAction} from '../../spec/scenario.ts'
import type {Change} from '../scenarios/memory.ts'

/** A drill that was begun and is not taken back. */
export interface ActiveDrill {
  /** Id of its run, the name of its record. */
  id: string
  drill: string
  environment: string
  /** UID of the cluster: nothing of it is to be undone in another one. */
  clusterUid: string
  owner: ProcessIdentity
  startedAt: string
  /** What was chosen: names that the actions use. */
  names: Record<string, string>
  target: string
  hypothesis: string
  runbook: string
  changes: Change[]
  /** Done before and after the changes are taken back. */
  first: ScenarioAction[]
  last: ScenarioAction[]
  /** Whether the fault was begun, or only its set-up. */
  injected: boolean
}

/** The memory of one environment. */
export interface DrillMemory {
  read(): ActiveDrill | undefined
  /** On the disk when it returns. */
  keep(active: ActiveDrill): void
  forget(): void
}

/** Folder of the drills of an environment: the one that goes on, and the records. */
export const drillFolder = ({paths}: Pick<PlatformContext, 'paths'>): string => join(paths.environment, DRILLS)

/** Opens it. A file that was cut is none: it is written whole or not at all. */
export function openDrillMemory(folder: string): DrillMemory {
  const path = join(folder, ACTIVE_DRILL)
  return {
    read() {
      if (!existsSync(path)) return undefined
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as ActiveDrill
      } catch {
        return undefined
      }
    },
    keep(active) {
      mkdirSync(folder, {recursive: true, mode: 0o700})
      const file = openSync(`${path}.new`, 'w', 0o600)
      try {
        writeFileSync(file, JSON.stringify(active))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(`${path}.new`, path)
      // The name too: after a power cut the file would be there under its old one.
      const directory = openSync(folder, 'r')
      try {
        fsyncSync(directory)
      } finally {
        closeSync(directory)
      }
    },
    forget: () => rmSync(path, {force: true}),
  }
}
