/** Load is sent for real, to a server of this test; what autoscalers did is told shortly. */
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {figuresOf, percentile} from '../../../../src/operations/loadtest/index.ts'
import {changesOf, sampleOf} from '../../../../src/operations/loadtest/scalers.ts'
import type {ScalerSample} from '../../../../src/operations/loadtest/scalers.ts'
import {sendLoad} from '../../../../src/tools/load.ts'
import type {LoadSecond} from '../../../../src/tools/load.ts'

let asked = 0
const hosts = new Set<string>()
const server = createServer((request, response) => {
  asked += 1
  hosts.add(request.headers.host ?? '')
  response.statusCode = request.url === '/broken' ? 503 : 200
  response.end('ok')
})

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => {
  server.closeAllConnections()
  server.close(resolve)
}))

const order = (path: string, seconds = 2): Parameters<typeof sendLoad>[0] => ({scheme: 'http', address: '127.0.0.1', port: (server.address() as AddressInfo).port, host: 'demo.example.com', path, connections: 4, seconds, rate: 40})

describe('load', () => {
  // How many come through in two seconds is up to the machine; that there are no more than were wanted is not.
  it('is sent at the rate that is wanted, under the name of the host, and counted', async () => {
    const seconds: LoadSecond[] = []
    asked = 0
    const outcome = await sendLoad(order('/'), new AbortController().signal, (one) => seconds.push(one))
    const {requests, latencyMs} = figuresOf(outcome)
    expect([...hosts]).toEqual(['demo.example.com'])
    expect(requests).toMatchObject({failed: 0, errors: 0, failedPercent: 0})
    expect(requests.answered).toBe(outcome.latencies.length)
    expect(requests.answered).toBeGreaterThan(0)
    expect(requests.answered).toBeLessThanOrEqual(asked)
    expect(requests.answered).toBeLessThan(200)
    expect(latencyMs?.p50).toBeLessThanOrEqual(latencyMs?.p95 ?? 0)
    expect(seconds.length).toBeGreaterThan(0)
  })

  it('counts answers of a broken server as failed', async () => {
    const {requests} = figuresOf(await sendLoad(order('/broken', 1), new AbortController().signal, () => {}))
    expect(requests.failed).toBe(requests.answered)
    expect(requests).toMatchObject({failedPercent: 100, statuses: {503: requests.answered}})
  })

  it('ends early when it is stopped', async () => {
    const stop = new AbortController()
    const began = Date.now()
    setTimeout(() => stop.abort(), 300)
    await sendLoad(order('/', 60), stop.signal, () => {})
    expect(Date.now() - began).toBeLessThan(20_000)
  })

  it('of a server that is not there is all failed', async () => {
    const {requests, latencyMs} = figuresOf(await sendLoad({...order('/', 1), port: 1}, new AbortController().signal, () => {}))
    expect(requests).toMatchObject({answered: 0, failedPercent: 100})
    expect(latencyMs).toBeNull()
  })
})

describe('figures', () => {
  it('are those of the nearest rank', () => {
    const hundred = Float64Array.from({length: 100}, (_, index) => index + 1)
    expect([50, 95, 99, 100].map((percent) => percentile(hundred, percent))).toEqual([50, 95, 99, 100])
    expect(percentile(Float64Array.from([7]), 95)).toBe(7)
  })

  it('of autoscalers are its begin, its changes and its end', () => {
    const at = (atMs: number, replicas: number, desired = replicas): ScalerSample => ({atMs, name: 'demo/demo', replicas, desired, min: 2, max: 6, cpuPercent: 50})
    expect(changesOf([at(0, 2), at(2000, 2), at(4000, 2, 4), at(6000, 4), at(8000, 4), at(10_000, 4)]).map(({atMs}) => atMs)).toEqual([0, 4000, 6000, 10_000])
    expect(sampleOf({apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: {name: 'demo', namespace: 'demo'}, spec: {maxReplicas: 6}, status: {currentReplicas: 2, desiredReplicas: 3, currentMetrics: [{type: 'Resource', resource: {name: 'cpu', current: {averageUtilization: 90}}}]}}, 5)).toEqual({atMs: 5, name: 'demo/demo', replicas: 2, desired: 3, min: 1, max: 6, cpuPercent: 90})
  })
})
