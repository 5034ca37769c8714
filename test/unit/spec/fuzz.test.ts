import {describe, expect, it} from 'vitest'
import {KpError} from '../../../src/engine/errors.ts'
import {defaultPlatform} from '../../../src/spec/defaults.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import {seeded} from './helper.ts'

const BASE = defaultPlatform({
  name: 'acme', provider: {type: 'eks', region: 'eu-central-1'}, domain: 'acme.io', email: 'ops@acme.io', secrets: {a: 'env:A'},
  environments: [{name: 'dev', network: {zones: 2}}, {name: 'prod', protected: true, nodePools: {general: {min: 6}}}],
  components: {cilium: {version: '1.19.0', values: {a: {b: [1, 2]}}}}, slos: [{name: 'x', objective: 99, indicator: {type: 'http-errors', route: 'demo'}}],
})
const PIECES = [': ', '- ', '[', ']', '{', '}', '"', '\'', '#', '&a ', '*a', '!t ', '\t', '\n', '\n  ', '|', '>', '%', '@', '`', 'null', '~', 'true', '1e9', '-1', '0x10', '.nan', '? ', '<<', '\u{1F600}', '\uFFFD', ',', '---\n', '...\n']

/** Changes a text somewhere: takes out, doubles, swaps lines, or puts in something that YAML cares about. */
function mutate(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length)
  const length = Math.floor(random() * 12)
  const lines = text.split('\n')
  const line = Math.floor(random() * lines.length)
  switch (Math.floor(random() * 5)) {
    case 0: return text.slice(0, at) + text.slice(at + length)
    case 1: return text.slice(0, at) + text.slice(at, at + length).repeat(2) + text.slice(at + length)
    case 2: return [...lines.slice(0, line), ...lines.slice(line + 1), lines[line]].join('\n')
    case 3: return lines.map((other, i) => (i === line ? other.replace(/: .*/, `: ${PIECES[Math.floor(random() * PIECES.length)]}`) : other)).join('\n')
    default: return text.slice(0, at) + PIECES[Math.floor(random() * PIECES.length)] + text.slice(at)
  }
}

describe('whatever is written', () => {
  it('800 seeded changes end in a platform or in an error that says where', {timeout: 180_000}, () => {
    const random = seeded(7)
    const counts = {accepted: 0, refused: 0}
    for (let i = 0; i < 800; i++) {
      let text = BASE
      for (let times = 1 + Math.floor(random() * 3); times > 0; times--) text = mutate(text, random)
      try {
        const {spec} = parseSpec('kp.yaml', text)
        for (const {name} of spec.environments) resolveEnvironment(spec, name)
        counts.accepted++
      } catch (error) {
        if (!(error instanceof KpError)) throw new Error(`not a KpError for:\n${text}`, {cause: error})
        expect(error.code).toBe('SPEC_INVALID')
        expect(error.details.length).toBeGreaterThan(0)
        const lines = text.split('\n').length
        for (const detail of error.details) {
          const [, line, column] = /^kp\.yaml:(\d+):(\d+) {2}\S/.exec(detail) ?? []
          expect(Number(line), detail).toBeLessThanOrEqual(lines)
          expect(Number(column), detail).toBeGreaterThan(0)
        }
        counts.refused++
      }
    }
    expect(counts.accepted).toBeGreaterThan(50)
    expect(counts.refused).toBeGreaterThan(300)
  })
})
