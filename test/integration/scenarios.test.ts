/** A seeded sample of the scenarios; all of them, in all variants, are in test/long/scenarios.test.ts. */
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {DiagnoseResult} from '../../src/ui/results.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {groupByNeeds, ofDefaultPlatform, roundsOf} from '../helpers/scenario-labs.ts'
import {PROJECT} from '../helpers/run-kp.ts'
import {expectNothingLeft, expectSilence, keepInGit, play, SCENARIOS} from '../helpers/scenarios.ts'

const {shuffle} = chance(printedSeed('scenarios'))
/** Those that were played to their end and are quick: about half a minute each. */
const PLAYED = new Set([
  'aggregated-api-orphaned', 'backup-bucket-typo', 'backup-location-read-only', 'backup-schedule-paused', 'budget-blocks-drain', 'budget-deleted', 'certificate-expired', 'crash-after-release',
  'csi-driver-missing', 'default-deny-deleted', 'default-storage-class-lost', 'demo-scaled-to-zero', 'dns-not-allowed', 'everybody-administers', 'gateway-class-deleted', 'image-missing',
  'issuer-deleted', 'kubelet-too-old', 'limit-range-too-low', 'load-balancer-quota', 'node-label-lost', 'node-selector-typo', 'opencost-cut-off', 'out-of-memory', 'policy-deleted',
  'quota-below-what-runs', 'quota-too-small', 'quota-wants-limits', 'release-not-restricted', 'request-too-large', 'secret-missing', 'service-account-missing', 'service-port-mismatch',
  'service-selector-typo', 'snapshot-class-deleted', 'storage-class-typo', 'system-namespace-restricted', 'two-default-storage-classes', 'webhook-deleted',
])
/** Of the default platform; what needs its slowest phases besides is played by the long test alone. */
const [lean] = groupByNeeds(await ofDefaultPlatform(SCENARIOS))
const drawn = shuffle((lean?.scenarios ?? []).filter(({name}) => PLAYED.has(name)))
const sample = drawn.slice(0, 3)
/** Two at once with other names, and one without the labels by which kp knows its own. */
const couple = roundsOf(drawn.slice(3), 2).find((parts) => parts.length === 2) ?? []
const stripped = drawn.slice(3).find((scenario) => !couple.some((one) => one.scenario === scenario))
const played = [...sample, ...couple.map(({scenario}) => scenario), ...(stripped === undefined ? [] : [stripped])]

describe('incidents of the lab', () => {
  let platform: TestPlatform

  beforeAll(async () => {
    const [lab] = groupByNeeds(played)
    platform = await openTestPlatform({name: 'practise', spec: lab?.spec ?? {}, build: 'fresh'})
    await keepInGit(platform)
  }, 300_000)

  afterAll(() => platform?.close(), 60_000)

  test('soon after it was built nothing is found', async () => {
    await expectSilence(platform)
  }, 60_000)

  test.each(sample)('$name: started, named, healed by the printed fix, stopped', async (scenario) => {
    await play(platform, [{scenario}])
    await expectSilence(platform)
  }, 240_000)

  test(`two at once, with other names: ${couple.map(({scenario}) => scenario.name).join(' and ')}`, async () => {
    await play(platform, couple)
    await expectSilence(platform)
  }, 240_000)

  test.each(stripped === undefined ? [] : [stripped])("$name, with kp's labels stripped", async (scenario) => {
    await play(platform, [{scenario}], {strip: true})
    await platform.kpOk(['up', '--yes'])
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

  test('nothing is found in near misses: maintenance, rollouts, finished and resting work, an end', async () => {
    await platform.kubectl(['cordon', 'general-a-1'])
    await platform.kubectl(['annotate', 'node', 'general-a-1', 'example.com/maintenance=disks'])
    await platform.kubectl(['apply', '-f', join(PROJECT, 'test', 'data', 'near-misses.yaml')])
    await silent(platform)
    await platform.kubectl(['-n', 'calm', 'rollout', 'status', 'deployment/web', '--timeout=60s'])
    await platform.kubectl(['-n', 'calm', 'wait', '--for=condition=Complete', 'job/done', '--timeout=60s'])
    await silent(platform)
    await platform.kubectl(['-n', 'calm', 'set', 'env', 'deployment/web', 'VERSION=2'])
    await silent(platform)
    await platform.kubectl(['-n', 'calm', 'rollout', 'status', 'deployment/web', '--timeout=60s'])
    await silent(platform)
    await platform.kubectl(['delete', '--wait=false', '-f', join(PROJECT, 'test', 'data', 'near-misses.yaml')])
    await silent(platform)
    await platform.kubectl(['wait', '--for=delete', 'namespace/calm', '--timeout=60s'])
    await platform.kubectl(['uncordon', 'general-a-1'])
    await platform.kubectl(['annotate', 'node', 'general-a-1', 'example.com/maintenance-'])
  }, 180_000)

  test('without an API server the diagnosis still says what is wrong', async () => {
    await platform.kpOk(['lab', 'scenario', 'start', 'api-server-dead', '--yes'])
    const {findings} = (await platform.kpOk(['diagnose', '--json'], {exit: 1})).json<DiagnoseResult>()
    expect(findings.map(({code}) => code)).toEqual(['KP0203'])
    await platform.kpOk(['lab', 'scenario', 'stop', 'api-server-dead', '--yes'])
    await expectNothingLeft(platform)
  }, 120_000)
})

/** At this moment nothing is found. */
async function silent(platform: TestPlatform): Promise<void> {
  const {findings} = (await platform.kp(['diagnose', '--json', '--wait', '0'])).json<DiagnoseResult>()
  expect(findings.map(({code, object, evidence}) => `${code} ${object}: ${evidence[0] ?? ''}`)).toEqual([])
}
