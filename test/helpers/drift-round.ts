/** One round of the drift matrix: things are done by hand, kp plan must name them, kp up must repair just them. */
import {expect, onTestFailed} from 'vitest'
import {describeObject} from '../../src/checks/objects.ts'
import type {KubeObject} from '../../src/tools/kube-api.ts'
import {describeEntry, isBuildRecord, isLease} from './audit.ts'
import type {AuditEntry} from './audit.ts'
import type {Drift} from './drift.ts'
import {historyOf, PLANTED_SECRET} from './drift-helm.ts'
import type {Release} from './drift-helm.ts'
import type {KeptByStep} from './kept-objects.ts'
import type {TestPlatform} from './platform.ts'
import {contentOf, forgetControllerUid, takeSnapshot, touched} from './snapshot.ts'
import type {Snapshot} from './snapshot.ts'

/** A step of `kp plan --json`. */
export interface PlanStep {
  id: string
  state: string
  observed: string
  differences: {object: string; field?: string; wanted?: string; seen?: string}[]
}

/** Reads the plan. */
export async function readPlan(platform: TestPlatform): Promise<PlanStep[]> {
  return (await platform.kpOk(['plan', '--json'])).json<{steps: PlanStep[]}>().steps
}

/** The plan is empty: nothing is to be done and nothing is unknown. */
export async function expectNothingToDo(platform: TestPlatform): Promise<void> {
  const result = await platform.kp(['plan', '--exit-code', '--json'])
  const open = result.json<{steps: PlanStep[]}>().steps.filter((step) => step.state !== 'satisfied')
  expect({exit: result.exit, open}).toEqual({exit: 0, open: []})
}

/** Repairs, and demands that these steps and no others were applied. */
export async function repair(platform: TestPlatform, steps: string[]): Promise<void> {
  const up = await platform.kpOk(['up', '--yes', '--json'])
  const applied = up.json<{phases: {steps: {id: string; result: string}[]}[]}>().phases.flatMap((phase) => phase.steps).filter((step) => step.result === 'applied').map((step) => step.id)
  expect(applied.toSorted()).toEqual(steps.toSorted())
}

/** Does the drifts of a round all at once: at most one an object. */
export async function driftRound(platform: TestPlatform, before: Snapshot, drifts: Drift[]): Promise<void> {
  for (const drift of drifts) await platform.kubectl(drift.args)
  const plan = await readPlan(platform)
  const steps = [...new Set(drifts.map((drift) => drift.step))]
  expect(plan.filter((step) => step.state !== 'satisfied').map((step) => step.id).toSorted(), 'steps that kp plan wants to repair').toEqual(steps.toSorted())
  for (const {step, name, how, field} of drifts) {
    const planned = plan.find(({id}) => id === step)
    const named = (planned?.differences ?? []).filter((difference) => difference.object === name)
    const what = `${how} of ${name}: ${planned?.state}, ${JSON.stringify(planned?.differences)}`
    expect(named.length, what).toBeGreaterThan(0)
    if (field === undefined) expect(named.map((difference) => difference.field), what).toEqual([undefined])
    else for (const difference of named) expect(difference.field ?? '(no field)', what).toMatch(field)
  }
  const names = new Set(drifts.map((drift) => drift.name))
  const others = plan.flatMap((step) => step.differences).filter((difference) => !names.has(difference.object))
  expect(others, 'objects that kp plan names though nobody touched them').toEqual([])

  const mark = platform.audit().mark()
  await repair(platform, steps)
  const after = await takeSnapshot(platform.admin())
  expect(touched(before, after).filter((name) => !names.has(name) && !isHook(after.get(name))), 'objects that were touched besides').toEqual([])
  for (const drift of drifts) expectAsBefore(drift.name, before, after)
  const written = (await platform.audit().writes(mark)).filter((entry) => !isLease(entry))
  const foreign = written.filter((entry) => !isBuildRecord(entry) && !drifts.some(({object}) => isAbout(entry.objectRef, object)))
  expect(foreign.map(describeEntry), 'writes of kp to other objects').toEqual([])
  expect(written.length).toBeGreaterThanOrEqual(drifts.length)
  await expectNothingToDo(platform)
}

/** Deletes an object that takes others with it; kp must name them all, make them anew, and touch nothing else. */
export async function cascadeRound(platform: TestPlatform, kept: KeptByStep[], drift: Drift): Promise<void> {
  const before = await takeSnapshot(platform.admin())
  await platform.kubectl(drift.args)
  const left = await takeSnapshot(platform.admin())
  const gone = new Set([...before.keys()].filter((name) => !left.has(name)))
  expect(gone).toContain(drift.name)
  const lost = kept.map(({step, objects}) => ({step, names: objects.map(describeObject).filter((name) => gone.has(name))})).filter(({names}) => names.length > 0)
  const plan = await readPlan(platform)
  for (const {step, names} of lost) {
    const planned = plan.find(({id}) => id === step)
    expect(planned?.state, `${step} without ${names.join(', ')}: ${planned?.observed}`).not.toBe('satisfied')
    // A release whose record is gone with its namespace is absent as a whole.
    if (planned?.state !== 'absent') expect(planned?.differences.map((difference) => difference.object)).toEqual(expect.arrayContaining(names))
  }
  await platform.kpOk(['up', '--yes'])
  const after = await takeSnapshot(platform.admin())
  // A new claim gets a new volume.
  expect(touched(before, after).filter((name) => !gone.has(name) && !name.startsWith('PersistentVolume pvc-')), 'objects that were touched besides').toEqual([])
  for (const name of lost.flatMap(({names}) => names)) expectAsBefore(name, before, after)
  await expectNothingToDo(platform)
}

