import {expect, test} from 'vitest'
import {didYouMean, editDistance, nearestSpelling, nearestSpellings} from '../../../src/engine/spelling.ts'

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['cilium', 'cliium', 1],
  ['a', 'b', 1],
])('from %j to %j it takes %i edits', (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance)
  expect(editDistance(to, from)).toBe(distance)
})

const PHASES = ['prerequisites', 'networking', 'control-plane', 'node-pools', 'cni', 'cert-manager', 'ingress', 'cost']

test('finds what was meant, nearest first', () => {
  expect(nearestSpelling('certmanager', PHASES)).toBe('cert-manager')
  expect(nearestSpelling('Ingres', PHASES)).toBe('ingress')
  expect(nearestSpelling('pre', PHASES)).toBe('prerequisites')
  expect(nearestSpelling('cin', PHASES)).toBe('cni')
  expect(nearestSpellings('co', ['cost', 'cot', 'con'])).toEqual(['con', 'cot'])
})

test('offers nothing that is far', () => {
  expect(nearestSpelling('banana', PHASES)).toBeUndefined()
  expect(nearestSpelling('', PHASES)).toBeUndefined()
  expect(didYouMean('banana', PHASES)).toBe('')
  expect(didYouMean('netwroking', PHASES)).toBe('did you mean "networking"?')
})
