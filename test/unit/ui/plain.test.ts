import {afterEach, beforeEach, expect, test, vi} from 'vitest'
import {createPlainView} from '../../../src/ui/plain.ts'
import {eventAt, memory} from './samples.ts'

process.env['TZ'] = 'UTC'

beforeEach(() => {
  vi.useFakeTimers({now: Date.UTC(2026, 10, 21, 12, 0, 0)})
})
afterEach(() => {
  vi.useRealTimers()
})

const EVENTS = [
  eventAt(0, 'run.started', {data: {command: 'up', environment: 'dev', cluster: 'acme-dev', provider: 'lab', estimateMs: 240_000, phases: [{id: 'cert-manager', title: 'Certificates'}, {id: 'cni', title: 'Network'}]}}),
  eventAt(0, 'phase.started', {phase: 'cert-manager', data: {title: 'Certificates', steps: [{id: 'cert-manager/release', title: 'Install cert-manager'}, {id: 'cert-manager/issuers', title: 'Apply the issuers'}]}}),
  eventAt(1, 'step.probing', {phase: 'cert-manager', step: 'cert-manager/release', text: 'Install cert-manager'}),
  eventAt(1, 'step.probed', {phase: 'cert-manager', step: 'cert-manager/release', data: {state: 'absent'}}),
  eventAt(1, 'step.started', {phase: 'cert-manager', step: 'cert-manager/release', data: {title: 'Install cert-manager'}}),
  eventAt(2, 'tool.started', {data: {command: 'helm upgrade --install cert-manager', pid: 1}}),
  eventAt(3, 'step.progress', {step: 'cert-manager/release', text: 'stand-in chart'}),
  eventAt(4, 'step.retrying', {phase: 'cert-manager', step: 'cert-manager/release', data: {attempt: 1, of: 3, error: 'the API server answered 503'}}),
  eventAt(5, 'check.finished', {phase: 'cert-manager', text: 'ready', data: {id: 'cert-manager.ready', status: 'pass', observed: '3 of 3'}}),
  eventAt(5, 'check.finished', {phase: 'cert-manager', text: 'api', data: {id: 'cert-manager.api', status: 'fail', observed: 'no answer'}}),
  eventAt(6, 'step.finished', {phase: 'cert-manager', step: 'cert-manager/release', data: {durationMs: 4000}}),
  eventAt(6, 'step.satisfied', {phase: 'cert-manager', step: 'cert-manager/issuers', data: {observed: 'as wanted'}}),
  eventAt(6, 'phase.finished', {phase: 'cert-manager', data: {state: 'done', durationMs: 6000}}),
  eventAt(7, 'step.skipped', {phase: 'cni', step: 'cni/hubble', text: 'Install Hubble', data: {reason: 'off in kp.yaml'}}),
  eventAt(7, 'step.skipped', {phase: 'cni', step: 'cni/etcd', text: 'Open etcd', data: {reason: 'only kubeadm has it'}}),
  eventAt(7, 'step.skipped', {phase: 'cni', step: 'cni/relay', text: 'Install the relay', data: {reason: 'off in kp.yaml'}}),
  eventAt(8, 'step.failed', {phase: 'cni', step: 'cni/release', text: 'x', data: {error: {message: 'helm ended with\nexit code 1'}}}),
  eventAt(8, 'pitfall.offered', {phase: 'cni', data: {code: 'KP0401'}}),
  eventAt(8, 'phase.finished', {phase: 'cni', data: {state: 'failed', durationMs: 900}}),
  eventAt(8, 'warning', {text: 'the disk is nearly full'}),
  eventAt(9, 'run.finished', {data: {result: 'failed', durationMs: 9000}}),
]

function print(options: {verbose?: boolean; unicode?: boolean} = {}): string {
  const stdout = memory()
  const view = createPlainView({stdout, unicode: true, ...options})
  for (const event of EVENTS) view.listen(event)
  void view.finish()
  return stdout.text()
}

test('one line for each event that means something', () => {
  expect(print()).toMatchInlineSnapshot(`
    "12:00:00                kp up, environment dev, cluster acme-dev, provider lab, 2 phases, about 4m
    12:00:04  cert-manager  Install cert-manager: trying again: the API server answered 503
    12:00:05  cert-manager  check cert-manager.api: fail: no answer
    12:00:06  cert-manager  Install cert-manager … done (4s)
    12:00:06  cert-manager  Apply the issuers: as planned
    12:00:06  cert-manager  done (6s)
    12:00:08  cni           cni/release … failed: helm ended with exit code 1
    12:00:08  cni           known pitfall KP0401
    12:00:08  cni           2 steps skipped: off in kp.yaml
    12:00:08  cni           1 step skipped: only kubeadm has it
    12:00:08  cni           failed (0.9s)
    12:00:08                warning: the disk is nearly full
    12:00:09                failed after 9s
    "
  `)
})

test('verbose adds beginnings, tools and what they say', () => {
  const text = print({verbose: true, unicode: false})
  expect(text).toContain('12:00:01  cert-manager  Install cert-manager ...\n')
  expect(text).toContain('$ helm upgrade --install cert-manager\n')
  expect(text).toContain('stand-in chart\n')
  expect(text).toContain('check cert-manager.ready: pass: 3 of 3\n')
  expect(text).toContain('Install Hubble: skipped: off in kp.yaml\n')
  expect(text).not.toContain('steps skipped')
})

test('after 30 seconds of silence a line says what still runs', () => {
  const stdout = memory()
  const view = createPlainView({stdout, unicode: true})
  for (const event of EVENTS.slice(0, 5)) view.listen(event)
  vi.advanceTimersByTime(29_000)
  expect(stdout.text()).not.toContain('still')
  vi.advanceTimersByTime(31_500)
  expect(stdout.text().match(/12:00:30  cert-manager  Install cert-manager: still running \(29s\)\n/g)).toHaveLength(1)
  expect(stdout.text()).toContain('12:01:00  cert-manager  Install cert-manager: still running (59s)\n')
  view.listen(EVENTS[10]!)
  vi.advanceTimersByTime(120_000)
  expect(stdout.text().match(/still/g)).toHaveLength(2)
  void view.finish()
  expect(vi.getTimerCount()).toBe(0)
})

test('a countdown is told now and then', () => {
  const stdout = memory()
  const view = createPlainView({stdout, unicode: true})
  for (let second = 0; second < 15; second++) view.listen(eventAt(second, 'lock.waiting', {data: {holder: 'anna@laptop', remainingMs: (15 - second) * 1000}}))
  expect(stdout.text()).toBe('12:00:00  waiting for the lock of anna@laptop, 15s left\n12:00:10  waiting for the lock of anna@laptop, 5s left\n'.replaceAll('  waiting', '  waiting'))
  void view.finish()
})
