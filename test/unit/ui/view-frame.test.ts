import {describe, expect, test} from 'vitest'
import type {Event} from '../../../src/engine/events.ts'
import {width} from '../../../src/ui/text.ts'
import {frameOf} from '../../../src/ui/view-frame.ts'
import {EMPTY_RUN, applyEvent} from '../../../src/ui/view-state.ts'
import type {RunState} from '../../../src/ui/view-state.ts'
import {WIDTHS, eventAt, plainLook} from './samples.ts'

const PHASES = ['prerequisites', 'control-plane', 'cert-manager', 'ingress', 'gitops', 'monitoring'].map((id) => ({id, title: `Phase ${id}`}))
const STEPS = (phase: string): {id: string; title: string}[] => ['crds', 'release', 'issuers', 'demo'].map((name) => ({id: `${phase}/${name}`, title: `Install the ${name} of ${phase} 日本語 with a long title`}))

const MIDDLE: Event[] = [
  eventAt(0, 'run.started', {data: {command: 'up', environment: 'dev', phases: PHASES, estimateMs: 200_000}}),
  eventAt(0, 'phase.started', {phase: 'prerequisites', data: {title: 'Phase prerequisites', steps: []}}),
  eventAt(2, 'phase.finished', {phase: 'prerequisites', data: {state: 'done', durationMs: 2000}}),
  ...['cert-manager', 'control-plane'].map((phase) => eventAt(2, 'phase.started', {phase, data: {steps: STEPS(phase)}})),
  eventAt(2, 'step.probing', {phase: 'cert-manager', step: 'cert-manager/crds', text: 'x'}),
  eventAt(3, 'step.probed', {phase: 'cert-manager', step: 'cert-manager/crds', data: {state: 'satisfied'}}),
  eventAt(3, 'step.satisfied', {phase: 'cert-manager', step: 'cert-manager/crds', data: {observed: 'all there'}}),
  eventAt(3, 'step.skipped', {phase: 'cert-manager', step: 'cert-manager/demo', data: {reason: 'no domain is set in kp.yaml'}}),
  eventAt(4, 'step.started', {phase: 'cert-manager', step: 'cert-manager/release', data: {changes: [], commands: []}}),
  eventAt(5, 'step.progress', {step: 'cert-manager/release', text: '10%\rwaiting for \u001b[31mDeployment\u001b[0m cert-manager/cert-manager-webhook to have 2 ready pods', data: {percent: 41.7}}),
  eventAt(6, 'step.started', {phase: 'control-plane', step: 'control-plane/crds'}),
  eventAt(6, 'step.retrying', {phase: 'control-plane', step: 'control-plane/crds', data: {attempt: 1, of: 3, error: 'the API server answered 503'}}),
  eventAt(7, 'warning', {text: 'the chart repositories cannot be reached: stand-in charts are used'}),
  eventAt(7, 'warning', {text: 'the chart repositories cannot be reached: stand-in charts are used'}),
]

const END: Event[] = [
  eventAt(20, 'run.interrupted', {data: {signal: 'SIGINT'}}),
  eventAt(21, 'step.finished', {phase: 'cert-manager', step: 'cert-manager/release', data: {durationMs: 17_000}}),
  eventAt(21, 'phase.finished', {phase: 'cert-manager', data: {state: 'done', durationMs: 19_000}}),
  eventAt(22, 'step.failed', {phase: 'control-plane', step: 'control-plane/crds', data: {error: {code: 'API_ERROR', message: 'the API server did not answer within 10 seconds, and this is a long message that goes over several lines of a narrow window'}}}),
  eventAt(22, 'phase.finished', {phase: 'control-plane', data: {state: 'failed', durationMs: 20_000}}),
  eventAt(23, 'run.finished', {data: {result: 'failed', durationMs: 23_000}}),
]

function stateAfter(events: Event[]): RunState {
  return events.reduce(applyEvent, EMPTY_RUN)
}

function picture(state: RunState, columns: number, options: {rows?: number; final?: boolean; unicode?: boolean} = {}): string[] {
  const {rows = 30, final = false, unicode = true} = options
  return frameOf(state, {...plainLook(columns, unicode), rows: final ? Number.POSITIVE_INFINITY : rows, now: Date.UTC(2026, 10, 21, 12, 0, 9), tick: 3, final})
}

describe.each(WIDTHS)('at %i columns', (columns) => {
  test('in the middle', async () => {
    await expect(`${picture(stateAfter(MIDDLE), columns).join('\n')}\n`).toMatchFileSnapshot(`./snapshots/live-middle-${columns}.txt`)
  })

  test('at the end', async () => {
    await expect(`${picture(stateAfter([...MIDDLE, ...END]), columns, {final: true}).join('\n')}\n`).toMatchFileSnapshot(`./snapshots/live-end-${columns}.txt`)
  })

  test('in ASCII only ASCII marks are used', () => {
    const text = picture(stateAfter(MIDDLE), columns, {unicode: false}).join('\n')
    expect(text.replaceAll(/[日本語]/g, '')).toMatch(/^[\n -~]*$/)
  })

  test('after every event it is never wider than the window nor higher', () => {
    for (const rows of [4, 8, 12, 30]) {
      for (let length = 0; length <= MIDDLE.length + END.length; length++) {
        const lines = picture(stateAfter([...MIDDLE, ...END].slice(0, length)), columns, {rows})
        for (const line of lines) expect(width(line), line).toBeLessThan(columns)
        expect(lines.length).toBeLessThanOrEqual(Math.max(rows - 1, 5))
      }
    }
  })
})

