/** Every drill on a lab with what it needs, and a kill in the middle of each: the fault is seen by kubectl, and after the next kp it is gone. */
import {cpSync, existsSync, renameSync, rmSync} from 'node:fs'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {drillNames, readDrill} from '../../src/operations/drill/load.ts'
import {etcdPlaces} from '../../src/providers/lab/etcd-data.ts'
import {COMPONENTS} from '../../src/providers/lab/layout.ts'
import {endComponent} from '../../src/providers/lab/processes.ts'
import {activeDrill, doDrill, expectWell, killDrill, traces, verdictOf} from '../helpers/drills.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'
import {chance, printedSeed} from '../helpers/random.ts'
import {PROJECT} from '../helpers/run-kp.ts'

const WAIVED = ['--waive', 'alerts', '--waive', 'budget', '--reason', 'drills of a test, one after the other']
const NAMES = drillNames(PROJECT)
const luck = chance(printedSeed('drills'))
let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'drills', build: 'fresh', lean: true, spec: {phases: {slo: {enabled: true}, backup: {enabled: true}, day2: {enabled: true}}}})
}, 900_000)

afterAll(() => platform?.close(), 120_000)

// What the drill before has broken is well again only after a while: its guards would refuse the next one, and rightly.
beforeEach(async () => {
  const looks = async (): Promise<string> => (await platform.kp(['verify'])).stdout.split('\n').filter((line) => /^ {2}fail/.test(line)).join('; ')
  await expect.poll(looks, {timeout: 240_000, interval: 2000}).toBe('')
}, 300_000)

/** What kubectl is asked while the fault is there, and what it must say. */
const FAULTS: Record<string, {ask(): Promise<string>; says: RegExp}> = {
  'pod-crash': {ask: () => platform.kubectl(['-n', 'demo', 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.annotations}']), says: /crashloop/},
  'node-failure': {ask: () => traces(platform), says: /=unplug/},
  'zone-failure': {ask: () => traces(platform), says: /=unplug/},
  // Nobody answers.
  'control-plane-loss': {ask: () => platform.kubectl(['get', '--raw', '/readyz']).catch((error: Error) => error.message), says: /refused|connect/i},
  'pv-loss': {ask: renewedClaim, says: /renewed/},
  'dns-failure': {ask: () => traces(platform), says: /allow-dns is missing/},
  'registry-down': {ask: () => traces(platform), says: /registry\.invalid/},
  'backup-restore': {ask: ownNamespace, says: /gone/},
  'etcd-restore': {ask: ownNamespace, says: /gone/},
  'cert-expiry': {ask: () => platform.kubectl(['get', 'certificates', '-A', '-o', 'jsonpath={.items[*].metadata.annotations}']), says: /expired/},
}

/** Whether the namespace that a drill made for itself is there. */
async function ownNamespace(): Promise<string> {
  return (await platform.kubectl(['get', 'namespaces', '-o', 'name'])).includes('kp-drill-') ? 'there' : 'gone'
}

/** Whether the claim of the first copy is younger than that of the second, which was made with it. */
async function renewedClaim(): Promise<string> {
  const times = await platform.kubectl(['get', 'pvc', '-A', '-l', 'app=data', '-o', 'jsonpath={range .items[*]}{.metadata.name}={.metadata.creationTimestamp} {end}'])
  const [first = '', second = ''] = ['data-data-0', 'data-data-1'].map((name) => new RegExp(`${name}=(\\S+)`).exec(times)?.[1] ?? '')
  return Date.parse(first) > Date.parse(second) ? 'renewed' : times
}

describe.each(NAMES)('%s', (name) => {
  it('ends with a verdict and its times, and nothing is left', {timeout: 600_000}, async () => {
    const {ask, says} = FAULTS[name] ?? {ask: () => Promise.resolve(''), says: /never/}
    const {result, kp, during} = await doDrill(platform, [name, ...WAIVED], ask, says)
    expect(verdictOf(result), verdictOf(result)).toBe('held')
    expect(kp.exit).toBe(0)
    expect(during).toMatch(says)
    expect(result.ttrSeconds).not.toBeNull()
    expect(result).toMatchObject({undone: true, left: []})
    await expectWell(platform)
  })

  it('killed in the middle, it is taken back by the next kp', {timeout: 600_000}, async () => {
    const moment = luck.pick(['steady', 'fault', 'fault', 'undo', ...(readDrill(PROJECT, name).remedy.length > 0 ? ['remedy', 'remedy', 'remedy'] : [])])
    // An undo may be over in a moment.
    const after = moment === 'undo' ? 0 : luck.below(6) / (moment === 'remedy' ? 4 : 2)
    console.log(`${name}: SIGKILL ${after} s after ${moment}`)
    const hit = await killDrill(platform, [name, ...WAIVED], {moment, after})
    expect(hit, `SIGKILL ${after} s after ${moment}`).toBe(true)
    expect(activeDrill(platform)?.drill).toBe(name)
    await platform.kpOk(['step', 'slo', '--yes'], {timeoutMs: 300_000})
    expect(activeDrill(platform)).toBeUndefined()
    await expectWell(platform)
  })
})

it('a restore of etcd that was cut off between its two renames: kp lab up has the data of before, and says so', {timeout: 600_000}, async () => {
  const uid = (): Promise<string> => platform.kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])
  const before = await uid()
  expect(await killDrill(platform, ['etcd-restore', ...WAIVED], {moment: 'remedy', after: 0})).toBe(true)
  expect(activeDrill(platform)).toMatchObject({drill: 'etcd-restore', injected: true})
  for (const component of COMPONENTS.toReversed()) await endComponent(platform.lab, component)
  const {data, restored, before: aside} = etcdPlaces(platform.lab)
  // Whatever moment the kill has hit, this is the one in question.
  if (!existsSync(aside)) renameSync(data, aside)
  rmSync(restored, {recursive: true, force: true})
  cpSync(aside, restored, {recursive: true})
  const up = await platform.kpOk(['lab', 'up', 'drills'])
  expect(up.stdout.replaceAll(/\s+/g, ' ')).toContain("Putting a snapshot in the place of etcd's data had been cut off: the data of before is back.")
  expect(await uid()).toBe(before)
  // The rest of the drill is still to be taken back, and that is told.
  expect((await platform.kp(['status'])).stderr).toContain('kp drills undo')
  await platform.kpOk(['drills', 'undo', '--yes'])
  expect(activeDrill(platform)).toBeUndefined()
  await expectWell(platform)
})
