/** kp's own drills: each file is right, and says what the engine must know. And what is said of a file that is not. */
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {KpError} from '../../../../src/engine/errors.ts'
import {expand, LAB_FAULT, LAB_UNPLUGGED, lastActions, playableHere} from '../../../../src/operations/drill/fault.ts'
import {drillNames, readDrill, readDrillFile} from '../../../../src/operations/drill/load.ts'
import type {Target} from '../../../../src/operations/drill/targets.ts'
import {LAB} from '../../../../src/providers/lab/stages.ts'
import {drillFileSchemaText} from '../../../../src/spec/drill.ts'
import {PROJECT} from '../../../helpers/run-kp.ts'

const NAMES = ['backup-restore', 'cert-expiry', 'control-plane-loss', 'dns-failure', 'etcd-restore', 'node-failure', 'pod-crash', 'pv-loss', 'registry-down', 'zone-failure']
const folder = mkdtempSync(join(tmpdir(), 'kp-drills-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

describe("kp's own drills", () => {
  it('are those of the contract', () => expect(drillNames(PROJECT)).toEqual(NAMES))

  it.each(NAMES)('%s is right, short, and has its runbook', (name) => {
    const drill = readDrill(PROJECT, name)
    expect(drill.name).toBe(name)
    expect(existsSync(join(PROJECT, 'templates', 'runbooks', drill.runbook)), drill.runbook).toBe(true)
    // The hold fits into the limit, and so does the wait for an alert.
    expect(Math.max(drill.holdSeconds, drill.alertWaitSeconds)).toBeLessThan(drill.limitSeconds)
    // Whoever gives up before a drill is judged has set the judgement aside.
    expect(drill.hypothesis.lostSeconds).toBeLessThanOrEqual(drill.abort.lostSeconds)
    expect(drill.signals.length, 'the platform shows it').toBeGreaterThan(0)
    expect(drill.steady.length).toBeGreaterThan(0)
    if (drill.fault.lab !== undefined || drill.blind.length > 0) expect(drill.simulated, 'what the lab plays is told').toBeDefined()
  })

  it('the marks of the lab are the ones that its stages read', () => expect([LAB_FAULT, LAB_UNPLUGGED]).toEqual([LAB.fault, LAB.unplugged]))

  it('the JSON Schema of their files is up to date (node scripts/gen-schemas.ts)', () => {
    expect(readFileSync(join(PROJECT, 'schemas', 'drill-file.schema.json'), 'utf8')).toBe(drillFileSchemaText())
  })
})

describe('a drill of a person', () => {
  const GOOD = `name: mine
title: Mine
runbook: pod-crash.md
hypothesis: {says: It holds., recoverSeconds: 30}
target: {kind: pod, namespace: demo, labels: {app: demo}}
fault: {any: [{delete: {kind: Pod, namespace: demo, name: "\${pod}"}}]}
`
  const read = (text: string): unknown => {
    writeFileSync(join(folder, 'mine.yaml'), text)
    return readDrillFile('mine.yaml', folder)
  }
  const complaints = (text: string): string[] => {
    try {
      read(text)
      return []
    } catch (error) {
      expect(error).toBeInstanceOf(KpError)
      expect((error as KpError).exit).toBe(3)
      return (error as KpError).details
    }
  }

  it('is read, with what it leaves out filled in', () => {
    expect(read(GOOD)).toMatchObject({name: 'mine', own: false, users: true, samples: 4, abort: {lostSeconds: 60, blindSeconds: 15}, undo: {first: [], last: []}})
  })

  it.each([
    ['a field that is not known', GOOD.replace('title: Mine', 'titel: Mine'), /^mine\.yaml:2:1  titel is not known/m],
    ['a value of the wrong kind', GOOD.replace('recoverSeconds: 30', 'recoverSeconds: soon'), /^mine\.yaml:4:47  hypothesis\.recoverSeconds must be a number/],
    ['a kind of target that there is not', GOOD.replace('kind: pod', 'kind: planet'), /^mine\.yaml:5:16  target\.kind must be/],
    ['no fault', GOOD.replace('fault: {any: [{delete: {kind: Pod, namespace: demo, name: "${pod}"}}]}', 'fault: {}'), /^mine\.yaml:6:8  fault needs one of lab, chaos-mesh, any/],
    ['an action that there is not', GOOD.replace('{delete:', '{destroy:'), /^mine\.yaml:6:\d+  fault\.any\[0\]/],
    ['a pattern that is none', `${GOOD}alerts: ["("]\n`, /^mine\.yaml:7:10  alerts\[0\] must be a regular expression/],
    ['a name that nothing gives', GOOD.replace('${pod}', '${node}'), /^mine\.yaml:6:\d+  fault\.any\[0\]\.delete\.name names \$\{node\}, which nothing gives; there are cluster, domain, namespace, platform, pod, run, scratch/],
    ['no YAML', 'name: [', /^mine\.yaml:1:\d+  /],
    ['nothing', '', /the file is empty/],
  ])('%s is told with file, line and field', (_, text, pattern) => {
    expect(complaints(text).join('\n')).toMatch(pattern)
  })

  it('that is not there is wrong usage', () => {
    expect(() => readDrillFile('none.yaml', folder)).toThrow(/there is no such file/)
    expect(() => readDrill(PROJECT, 'pod-crsh')).toThrow(/did you mean/i)
  })
})

describe('which fault is made', () => {
  const drill = readDrill(PROJECT, 'pod-crash')
  const real = (chaos: {enabled: boolean; namespaces: string[]}, installed: boolean): Parameters<typeof playableHere>[0] => ({
    spec: {phases: {chaos}}, provider: {title: 'EKS'}, cluster: () => Promise.resolve({list: () => Promise.resolve(installed ? [] : undefined)}),
  }) as never

  it('in a lab its own', async () => {
    expect(await playableHere({lab: {}} as never, drill, 'demo')).toMatchObject({by: 'lab'})
  })

  it('elsewhere by Chaos Mesh, in a namespace of the allow-list alone', async () => {
    const fault = await playableHere(real({enabled: true, namespaces: ['demo']}, true), drill, 'demo')
    expect(fault).toMatchObject({by: 'chaos-mesh', actions: [{apply: {kind: 'PodChaos', spec: {mode: 'one', duration: '60s', selector: {pods: {demo: ['${pod}']}}}}}, {wait: {kind: 'PodChaos'}}]})
    expect(await playableHere(real({enabled: true, namespaces: ['shop']}, true), drill, 'demo')).toMatch(/namespace demo is not on the allow-list/)
    expect(await playableHere(real({enabled: true, namespaces: ['demo']}, false), drill, 'demo')).toMatch(/Chaos Mesh is not installed/)
    expect(await playableHere(real({enabled: false, namespaces: []}, false), readDrill(PROJECT, 'node-failure'), '')).toMatch(/no way to make this fault on EKS/)
    expect(await playableHere(real({enabled: false, namespaces: []}, false), readDrill(PROJECT, 'registry-down'), 'demo')).toMatchObject({by: 'any'})
  })

  it('every fault of Chaos Mesh ends by itself and hits one pod: no kp is needed for its end', () => {
    for (const name of NAMES) {
      for (const action of readDrill(PROJECT, name).fault['chaos-mesh'] ?? []) {
        if ('apply' in action) expect(action.apply, name).toMatchObject({spec: {mode: 'one', duration: expect.stringMatching(/^\d+s$/)}})
      }
    }
  })

  it('nodes are unplugged one by one, and plugged in again in the order that the lab needs', () => {
    const target: Target = {kind: 'zone', title: 'zone a', names: {}, nodes: ['n1', 'n2']}
    expect(expand({unplug: 'target'}, target)).toEqual([{label: {kind: 'Node', name: 'n1', set: {[LAB_FAULT]: 'unplug'}}}, {label: {kind: 'Node', name: 'n2', set: {[LAB_FAULT]: 'unplug'}}}])
    expect(lastActions([{unplug: 'target'}], target).map((action) => Object.keys(action)[0])).toEqual(['annotate', 'delete', 'annotate', 'delete'])
    expect(lastActions([], target)).toEqual([])
  })
})
