import {describe, expect, test} from 'vitest'
import {findPitfalls, matchPitfalls} from '../../../src/engine/diagnosis.ts'
import type {Pitfall, PitfallMatch} from '../../../src/engine/types.ts'

function pitfall(code: string, ...match: PitfallMatch[]): Pitfall {
  return {code, title: code, symptom: '', cause: '', match, fix: [], confirmBy: '', source: ''}
}

const codes = (found: Pitfall[]): string[] => found.map((one) => one.code)

describe('matchPitfalls', () => {
  test('finds nothing in no evidence', () => {
    const all = [pitfall('A', {check: 'a'}), pitfall('B', {output: /b/}), pitfall('C', {event: {reason: 'C'}})]
    expect(matchPitfalls(all, {})).toEqual([])
    expect(matchPitfalls([], {output: 'anything', checks: ['a']})).toEqual([])
  })

  test('a match without any field matches nothing', () => {
    expect(matchPitfalls([pitfall('A', {})], {output: 'x', checks: ['y'], tool: 'helm', exitCode: 1})).toEqual([])
  })

  test('one of several matches is enough, and a pitfall is found once', () => {
    const all = [pitfall('A', {check: 'other'}, {output: /refused/}, {output: /connection/})]
    expect(codes(matchPitfalls(all, {output: 'connection refused'}))).toEqual(['A'])
  })

  test('all fields of one match must be there', () => {
    const all = [pitfall('A', {tool: 'helm', exitCode: 1, output: /in progress/})]
    expect(codes(matchPitfalls(all, {tool: 'helm', exitCode: 1, output: 'is in progress'}))).toEqual(['A'])
    expect(matchPitfalls(all, {tool: 'kubectl', exitCode: 1, output: 'is in progress'})).toEqual([])
    expect(matchPitfalls(all, {tool: 'helm', exitCode: 2, output: 'is in progress'})).toEqual([])
    expect(matchPitfalls(all, {tool: 'helm', output: 'is in progress'})).toEqual([])
    expect(matchPitfalls(all, {tool: 'helm', exitCode: 1})).toEqual([])
  })

  test('checks are given as ids or with what they saw', () => {
    const all = [pitfall('A', {check: 'cni.agent-ready'})]
    expect(codes(matchPitfalls(all, {checks: ['x', 'cni.agent-ready']}))).toEqual(['A'])
    expect(codes(matchPitfalls(all, {checks: [{id: 'cni.agent-ready', observed: '0 of 3'}]}))).toEqual(['A'])
    expect(matchPitfalls(all, {checks: ['cni.agent']})).toEqual([])
  })

  test('a pattern beside a check looks at what that check saw, and at no other', () => {
    const all = [pitfall('A', {check: 'a', output: /2 are/})]
    expect(codes(matchPitfalls(all, {checks: [{id: 'a', observed: '2 are: x, y'}]}))).toEqual(['A'])
    expect(matchPitfalls(all, {checks: [{id: 'a', observed: 'none'}, {id: 'b', observed: '2 are'}]})).toEqual([])
    expect(matchPitfalls([pitfall('B', {output: /2 are/})], {checks: [{id: 'a', observed: '2 are'}]})).toEqual([])
  })

  test('the longer recognised text comes first', () => {
    const all = [pitfall('A', {output: /failed calling webhook "[^"]+"/}), pitfall('B', {output: /failed calling webhook "webhook\.cert-manager\.io": .*refused/})]
    expect(codes(matchPitfalls(all, {output: 'failed calling webhook "webhook.cert-manager.io": dial tcp: connection refused'}))).toEqual(['B', 'A'])
  })

  test('what names its cause comes before what only fails', () => {
    const all = [
      pitfall('check', {check: 'a'}), pitfall('container', {container: {reason: 'ImagePullBackOff'}}), pitfall('event', {event: {reason: 'Failed', message: /i\/o timeout/}}),
      pitfall('reason', {condition: {kind: 'Gateway', type: 'Programmed', status: 'False', reason: /NoResources/}}), pitfall('aws', {awsError: 'AccessDenied'}), pitfall('output', {output: /denied/}),
    ]
    const found = matchPitfalls(all, {
      checks: ['a'], containers: [{reason: 'ImagePullBackOff'}], events: [{reason: 'Failed', message: 'dial tcp: i/o timeout'}],
      conditions: [{kind: 'Gateway', type: 'Programmed', status: 'False', reason: 'NoResources'}], awsErrors: ['AccessDenied'], output: 'denied',
    })
    expect(codes(found)).toEqual(['output', 'event', 'reason', 'aws', 'container', 'check'])
  })

  test('equals keep the order given', () => {
    const all = [pitfall('first', {check: 'a'}), pitfall('second', {check: 'a'}), pitfall('third', {check: 'a'})]
    expect(codes(matchPitfalls(all, {checks: ['a']}))).toEqual(['first', 'second', 'third'])
  })

  test('conditions: kind, type, status, reason and message must fit one and the same condition', () => {
    const all = [pitfall('A', {condition: {kind: 'Node', type: 'Ready', status: 'False', message: /cni/}})]
    expect(codes(matchPitfalls(all, {conditions: [{kind: 'Node', type: 'Ready', status: 'False', message: 'cni plugin not initialized'}]}))).toEqual(['A'])
    expect(matchPitfalls(all, {conditions: [{kind: 'Pod', type: 'Ready', status: 'False', message: 'cni'}]})).toEqual([])
    expect(matchPitfalls(all, {conditions: [{kind: 'Node', type: 'Ready', status: 'True', message: 'cni'}, {kind: 'Node', type: 'Ready', status: 'False', message: 'kubelet'}]})).toEqual([])
    expect(matchPitfalls(all, {conditions: [{kind: 'Node', type: 'Ready', status: 'False'}]})).toEqual([])
  })

  test('events: a message that is asked for must be there', () => {
    const all = [pitfall('A', {event: {reason: 'Failed', message: /manifest unknown/}}), pitfall('B', {event: {reason: 'Failed'}})]
    expect(codes(matchPitfalls(all, {events: [{reason: 'Failed'}]}))).toEqual(['B'])
    expect(codes(matchPitfalls(all, {events: [{reason: 'Failed', message: 'x'}, {reason: 'Failed', message: 'manifest unknown'}]}))).toEqual(['A', 'B'])
  })

  test('patterns with state answer the same every time', () => {
    const all = [pitfall('A', {output: /refused/g}), pitfall('B', {output: /x/y})]
    for (let round = 0; round < 3; round++) expect(codes(matchPitfalls(all, {output: 'was refused, x'}))).toEqual(['A', 'B'])
  })

  test('changes nothing that it is given', () => {
    const all = Object.freeze([Object.freeze(pitfall('A', {check: 'a'})), Object.freeze(pitfall('B', {output: /b/}))])
    const evidence = Object.freeze({checks: Object.freeze(['a']), output: 'b'})
    expect(codes(matchPitfalls(all, evidence))).toEqual(['B', 'A'])
    expect(all.map((one) => one.code)).toEqual(['A', 'B'])
  })
})

describe('findPitfalls', () => {
  test('says what was recognised', () => {
    const all = [pitfall('A', {tool: 'helm', exitCode: 1, output: /another operation .* in progress/}), pitfall('B', {check: 'b'})]
    const [a, b] = findPitfalls(all, {tool: 'helm', exitCode: 1, output: 'Error: another operation (x) is in progress', checks: ['b']})
    expect(a?.because).toBe('helm; exit code 1; output says "another operation (x) is in progress"')
    expect(b?.because).toBe('check b fails')
    expect(a?.score).toBeGreaterThan(b?.score ?? Infinity)
  })

  test('names conditions, events and containers, and shortens what is long', () => {
    const all = [pitfall('A', {condition: {kind: 'Node', type: 'Ready', reason: /NodeStatusUnknown/}}), pitfall('B', {event: {reason: 'Failed', message: /a+/}}), pitfall('C', {container: {reason: 'OOMKilled'}})]
    const found = findPitfalls(all, {conditions: [{kind: 'Node', type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown'}], events: [{reason: 'Failed', message: 'a'.repeat(90)}], containers: [{reason: 'OOMKilled'}]})
    expect(found.map((one) => one.because).toSorted()).toEqual(['Node has Ready=Unknown (NodeStatusUnknown)', 'a container is in OOMKilled', `event Failed "${'a'.repeat(57)}..."`])
  })
})
