import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import {CHOICES, otherChoices, withChoice} from '../../../src/components/alternatives.ts'
import type {Choice} from '../../../src/components/alternatives.ts'
import {loadCatalog} from '../../../src/components/load.ts'
import {phases} from '../../../src/steps/index.ts'
import {PROJECT} from '../../helpers/run-kp.ts'
import {applies} from '../../../src/engine/applies.ts'

const some = {cni: {plugin: 'a'}, way: {controller: 'x', dns: {enabled: false}}}
const choices: Choice[] = [
  {phase: 'cni', field: 'plugin', components: {a: ['a1', 'shared'], b: ['b1', 'shared']}, change: 'refuse'},
  {phase: 'way', field: 'controller', components: {x: ['x1'], y: ['y1', 'y2'], none: []}, change: 'beside'},
  {phase: 'way', field: 'dns.enabled', components: {true: ['dns']}, change: 'beside'},
]

describe('the choices of kp.yaml', () => {
  it('leave out the components of every other value, but none that the chosen one needs too', () => {
    expect(otherChoices(some, choices).map(({component, value, chosen}) => `${component} of ${value}, not ${chosen}`)).toEqual(['b1 of b, not a', 'y1 of y, not x', 'y2 of y, not x', 'dns of true, not false'])
  })

  it('can be put back to see what stood before, without touching what is chosen', () => {
    const [cni, way, , dns] = otherChoices(some, choices)
    expect(withChoice(some, cni as never)).toEqual({...some, cni: {plugin: 'b'}})
    expect(withChoice(some, way as never).way.controller).toBe('y')
    expect(withChoice(some, dns as never).way.dns.enabled).toBe(true)
    expect(some.cni.plugin).toBe('a')
  })

  it('name fields that kp.yaml has, and components of their phase', () => {
    const catalog = loadCatalog(join(PROJECT, 'templates'))
    for (const choice of CHOICES) {
      for (const id of Object.values(choice.components).flat()) expect(`${id} ${catalog.get(id).phase}`).toBe(`${id} ${choice.phase}`)
    }
  })

  it('name every component that a phase installs for one value and not for another', async () => {
    const ctx = await readOnlyPlatform(PROJECT, {nodePools: [{name: 'a', min: 1, max: 3}, {name: 'b', capacity: 'spot', min: 0, max: 3}, {name: 'c', min: 1, gpu: {count: 1}}], phases: {gitops: {repository: 'https://git.example.com/platform.git'}, secrets: {store: 'vault', vault: {unsealKeys: 'keys'}}}, secrets: {keys: 'env:KEYS'}} as never)
    for (const choice of CHOICES) {
      const phase = phases.find(({id}) => id === choice.phase)
      const named = Object.keys(choice.components)
      // A choice that stands for a whole section needs a value that the section knows.
      const other = choice.whole === undefined ? 'none' : 'cloudwatch'
      const values = named.length > 1 ? named : [...named, named[0] === 'true' ? 'false' : other]
      const installed = new Map(values.map((value) => {
        const before = {...ctx, spec: {...ctx.spec, phases: withChoice(ctx.spec.phases, {choice, value})}}
        const steps = phase?.steps(before).filter((step) => applies(step, before as never)) ?? []
        // What is applied without a release leaves kinds behind, and those are data.
        return [value, steps.flatMap(({component}) => (component !== undefined && ctx.catalog.get(component).install.method === 'helm' ? [component] : []))] as const
      }))
      const always = [...installed.values()].reduce((a, b) => a.filter((id) => b.includes(id)))
      for (const [value, components] of Object.entries(choice.components)) expect({field: choice.field, value, components: installed.get(value)?.filter((id) => !always.includes(id))}).toEqual({field: choice.field, value, components})
    }
  })
})