/** Gives objects a label and an annotation of somebody's own and restarts a workload, which is no drift; takes the marks away again. */
export async function harmlessRound(platform: TestPlatform, objects: KubeObject[]): Promise<void> {
  const admin = platform.admin()
  const mark = async (value: string | null): Promise<void> => {
    for (const object of objects) {
      const body = {metadata: {labels: {'team.example.com/owner': value}, annotations: {'team.example.com/note': value}}}
      const {status} = await admin.request({method: 'PATCH', path: `${await admin.pathOf(object)}?fieldManager=kubectl-label`, contentType: 'application/merge-patch+json', body})
      expect(status, describeObject(object)).toBe(200)
    }
  }
  await mark('us')
  // An operation, not a change of what is wanted.
  await platform.kubectl(['rollout', 'restart', '-n', 'cert-manager', 'deployment/cert-manager'])
  await expectNothingToDo(platform)
  await mark(null)
}

/** Where a test fails in the middle of a round: puts the platform right for those that follow. */
export function repairIfFailed(platform: TestPlatform): void {
  onTestFailed(async () => void (await platform.kp(['up', '--yes'])))
}

/** Whether it is there and a hook of helm, which makes it anew at each upgrade. */
function isHook(object: KubeObject | undefined): boolean {
  return object?.metadata.annotations?.['helm.sh/hook'] !== undefined
}

/** A namespace is said to lie in itself. */
function isAbout(reference: AuditEntry['objectRef'], {kind, metadata}: KubeObject): boolean {
  return metadata.name === reference?.name && (kind === 'Namespace' ? metadata.name : metadata.namespace) === reference.namespace
}

/** An object is as it was, but for what the server gives to a new one. */
export function expectAsBefore(name: string, before: Snapshot, after: Snapshot): void {
  const [was, is] = [before.get(name), after.get(name)]
  expect(is, `${name} after the repair`).toBeDefined()
  if (was !== undefined && is !== undefined) expect(withoutGiven(is), `${name} after the repair`).toEqual(withoutGiven(was))
}

/** Addresses and the like, that a new object gets anew. */
function withoutGiven(object: KubeObject): unknown {
  const content = structuredClone(contentOf(object)) as {spec?: Record<string, unknown>; metadata: Record<string, unknown>; secrets?: unknown}
  for (const key of ['clusterIP', 'clusterIPs', 'podCIDR', 'podCIDRs', 'healthCheckNodePort', 'providerID']) delete content.spec?.[key]
  delete content.metadata['finalizers']
  delete content.metadata['ownerReferences']
  if (object.kind === 'Job') forgetControllerUid(content.spec ?? {})
  // What `kubectl rollout restart` left: somebody else's, and gone with the object.
  const template = content.spec?.['template'] as {metadata?: {annotations?: Record<string, string>}} | undefined
  if (template?.metadata?.annotations !== undefined) {
    delete template.metadata.annotations['kubectl.kubernetes.io/restartedAt']
    if (Object.keys(template.metadata.annotations).length === 0) delete template.metadata.annotations
  }
  return content
}

/** Something done by helm to a release, and the objects whose fields it changed. */
export interface HelmDrift {
  step: string
  release: Release
  /** What kp must name beside the release: object and field. */
  names: {object: string; field: RegExp}[]
}

/** Does nothing itself: the releases have been changed by helm. kp plan must name them, kp up must make one new revision of each. */
export async function helmRound(platform: TestPlatform, before: Snapshot, drifts: HelmDrift[]): Promise<void> {
  const histories = await Promise.all(drifts.map(({release}) => historyOf(platform, release)))
  const plan = await readPlan(platform)
  expect(plan.filter((step) => step.state !== 'satisfied').map((step) => step.id).toSorted(), 'steps that kp plan wants to repair').toEqual(drifts.map((drift) => drift.step).toSorted())
  for (const {step, release, names} of drifts) {
    const planned = plan.find(({id}) => id === step)
    const what = JSON.stringify(planned)
    expect(planned?.state, what).toBe('drifted')
    expect(planned?.observed, what).toMatch(/was not made by kp/)
    for (const {object, field} of [{object: `release ${release.namespace}/${release.name}`, field: /^(values\.|revision$)/}, ...names]) {
      expect((planned?.differences ?? []).filter((difference) => difference.object === object).map((difference) => difference.field), what).toEqual(expect.arrayContaining([expect.stringMatching(field)]))
    }
  }
  for (const args of [['plan'], ['plan', '--json'], ['up', '--dry-run']]) {
    const {stdout, stderr} = await platform.kp(args)
    expect(stdout + stderr, `kp ${args.join(' ')} shows a secret`).not.toContain(PLANTED_SECRET)
  }
  await repair(platform, drifts.map((drift) => drift.step))
  const after = await takeSnapshot(platform.admin())
  const own = new Set(drifts.flatMap(({names}) => names.map(({object}) => object)))
  const records = drifts.map(({release}) => `Secret ${release.namespace}/sh.helm.release.v1.${release.name}.v`)
  expect(touched(before, after).filter((name) => !own.has(name) && !records.some((record) => name.startsWith(record))), 'objects that were touched besides').toEqual([])
  for (const name of own) expectAsBefore(name, before, after)
  for (const [index, {release}] of drifts.entries()) {
    const last = histories[index]?.at(-1)?.revision ?? 0
    expect((await historyOf(platform, release)).at(-1), `${release.name} after the repair`).toMatchObject({revision: last + 1, status: 'deployed'})
  }
  await expectNothingToDo(platform)
}
