/** In which order a teardown goes, as it is shown. */
import {describe, expect, it} from 'vitest'
import {destroyStages} from '../../../../src/operations/destroy/index.ts'

const stacks = (['node-groups', 'pod-roles', 'eks', 'iam', 'network'] as const).map((stack) => ({stack, goes: []}))
const ids = (...args: Parameters<typeof destroyStages>): string[] => destroyStages(...args).map(({id}) => id.replace('destroy/', ''))

describe('the stages of a teardown', () => {
  it('take away what the cluster made before its machines go, and what it left after the control plane, before roles and network', () => {
    expect(ids({stacks, lastBackup: false, memory: {}})).toEqual(['switch-off', 'cluster-made', 'node-groups', 'pod-roles', 'eks', 'cluster-left', 'iam', 'network', 'audit'])
  })

  it('begin with the last backup, once', () => {
    expect(ids({stacks: [], lastBackup: true, memory: {}})[0]).toBe('last-backup')
    expect(ids({stacks: [], lastBackup: true, memory: {backup: 'last-1'}})).toEqual(['switch-off', 'cluster-made', 'cluster-left', 'audit'])
  })
})
