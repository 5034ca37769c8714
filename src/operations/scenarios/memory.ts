/** What was started is remembered in the lab's folder: another kp can stop it, and it is gone with the lab. */
import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
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

/** Opens the memory of the lab in a folder: a file for each scenario, so that several can be started and stopped at once. */
export function openMemory(folder: string): Memory {
  const own = join(folder, 'scenarios')
  const path = (scenario: string): string => join(own, `${scenario}.json`)
  const get = (scenario: string): Started | undefined => {
    try {
      return JSON.parse(readFileSync(path(scenario), 'utf8')) as Started
    } catch {
      return undefined
    }
  }
  return {
    all: () => (existsSync(own) ? readdirSync(own) : []).filter((name) => name.endsWith('.json')).toSorted().flatMap((name) => get(name.slice(0, -'.json'.length)) ?? []),
    get,
    keep(started) {
      mkdirSync(own, {recursive: true})
      const file = path(started.scenario)
      writeFileSync(`${file}.new`, JSON.stringify(started), {mode: 0o600})
      renameSync(`${file}.new`, file)
    },
    forget: (scenario) => rmSync(path(scenario), {force: true}),
  }
}
