import {describe, expect, test} from 'vitest'
import {characters, clean, count, lastLine, oneLine, pad, shellQuote, truncate, width, wrap, wrapCommand} from '../../../src/ui/text.ts'

const SAMPLES = ['', 'abc', 'Install cert-manager', '日本語のコンポーネント', 'a👨‍👩‍👧b👍🏽c', 'e\u0301te\u0301', '🇩🇪🇫🇷🇯🇵', '한국어 텍스트', 'x'.repeat(200), '日'.repeat(120), '…–✔ ✖']

describe('width', () => {
  test.each([
    ['abc', 3],
    ['日本語', 6],
    ['🎉', 2],
    ['👨‍👩‍👧', 2],
    ['e\u0301', 1],
    ['✔', 1],
    ['\u001b[31mred\u001b[0m', 3],
  ])('%j takes %i columns', (text, columns) => {
    expect(width(text)).toBe(columns)
  })
})

describe('truncate', () => {
  test.each(SAMPLES)('%j never gets wider than asked, and stays where it fits', (text) => {
    for (let columns = 0; columns <= 90; columns++) {
      const cut = truncate(text, columns)
      expect(width(cut)).toBeLessThanOrEqual(Math.max(columns, 0))
      expect(cut.isWellFormed()).toBe(true)
      if (width(text) <= columns && columns > 0) expect(cut).toBe(text)
    }
  })

  test('cuts between characters, not within an emoji', () => {
    expect(truncate('a👨‍👩‍👧b', 3)).toBe('a…')
    expect(truncate('abcdef', 5, '...')).toBe('ab...')
  })
})

describe('wrap', () => {
  test.each(SAMPLES)('%j fits, and loses no character', (text) => {
    for (const columns of [10, 40, 80]) {
      const lines = wrap(text, columns, {first: '- '})
      for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns)
      expect(lines.join('').replaceAll(/[-\s]/g, '')).toBe(text.replaceAll(/[-\s]/g, ''))
    }
  })

  test('keeps line breaks and indentation, and hangs below the first column', () => {
    expect(wrap('one two three\n  four five', 12, {first: '* '})).toEqual(['* one two', '  three', '    four', '    five'])
    expect(wrap('', 10)).toEqual([''])
  })

  test('ends also where no character fits', () => {
    expect(wrap('日本語', 1).join('')).toBe('日本語')
  })
})

describe('wrapCommand', () => {
  test('breaks at spaces outside of quotes, keeps a flag with its value', () => {
    const command = `helm upgrade --install x y --namespace cert-manager --set 'a=b c d e f g' --wait`
    const lines = wrapCommand(command, 40, '  ')
    expect(lines).toEqual([
      '  helm upgrade --install x y \\',
      '    --namespace cert-manager \\',
      "    --set 'a=b c d e f g' --wait",
    ])
    const joined = lines.map((line) => line.trim().replace(/ \\$/, '')).join(' ')
    expect(joined).toBe(command)
  })

  test('copes with open quotes and empty commands', () => {
    expect(wrapCommand(`echo "it's`, 40)).toEqual([`echo "it's`])
    expect(wrapCommand('', 40)).toEqual([''])
  })
})

test('oneLine and lastLine take out colour, control characters and line breaks', () => {
  expect(oneLine('\u001b[31ma\u001b[0m\tb\n\u0007c\u202e')).toBe('a b c')
  expect(lastLine('10%\r50%\r90%')).toBe('90%')
  expect(lastLine('first\nsecond\n\n')).toBe('second')
  expect(lastLine('')).toBe('')
  expect(clean('a\r\nb\u0000')).toBe('a\nb')
})

test('pad, count, characters, shellQuote', () => {
  expect(pad('日', 4)).toBe('日  ')
  expect(pad('7', 3, 'right')).toBe('  7')
  expect([count(1, 'step'), count(2, 'step'), count(0, 'entry', 'entries')]).toEqual(['1 step', '2 steps', '0 entries'])
  expect(characters('a👍🏽')).toEqual(['a', '👍🏽'])
  expect([shellQuote('/a/b'), shellQuote("it's")]).toEqual(['/a/b', `'it'\\''s'`])
})
