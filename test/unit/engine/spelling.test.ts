import {expect, test} from 'vitest'
import {didYouMean, editDistance, nearestSpelling, nearestSpellings} from '../../../src/engine/spelling.ts'

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['cilium', 'cliium', 1],
  ['abc', 'acb', 1],
  ['a', 'b', 1],
])('from %j to %j it takes %i edits', (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance)
  expect(editDistance(to, from)).toBe(distance)
})

const PHASES = ['prerequisites', 'networking', 'control-plane', 'node-pools', 'cni', 'cert-manager', 'ingress', 'cost']
const VALUES = ['cilium', 'calico', 'letsencrypt-staging', 'letsencrypt-production', 'argo-cd', 'podCidr', 'protected']

test.each([
  ['certmanager', 'cert-manager', PHASES],
  ['Ingres', 'ingress', PHASES],
  ['pre', 'prerequisites', PHASES],
  ['cin', 'cni', PHASES],
  ['cillium', 'cilium', VALUES],
  ['ciluim', 'cilium', VALUES],
  ['letsencrypt-stagin', 'letsencrypt-staging', VALUES],
  ['argocd', 'argo-cd', VALUES],
  ['argo', 'argo-cd', VALUES],
  ['pod_cidr', 'podCidr', VALUES],
  ['protect', 'protected', VALUES],
])('%s is meant to be %s', (typed, meant, known) => {
  expect(nearestSpelling(typed, known)).toBe(meant)
})

test.each(['banana', 'weave', 'x', '', 'q'.repeat(1000)])('"%s" is near nothing', (typed) => {
  expect(nearestSpelling(typed, [...PHASES, ...VALUES])).toBeUndefined()
  expect(didYouMean(typed, PHASES)).toBe('')
})

test('the nearest comes first, and what only begins so comes last', () => {
  expect(nearestSpellings('co', ['cost', 'cot', 'con'])).toEqual(['con', 'cot'])
  expect(nearestSpellings('cert', ['certificates', 'cart'])).toEqual(['cart', 'certificates'])
})

test('the hint ends the sentence of an error', () => {
  expect(`there is no phase "netwroking"${didYouMean('netwroking', PHASES)}`).toBe('there is no phase "netwroking"; did you mean "networking"?')
})
