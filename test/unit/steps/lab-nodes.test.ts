/** The nodes of a pool in the lab. */
import {expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import {labNodes} from '../../../src/steps/03-node-pools/lab-nodes.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

async function names(network: object): Promise<string[]> {
  const ctx = await readOnlyPlatform(PROJECT, {network, nodePools: [{name: 'general', min: 3}]})
  return ctx.spec.nodePools.flatMap((pool) => labNodes(ctx, pool)).map(({metadata}) => metadata.name)
}

it('names nodes by the last letter of their zone', async () => {
  expect(await names({zones: 2})).toEqual(['general-a-1', 'general-b-1', 'general-a-2'])
  expect(await names({zones: 2, zoneNames: ['eu-1a', 'eu-1b']})).toEqual(['general-a-1', 'general-b-1', 'general-a-2'])
})

it('gives every node a name of its own where zones end alike', async () => {
  expect(await names({zones: 2, zoneNames: ['north', 'south']})).toEqual(['general-north-1', 'general-south-1', 'general-north-2'])
})
