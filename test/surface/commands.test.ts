/** The commands are a contract: a change of theirs shows here. Accept one with `npx vitest run test/surface/commands -u`. */
import {describe, expect, it} from 'vitest'
import {readCommands} from '../../scripts/docs/commands.ts'
import type {CommandFace, Input} from '../../scripts/docs/commands.ts'
import {EXIT} from '../../src/engine/errors.ts'
import {EXIT_MEANINGS} from '../../src/engine/exit-meanings.ts'
import {PROJECT} from '../helpers/run-kp.ts'

const commands = await readCommands(PROJECT)
const named = commands.map((command): [string, CommandFace] => [command.id, command])
const MAX_COLUMNS = 80

it('are these, with these arguments and flags', async () => {
  await expect(`${commands.map(face).join('\n\n')}\n`).toMatchFileSnapshot('snapshots/commands.txt')
})

it('have these flags in common', async () => {
  const bases = new Set(commands.map((command) => lines(command.baseFlags).join('\n')))
  expect(bases.size).toBe(1)
  await expect(`${[...bases].join('\n')}\n`).toMatchFileSnapshot('snapshots/global-flags.txt')
})

it('end with these exit codes', async () => {
  const text = Object.entries(EXIT).map(([name, code]) => `${String(code).padStart(3)}  ${EXIT_MEANINGS[name as keyof typeof EXIT]}`)
  await expect(`${text.join('\n')}\n`).toMatchFileSnapshot('snapshots/exit-codes.txt')
})

describe.each(named)('kp %s', (id, command) => {
  it('says in one line what it does', () => {
    expect(command.summary).toMatch(/^[A-Z].*[^.]$/)
    expect(command.summary.length).toBeLessThanOrEqual(MAX_COLUMNS)
  })

  it('has an example of itself', () => {
    expect(command.examples.filter((example) => example.includes(`kp ${id}`))).not.toEqual([])
  })

  it('explains each flag and argument', () => {
    for (const [name, input] of Object.entries({...command.flags, ...command.args})) expect(input.summary ?? input.description, name).toMatch(/^[A-Z]/)
  })

  it('uses only flags that it has in its examples', () => {
    const known = Object.keys({...command.baseFlags, ...command.flags})
    const own = command.examples.filter((example) => example.startsWith(`kp ${id}`) && !example.includes('&&'))
    const used = own.flatMap((example) => [...example.matchAll(/\s--([a-z-]+)/g)].map(([, flag]) => flag ?? ''))
    expect(used.filter((flag) => !known.includes(flag) && !known.includes(flag.replace(/^no-/, '')))).toEqual([])
  })
})

function face(command: CommandFace): string {
  const args = Object.entries(command.args).map(([name, input]) => `  ${argument(name, input)}${command.strict === false ? '…' : ''}`)
  return [`kp ${command.id}`, ...args, ...lines(command.flags)].join('\n')
}

function argument(name: string, {required, default: fallback}: Input): string {
  return `${required === true ? `<${name}>` : `[${name}]`}${typeof fallback === 'string' ? ` = ${fallback}` : ''}`
}

function lines(flags: Record<string, Input>): string[] {
  return Object.entries(flags)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, flag]) =>
      [
        `  ${flag.char === undefined ? '' : `-${flag.char}, `}--${flag.allowNo === true ? '[no-]' : ''}${name}`,
        ...(flag.type === 'option' ? [flag.options === undefined ? 'VALUE' : flag.options.join('|')] : []),
        ...(flag.multiple === true ? ['(many)'] : []),
        ...(flag.required === true ? ['(required)'] : []),
        ...(flag.default === undefined || flag.default === false ? [] : [`= ${String(flag.default)}`]),
        ...(flag.env === undefined ? [] : [`env ${flag.env}`]),
        ...(flag.exclusive === undefined ? [] : [`not with ${flag.exclusive.join(', ')}`]),
        ...(flag.dependsOn === undefined ? [] : [`needs ${flag.dependsOn.join(', ')}`]),
      ].join(' '),
    )
}
