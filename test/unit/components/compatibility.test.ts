import {describe, expect, it} from 'vitest'
import {chartFor, checkCompatibility} from '../../../src/components/compatibility.ts'
import {component} from './samples.ts'

const thing = component({perKubernetes: {'1.31': 'v1.1.9'}, breaks: [{kubernetes: '<1.30', reason: 'it needs a newer API', source: 'release notes'}, {kubernetes: '1.38.x', reason: 'the API is gone', source: 'issue 1'}]})

describe('chartFor', () => {
  it('takes the version for that minor, else the usual one', () => {
    expect(chartFor(thing, '1.35')).toEqual({name: 'thing', repository: 'https://charts.example.com', version: 'v1.2.3'})
    expect(chartFor(thing, '1.31').version).toBe('v1.1.9')
  })
})

describe('checkCompatibility', () => {
  it.each([
    ['1.33', 'ok', 'Thing v1.2.3 is tested with Kubernetes 1.33'],
    ['1.36', 'ok', 'Thing v1.2.3 is tested with Kubernetes 1.36'],
    ['1.37', 'untested', 'Thing v1.2.3 is tested with Kubernetes >=1.33 <1.37, not with 1.37'],
    ['1.32', 'untested', 'Thing v1.2.3 is tested with Kubernetes >=1.33 <1.37, not with 1.32'],
    ['1.31', 'ok', 'Thing v1.1.9 is the version for Kubernetes 1.31'],
    ['1.29', 'breaks', 'Thing v1.2.3 does not work with Kubernetes 1.29: it needs a newer API'],
    ['1.38', 'breaks', 'Thing v1.2.3 does not work with Kubernetes 1.38: the API is gone'],
  ])('%s is %s', (minor, state, reason) => {
    expect(checkCompatibility(thing, minor)).toMatchObject({state, reason})
  })

  it('names where it is from', () => {
    expect(checkCompatibility(thing, '1.38')).toMatchObject({source: 'issue 1'})
    expect(checkCompatibility(thing, '1.35')).toMatchObject({source: 'vendor'})
  })
})
