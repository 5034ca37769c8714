/** Changes files of the platform's repository, as somebody does by hand, and takes that back. */
import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {KpError} from '../../engine/errors.ts'
import type {Change} from './memory.ts'

/** What changes of files need. */
export interface Files {
  /** The repository of the platform. */
  root: string
  scenario: {name: string}
  /** Whether what is not there is as good as done. */
  tolerant: boolean
  remember(change: Change): void
  say(text: string): void
}

/**
 * Writes a file, adds lines to one, or deletes it.
 * @throws KpError GATE where there is none to change, or one where a new one is wanted
 */
export function changeFile({path, text, add, gone}: {path: string; text?: string | undefined; add?: string | undefined; gone?: true | undefined}, ctx: Files): void {
  const place = placeOf(path, ctx)
  const before = existsSync(place) ? readFileSync(place, 'utf8') : null
  if (before === null && text === undefined) {
    if (ctx.tolerant) return
    throw new KpError({code: 'GATE', message: `the repository has no ${path}`, next: ['kp render']})
  }
  if (before !== null && text !== undefined && !ctx.tolerant) throw new KpError({code: 'GATE', message: `${path} is there already: the scenario does not touch it`})
  const after = gone === true ? null : (text ?? `${before ?? ''}${add ?? ''}`)
  ctx.remember({did: 'filed', path, before, after})
  put(place, after)
  ctx.say(`${after === null ? 'delete' : before === null ? 'write' : 'change'} ${path}`)
}

/** Puts back what was there, unless somebody has changed it since. */
export function restoreFile({path, before, after}: Extract<Change, {did: 'filed'}>, ctx: Files): void {
  const place = placeOf(path, ctx)
  const now = existsSync(place) ? readFileSync(place, 'utf8') : null
  if (now !== after || now === before) return
  put(place, before)
  ctx.say(before === null ? `delete ${path}` : `restore ${path}`)
}

function put(place: string, text: string | null): void {
  if (text === null) return rmSync(place, {force: true})
  mkdirSync(dirname(place), {recursive: true})
  writeFileSync(place, text)
}

function placeOf(path: string, {root, scenario}: Files): string {
  const place = join(root, path)
  if (relative(root, place).startsWith('..')) throw new KpError({code: 'BUG', message: `the scenario ${scenario.name} names a file outside of the repository: ${path}`})
  return place
}
