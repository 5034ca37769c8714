/** docs/sources.md: every code in it is a known failure, and every source document has its part. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {phases} from '../../../src/steps/index.ts'

const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'sources.md'), 'utf8')
const known = new Map(phases.flatMap(({pitfalls}) => pitfalls.map((pitfall) => [pitfall.code, pitfall])))
const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| phase |') && !line.startsWith('| section |'))

test('each row names failures that kp knows', () => {
  expect(rows.length).toBeGreaterThan(120)
  for (const row of rows) {
    const codes = row.match(/KP\d{4}/g) ?? []
    expect(codes, row).not.toEqual([])
    for (const code of codes) expect(known.has(code), `${code} in ${row}`).toBe(true)
  }
})

test('each failure that says it comes from one of the five documents is in the table', () => {
  const documents = /twenty phases|rebuild case study|private infrastructure|microservices on kind|kind guide|self-hosted on EC2|EC2 guide/
  const missing = [...known.values()].filter(({source}) => documents.test(source)).map(({code}) => code).filter((code) => !text.includes(code))
  expect(missing).toEqual([])
})

test.each(['twenty-phase guide', 'rebuild case study', 'private-infrastructure guide', 'kind guide', 'EC2 guide'])('the %s has a part', (name) => {
  expect(text).toMatch(new RegExp(`^## The ${name}$`, 'm'))
})