test('a low window shows what runs, not what waits or is done', () => {
  const lines = picture(stateAfter(MIDDLE), 80, {rows: 10}).join('\n')
  expect(lines).toContain('Install the release of cert-manager')
  expect(lines).toContain('Install the crds of control-plane')
  expect(lines).not.toContain('gitops')
  expect(lines).not.toContain('no domain')
})

test('events without a run are counted: reading commands show one line, and nothing at the end', () => {
  const events = [
    eventAt(0, 'step.probing', {phase: 'cni', step: 'cni/release', text: 'Install Cilium'}),
    eventAt(1, 'step.probed', {phase: 'cni', step: 'cni/release'}),
    eventAt(2, 'check.finished', {phase: 'cni', text: 'The agent is ready', data: {status: 'pass'}}),
  ]
  expect(picture(stateAfter(events), 80)).toEqual(['⠸ looked at 1 step, 1 check  The agent is ready'])
  expect(picture(stateAfter(events), 80, {final: true})).toEqual([])
})

test('a tool without a step belongs to the only one at work', () => {
  const events = [...MIDDLE.slice(0, 10), eventAt(5, 'tool.started', {data: {command: 'helm upgrade x'}})]
  expect(picture(stateAfter(events), 80).join('\n')).toContain('› helm upgrade x')
})

test('a tool belongs to the phase that has the step, however both are called', () => {
  const events = [
    eventAt(0, 'run.started', {data: {phases: [{id: 'upgrade-nodes', title: 'Upgrade the nodes'}]}}),
    eventAt(0, 'phase.started', {phase: 'upgrade-nodes', data: {title: 'Upgrade the nodes', steps: [{id: 'upgrade/new-nodes', title: 'New nodes'}]}}),
    eventAt(1, 'step.started', {phase: 'upgrade-nodes', step: 'upgrade/new-nodes', data: {title: 'New nodes'}}),
    eventAt(2, 'tool.started', {data: {command: 'kubectl apply'}}),
  ]
  expect(stateAfter(events).phases.map(({id}) => id)).toEqual(['upgrade-nodes'])
})

test('waiting for a lock is shown until something moves', () => {
  const waiting = stateAfter([...MIDDLE, eventAt(8, 'lock.waiting', {data: {holder: 'anna@laptop', since: '12:00', remainingMs: 11_400}})])
  expect(picture(waiting, 80).join('\n')).toContain('waiting for the lock of anna@laptop (since 12:00), 12s left')
  const moving = applyEvent(waiting, eventAt(9, 'step.progress', {step: 'cert-manager/release', text: 'on'}))
  expect(picture(moving, 80).join('\n')).not.toContain('waiting for the lock')
})

test('events of unknown phases and steps, and rubbish in data, do no harm', () => {
  const events = [
    ...MIDDLE,
    eventAt(8, 'step.started', {phase: 'new', step: 'new/step', data: {title: 'Something new'}}),
    eventAt(8, 'phase.finished', {phase: 'other', data: {state: 7, durationMs: 'x'}}),
    eventAt(8, 'run.started', {data: {phases: 'none'}}),
    {code: 'step.failed', time: 'never', phase: 'a', step: 'a/b', data: {error: null}} as unknown as Event,
  ]
  expect(() => picture(stateAfter(events), 40)).not.toThrow()
})

test('phases that are only looked at within a run are none of it', () => {
  const events = [...MIDDLE, eventAt(8, 'step.probing', {phase: 'logging', step: 'logging/collector', text: 'Install the collector'}), eventAt(8, 'step.probed', {phase: 'logging', step: 'logging/collector', data: {state: 'satisfied'}})]
  expect(stateAfter(events).phases.map(({id}) => id)).toEqual(stateAfter(MIDDLE).phases.map(({id}) => id))
  const begun = stateAfter([...events, eventAt(9, 'phase.started', {phase: 'logging', data: {title: 'Logging', steps: [{id: 'logging/collector', title: 'Install'}]}})])
  expect(begun.phases.at(-1)).toMatchObject({id: 'logging', title: 'Logging', state: 'working'})
})

test('a long message has a few lines while it turns, none cut within a word', () => {
  const text = 'the node general-a-1 is dark: nobody answers for it, and what ran on it is brought back on the others'
  const lines = picture(stateAfter([...MIDDLE, eventAt(8, 'note', {text})]), 60)
  expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(text)
  const long = picture(stateAfter([...MIDDLE, eventAt(8, 'note', {text: Array.from({length: 12}, () => text).join('; ')})]), 60)
  expect(long.filter((line) => line.includes('general-a-1'))).toHaveLength(1)
})

test('the state given in stays as it is', () => {
  const before = stateAfter(MIDDLE)
  const copy = structuredClone(before)
  for (const event of END) applyEvent(before, event)
  expect(before).toEqual(copy)
})
