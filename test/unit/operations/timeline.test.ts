/** The timeline of a run from its events. */
import {describe, expect, it} from 'vitest'
import type {Event} from '../../../src/engine/events.ts'
import {timelineOf} from '../../../src/operations/timeline.ts'

const at = (second: number, code: Event['code'], phase?: string, step?: string, data?: Record<string, unknown>): Event => ({code, time: new Date(Date.UTC(2026, 10, 28, 12, 0, second)).toISOString(), ...(phase === undefined ? {} : {phase}), ...(step === undefined ? {} : {step}), ...(data === undefined ? {} : {data})})
const named = (phase: string, step?: string): string => `title of ${step ?? phase}`

describe('timelineOf', () => {
  it('has phases side by side with the steps that changed something', () => {
    const events = [
      at(0, 'run.started'), at(1, 'phase.started', 'cni'), at(1, 'phase.started', 'node-pools'), at(2, 'step.satisfied', 'cni', 'cni/kinds'),
      at(3, 'step.started', 'cni', 'cni/release'), at(8, 'step.finished', 'cni', 'cni/release'), at(9, 'phase.finished', 'cni', undefined, {state: 'done'}),
      at(10, 'step.started', 'node-pools', 'node-pools/general'), at(12, 'step.failed', 'node-pools', 'node-pools/general'), at(12, 'phase.finished', 'node-pools', undefined, {state: 'failed'}),
      at(12, 'phase.started', 'mesh'), at(12, 'phase.finished', 'mesh', undefined, {state: 'skipped'}), at(13, 'run.finished'),
    ]
    expect(timelineOf(events, named)).toEqual([
      {id: 'cni', title: 'title of cni', startMs: 1000, durationMs: 8000, result: 'done', steps: [{id: 'cni/release', title: 'title of cni/release', startMs: 3000, durationMs: 5000, result: 'done'}]},
      {id: 'node-pools', title: 'title of node-pools', startMs: 1000, durationMs: 11_000, result: 'failed', steps: [{id: 'node-pools/general', title: 'title of node-pools/general', startMs: 10_000, durationMs: 2000, result: 'failed'}]},
    ])
  })

  it('lets what was killed reach to the last event', () => {
    expect(timelineOf([at(0, 'run.started'), at(2, 'phase.started', 'cni'), at(3, 'step.started', 'cni', 'cni/release'), at(7, 'tool.started', 'cni', 'cni/release')], named)).toMatchObject([{result: 'killed', durationMs: 5000, steps: [{result: 'killed', durationMs: 4000}]}])
  })

  it('is empty for no events', () => {
    expect(timelineOf([], named)).toEqual([])
  })
})
