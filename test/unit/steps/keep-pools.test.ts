/** Labels and taints of pools on nodes that somebody else makes: what is done, and that nobody else's is touched. */
import {describe, expect, it} from 'vitest'
import type {NodePool} from '../../../src/spec/types.ts'
import {workOn} from '../../../src/steps/03-node-pools/keep-pools.ts'
import {poolOf} from '../../../src/spec/pools.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'

const OWN = 'kp.dev/pool-fields'

function pool(fields: Partial<NodePool> = {}): NodePool {
  return {name: 'spot', labels: {'node-role': 'spot'}, taints: ['spot=true:NoSchedule'], ...fields} as NodePool
}

function node(labels: Record<string, string> = {}, taints: object[] = [], annotations: Record<string, string> = {}): KubeObject {
  return {apiVersion: 'v1', kind: 'Node', metadata: {name: 'n1', labels, annotations}, spec: {taints}}
}

/** What kubectl makes of the work, so that a second look can be taken. */
function apply(before: KubeObject, work: NonNullable<ReturnType<typeof workOn>>): KubeObject {
  const labels = {...before.metadata.labels}
  for (const change of work.labels) {
    const [key = '', value] = change.split('=')
    if (value === undefined) delete labels[key.slice(0, -1)]
    else labels[key] = value
  }
  let taints = [...((before['spec'] as {taints: {key: string; effect: string}[]}).taints)]
  for (const change of work.taints) {
    const [pair = '', effect = ''] = change.split(':')
    const [key, value] = pair.split('=')
    taints = taints.filter((taint) => !(taint.key === key && taint.effect === effect.replace(/-$/, '')))
    if (!change.endsWith('-')) taints.push({key: key ?? '', ...(value === undefined ? {} : {value}), effect})
  }
  const text = work.after ?? work.before
  return node(labels, taints, {...before.metadata.annotations, ...(text === undefined ? {} : {[OWN]: text})})
}

describe('workOn', () => {
  it('adds what is missing, names each field, and is done after it', () => {
    const before = node({'kp.dev/node-pool': 'spot', mine: 'x'}, [{key: 'mine', effect: 'NoExecute'}])
    const work = workOn(before, pool())
    expect(work?.labels).toEqual(['node-role=spot'])
    expect(work?.taints).toEqual(['spot=true:NoSchedule'])
    expect(work?.differences.map(({object, field, wanted}) => `${object} ${field} ${wanted}`)).toEqual(expect.arrayContaining(['node n1 label node-role spot', 'node n1 taint spot spot=true:NoSchedule']))
    const after = apply(before, work!)
    expect(workOn(after, pool())).toBeUndefined()
    expect(after.metadata.labels).toMatchObject({mine: 'x'})
    expect((after['spec'] as {taints: unknown[]}).taints).toHaveLength(2)
  })

  it('puts back what was changed by hand', () => {
    const done = apply(node(), workOn(node(), pool())!)
    const changed = node({...done.metadata.labels, 'node-role': 'general'}, [{key: 'spot', value: 'false', effect: 'NoSchedule'}], done.metadata.annotations)
    const work = workOn(changed, pool())
    expect(work).toMatchObject({labels: ['node-role=spot'], taints: ['spot=true:NoSchedule'], before: undefined, after: undefined})
    expect(work?.differences[0]).toEqual({object: 'node n1', field: 'label node-role', wanted: 'spot', seen: 'general'})
  })

  it('takes away what kp put there and kp.yaml no longer names, and nothing else', () => {
    const done = apply(node(), workOn(node(), pool())!)
    const work = workOn(done, pool({labels: {}, taints: []}))
    expect(work).toMatchObject({labels: ['node-role-'], taints: ['spot:NoSchedule-']})
    expect(workOn(apply(done, work!), pool({labels: {}, taints: []}))).toBeUndefined()
    const others = node({'kp.dev/node-pool': 'spot', 'node-role': 'spot'}, [{key: 'spot', value: 'true', effect: 'NoSchedule'}])
    expect(workOn(others, pool())).toBeUndefined()
    expect(workOn(others, pool({labels: {}, taints: []}))).toBeUndefined()
  })

  it('forgets nothing when it is killed between two commands', () => {
    const work = workOn(node(), pool())!
    const onlyNoted = node({}, [], {[OWN]: work.before ?? ''})
    const again = workOn(onlyNoted, pool())!
    expect(again).toMatchObject({labels: work.labels, taints: work.taints, before: undefined, after: undefined})
    const noted = apply(onlyNoted, again)
    expect(workOn(noted, pool({labels: {}}))?.labels).toEqual(['node-role-'])
  })

  it('leaves a node of no pool alone', () => {
    expect(workOn(node({mine: 'x'}), undefined)).toBeUndefined()
  })
})

describe('poolOf', () => {
  it("goes by kp's label first, then by those of the clouds", () => {
    const pools = [pool(), pool({name: 'general'})]
    expect(poolOf(node({'kp.dev/node-pool': 'general', 'eks.amazonaws.com/nodegroup': 'spot'}), pools)?.name).toBe('general')
    for (const label of ['eks.amazonaws.com/nodegroup', 'cloud.google.com/gke-nodepool', 'kubernetes.azure.com/agentpool']) expect(poolOf(node({[label]: 'spot'}), pools)?.name).toBe('spot')
    expect(poolOf(node({'kp.dev/node-pool': 'other', 'eks.amazonaws.com/nodegroup': 'spot'}), pools)).toBeUndefined()
  })
})
