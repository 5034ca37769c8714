/** Questions line by line: by number, by name, by a beginning; wrong ones again; the end of the input is an end. */
import {PassThrough} from 'node:stream'
import {describe, expect, test} from 'vitest'
import {lineAsker} from '../../../src/prompts/ask-lines.ts'
import {BACK, type Asker, type Option} from '../../../src/prompts/wizard.ts'

const PLUGINS: Option[] = ['cilium', 'calico', 'none'].map((value) => ({value, name: value}))

interface Talk {
  answer: Promise<string>
  screen(): string
}

/** Asks once, and types a line each time that something is asked. */
function talk(ask: (asker: Asker) => Promise<string>, lines: string[]): Talk {
  const input = new PassThrough()
  const output = new PassThrough()
  let screen = ''
  const left = [...lines]
  output.on('data', (chunk: Buffer) => {
    screen += chunk.toString()
    if (!chunk.toString().endsWith(': ')) return
    const line = left.shift()
    setImmediate(() => (line === undefined ? input.end() : input.write(`${line}\n`)))
  })
  return {answer: ask(lineAsker({input, output})), screen: () => screen}
}

const choose = (lines: string[], options = PLUGINS, initial: string | undefined = 'cilium'): Talk => talk((asker) => asker.choose('Pod network', options, initial), lines)

describe('a choice', () => {
  test.each([
    ['', 'cilium'],
    ['2', 'calico'],
    ['none', 'none'],
    ['ca', 'calico'],
    ['  calico  ', 'calico'],
  ])('%j is %s', async (line, wanted) => {
    await expect(choose([line]).answer).resolves.toBe(wanted)
  })

  test('shows numbers and what is proposed', async () => {
    const {answer, screen} = choose([''])
    await answer
    expect(screen()).toBe('  1 cilium\n  2 calico\n  3 none\nPod network [cilium]: ')
  })

  test.each(['c', '0', '4', 'flannel', '1.5', '-1'])('%j is asked again, with the reason', async (line) => {
    const {answer, screen} = choose([line, '3'])
    await expect(answer).resolves.toBe('none')
    expect(screen()).toContain(`> "${line}" is none of them: type a number or a name\n`)
  })

  test('nothing is no answer where nothing is proposed', async () => {
    const asked = talk((asker) => asker.choose('Which one', PLUGINS, undefined), ['', '1'])
    await expect(asked.answer).resolves.toBe('cilium')
    expect(asked.screen()).toContain('is none of them')
  })

  test('the way back has no number of its own, wherever it stands', async () => {
    const back: Option = {value: BACK, name: '< back'}
    await expect(choose([BACK], [...PLUGINS, back]).answer).resolves.toBe(BACK)
    await expect(choose([BACK], [back, ...PLUGINS]).answer).resolves.toBe(BACK)
    const first = choose(['1'], [back, ...PLUGINS])
    await expect(first.answer).resolves.toBe('cilium')
    expect(first.screen()).toContain('    < back\n  1 cilium\n')
  })
})

describe('a text', () => {
  const type = (lines: string[], initial = 'acme'): Talk => talk((asker) => asker.type('Name', initial, (text) => (/^[a-z]+$/.test(text) ? undefined : 'small letters only')), lines)

  test('takes what is proposed for an empty line', async () => {
    await expect(type(['']).answer).resolves.toBe('acme')
    await expect(type([' ']).answer).resolves.toBe('acme')
    await expect(type(['other']).answer).resolves.toBe('other')
  })

  test('that is not right is asked again, with the reason', async () => {
    const {answer, screen} = type(['No', 'good'])
    await expect(answer).resolves.toBe('good')
    expect(screen()).toBe('Name [acme]: > small letters only\nName [acme]: ')
  })

  test('without a proposal shows none', async () => {
    const {answer, screen} = type(['x'], '')
    await answer
    expect(screen()).toBe('Name: ')
  })
})

test('the end of the input is an interruption, not an answer', async () => {
  await expect(choose([]).answer).rejects.toMatchObject({code: 'INTERRUPTED', exit: 130})
  await expect(choose(['wrong']).answer).rejects.toMatchObject({code: 'INTERRUPTED'})
})
