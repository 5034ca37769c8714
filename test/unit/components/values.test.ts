import {describe, expect, it} from 'vitest'
import {mergeValues, placeholders, renderValues, toYaml, valueAt} from '../../../src/components/values.ts'
import type {Values} from '../../../src/components/types.ts'
import {component, CONTEXT} from './samples.ts'

const render = (template: Values, overrides: Record<string, unknown> = {}): Values => renderValues(component({}, template), CONTEXT, overrides).values

describe('placeholders', () => {
  it('keep their type alone and are written into a text otherwise', () => {
    expect(render({zones: '${zones}', on: '${monitoring}', url: 'https://${apiServer.host}:${apiServer.port}', list: ['${podCidr}']})).toEqual({zones: 3, on: true, url: 'https://10.0.0.10:6443', list: ['10.244.0.0/16']})
  })

  it('leave out a key whose value is not given, and the map that held nothing else', () => {
    expect(render({a: '${imageMirror?}', b: {image: {repository: '${imageMirror?}/x'}}, c: {}, d: [1, '${imageMirror?}']})).toEqual({c: {}, d: [1]})
  })

  it('are an error where the value is not given and not optional', () => {
    expect(() => render({a: '${imageMirror}'})).toThrow('the values of thing name ${imageMirror}, for which this platform has no value')
    expect(() => render({a: 'x ${apiServer}'})).toThrow('which is no single value')
  })

  it('are written as text with two dollar signs', () => {
    expect(render({relabel: '$${1} of ${cluster}'})).toEqual({relabel: '${1} of acme-dev'})
  })

  it('are listed once each', () => {
    expect(placeholders({a: '${cluster}-${cluster}', b: ['${zones}', {c: '${imageMirror?}/x', d: '$${no}'}]})).toEqual(['cluster', 'zones', 'imageMirror'])
  })

  it('are not looked for in what a person wrote', () => {
    expect(render({}, {a: '${cluster}'})).toEqual({a: '${cluster}'})
  })
})

describe('overrides', () => {
  it('win deeply; lists and scalars are replaced', () => {
    expect(render({a: {b: 1, c: [1, 2]}, d: 'x'}, {a: {b: 2, c: [3]}, e: true})).toEqual({a: {b: 2, c: [3]}, d: 'x', e: true})
  })

  it('take a value of kp away with null, and hand null on to helm where kp has none', () => {
    expect(render({a: {b: 1, c: 2}}, {a: {b: null, z: null}})).toEqual({a: {c: 2, z: null}})
  })

  it('can replace a map by a scalar and the other way round', () => {
    expect(mergeValues({a: {b: 1}, c: 2}, {a: 3, c: {d: 4}})).toEqual({a: 3, c: {d: 4}})
  })

  it('leave the template as it is', () => {
    const template = {a: {b: 1}}
    render(template, {a: {b: 2}})
    expect(template).toEqual({a: {b: 1}})
  })
})

describe('the text', () => {
  it('is the same for the same values, whatever the order of keys', () => {
    const shared = {x: 1}
    expect(toYaml({b: shared, a: shared, long: 'word '.repeat(40).trim()})).toBe(toYaml({long: 'word '.repeat(40).trim(), a: {x: 1}, b: {x: 1}}))
    expect(toYaml({b: 1, a: shared, c: shared})).toBe('a:\n  x: 1\nb: 1\nc:\n  x: 1\n')
  })

  it('comes with the values', () => {
    expect(renderValues(component({}, {a: '${zones}'}), CONTEXT)).toEqual({values: {a: 3}, yaml: 'a: 3\n'})
  })
})

describe('overlays', () => {
  it('are laid over the template on their provider alone', () => {
    const thing = {...component({}, {a: 1, b: {c: '${zones}'}}), overlays: {eks: {a: 2, b: null}}}
    expect(renderValues(thing, {...CONTEXT, provider: 'eks'}).values).toEqual({a: 2})
    expect(renderValues(thing, {...CONTEXT, provider: 'lab'}).values).toEqual({a: 1, b: {c: 3}})
  })
})

describe('valueAt', () => {
  it('follows a path through maps only', () => {
    expect(valueAt({a: {b: null}}, 'a.b')).toBeNull()
    expect(valueAt({a: [1]}, 'a.0')).toBeUndefined()
    expect(valueAt({}, 'toString')).toBeUndefined()
  })
})
