import {expect, test, vi} from 'vitest'
import {createLiveView} from '../../../src/ui/view.ts'
import {eventAt, memoryTerminal} from './samples.ts'

const HIDE = '\u001b[?25l'
const SHOW = '\u001b[?25h'
const START = eventAt(0, 'run.started', {data: {command: 'up', phases: [{id: 'cni', title: 'Network'}]}})
const PHASE = [eventAt(0, 'phase.started', {phase: 'cni', data: {steps: []}}), eventAt(3, 'phase.finished', {phase: 'cni', data: {state: 'done', durationMs: 3000}})]

test('draws while it runs, leaves the last picture, gives the cursor back', async () => {
  const terminal = memoryTerminal()
  const view = await createLiveView(terminal, {everyMs: 5})
  view.listen(START)
  view.listen(PHASE[0]!)
  await vi.waitFor(() => expect(terminal.stdout.text()).toContain('Network'))
  view.listen(PHASE[1]!)
  await view.finish()
  const text = terminal.stdout.text()
  expect(text.indexOf(HIDE)).toBeGreaterThanOrEqual(0)
  expect(text.lastIndexOf(SHOW)).toBeGreaterThan(text.lastIndexOf(HIDE))
  expect(text).toContain('✔ Network  3s\n')
})

test('finishing twice, and events after it, do nothing', async () => {
  const terminal = memoryTerminal()
  const view = await createLiveView(terminal, {everyMs: 5})
  await view.finish()
  const before = terminal.stdout.text()
  view.listen(START)
  await view.finish()
  view.abandon()
  expect(terminal.stdout.text()).toBe(before)
})

test('where the process ends without notice, the cursor comes back at once', async () => {
  let restore = (): void => undefined
  const terminal = {...memoryTerminal(), onExit: (act: () => void) => ((restore = act), () => undefined)}
  const view = await createLiveView(terminal, {everyMs: 5})
  view.listen(START)
  restore()
  expect(terminal.stdout.text().lastIndexOf(SHOW)).toBeGreaterThan(terminal.stdout.text().lastIndexOf(HIDE))
  await view.finish()
})

test('registers nothing for signals', async () => {
  const before = process.listenerCount('SIGINT')
  const view = await createLiveView(memoryTerminal(), {everyMs: 5})
  expect(process.listenerCount('SIGINT')).toBe(before)
  await view.finish()
})

test('a stream that fails does not end the run', async () => {
  let broken = false
  const terminal = memoryTerminal()
  const write = terminal.stdout.write
  terminal.stdout.write = (text: string) => {
    if (broken) throw new Error('EIO')
    return write(text)
  }
  const view = await createLiveView(terminal, {everyMs: 5})
  view.listen(START)
  broken = true
  view.listen(PHASE[0]!)
  await new Promise((resolve) => setTimeout(resolve, 30))
  await expect(view.finish()).resolves.toBeUndefined()
})
