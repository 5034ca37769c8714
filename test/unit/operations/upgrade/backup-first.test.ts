/** Where no backup is proven, an upgrade that may makes and proves one first; what a killed run had made is used, and nothing else. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {PlatformContext} from '../../../../src/context.ts'
import {KpError} from '../../../../src/engine/errors.ts'
import {recordProof} from '../../../../src/operations/proofs.ts'
import {backupSteps} from '../../../../src/operations/upgrade/backup-steps.ts'
import {backupGate} from '../../../../src/operations/upgrade/gates/backup.ts'
import {blocking, refusing} from '../../../../src/operations/upgrade/gates/index.ts'
import {refusal} from '../../../../src/operations/upgrade/run.ts'
import type {UpgradePlan} from '../../../../src/operations/upgrade/plan.ts'
import type {GateContext, GateResult} from '../../../../src/operations/upgrade/types.ts'
import type {KubeObject} from '../../../../src/tools/kube-api.ts'
import {renderUpgradePlan} from '../../../../src/ui/render-upgrade.ts'
import {contextOf, EXISTING, minutesAgo, NOW} from '../../../helpers/check-cases.ts'
import {fakeApi} from '../../../helpers/fake-api.ts'
import {tempFolder} from '../../../helpers/temp.ts'

const SYSTEM: KubeObject = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'kube-system', uid: 'uid-1'}}
const backup = (name: string, phase: string, minutes = 5): KubeObject => ({apiVersion: 'velero.io/v1', kind: 'Backup', metadata: {name, namespace: 'velero'}, status: {phase, startTimestamp: minutesAgo(minutes), ...(phase === 'Completed' ? {completionTimestamp: minutesAgo(minutes)} : {})}})

async function world(objects: KubeObject[], {backups = true, more = {}}: {backups?: boolean; more?: object} = {}): Promise<PlatformContext> {
  const environment = tempFolder()
  const platform = {phases: {backup: {enabled: backups}}}
  return {...(await contextOf({platform, context: (ctx) => ({paths: {...ctx.paths, environment}, ...more})}, () => fakeApi({objects: [SYSTEM, ...objects], kinds: ['velero.io/v1 Backup']})))}
}

const ask = async (ctx: PlatformContext): Promise<Awaited<ReturnType<typeof backupGate.run>>> => backupGate.run({ctx, target: {}, drain: {reason: ''}} as unknown as GateContext)
const made = async (ctx: PlatformContext): Promise<string | undefined> => {
  const probe = await backupSteps('objects', {to: '1.36.3'})[0]?.probe(ctx)
  return probe === undefined ? undefined : `${probe.state}: ${probe.observed}`
}
const proof = (more: object = {}): Parameters<typeof recordProof>[1] => ({kind: 'objects', at: minutesAgo(1), backup: 'before-1.36.3-20261128', takenAt: minutesAgo(5), objects: 7, ok: true, cluster: 'uid-1', ...more})

describe('the gate', () => {
  it('fails, and says what would be done first; not where nothing can be done, and not once it is proven', async () => {
    const ctx = await world([])
    expect(await ask(ctx)).toMatchObject({status: 'fail', first: 'a backup is made and proven'})
    await recordProof(ctx, proof())
    expect(await ask(ctx)).not.toHaveProperty('first')
    expect(await ask(await world([], {backups: false, more: {lab: {}}}))).toMatchObject({status: 'fail', first: 'a snapshot of etcd is taken and proven'})
    expect(await ask(await world([], {backups: false, more: {lab: undefined}}))).not.toHaveProperty('first')
    const existing = await contextOf({platform: {...EXISTING, phases: {backup: {enabled: false}}}, context: (one) => ({paths: {...one.paths, environment: tempFolder()}})}, () => fakeApi({objects: [SYSTEM]}))
    expect(await ask(existing)).not.toHaveProperty('first')
  })

  it('of which a clock is wrong is not mended by another backup', async () => {
    const ctx = await world([])
    await recordProof(ctx, proof({takenAt: new Date(NOW + 3600_000).toISOString()}))
    expect(await ask(ctx)).toMatchObject({status: 'unknown'})
    expect(await ask(ctx)).not.toHaveProperty('first')
  })

  const gate = (id: string, more: Partial<GateResult> = {}): GateResult => ({id, title: id, status: 'fail', reason: 'no', fix: `mend ${id}`, waived: null, first: null, ...more})
  const planOf = (...gates: GateResult[]): UpgradePlan => ({gates}) as unknown as UpgradePlan

  it('refuses without --yes, and nothing else but what cannot be done refuses with it', () => {
    const first = gate('backup', {first: 'a backup is made and proven'})
    expect([blocking([first]).length, refusing([first]).length]).toEqual([1, 0])
    expect(refusal(planOf(first), {agreed: true})).toBeUndefined()
    expect(refusal(planOf(first), {agreed: false})).toMatchObject({gates: ['backup: fail: no'], next: [expect.stringContaining('--yes'), 'mend backup', expect.stringContaining('--waive backup')]})
    expect(refusal(planOf(first, gate('drain')), {agreed: true})?.gates).toEqual(['drain: fail: no'])
    expect(refusal(planOf(first, gate('drain')), {agreed: false})?.next[0]).toBe('mend backup')
  })

  it('is told as what comes first', () => {
    const look = {colour: false, unicode: true, columns: 80, interactive: false} as never
    const plan = (allowed: boolean, ...gates: GateResult[]): string => renderUpgradePlan({environment: 'lab', cluster: 'acme', from: '1.35.4', to: '1.36.3', needed: true, allowed, gates: gates.map((one) => ({...one, problems: []})), drain: [], addons: [], order: [], notes: []}, look)
    const first = gate('backup', {first: 'a backup is made and proven'})
    expect(plan(false, first)).toMatch(/One thing is missing, and comes first with --yes, or when you agree: a backup is\s+made and proven\.$/)
    expect(plan(true, first)).toMatch(/One thing is missing, and comes first: a backup is made and proven\.$/)
    expect(plan(false, first, gate('drain'))).toMatch(/2 gates stand in the way\.$/)
  })
})

describe('the steps', () => {
  it('make one where none was made for this upgrade', async () => {
    expect(await made(await world([]))).toMatch(/^absent: no backup was ever restored/)
    expect(await made(await world([backup('platform-20261128', 'Completed'), backup('before-1.35.4-20261128', 'Completed')]))).toMatch(/^absent/)
  })

  it('go on with the one that a killed run had made, or follow it', async () => {
    expect(await made(await world([backup('before-1.36.3-20261128', 'Completed')]))).toBe('satisfied: before-1.36.3-20261128 was made for this upgrade')
    expect(await made(await world([backup('before-1.36.3-20261128', 'InProgress')]))).toBe('drifted: before-1.36.3-20261128 is being made')
  })

  it('make another where that failed, is too old, or was found wanting', async () => {
    expect(await made(await world([backup('before-1.36.3-20261128', 'PartiallyFailed')]))).toMatch(/^absent/)
    expect(await made(await world([backup('before-1.36.3-20261128', 'Completed', 7 * 24 * 60)]))).toMatch(/^absent/)
    const ctx = await world([backup('before-1.36.3-20261128', 'Completed')])
    await recordProof(ctx, proof({ok: false, reason: 'a volume is missing'}))
    expect(await made(ctx)).toMatch(/^absent: the backup before-1.36.3-20261128 did not hold what it should/)
  })

  it('do nothing once it is proven', async () => {
    const ctx = await world([])
    await recordProof(ctx, proof())
    for (const step of backupSteps('objects', {to: '1.36.3'})) expect(await step.probe(ctx)).toMatchObject({state: 'satisfied'})
  })

  it('find the snapshot of etcd of a run that was killed, not an old one', async () => {
    const ctx = await world([], {backups: false, more: {lab: {}}})
    const folder = join(ctx.paths.environment, 'etcd-snapshots')
    mkdirSync(folder, {recursive: true})
    const stamp = (minutes: number): string => `${minutesAgo(minutes).replaceAll(/[-:]/g, '').slice(0, 15)}Z`
    const uid: KubeObject = {...SYSTEM, metadata: {name: 'kube-system', uid: '0a1b2c3d-1'}}
    const own = {...ctx, cluster: () => Promise.resolve(fakeApi({objects: [uid]}).reader)}
    const [make] = backupSteps('etcd', {to: '1.36.3'})
    writeFileSync(join(folder, `0a1b2c3d-${stamp(60)}.db`), 'x')
    expect(await make?.probe(own)).toMatchObject({state: 'absent'})
    writeFileSync(join(folder, `0a1b2c3d-${stamp(2)}.db`), 'x')
    expect(await make?.probe(own)).toMatchObject({state: 'satisfied'})
  })

  it('refuse with what stands in the way, and say that nothing was changed', async () => {
    const refused = {run: () => Promise.reject(new KpError({code: 'TOOL_FAILED', message: 'the store is full', next: ['make room']}))}
    const ctx = await world([backup('before-1.36.3-20261128', 'InProgress')], {more: {exec: refused}})
    const failing = {...ctx, cluster: () => Promise.reject(new KpError({code: 'API_ERROR', message: 'the store is full', next: ['make room']}))}
    for (const step of backupSteps('objects', {to: '1.36.3'})) {
      await expect(step.apply(failing, {state: 'absent', observed: ''})).rejects.toMatchObject({code: 'GATE', exit: 7, message: 'there is no proven backup, and nothing was changed: the store is full', next: ['make room', expect.stringContaining('--waive backup')]})
    }
  })
})
