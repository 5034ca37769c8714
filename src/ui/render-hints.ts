/** What a person is told beside plan and result: what to agree to, and what to know afterwards. Pure. */
import type {Look} from './io.ts'
import {styleFor} from './style.ts'
import {clean, wrap, wrapCommand} from './text.ts'

/** What a run wants to be agreed to, after the plan. */
export function renderConsent(text: string, look: Look): string {
  return wrap(clean(text), look.columns, {first: '! ', rest: '  '}).map(styleFor(look).yellow).join('\n')
}

/** What phases say at the end of a run. Lines that begin with two spaces are to be copied: they stay whole words. */
export function hintLines(hints: {lines: string[]}[], look: Look): string[] {
  if (hints.length === 0) return []
  const lines = hints.flatMap((hint) => hint.lines).flatMap((line) => (line.startsWith('  ') ? wrapCommand(clean(line).trim(), look.columns, '    ') : wrap(clean(line), look.columns, {first: '  ', rest: '  '})))
  return [styleFor(look).bold('Good to know'), ...lines]
}
