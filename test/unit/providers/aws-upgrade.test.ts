/** An upgrade of EKS by the SDK, against documented answers: begun once, found again after a kill, followed to its end. */
import {describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../src/context.ts'
import {followUpdate} from '../../../src/operations/upgrade/control-plane-steps.ts'
import type {AwsClients} from '../../../src/providers/aws/clients.ts'
import {eksUpgrade} from '../../../src/providers/aws/upgrade.ts'

/** Answers by the name of the command; what was sent is kept. */
function fakeEks(answers: Record<string, (input: Record<string, unknown>) => unknown>): {eks: ReturnType<typeof eksUpgrade>; sent: [string, Record<string, unknown>][]} {
  const sent: [string, Record<string, unknown>][] = []
  const client = {
    send(command: {constructor: {name: string}; input: Record<string, unknown>}): Promise<unknown> {
      const name = command.constructor.name.replace(/Command$/, '')
      sent.push([name, command.input])
      const answer = answers[name]
      return answer === undefined ? Promise.reject(new Error(`nobody answers ${name}`)) : Promise.resolve().then(() => answer(command.input))
    },
  }
  return {eks: eksUpgrade({eks: () => Promise.resolve(client)} as unknown as AwsClients, 'acme-prod', (_doing, work) => work()), sent}
}

const inUse = (): never => {
  throw Object.assign(new Error('Cluster already has an update in progress'), {name: 'ResourceInUseException'})
}

describe('an upgrade of EKS', () => {
  it('asks for the minor, and for node groups without force', async () => {
    const {eks, sent} = fakeEks({UpdateClusterVersion: () => ({update: {id: 'u-1', status: 'InProgress'}}), UpdateNodegroupVersion: () => ({update: {id: 'u-2', status: 'InProgress'}}), UpdateAddon: () => ({update: {id: 'u-3', status: 'InProgress'}})})
    expect(await eks.updateControlPlane('1.36')).toEqual({id: 'u-1', status: 'InProgress', errors: []})
    await eks.updateNodegroup('general', '1.36')
    await eks.updateAddon('coredns', 'v1.13.1')
    expect(sent).toEqual([
      ['UpdateClusterVersion', {name: 'acme-prod', version: '1.36'}],
      ['UpdateNodegroupVersion', {clusterName: 'acme-prod', nodegroupName: 'general', version: '1.36', force: false}],
      ['UpdateAddon', {clusterName: 'acme-prod', addonName: 'coredns', addonVersion: 'v1.13.1', resolveConflicts: 'PRESERVE'}],
    ])
  })

  it('finds the update that a killed kp had begun', async () => {
    const {eks} = fakeEks({UpdateClusterVersion: inUse, ListUpdates: () => ({updateIds: ['old', 'now']}), DescribeUpdate: ({updateId}) => ({update: {id: updateId, status: updateId === 'now' ? 'InProgress' : 'Successful'}})})
    expect(await eks.updateControlPlane('1.36')).toMatchObject({id: 'now', status: 'InProgress'})
  })

  it('passes on what is in the way where no update is under way', async () => {
    const {eks} = fakeEks({UpdateClusterVersion: inUse, ListUpdates: () => ({updateIds: []})})
    await expect(eks.updateControlPlane('1.36')).rejects.toThrow('already has an update')
  })

  it('names the pod that held a node group, and the pitfall', async () => {
    const ctx = {clock: {sleep: () => Promise.resolve()}, signal: new AbortController().signal} as unknown as PlatformContext
    const failed = {id: 'u-2', status: 'Failed', errors: ['PodEvictionFailure: Reached max retries while trying to evict pods (shop/web-1)']}
    await expect(followUpdate(ctx, {id: 'u-2', status: 'InProgress', errors: []}, () => Promise.resolve(failed), () => {})).rejects.toMatchObject({code: 'STEP_FAILED', pitfalls: ['KP1802'], details: failed.errors})
    await expect(followUpdate(ctx, {id: 'u-2', status: 'InProgress', errors: []}, () => Promise.resolve({...failed, status: 'Successful', errors: []}), () => {})).resolves.toBeUndefined()
  })
})
