/** What is remembered of a lab that was made completely. */
import {readFile, readdir, rename, writeFile} from 'node:fs/promises'
import {labLayout, labsFolder} from './layout.ts'
import type {LabLayout} from './layout.ts'
import type {LabPorts} from './ports.ts'
import type {LabOptions} from './types.ts'

/** The content of `lab.json`. */
export interface LabRecord {
  options: LabOptions
  kubernetesVersion: string
  server: string
  ports: LabPorts
  /** ISO 8601. */
  createdAt: string
}

/** The record of a lab; undefined where it was never completed. */
export async function readRecord(layout: LabLayout): Promise<LabRecord | undefined> {
  try {
    const value = JSON.parse(await readFile(layout.record, 'utf8')) as Partial<LabRecord>
    return value.options === undefined || value.ports === undefined ? undefined : (value as LabRecord)
  } catch {
    return undefined
  }
}

/** Writes the record, whole or not at all. */
export async function writeRecord(layout: LabLayout, record: LabRecord): Promise<void> {
  const temporary = `${layout.record}.new`
  await writeFile(temporary, JSON.stringify(record, null, 2))
  await rename(temporary, layout.record)
}

/** Names of all labs that have a folder. */
export async function listNames(stateDir: string): Promise<string[]> {
  const names = await readdir(labsFolder(stateDir)).catch(() => [])
  return names.filter((name) => !name.startsWith('.')).toSorted()
}

/** Ports of all labs, running or not. */
export async function takenPorts(stateDir: string): Promise<Set<number>> {
  const records = await Promise.all((await listNames(stateDir)).map((name) => readRecord(labLayout(stateDir, name))))
  return new Set(records.flatMap((record) => (record === undefined ? [] : Object.values(record.ports))))
}
