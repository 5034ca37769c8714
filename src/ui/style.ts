/** Colours and marks. Nothing is said by colour alone. */
import {styleText} from 'node:util'
import type {Look} from './io.ts'

/** Puts colour on a text, or leaves it as it is. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

/** Names of the colours. */
export type Colour = keyof Style

/** The style for a look: real colours, or none at all. */
export function styleFor(look: Pick<Look, 'colour'>): Style {
  const paint = (name: Colour) => (text: string) => (look.colour && text !== '' ? styleText(name, text, {validateStream: false}) : text)
  return {bold: paint('bold'), dim: paint('dim'), red: paint('red'), green: paint('green'), yellow: paint('yellow'), cyan: paint('cyan')}
}

/** The small signs before a line. */
export interface Marks {
  done: string
  failed: string
  skipped: string
  warning: string
  interrupted: string
  working: string
  detail: string
  ellipsis: string
  dash: string
  spinner: string[]
}

const UNICODE: Marks = {
  done: '✔',
  failed: '✖',
  skipped: '↓',
  warning: '⚠',
  interrupted: '⊘',
  working: '❯',
  detail: '›',
  ellipsis: '…',
  dash: '–',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
}

const ASCII: Marks = {
  done: '+',
  failed: 'x',
  skipped: '-',
  warning: '!',
  interrupted: '*',
  working: '>',
  detail: '>',
  ellipsis: '...',
  dash: '-',
  spinner: ['-', '\\', '|', '/'],
}

/** The marks for a look. */
export function marksFor(look: Pick<Look, 'unicode'>): Marks {
  return look.unicode ? UNICODE : ASCII
}
