/** Small pieces of Markdown. */

/** A table; a row's cells are Markdown already. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/** Text that is shown as it is: `*`, `_`, `<` and `>` mean nothing in it. */
export function plain(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(/([*_])/g, '\\$1').replaceAll('<', '&lt;').replaceAll('>', '&gt;')))
    .join('')
}

/** Code within a line. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}

/** A block of commands. */
export function block(lines: string[], indent = ''): string {
  return ['```sh', ...lines, '```'].map((line) => `${indent}${line}`).join('\n')
}

/** The anchor that a heading gets: letters, digits, dashes and underscores in lower case. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
}

/** A page: its parts with a blank line between them. */
export function page(...parts: (string | undefined | false)[]): string {
  return `${parts.filter((part) => part !== undefined && part !== false && part !== '').join('\n\n')}\n`
}

/** The line under a generated page's title. */
export function generated(from: string): string {
  return `<!-- Written by \`npm run generate\` from ${from}: change it there. -->`
}
