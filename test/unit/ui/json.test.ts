import {PassThrough} from 'node:stream'
import {expect, test} from 'vitest'
import {createJsonView, eventLine, resultLine, writeWhole} from '../../../src/ui/json.ts'
import {createRedactor} from '../../../src/ui/redact.ts'
import {startView} from '../../../src/ui/views.ts'
import {eventAt, memory, memoryTerminal} from './samples.ts'

test('one event a line, compact, absent fields left out', () => {
  expect(eventLine(eventAt(1, 'note', {text: 'a\nb'}))).toBe('{"event":"note","time":"2026-11-21T12:00:01.000Z","text":"a\\nb"}')
  expect(eventLine(eventAt(1, 'step.probed', {phase: 'cni', step: 'cni/release', data: {state: 'absent'}}))).toBe(
    '{"event":"step.probed","time":"2026-11-21T12:00:01.000Z","phase":"cni","step":"cni/release","data":{"state":"absent"}}',
  )
})

test('every line is JSON, redacted, and the result is one line too', async () => {
  const stdout = memory()
  const view = createJsonView(stdout, createRedactor(['true', 'hunter2']).value)
  view.listen(eventAt(1, 'tool.started', {data: {command: 'login hunter2', mutates: true}}))
  await view.finish()
  view.listen(eventAt(2, 'note', {text: 'too late'}))
  expect(stdout.text().split('\n')).toHaveLength(2)
  expect(JSON.parse(stdout.text())).toMatchObject({event: 'tool.started', data: {command: 'login ***', mutates: true}})
  expect(resultLine({schema: 'kp/up/v1', a: '\n'})).toBe('{"schema":"kp/up/v1","a":"\\n"}\n')
})

test('a large result is written whole before it goes on; a reader that is gone is no error', async () => {
  const stream = new PassThrough({highWaterMark: 16})
  const read = stream.toArray()
  const text = 'x'.repeat(200_000)
  await writeWhole(stream, text)
  stream.end()
  expect(Buffer.concat(await read).toString()).toBe(text)

  const gone = new PassThrough()
  gone.on('error', () => undefined)
  gone.destroy()
  await expect(writeWhole(gone, 'x')).resolves.toBeUndefined()
})

test('the view fits where it is shown', async () => {
  const event = eventAt(0, 'note', {text: 'hello'})
  const json = memoryTerminal()
  const first = await startView(json, {json: true, verbose: false})
  first.listen(event)
  await first.finish()
  expect(json.stdout.text()).toMatch(/^\{"event":"note"/)

  const pipe = memoryTerminal({isTTY: false})
  const second = await startView(pipe, {json: false, verbose: false})
  second.listen(event)
  await second.finish()
  expect(pipe.stdout.text()).toMatch(/ {2}hello\n$/)

  const screen = memoryTerminal()
  const third = await startView(screen, {json: false, verbose: false})
  third.listen(event)
  await third.finish()
  expect(screen.stdout.text()).toContain('› hello')
})
