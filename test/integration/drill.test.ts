/** Drills on a lab: verdicts, times, aborts, and a kp that is killed in the middle. That the fault is there and then gone is seen by kubectl. */
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {readService} from '../../src/providers/lab/services/record.ts'
import {RESULT_SCHEMAS} from '../../src/ui/schemas/index.ts'
import type {DrillResult, DrillsReportResult} from '../../src/ui/results.ts'
import {activeDrill, doDrill, expectWell, killDrill, momentOf, traces, verdictOf} from '../helpers/drills.ts'
import {openTestPlatform} from '../helpers/platform.ts'
import type {TestPlatform} from '../helpers/platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await openTestPlatform({name: 'drill', build: 'fresh', lean: true, spec: {phases: {slo: {enabled: true}}}})
}, 600_000)

afterAll(() => platform?.close(), 60_000)

const WAIVED = ['--waive', 'alerts', '--waive', 'budget', '--reason', 'drills of a test, one after the other']
const annotations = (): Promise<string> => platform.kubectl(['-n', 'demo', 'get', 'pods', '-o', 'jsonpath={.items[*].metadata.annotations}'])
const records = (): string[] => readdirSync(join(platform.root, '.kp', 'environments', 'lab', 'drills')).filter((name) => name.endsWith('.md'))

it('node-failure holds: a real node is dark, an alert comes, all is back', {timeout: 480_000}, async () => {
  const {result, kp, during} = await doDrill(platform, ['node-failure'], () => platform.kubectl(['get', 'nodes', '-l', 'lab.kp.dev/fault=unplug', '-o', 'jsonpath={.items[*].metadata.name}']))
  expect(verdictOf(result)).toBe('held')
  expect(kp.exit).toBe(0)
  expect(RESULT_SCHEMAS.drill.parse(result)).toBeDefined()
  expect(`Node ${during}`).toBe(result.target)
  await expectWell(platform)
  expect(result).toMatchObject({undone: true, detectedBy: 'SLOErrorBudgetBurn'})
  expect(result.ttdSeconds).toBeGreaterThan(3)
  expect(result.ttdSeconds).toBeLessThanOrEqual(95)
  // The grace of the lab's node controller is 16 seconds.
  expect(result.signalSeconds).toBeGreaterThan(8)
  expect(result.signalSeconds).toBeLessThan(60)
  expect(result.ttrSeconds).toBeGreaterThan(result.signalSeconds ?? 0)
  expect(result.requests.sent).toBeGreaterThan(100)
  expect(result.requests.failed).toBeGreaterThan(5)
  expect(result.budgetBurned).toBeGreaterThan(0)
  const page = readFileSync(result.record ?? '', 'utf8')
  expect(page).toContain('# A node loses its power: held')
  expect(page).toContain('| time to detect: the first alert |')
})

it('pod-crash holds, and is held against the run before', {timeout: 480_000}, async () => {
  const {result, during} = await doDrill(platform, ['pod-crash', ...WAIVED], annotations)
  expect(verdictOf(result)).toBe('held')
  expect(during).toContain('crashloop')
  await expectWell(platform)
  expect(result.ttrSeconds).toBeGreaterThan(0)
  expect(result.signalSeconds).toBeGreaterThan(0)
  const report = (await platform.kpOk(['drills', 'report', '--json'])).json<DrillsReportResult>()
  expect(report.drills.map(({name, runs, held}) => [name, runs, held])).toEqual([['node-failure', 1, 1], ['pod-crash', 1, 1]])
})

it('a false hypothesis deviates, exit 1, and the fault is gone all the same', {timeout: 480_000}, async () => {
  writeFileSync(join(platform.root, 'proud.yaml'), `name: proud
title: Nothing is ever lost
runbook: pod-crash.md
hypothesis: {says: One copy fails and no user notices., lostSeconds: 0, recoverSeconds: 60}
target: {kind: pod, namespace: demo, labels: {app: demo}}
steady: [{ready: {kind: Deployment, namespace: demo, name: demo}}]
signals: [{ready: {kind: Deployment, namespace: demo, name: demo}}]
fault: {lab: [{annotate: {kind: Pod, namespace: demo, name: "\${pod}", set: {lab.kp.dev/http-errors: 100%}}}]}
holdSeconds: 8
alertWaitSeconds: 1
waitForUsers: false
`)
  const {result, kp, during} = await doDrill(platform, ['--file', 'proud.yaml', ...WAIVED], annotations)
  expect(result.verdict).toBe('deviated')
  expect(kp.exit).toBe(1)
  expect(result.reasons.join()).toMatch(/users lost as much as [\d.]+ s of everything, not 0 s at most/)
  expect(during).toContain('http-errors')
  expect(result).toMatchObject({undone: true})
  await expectWell(platform)
})

