import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {CHOICES, otherChoices, withChoice} from '../../../src/components/alternatives.ts'
import type {Choice} from '../../../src/components/alternatives.ts'
import {loadCatalog} from '../../../src/components/load.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'

const phases = {cni: {plugin: 'a'}, way: {controller: 'x', dns: {enabled: false}}}
const choices: Choice[] = [
  {phase: 'cni', field: 'plugin', components: {a: ['a1', 'shared'], b: ['b1', 'shared']}, change: 'refuse'},
  {phase: 'way', field: 'controller', components: {x: ['x1'], y: ['y1', 'y2'], none: []}, change: 'beside'},
  {phase: 'way', field: 'dns.enabled', components: {true: ['dns']}, change: 'beside'},
]

describe('the choices of kp.yaml', () => {
  it('leave out the components of every other value, but none that the chosen one needs too', () => {
    expect(otherChoices(phases, choices).map(({component, value, chosen}) => `${component} of ${value}, not ${chosen}`)).toEqual(['b1 of b, not a', 'y1 of y, not x', 'y2 of y, not x', 'dns of true, not false'])
  })

  it('can be put back to see what stood before, without touching what is chosen', () => {
    const [cni, way, , dns] = otherChoices(phases, choices)
    expect(withChoice(phases, cni as never)).toEqual({...phases, cni: {plugin: 'b'}})
    expect(withChoice(phases, way as never).way.controller).toBe('y')
    expect(withChoice(phases, dns as never).way.dns.enabled).toBe(true)
    expect(phases.cni.plugin).toBe('a')
  })

  it('name fields that kp.yaml has, and components of their phase', () => {
    const spec = resolveEnvironment(parseSpec('kp.yaml', 'apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\n').spec, undefined)
    expect(() => otherChoices(spec.phases)).not.toThrow()
    const catalog = loadCatalog(join(import.meta.dirname, '..', '..', '..', 'templates'))
    for (const choice of CHOICES) {
      for (const id of Object.values(choice.components).flat()) if (catalog.has(id)) expect(`${id} ${catalog.get(id).phase}`).toBe(`${id} ${choice.phase}`)
    }
  })
})
