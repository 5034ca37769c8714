/** Names of new things: what is allowed, and what follows from them. */
import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {PHASE_IDS} from '../../src/spec/schema/phases.ts'

/** What was asked for cannot be made; the message says what can. */
export class Refusal extends Error {}

/** A phase that has its folder. */
export interface PhaseFolder {
  id: string
  number: number
  /** `src/steps/08-monitoring` */
  folder: string
}

/** @throws Refusal where a name is none */
export function requireName(what: string, name: string | undefined): string {
  if (name === undefined) throw new Refusal(`the ${what} needs a name`)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40) throw new Refusal(`"${name}" is no name of a ${what}: small letters, digits and single dashes, a letter first, at most 40`)
  return name
}

/** The phases that are built, in their order. */
export function builtPhases(root: string): PhaseFolder[] {
  const folders = readdirSync(join(root, 'src', 'steps')).filter((name) => /^\d\d-/.test(name)).toSorted()
  return folders.map((name) => ({id: name.slice(3), number: Number(name.slice(0, 2)), folder: `src/steps/${name}`}))
}

/** @throws Refusal where there is no such phase, with those that there are */
export function requireBuiltPhase(root: string, id: string | undefined): PhaseFolder {
  const phases = builtPhases(root)
  const found = phases.find((phase) => phase.id === id)
  if (found === undefined) throw new Refusal(`${id === undefined ? 'name a phase' : `there is no phase "${id}"`}: ${phases.map((phase) => phase.id).join(', ')}`)
  return found
}

/** A phase of kp.yaml that is not built yet. @throws Refusal with those that are left */
export function requireNewPhase(root: string, id: string | undefined): PhaseFolder {
  const built = new Set(builtPhases(root).map((phase) => phase.id))
  const left = PHASE_IDS.filter((one) => !built.has(one))
  const number = left.findIndex((one) => one === id) === -1 ? -1 : PHASE_IDS.findIndex((one) => one === id)
  if (id === undefined || number === -1) throw new Refusal(`${id === undefined ? 'name the phase' : built.has(id) ? `the phase "${id}" is there already` : `kp.yaml knows no phase "${id}"`}: ${left.length === 0 ? 'every phase is there' : `${left.join(', ')} can be made`}`)
  return {id, number, folder: `src/steps/${String(number).padStart(2, '0')}-${id}`}
}

/** `two-words` as a name of TypeScript: `twoWords`. */
export function camel(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** `two-words` as a title: `Two words`. */
export function title(name: string): string {
  const text = name.replaceAll('-', ' ')
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
