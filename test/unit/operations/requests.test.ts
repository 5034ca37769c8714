/** Requests from outside: what counts, spans, gaps. */
import {describe, expect, it} from 'vitest'
import {targetsOfRoutes, watchRequests} from '../../../src/operations/requests.ts'
import type {RequestTarget} from '../../../src/operations/requests.ts'
import {systemClock} from '../../../src/engine/clock.ts'

const target = (host: string): RequestTarget => ({scheme: 'http', host, path: '/', address: '127.0.0.1', port: 1})
const wait = (ms: number): Promise<void> => systemClock.sleep(ms)

describe('requests from outside', () => {
  it('count what failed, and the longest time without a good answer', async () => {
    let down = false
    const watch = watchRequests({targets: [target('a.test')], clock: systemClock, everyMs: 5, patienceMs: 200, ask: () => (down ? Promise.reject(new Error('connection refused')) : Promise.resolve(200))})
    await watch.ready()
    const before = watch.mark()
    await wait(50)
    down = true
    const during = watch.mark()
    await wait(100)
    down = false
    await wait(50)
    const [quiet, bad] = [before(), during()]
    const total = await watch.stop()
    expect(quiet.failed).toBe(bad.failed)
    expect(bad.failed).toBeGreaterThan(5)
    expect(bad.longestGapMs).toBeGreaterThanOrEqual(90)
    expect(total.sent).toBeGreaterThan(total.failed)
    expect(watch.lastFailure()).toBe('a.test: connection refused')
  })

  it('say that a host is down while it still is, and nothing of what never was up', async () => {
    let down = false
    const ask = ({host}: RequestTarget): Promise<number> => Promise.resolve(host === 'never.test' || down ? 503 : 404)
    const watch = watchRequests({targets: [target('a.test'), target('never.test')], clock: systemClock, everyMs: 5, patienceMs: 30, ask})
    await watch.ready()
    expect(watch.hosts()).toEqual(['a.test'])
    expect(watch.silent()).toEqual(['never.test'])
    expect(watch.total()).toMatchObject({failed: 0, longestGapMs: 0})
    down = true
    await wait(60)
    expect(watch.total().longestGapMs).toBeGreaterThan(40)
    await watch.stop()
    expect(Object.keys(watch.byHost())).toEqual(['a.test'])
  })

  it('send none after they were stopped', async () => {
    let sent = 0
    const watch = watchRequests({targets: [target('a.test')], clock: systemClock, everyMs: 5, ask: () => Promise.resolve((sent += 1, 200))})
    await wait(30)
    await watch.stop()
    const then = sent
    await wait(40)
    expect(sent).toBe(then)
  })
})

describe('whom to ask', () => {
  it('is one target a host, by HTTPS where there is some, and nobody for a star or a redirection', () => {
    const route = (scheme: 'http' | 'https', host: string, leadsTo: string): {scheme: 'http' | 'https'; host: string; path: string; leadsTo: string} => ({scheme, host, path: '/', leadsTo})
    const found = targetsOfRoutes({ports: {http: 80, https: 443}, routes: [route('http', 'a.test', 'Service x/a'), route('https', 'a.test', 'Service x/a'), route('http', '*.test', 'Service x/b'), route('http', 'c.test', '301')]})
    expect(found).toEqual([{scheme: 'https', host: 'a.test', path: '/', address: '127.0.0.1', port: 443}])
    expect(targetsOfRoutes(undefined)).toEqual([])
  })
})
