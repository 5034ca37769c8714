/** The files of the scenarios, without a lab: what they name is there. That they hold is played in test/long/scenarios.test.ts. */
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {readObjects, readScenario, scenarioNames} from '../../../src/operations/scenarios/load.ts'
import {phases} from '../../../src/steps/index.ts'
import {groupByNeeds} from '../../helpers/scenario-labs.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const SCENARIOS = scenarioNames(ROOT).map((name) => readScenario(ROOT, name))
const PITFALLS = new Map(phases.flatMap((phase) => phase.pitfalls.map((pitfall) => [pitfall.code, {pitfall, phase}] as const)))

describe.each(SCENARIOS)('$name', (scenario) => {
  const actions = [...scenario.before, ...scenario.start, ...scenario.resolve, ...scenario.stop]

  test('names a pitfall, and needs the phase of it', () => {
    const found = PITFALLS.get(scenario.pitfall)
    expect(found, scenario.pitfall).toBeDefined()
    for (const id of scenario.needs.phases) expect(phases.map((phase) => phase.id)).toContain(id)
    const {id = '', number = 0} = found?.phase ?? {}
    if (number > 8) expect(scenario.needs.phases).toContain(id)
  })

  test('has the files that it names, and of each log its source', () => {
    // What a scenario picks from the cluster has a name too.
    const picked = Object.fromEntries(Object.keys(scenario.pick ?? {}).map((name) => [name, 'x']))
    for (const action of actions) {
      if ('apply' in action && typeof action.apply === 'string') expect(readObjects(scenario, action.apply, {namespace: 'x', name: 'x', domain: 'x', platform: 'x', cluster: 'x', ...scenario.parameters, ...picked}).length).toBeGreaterThan(0)
      if (!('log' in action)) continue
      const path = join(scenario.folder, action.log.file)
      expect(existsSync(path), path).toBe(true)
      expect(readFileSync(path, 'utf8')).toMatch(/^# (?:documented: [\w.-]+|[\w.-]+) ?\d*[\w.]*: \S/)
      expect(action.log.source).not.toBe('')
    }
  })

  test('a fix outside of the cluster has somebody who plays it', () => {
    if (scenario.fix === 'resolve') expect(scenario.resolve.length).toBeGreaterThan(0)
  })
})

test('there are sixty at least, and every lab is shared by many', () => {
  expect(SCENARIOS.length).toBeGreaterThanOrEqual(60)
  expect(groupByNeeds(SCENARIOS).length).toBeLessThanOrEqual(3)
})

test.each(phases.filter(({number}) => number > 0).map(({id}) => id))('phase %s has an incident to practise on', (id) => {
  expect(SCENARIOS.some(({pitfall}) => PITFALLS.get(pitfall)?.phase.id === id)).toBe(true)
})
