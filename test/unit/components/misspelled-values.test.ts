/** A misspelled value of any component is an error of kp.yaml, with its line and what was meant: helm would ignore it. */
import {describe, expect, it} from 'vitest'
import {unknownValuePaths} from '../../../src/components/values-check.ts'
import type {ValuePaths} from '../../../src/components/types.ts'
import {defaultPlatform} from '../../../src/spec/defaults.ts'
import {parseSpec, validateComponentValues} from '../../../src/spec/load.ts'
import {KpError} from '../../../src/engine/errors.ts'
import {catalog} from './samples.ts'

const all = catalog()

/** The complaints of a kp.yaml with these values. */
function complaints(id: string, path: string[]): string[] {
  const values = path.reduceRight<unknown>((below, part) => ({[part]: below}), 1) as Record<string, unknown>
  const loaded = parseSpec('kp.yaml', defaultPlatform({name: 'acme', components: {[id]: {values}}}))
  try {
    validateComponentValues(loaded, (component, given) => unknownValuePaths(all.get(component), given))
  } catch (error) {
    if (error instanceof KpError && error.code === 'SPEC_INVALID') return error.details
    throw error
  }
  return []
}

/** Paths of the values of a chart, at most two deep, whose names are long enough to be misspelled. */
function paths(known: ValuePaths, above: string[] = []): string[][] {
  if (known === '*' || above.length === 2) return []
  return Object.entries(known).flatMap(([key, below]) => [...(/^(?!.*([Ss]ecret|[Pp]assword|[Tt]oken|[Ww]ebhookU))[A-Za-z]{5,}$/.test(key) ? [[...above, key]] : []), ...paths(below, [...above, key])])
}

const withValues = all.all().filter(({valuePaths}) => paths(valuePaths).length > 0)

describe('a misspelled value', () => {
  it.each(withValues.map(({id}) => id))('of %s is told', (id) => {
    const sample = paths(all.get(id).valuePaths).filter((_, index, list) => index % Math.ceil(list.length / 8) === 0)
    for (const path of sample) {
      const [last = ''] = path.slice(-1)
      const typo = [...path.slice(0, -1), `${last.slice(0, -2)}${last.at(-1)}${last.at(-2)}x`]
      expect(complaints(id, path), path.join('.')).toEqual([])
      expect(complaints(id, typo), typo.join('.')).toEqual([expect.stringMatching(/^kp\.yaml:\d+:\d+ {2}components\..* is not a value of the chart/)])
    }
    expect(sample.some((path) => complaints(id, [...path.slice(0, -1), `${path.at(-1)}x`])[0]?.endsWith(`did you mean "${path.join('.')}"?`)), id).toBe(true)
  })

  it('of a component that takes none at all is told, too', () => {
    const without = all.all().filter(({valuePaths}) => valuePaths !== '*' && Object.keys(valuePaths).length === 0)
    for (const {id} of without) expect(complaints(id, ['replicas']), id).toHaveLength(1)
    expect(all.all().filter(({valuePaths}) => valuePaths === '*').map(({id}) => id)).toEqual([])
    expect(withValues.length).toBeGreaterThanOrEqual(12)
  })
})
