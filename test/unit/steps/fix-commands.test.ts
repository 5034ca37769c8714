/** Commands of kp that fixes and runbooks print: each exists, with its flags, phases, checks and pitfalls. */
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Command} from '@oclif/core'
import {describe, expect, test} from 'vitest'
import {phases} from '../../../src/steps/index.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const COMMANDS = join(ROOT, 'src', 'commands')
const RUNBOOKS = join(ROOT, 'templates', 'runbooks')
const PHASES = new Set(phases.map(({id}) => id))
const CHECKS = new Set(phases.flatMap(({checks}) => checks.map(({id}) => id)))
const CODES = new Set(phases.flatMap(({pitfalls}) => pitfalls.map(({code}) => code)))
/** A name that the reader fills in. */
const BLANK = /^<[^>]+>$/

interface Found {
  where: string
  words: string[]
}

const fromFixes = phases.flatMap(({pitfalls}) => pitfalls.flatMap(({code, fix}) => fix.flatMap(({command}) => (command === undefined ? [] : [{where: code, command}]))))
const fromRunbooks = readdirSync(RUNBOOKS).flatMap((name) =>
  [...readFileSync(join(RUNBOOKS, name), 'utf8').matchAll(/^ *```sh\n(.*?)^ *```/gms)].flatMap(([, lines = '']) => lines.split('\n').map((line) => ({where: name, command: line.trim()}))))
const commands: Found[] = [...fromFixes, ...fromRunbooks].flatMap(({where, command}) => [...command.matchAll(/(?:^|[;&|(] ?|\$\()kp ([^"'|;)#]+)/g)].map(([, rest = '']) => ({where, words: rest.trim().split(/\s+/)})))

/** The file of the command that the words begin with, the most words first. */
function fileOf(words: string[]): {file: string; rest: string[]} | undefined {
  for (let count = Math.min(words.length, 3); count > 0; count -= 1) {
    const path = join(COMMANDS, ...words.slice(0, count))
    const file = [`${path}.ts`, join(path, 'index.ts')].find((one) => existsSync(one))
    if (file !== undefined) return {file, rest: words.slice(count)}
  }
  return undefined
}

/** What phases, their checks and pitfalls say in sentences. */
const sentences = phases.flatMap(({id, what, why, how, checks, pitfalls}) => [
  ...[what, why, ...how].map((text) => ({where: id, text})),
  ...checks.map((check) => ({where: check.id, text: check.title})),
  ...pitfalls.flatMap(({code, symptom, cause, fix}) => [symptom, cause, ...fix.map(({text}) => text)].map((text) => ({where: code, text}))),
  ...readdirSync(RUNBOOKS).map((name) => ({where: name, text: readFileSync(join(RUNBOOKS, name), 'utf8')})),
])

describe('a command of kp that is printed', () => {
  test('kubectl logs reads one namespace: it has no -A', () => {
    expect([...fromFixes, ...fromRunbooks].filter(({command}) => /kubectl logs .*(?:-A|--all-namespaces)\b/.test(command))).toEqual([])
  })

  test('also in sentences', () => {
    const missing = sentences.flatMap(({where, text}) => [...text.matchAll(/`kp ([^`]+)`/g)].filter(([, rest = '']) => fileOf(rest.split(/\s+/)) === undefined).map(([command]) => `${where}: ${command}`))
    expect([...new Set(missing)]).toEqual([])
  })

  test('there are some', () => {
    expect(commands.length).toBeGreaterThan(300)
  })

  test.each([...new Map(commands.map((one) => [one.words.join(' '), one])).entries()])('kp %s', async (_text, {where, words}) => {
    const found = fileOf(words)
    if (found === undefined) throw new Error(`${where}: there is no command kp ${words.join(' ')}`)
    const {default: command} = await import(found.file) as {default: Command.Class}
    const flags = {...command.baseFlags, ...command.flags}
    for (let index = 0; index < found.rest.length; index += 1) {
      const word = found.rest[index] ?? ''
      if (!word.startsWith('--')) {
        if (BLANK.test(word)) continue
        if (words[0] === 'plan' || words[0] === 'verify') expect(PHASES.has(word), `${where}: phase ${word}`).toBe(true)
        if (words[0] === 'explain') expect(PHASES.has(word) || CHECKS.has(word) || CODES.has(word), `${where}: ${word}`).toBe(true)
        continue
      }
      const flag = flags[word.slice(2).split('=')[0] ?? '']
      expect(flag, `${where}: ${word} of kp ${words.join(' ')}`).toBeDefined()
      if (flag?.type !== 'option' || word.includes('=')) continue
      index += 1
      if (word === '--check') expect(CHECKS.has(found.rest[index] ?? ''), `${where}: check ${found.rest[index]}`).toBe(true)
    }
  })
})
