/** Reads the captured output and evidence of test/fixtures/pitfalls. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Evidence} from '../../src/engine/diagnosis.ts'

/** One capture: where it comes from, and what it gives to the diagnosis. */
export interface PitfallCapture {
  source: string
  evidence: Evidence
}

const HEADER = /^# (?<documented>documented: )?(?<tool>[\w.-]+)(?: (?<version>\d[\w.]*))?(?: \(exit (?<exit>\d+)\))?: /

/**
 * Reads `<code>.txt`: sections, each a line `# tool version: command` (or `# documented: tool: where`, with
 * `(exit N)` after the version where the exit code matters) and the output below it.
 * @returns no sections where there is no such file
 * @throws Error where a header cannot be read
 */
export function readCaptures(folder: string, code: string): PitfallCapture[] {
  const path = join(folder, `${code}.txt`)
  if (!existsSync(path)) return []
  const sections = readFileSync(path, 'utf8').split(/^(?=# (?:documented: |[\w.-]+ \d))/m).filter((section) => section.trim() !== '')
  return sections.map((section) => {
    const [header = '', ...lines] = section.split('\n')
    const groups = header.match(HEADER)?.groups
    if (groups?.['tool'] === undefined) throw new Error(`${code}.txt: header cannot be read: ${header}`)
    const exitCode = groups['exit'] === undefined ? {} : {exitCode: Number(groups['exit'])}
    return {source: header.slice(2), evidence: {tool: groups['tool'], ...exitCode, output: lines.join('\n').trim()}}
  })
}

/** Reads `<code>.json`: a list of events, conditions, containers, AWS errors or checks, each with its source. */
export function readEvidence(folder: string, code: string): PitfallCapture[] {
  const path = join(folder, `${code}.json`)
  if (!existsSync(path)) return []
  const items = JSON.parse(readFileSync(path, 'utf8')) as (Evidence & {source: string})[]
  return items.map(({source, ...evidence}) => ({source, evidence}))
}
