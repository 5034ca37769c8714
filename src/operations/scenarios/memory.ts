/** What was started is remembered in the lab's folder: another kp can stop it, and it is gone with the lab. */
import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {KubeObject} from '../../tools/kube-api.ts'

/** An object of the API by name. */
export interface Ref {
  apiVersion: string
  kind: string
  metadata: {name: string; namespace?: string}
}

/** One change that was made, with what takes it back. */
export type Change =
  | {did: 'made'; ref: Ref}
  | {did: 'deleted'; object: KubeObject}
  | {did: 'patched'; ref: Ref; patch: Record<string, unknown>; back: Record<string, unknown>}
  | {did: 'replaced'; ref: Ref; before: unknown; after: unknown}
  | {did: 'ended'; program: string}
  /** A file of the repository, before and after; null where there is none. */
  | {did: 'filed'; path: string; before: string | null; after: string | null}

/** A scenario that was started. */
export interface Started {
  scenario: string
  /** Parameters and what was picked. */
  names: Record<string, string>
  startedAt: string
  changes: Change[]
}

/** The memory of one lab. */
export interface Memory {
  all(): Started[]
  get(scenario: string): Started | undefined
  keep(started: Started): void
  forget(scenario: string): void
}

/** Opens the memory of the lab in a folder. */
export function openMemory(folder: string): Memory {
  const path = join(folder, 'scenarios.json')
  const all = (): Started[] => {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Started[]
    } catch {
      return []
    }
  }
  const write = (items: Started[]): void => {
    if (items.length === 0) return rmSync(path, {force: true})
    mkdirSync(folder, {recursive: true})
    writeFileSync(`${path}.new`, JSON.stringify(items), {mode: 0o600})
    renameSync(`${path}.new`, path)
  }
  return {
    all,
    get: (scenario) => all().find((one) => one.scenario === scenario),
    keep: (started) => write([...all().filter((one) => one.scenario !== started.scenario), started]),
    forget: (scenario) => write(all().filter((one) => one.scenario !== scenario)),
  }
}
