/** What kp saw being made, one line each as it happened: found again also where no state and no tag tells of it. */
import {appendFileSync, existsSync, mkdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {StackId} from '../../components/terraform/ids.ts'

/** File of the ledger, beside the states. */
const LEDGER_FILE = 'ledger.jsonl'

/** A line of the ledger. */
interface Entry {
  at: string
  event: 'made' | 'gone' | 'seen'
  id?: string
  /** Of what terraform made. */
  stack?: StackId
  address?: string
  /** Of what the cluster made: "the volume of PersistentVolume pvc-1". */
  what?: string
  /** A person wanted it to outlive its claim. */
  retained?: boolean
}

/** What the ledger knows of an id. */
export interface LedgerNote {
  maker: 'kp' | 'cluster' | 'unknown'
  because: string
}

const MADE = /^(\S.*?): Creation complete after \S+ \[id=(.+)\]$/
const GONE = /^(\S.*?): Destruction complete after \S+$/

/** Takes a line of terraform's output into the ledger, where it tells that something was made or is gone. */
export function noteLine(folder: string, stack: StackId, line: string, now: number): void {
  const text = line.trim()
  const at = new Date(now).toISOString()
  const [, made, id] = MADE.exec(text) ?? []
  if (made !== undefined && id !== undefined) return append(folder, {at, event: 'made', stack, address: made, id})
  const [, gone] = GONE.exec(text) ?? []
  // What a replacement left behind under the same address is not what stands there now.
  if (gone !== undefined && !gone.includes('(deposed')) append(folder, {at, event: 'gone', stack, address: gone})
}

/** Takes in what a cluster made, as long as it can be asked. */
export function noteSeen(folder: string, seen: {id: string; what: string; retained: boolean}, now: number): void {
  append(folder, {at: new Date(now).toISOString(), event: 'seen', ...seen})
}

/** What was made and has not gone, by id. Lines that a kill cut off are left out. */
export function readLedger(folder: string): Map<string, LedgerNote> {
  const path = join(folder, LEDGER_FILE)
  const notes = new Map<string, LedgerNote>()
  const ids = new Map<string, string>()
  for (const {at, event, id = '', stack = '', address = '', what = '', retained} of existsSync(path) ? parse(readFileSync(path, 'utf8')) : []) {
    const key = `${stack} ${address}`
    if (event === 'gone') {
      notes.delete(ids.get(key) ?? '')
      ids.delete(key)
    } else if (event === 'made') {
      ids.set(key, id)
      notes.set(id, {maker: 'kp', because: `kp's ledger: made as ${address} on ${at.slice(0, 10)}`})
    } else {
      notes.set(id, retained === true ? {maker: 'unknown', because: `kp's ledger: ${what}, to be kept (Retain)`} : {maker: 'cluster', because: `kp's ledger: ${what}`})
    }
  }
  return notes
}

function parse(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Entry]
    } catch {
      return []
    }
  })
}

function append(folder: string, entry: Entry): void {
  const path = join(folder, LEDGER_FILE)
  mkdirSync(dirname(path), {recursive: true})
  appendFileSync(path, `${JSON.stringify(entry)}\n`, {mode: 0o600})
}
