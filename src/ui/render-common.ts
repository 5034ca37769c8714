/** Pieces that several renderers share. Pure. */
import type {Pitfall} from '../engine/types.ts'
import type {Look} from './io.ts'
import type {FixAction} from './results.ts'
import {styleFor} from './style.ts'
import {clean, oneLine, pad, wrap, wrapCommand} from './text.ts'

/** Where renderers get words that are not in the result. */
export interface Words {
  /** The pitfall of a code. */
  pitfall?: (code: string) => Pick<Pitfall, 'code' | 'title' | 'cause' | 'fix' | 'confirmBy'> | undefined
  /** The title of a phase. */
  phaseTitle?: (id: string) => string
}

/** `label  text`, with the text wrapped beside its label. */
export function labelled(label: string, text: string, look: Look, options: {indent: number; width: number}): string[] {
  const head = ' '.repeat(options.indent) + pad(label, options.width)
  return wrap(clean(text), look.columns, {first: `${head}  `})
}

/** A heading and a list of commands or actions below it; nothing where there are none. */
export function nextLines(next: string[], look: Look, heading = 'Next'): string[] {
  if (next.length === 0) return []
  return [styleFor(look).bold(heading), ...next.flatMap((action) => actionLines(action, look, '  '))]
}

/** An action: a command stays one that can be copied, a sentence is wrapped. */
export function actionLines(action: string, look: Look, indent: string): string[] {
  return isCommand(action) ? wrapCommand(action, look.columns, indent) : wrap(action, look.columns, {first: indent})
}

/** A fix as numbered actions with their commands. */
export function fixLines(fix: FixAction[], look: Look, indent: string): string[] {
  const {cyan} = styleFor(look)
  return fix.flatMap(({text, command}, index) => {
    const number = `${indent}${index + 1}. `
    const commands = command === undefined ? [] : wrapCommand(command, look.columns, ' '.repeat(number.length)).map(cyan)
    return [...wrap(oneLine(text), look.columns, {first: number}), ...commands]
  })
}

/** Groups items by a key, in the order in which the keys come first. */
export function groupBy<T>(items: T[], key: (item: T) => string): [string, T[]][] {
  return [...Map.groupBy(items, key)]
}

/** `2026-11-21 09:30`, in the time zone of the machine; the text as it is where it is no time. */
export function formatTime(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

function isCommand(action: string): boolean {
  return /^(?:kp|kubectl|helm|terraform|velero|aws|docker|git|sudo|npm|export)\s/.test(action) && !/[,;:]\s/.test(action)
}
