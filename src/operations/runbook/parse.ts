/** A runbook as data. The Markdown is the one source: what people read is what is walked through. Pure. */

/** A command of a step. */
export interface RunbookCommand {
  command: string
  /** What its output must match, as a regular expression. */
  expect: string | undefined
}

/** A numbered step: what to look at or do, and the commands for it. */
export interface RunbookStep {
  text: string
  commands: RunbookCommand[]
}

/** The sections that are walked through. */
export type SectionId = 'look' | 'decide' | 'fix' | 'confirm' | 'after'

/** One of them. */
export interface RunbookSection {
  id: SectionId
  title: string
  /** What stands before its steps, or instead of them. */
  text: string
  steps: RunbookStep[]
}

/** A runbook. */
export interface Runbook {
  name: string
  title: string
  pitfalls: string[]
  users: string
  sections: RunbookSection[]
}

const SECTIONS: Record<string, SectionId> = {Look: 'look', Decide: 'decide', Fix: 'fix', Mend: 'fix', Then: 'fix', Confirm: 'confirm', Verify: 'confirm', After: 'after'}

/** Reads one. @param name without `.md` */
export function parseRunbook(name: string, text: string): Runbook {
  const [head = '', ...parts] = text.split(/^## /m)
  const title = /^# (.+)$/m.exec(head)?.[1] ?? name
  const listed = /^Known failures: ([\s\S]*?)\.\s*$/m.exec(head)?.[1] ?? ''
  const sections = parts.map((part) => {
    const [first = '', ...rest] = part.split('\n')
    return {heading: first.trim(), body: rest}
  })
  const users = sections.find(({heading}) => heading === 'What users see')?.body.join('\n').trim() ?? ''
  return {
    name, title, users: oneParagraph(users), pitfalls: codesOf(listed),
    sections: sections.flatMap(({heading, body}): RunbookSection[] => {
      const id = SECTIONS[heading]
      return id === undefined ? [] : [{id, title: heading, ...readSection(body)}]
    }),
  }
}

/** `KP0303, KP0336 to KP0338` as codes. */
function codesOf(listed: string): string[] {
  return [...listed.matchAll(/KP(\d{4})(?:\s+to\s+KP(\d{4}))?/g)].flatMap(([, first, last = first]) => Array.from({length: Number(last) - Number(first) + 1}, (_, index) => `KP${String(Number(first) + index).padStart(4, '0')}`))
}

/** Steps begin with a number at the margin; a block of commands, and what is expected of it, belongs to the step above it. */
function readSection(lines: string[]): Pick<RunbookSection, 'text' | 'steps'> {
  const before: string[] = []
  const steps: RunbookStep[] = []
  let texts = before
  let current: RunbookStep | undefined
  const close = (): void => {
    if (current !== undefined && texts !== before) current.text = oneParagraph([current.text, ...texts].join('\n'))
    texts = []
  }
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    const numbered = /^\d+\. (.*)$/.exec(line)
    if (numbered !== null) {
      close()
      current = {text: numbered[1] ?? '', commands: []}
      steps.push(current)
      continue
    }
    if (/^\s*```sh\s*$/.test(line)) {
      const end = lines.findIndex((one, at) => at > index && /^\s*```\s*$/.test(one))
      if (current === undefined) {
        // Commands without a number: what stands beside them is about the section.
        current = {text: '', commands: []}
        steps.push(current)
      }
      current.commands.push(...commandsOf(lines.slice(index + 1, end)))
      index = end
      continue
    }
    const expected = /^\s*Expect: `(.+)`\s*$/.exec(line)?.[1]
    const last = current?.commands.at(-1)
    if (expected !== undefined && current !== undefined && last !== undefined) {
      // It is about the command that can show it: of several the first that is not followed by a check of kp.
      const shown = current.commands.findLast(({command}) => !command.startsWith('kp ')) ?? last
      shown.expect = expected
      continue
    }
    texts.push(line)
  }
  close()
  return {text: paragraphs(before.join('\n')), steps}
}

/** The commands of a block: one a line, but what goes on with a backslash or is handed over with `<<EOF` is one. */
function commandsOf(lines: string[]): RunbookCommand[] {
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length))
  const plain = lines.map((line) => line.slice(Number.isFinite(indent) ? indent : 0))
  const commands: string[] = []
  for (let index = 0; index < plain.length; index += 1) {
    let command = plain[index] ?? ''
    while (command.endsWith('\\') && index + 1 < plain.length) command = `${command}\n${plain[(index += 1)] ?? ''}`
    const until = /<<'?(\w+)'?$/.exec(command)?.[1]
    if (until !== undefined) {
      const end = plain.findIndex((line, at) => at > index && line === until)
      command = [command, ...plain.slice(index + 1, end === -1 ? plain.length : end + 1)].join('\n')
      index = end === -1 ? plain.length : end
    }
    if (command.trim() !== '') commands.push(command)
  }
  return commands.map((command) => ({command, expect: undefined}))
}

function oneParagraph(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim()
}

/** Lists keep their lines; what is wrapped belongs together. */
function paragraphs(text: string): string {
  return text.split(/\n(?=- )|\n{2,}/).map(oneParagraph).filter((line) => line !== '').join('\n')
}
