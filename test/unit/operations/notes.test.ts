import {describe, expect, it} from 'vitest'
import {readOnlyPlatform} from '../../../scripts/docs/platform.ts'
import type {PlatformContext} from '../../../src/context.ts'
import {planNotes} from '../../../src/operations/notes.ts'
import type {PlanNote} from '../../../src/operations/notes.ts'
import type {KubeObject} from '../../../src/tools/kube-api.ts'
import {fakeCluster, releaseRecord} from '../../helpers/fake-cluster.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

const OURS = {'kp.dev/platform': 'acme'}
const NOTHING = {steps: [], summary: {absent: 0, drifted: 0, unknown: 0, satisfied: 0}}

async function notesOf(sections: object, objects: KubeObject[], plan: Parameters<typeof planNotes>[1] = NOTHING): Promise<PlanNote[]> {
  const ctx = await readOnlyPlatform(PROJECT, sections)
  return planNotes({...ctx, presence: () => Promise.resolve({state: 'running', observed: 'it runs'}), cluster: () => Promise.resolve(fakeCluster(objects))} as unknown as PlatformContext, plan)
}

describe('the notes of a plan', () => {
  it('name what stands of a phase that is switched off, and how it goes', async () => {
    const stands = [releaseRecord('monitoring', 'kube-prometheus-stack', OURS)]
    expect(await notesOf({phases: {monitoring: {enabled: false}}}, stands)).toEqual([{text: 'phases.monitoring.enabled is false, and kube-prometheus-stack still stands: nothing is removed by itself', next: ['kp step monitoring --remove']}])
    expect(await notesOf({phases: {monitoring: {enabled: true}}}, stands)).toEqual([])
    expect(await notesOf({phases: {monitoring: {enabled: false}}}, [releaseRecord('monitoring', 'kube-prometheus-stack', {'kp.dev/platform': 'other'})])).toEqual([])
  })

  it('name what a phase has no use for any more', async () => {
    const [note, ...more] = await notesOf({}, [releaseRecord('nvidia-device-plugin', 'nvidia-device-plugin', OURS)])
    expect(note).toEqual({text: 'no pool has GPUs, and nvidia-device-plugin still stands: nothing is removed by itself', next: ['helm uninstall nvidia-device-plugin -n nvidia-device-plugin']})
    expect(more).toEqual([])
  })

  it('say what another DNS provider means', async () => {
    const step = {id: 'ingress/external-dns', phase: 'ingress', title: '', state: 'drifted' as const, risk: 'none' as const, observed: '', changes: [], commands: []}
    const plan = (differences: {object: string; field: string; wanted?: string; seen?: string}[]): Parameters<typeof planNotes>[1] => ({steps: [{...step, differences}], summary: NOTHING.summary})
    const object = 'release external-dns/external-dns'
    expect((await notesOf({}, [], plan([{object, field: 'values.provider.name', wanted: 'cloudflare', seen: 'aws'}])))[0]?.text).toContain('the records in the old one stay as they are')
    expect(await notesOf({}, [], plan([{object, field: 'values.replicaCount', wanted: '2', seen: '1'}]))).toEqual([])
  })
})
