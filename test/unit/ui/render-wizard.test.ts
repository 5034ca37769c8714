import {describe, expect, test} from 'vitest'
import {renderQuestion, renderSummary} from '../../../src/ui/render-wizard.ts'
import type {Look} from '../../../src/ui/io.ts'
import {width} from '../../../src/ui/text.ts'

const look = (columns: number): Look => ({columns, colour: false, unicode: true})
const QUESTION = {group: 'Phase 8: Monitoring (Prometheus, Alertmanager, Grafana)', title: 'Long-term store for metrics', why: ['Address that metrics are also sent to: Thanos, Mimir, a vendor.', 'Nothing keeps them here alone.'], choices: [], hint: 'Enter for nothing.'}

describe('a question', () => {
  test.each([
    [100, 'Phase 8: Monitoring (Prometheus, Alertmanager, Grafana) / Long-term store for metrics'],
    [80, 'Phase 8: Monitoring / Long-term store for metrics ----------------------------'],
    [40, 'Phase 8 / Long-term store for metrics --'],
    [20, 'Long-term store for…'],
  ])('at %d columns says what is asked, and of the phase what there is room for', (columns, head) => {
    const lines = renderQuestion(QUESTION, look(columns)).split('\n')
    expect(lines[1]).toBe(head)
    for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns)
  })

  test('marks what is proposed, and wraps the lines of a choice under each other', () => {
    const text = renderQuestion({...QUESTION, choices: [{value: 'yes', lines: ['Some words that are longer than the line is wide.'], proposed: true}, {value: 'no', lines: ['Short.'], proposed: false}]}, look(40))
    expect(text).toContain('  yes (proposed)\n      Some words that are longer than\n      the line is wide.\n  no\n      Short.\n')
  })
})

describe('the summary', () => {
  test.each([80, 60, 40])('fits %d columns, with every answer', (columns) => {
    const rows = [{title: 'Pod network', shown: 'cilium'}, {title: 'Deny all traffic that is not allowed by name', shown: 'yes'}, {title: 'Where runbooks are', shown: 'https://git.example.com/a/very/long/path/to/the/runbooks/of/the/platform'}]
    const text = renderSummary({groups: [{title: 'Phase 4: Pod network', rows}, {title: 'Nothing of it', rows: []}], directory: '/somewhere/acme', cost: ['Class none: everything runs on this machine.']}, look(columns))
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(columns)
    for (const {shown} of rows) expect(text.replaceAll(/\s/g, '')).toContain(shown)
    expect(text).not.toContain('Nothing of it')
  })
})
