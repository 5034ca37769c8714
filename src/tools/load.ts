/** Load by autocannon: many users at once, over connections that stay open. */
import type {Instance} from 'autocannon'

/** What is sent, and how. */
export interface LoadOrder {
  scheme: 'http' | 'https'
  address: string
  port: number
  host: string
  path: string
  connections: number
  seconds: number
  /** Requests a second, all together; undefined: as fast as answers come. */
  rate: number | undefined
}

/** One second of it. */
export interface LoadSecond {
  second: number
  requests: number
  failed: number
}

/** What came of it. */
export interface LoadOutcome {
  sent: number
  /** Answers by status: `200`. */
  statuses: Record<string, number>
  /** Connections that broke, and requests that got no answer in time. */
  errors: number
  timeouts: number
  seconds: number
  bytes: number
  /** Milliseconds of every answer, sorted. */
  latencies: Float64Array
}

const TIMEOUT_SECONDS = 10

/**
 * Sends it, until its time is over or `stop` is aborted.
 * @param onSecond is told what happened, each second
 */
export async function sendLoad({scheme, address, port, host, path, connections, seconds, rate}: LoadOrder, stop: AbortSignal, onSecond: (one: LoadSecond) => void): Promise<LoadOutcome> {
  const {default: autocannon} = await import('autocannon')
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  const counted = {requests: 0, failed: 0, broken: 0, second: 0}
  let ended: (outcome: {error: Error | null; result: CannonResult}) => void = () => {}
  const done = new Promise<{error: Error | null; result: CannonResult}>((resolve) => (ended = resolve))
  const instance: Instance = autocannon({
    url: `${scheme}://${address}:${port}${path}`,
    headers: {host},
    ...(scheme === 'https' ? {servername: host} : {}),
    connections,
    duration: seconds,
    timeout: TIMEOUT_SECONDS,
    ...(rate === undefined ? {} : {overallRate: rate}),
  }, (error: Error | null, result) => ended({error, result}))
  instance.on('response', (_client, status, _bytes, ms) => {
    latencies.push(ms)
    statuses[status] = (statuses[status] ?? 0) + 1
    counted.requests += 1
    if (status >= 500) counted.failed += 1
  })
  instance.on('reqError', () => void (counted.broken += 1))
  const tick = setInterval(() => {
    counted.second += 1
    onSecond({second: counted.second, requests: counted.requests, failed: counted.failed + counted.broken})
    Object.assign(counted, {requests: 0, failed: 0, broken: 0})
  }, 1000)
  const end = (): void => instance.stop()
  stop.addEventListener('abort', end, {once: true})
  try {
    const {error, result} = await done
    if (error !== null && error !== undefined) throw error
    return {sent: result.requests.sent, statuses, errors: result.errors, timeouts: result.timeouts, seconds: result.duration, bytes: result.throughput.total, latencies: Float64Array.from(latencies).toSorted()}
  } finally {
    clearInterval(tick)
    stop.removeEventListener('abort', end)
  }
}

interface CannonResult {
  requests: {sent: number}
  throughput: {total: number}
  errors: number
  timeouts: number
  duration: number
}
