/** What is remembered of a service that was started: its port, its process, and how it was run. */
import {readFileSync, readdirSync} from 'node:fs'
import {mkdir, rename, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {identifyProcess, isAlive} from '../../../engine/processes.ts'
import type {ProcessIdentity} from '../../../engine/processes.ts'
import {labLayout} from '../layout.ts'
import type {LabLayout} from '../layout.ts'
import {listNames, takenPorts} from '../record.ts'
import type {ServiceName, ServicePlace, ServiceStatus} from './types.ts'

/** The content of `processes/<name>.json`. */
export interface ServiceRecord {
  name: string
  identity: ProcessIdentity
  port?: number
  /** Its further ports, by what they are for; the first is the one that people want to know. */
  more?: Record<string, number>
  /** Over the program, its arguments and its files: another digest wants another start. */
  digest?: string
}

/** The record of a service; undefined where it was never started. */
export function readService(layout: LabLayout, name: string): ServiceRecord | undefined {
  try {
    const value = JSON.parse(readFileSync(join(layout.processes, `${name}.json`), 'utf8')) as Partial<ServiceRecord>
    return value.identity?.pid === undefined || value.name === undefined ? undefined : (value as ServiceRecord)
  } catch {
    return undefined
  }
}

/** Every recorded process of a lab. */
export function readServices(layout: LabLayout): ServiceRecord[] {
  return listRecords(layout).flatMap((name) => readService(layout, name) ?? [])
}

/** Writes the record of a process that runs, whole or not at all; undefined where it ended in the meantime. */
export async function writeService(layout: LabLayout, {pid, ...record}: Omit<ServiceRecord, 'identity'> & {pid: number}): Promise<ServiceRecord | undefined> {
  const identity = identifyProcess(pid)
  if (identity === undefined) return undefined
  const path = join(layout.processes, `${record.name}.json`)
  await mkdir(layout.processes, {recursive: true})
  await writeFile(`${path}.new`, JSON.stringify({...record, identity}))
  await rename(`${path}.new`, path)
  return {...record, identity}
}

/** Where a service is, with the port that it has or is to have. */
export function servicePlace(layout: LabLayout, name: ServiceName, port: number, more: Record<string, number> = {}): ServicePlace {
  return {
    lab: layout,
    name,
    folder: join(layout.folder, 'services', name),
    program: join(layout.bin, name),
    log: join(layout.logs, `${name}.log`),
    apiserver: apiServer(layout),
    port,
    more,
  }
}

/** Host and port of the lab's API server, as its record has it. */
function apiServer(layout: LabLayout): string {
  try {
    const {ports} = JSON.parse(readFileSync(layout.record, 'utf8')) as {ports?: {apiserver?: number}}
    return `127.0.0.1:${ports?.apiserver ?? 0}`
  } catch {
    return '127.0.0.1:0'
  }
}

/** The services of a lab as its status tells of them. */
export function serviceStatuses(layout: LabLayout): ServiceStatus[] {
  return readServices(layout).map(({name, identity, port, more = {}}) => {
    const shown = Object.values(more)[0] ?? port
    return {name, running: isAlive(identity) === true, ...(shown === undefined ? {} : {address: `127.0.0.1:${shown}`})}
  })
}

/** Ports of all labs and of their services, running or not. */
export async function allTakenPorts(stateDir: string): Promise<Set<number>> {
  const services = (await listNames(stateDir)).flatMap((name) => readServices(labLayout(stateDir, name)))
  return new Set([...(await takenPorts(stateDir)), ...services.flatMap(({port, more = {}}) => [...(port === undefined ? [] : [port]), ...Object.values(more)])])
}

function listRecords(layout: LabLayout): string[] {
  try {
    return readdirSync(layout.processes).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length)).toSorted()
  } catch {
    return []
  }
}