it('without data nothing is begun: aborted, exit 1', {timeout: 240_000}, async () => {
  process.kill(readService(platform.lab, 'prometheus')?.identity.pid ?? 0, 'SIGKILL')
  const kp = await platform.kp(['drill', 'pod-crash', '--yes', '--json'])
  expect(kp.json<DrillResult>()).toMatchObject({verdict: 'aborted', undone: true, reasons: [expect.stringMatching(/no data from alerts/)]})
  expect(kp.exit).toBe(1)
  expect(await traces(platform)).toBe('')
  await platform.kpOk(['step', 'monitoring', '--yes'])
})

it('data that ends in the middle aborts: the fault is taken back at once', {timeout: 480_000}, async () => {
  const kp = platform.start(['drill', 'node-failure', '--yes', '--json', ...WAIVED], {
    timeoutMs: 420_000, onLine: (line) => void (momentOf(line) === 'fault' && process.kill(readService(platform.lab, 'prometheus')?.identity.pid ?? 0, 'SIGKILL')),
  })
  const done = await kp.done
  expect(done.json<DrillResult>()).toMatchObject({verdict: 'aborted', undone: true, reasons: [expect.stringMatching(/no data from alerts for 20 s: no data aborts/)]})
  expect(done.exit).toBe(1)
  await expectWell(platform)
  await platform.kpOk(['step', 'monitoring', '--yes'])
})

it('killed in the middle, the fault stays; every kp says so, one at a time works, the next that changes something takes it back first', {timeout: 480_000}, async () => {
  expect(await killDrill(platform, ['node-failure', ...WAIVED], {moment: 'fault', after: 2})).toBe(true)
  expect(await traces(platform)).toMatch(/=unplug/)
  expect(activeDrill(platform)).toMatchObject({drill: 'node-failure', injected: true})
  expect((await platform.kp(['status'])).stderr.replaceAll(/\s+/g, ' ')).toMatch(/the drill node-failure \(Node [\w-]+\) was cut off and is not taken back: kp drills undo/)
  expect(await traces(platform)).toMatch(/=unplug/)
  await platform.kubectl(['-n', 'demo', 'scale', 'deployment', 'demo', '--replicas=3'])
  const up = await platform.kpOk(['step', 'ingress', '--yes'])
  expect(up.stdout).toMatch(/node-failure/)
  await expectWell(platform)
  expect(activeDrill(platform)).toBeUndefined()
  expect((await platform.kpOk(['drills', 'report', '--json'])).json<DrillsReportResult>().runs[0]).toMatchObject({name: 'node-failure', verdict: 'aborted'})
  expect((await platform.kpOk(['drills', 'undo', '--yes', '--json'])).json()).toMatchObject({drill: null, left: []})
})

it('Ctrl-C takes it back first; meanwhile a second drill is refused', {timeout: 480_000}, async () => {
  let second: Promise<number | null> | undefined
  const kp = platform.start(['drill', 'pod-crash', '--yes', '--json', ...WAIVED], {
    timeoutMs: 420_000,
    onLine(line) {
      if (momentOf(line) !== 'fault') return
      second = platform.kp(['drill', 'node-failure', '--yes']).then(({exit}) => (kp.child.kill('SIGINT'), exit))
    },
  })
  const done = await kp.done
  expect(await second).toBe(6)
  expect(done.json<DrillResult>()).toMatchObject({verdict: 'aborted', reasons: ['stopped by its operator'], undone: true})
  expect(done.exit).toBe(130)
  await expectWell(platform)
})

it('a protected environment wants its name, a sick platform nothing at all: exit 7, and nothing is touched', {timeout: 240_000}, async () => {
  const before = records().length
  platform.setSpec(['environments', 0, 'protected'], true)
  expect((await platform.kp(['drill', 'pod-crash', '--yes'])).exit).toBe(7)
  platform.setSpec(['environments', 0, 'protected'], undefined)
  await platform.kubectl(['-n', 'demo', 'scale', 'deployment', 'demo', '--replicas=0'])
  const kp = await platform.kp(['drill', 'node-failure', '--yes', '--json', ...WAIVED])
  expect([kp.exit, kp.json<DrillResult>().verdict]).toEqual([7, 'not-started'])
  expect(kp.json<DrillResult>().guards.filter(({status}) => status === 'fail').map(({id}) => id)).toContain('health')
  await platform.kubectl(['-n', 'demo', 'scale', 'deployment', 'demo', '--replicas=2'])
  expect(records()).toHaveLength(before)
  expect(existsSync(join(platform.root, '.kp', 'environments', 'lab', 'drills', 'active.json'))).toBe(false)
})
