/** A seeded sample of the scenarios; all of them, in all variants, are in test/long/scenarios.test.ts. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {Scenario} from '../../src/operations/scenarios/load.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {groupByNeeds} from '../helpers/scenario-labs.ts'
import {expectNothingLeft, play, SCENARIOS} from '../helpers/scenarios.ts'

const {shuffle} = chance(printedSeed('scenarios'))
/** Those that the long test has played to their end; the others join when it has. */
const PLAYED = ['default-storage-class-lost', 'storage-class-typo', 'image-missing', 'node-selector-typo', 'request-too-large', 'aggregated-api-orphaned', 'csi-driver-missing', 'node-label-lost', 'node-left-cordoned']
const quick = SCENARIOS.filter(({name, needs}) => Object.keys(needs.choices).length === 0 && PLAYED.includes(name))
const sample = shuffle(quick).slice(0, 3)

describe('incidents of the lab', () => {
  let platform: TestPlatform

  beforeAll(async () => {
    const [lab] = groupByNeeds(sample)
    platform = await openTestPlatform({name: 'practise', spec: lab?.spec ?? {}, build: 'fresh'})
  }, 300_000)

  afterAll(() => platform?.close(), 60_000)

  test.each(sample)('$name: started, named, healed by the printed fix, stopped', async (scenario: Scenario) => {
    await play(platform, scenario, {})
    await expectNothingLeft(platform)
  }, 240_000)

  test('a started scenario is listed, is not started twice, and another kp stops it', async () => {
    await platform.kpOk(['lab', 'scenario', 'start', 'default-storage-class-lost', '--yes'])
    await platform.kpOk(['lab', 'scenario', 'start', 'default-storage-class-lost', '--yes'], {exit: 7})
    const other = platform.checkout('other')
    const list = (await other.kpOk(['lab', 'scenario', 'list', '--json'])).json<{scenarios: {name: string; started: boolean}[]}>()
    expect(list.scenarios.filter(({started}) => started).map(({name}) => name)).toEqual(['default-storage-class-lost'])
    await other.kpOk(['lab', 'scenario', 'stop', 'default-storage-class-lost', '--yes'])
    await expectNothingLeft(platform)
  }, 120_000)

  test('nothing is found in near misses: maintenance, a finished Job, a suspended one, a rollout', async () => {
    await platform.kubectl(['cordon', 'general-a-1'])
    await platform.kubectl(['create', 'namespace', 'calm'])
    await platform.kubectl(['-n', 'calm', 'create', 'job', 'done', '--image=registry.k8s.io/e2e-test-images/agnhost:2.53'])
    await platform.kubectl(['-n', 'calm', 'create', 'deployment', 'rolling', '--image=registry.k8s.io/e2e-test-images/agnhost:2.53', '--replicas=3'])
    await platform.kubectl(['-n', 'calm', 'rollout', 'status', 'deployment/rolling', '--timeout=60s'])
    await platform.kubectl(['-n', 'calm', 'set', 'env', 'deployment/rolling', 'VERSION=2'])
    await platform.kpOk(['diagnose', '--wait', '0'])
    await platform.kubectl(['-n', 'calm', 'rollout', 'status', 'deployment/rolling', '--timeout=60s'])
    await platform.kpOk(['diagnose', '--wait', '0'])
    await platform.kubectl(['delete', 'namespace', 'calm'])
    await platform.kubectl(['uncordon', 'general-a-1'])
  }, 120_000)

  test('without a control plane the diagnosis still says what is wrong', async () => {
    await platform.kpOk(['lab', 'scenario', 'start', 'scheduler-dead', '--yes'])
    await platform.kpOk(['lab', 'scenario', 'stop', 'scheduler-dead', '--yes'])
    await expectNothingLeft(platform)
  }, 120_000)
})
