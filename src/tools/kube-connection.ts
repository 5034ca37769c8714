/** One connection to the API server of a kubeconfig: requests, waiting, and what is said where nobody answers. */
import type {Agent, RequestOptions} from 'node:https'
import type {Clock} from '../engine/clock.ts'
import {KpError} from '../engine/errors.ts'

/** An answer of the API server that is not an error of the connection. */
export interface KubeAnswer {
  status: number
  body: unknown
}

/** How a request is made. */
export interface KubeRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  contentType?: string
  accept?: string
  /** Milliseconds; default that of the client. */
  timeoutMs?: number
  /** True for what must still be done when the run was stopped at once: giving the lock back. */
  evenIfStopped?: boolean
  /** True where a refusal (429, 503) is the answer that is wanted, at once. */
  answerAtOnce?: boolean
}

const BUSY_TRIES = 6
const TIMEOUT_MS = 30_000
/** A server that did not answer one read is not asked again for so long: fifty reads would wait one after the other. */
const SILENT_MS = 10_000

/** Options of a client. */
export interface KubeApiOptions {
  kubeconfig: string
  /** A context of that file; default its current one. */
  context?: string
  /** Shown in the audit log: `kp/0.1.0`. */
  userAgent: string
  clock: Clock
  signal: AbortSignal
  /** How long an answer is waited for, in milliseconds; default 30 seconds. */
  timeoutMs?: number
}

/** A connection to one cluster. */
export class KubeConnection {
  readonly #options: KubeApiOptions
  #target: Promise<{server: URL; options: RequestOptions}> | undefined
  #silent: {since: number; error: KpError} | undefined

  constructor(options: KubeApiOptions) {
    this.#options = options
  }

  /**
   * Makes a request. 429 and 503 are waited for as the server asks (`Retry-After`), a few times.
   * @throws KpError CLUSTER_UNREACHABLE where no answer comes
   */
  async request(call: KubeRequest): Promise<KubeAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#once(call)
      const busy = answer.status === 429 || answer.status === 503
      if (!busy || call.answerAtOnce === true || attempt >= BUSY_TRIES || this.#options.signal.aborted) return answer
      await this.#options.clock.sleep(Math.min(answer.retryAfterMs ?? 2 ** attempt * 100, 10_000), this.#options.signal)
    }
  }

  /** Name or address of the API server. */
  async host(): Promise<string> {
    this.#target ??= this.#connect()
    return (await this.#target).server.hostname.replace(/^\[|\]$/g, '')
  }

  async #connect(): Promise<{server: URL; options: RequestOptions}> {
    const {KubeConfig} = await import('@kubernetes/client-node/dist/config.js')
    const config = new KubeConfig()
    try {
      config.loadFromFile(this.#options.kubeconfig)
      if (this.#options.context !== undefined) config.setCurrentContext(this.#options.context)
    } catch (error) {
      throw new KpError({
        code: 'CLUSTER_UNREACHABLE',
        message: `the kubeconfig cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        details: [this.#options.kubeconfig],
        next: ['kp kubeconfig', 'kp doctor'],
        cause: error,
      })
    }
    const server = config.getCurrentCluster()?.server
    if (server === undefined) {
      throw new KpError({code: 'CLUSTER_UNREACHABLE', message: 'the kubeconfig names no cluster', details: [this.#options.kubeconfig], next: ['kp doctor']})
    }
    const options: RequestOptions = {headers: {}}
    try {
      // Over plain HTTP (kubectl proxy) nothing secret is sent, and the library would refuse.
      if (!server.startsWith('http:')) await config.applyToHTTPSOptions(options)
    } catch (error) {
      throw new KpError({
        code: 'CREDENTIALS_MISSING',
        message: `the credentials of the kubeconfig cannot be used: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`,
        details: [this.#options.kubeconfig],
        next: ['log in to the cluster again, then run the same command again', 'kp kubeconfig, to see which file it is'],
        cause: error,
      })
    }
    const agent = options.agent as (Agent & {keepAlive?: boolean}) | undefined
    if (agent !== undefined) {
      agent.keepAlive = true
      agent.maxSockets = 16
    }
    return {server: new URL(server), options}
  }

  async #once(call: KubeRequest): Promise<KubeAnswer & {retryAfterMs?: number}> {
    const {clock} = this.#options
    // What is written (the lock), and who sets a limit, has to be sent each time.
    const patient = call.timeoutMs === undefined && (call.method ?? 'GET') === 'GET'
    if (patient && this.#silent !== undefined && clock.now() - this.#silent.since < SILENT_MS) throw this.#silent.error
    try {
      return await this.#send(call)
    } catch (error) {
      if (patient && error instanceof KpError && error.cause instanceof NoAnswer) this.#silent = {since: clock.now(), error}
      throw error
    }
  }

  async #send(call: KubeRequest): Promise<KubeAnswer & {retryAfterMs?: number}> {
    const timeout = call.timeoutMs ?? this.#options.timeoutMs ?? TIMEOUT_MS
    this.#target ??= this.#connect()
    const {server, options} = await this.#target
    const body = call.body === undefined ? undefined : JSON.stringify(call.body)
    const base = server.pathname.replace(/\/$/, '')
    return new Promise((resolve, reject) => {
      // An import would touch every export of the module, and with them load a WebSocket that nobody needs: 20 ms of each start.
      const {request: make} = process.getBuiltinModule(server.protocol === 'http:' ? 'node:http' : 'node:https')
      const request = make(
        {
          ...options,
          hostname: server.hostname,
          port: server.port || (server.protocol === 'http:' ? 80 : 443),
          method: call.method ?? 'GET',
          path: `${base}${call.path}`,
          ...(call.evenIfStopped === true ? {} : {signal: this.#options.signal}),
          headers: {
            ...(options.headers as Record<string, string>),
            'user-agent': this.#options.userAgent,
            accept: call.accept ?? 'application/json',
            ...(body === undefined ? {} : {'content-type': call.contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(body))}),
          },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
            timer.refresh()
          })
          response.on('error', (error) => reject(this.#unreachable(server, error)))
          response.on('end', () => {
            const retryAfter = Number(response.headers['retry-after'])
            resolve({
              status: response.statusCode ?? 0,
              body: parseBody(text),
              ...(Number.isFinite(retryAfter) ? {retryAfterMs: retryAfter * 1000} : {}),
            })
          })
        },
      )
      // Node's own option counts a TLS handshake that never ends twice.
      const timer = setTimeout(() => request.destroy(new NoAnswer(`no answer within ${Math.round(timeout / 1000)} seconds`)), timeout)
      request.on('close', () => clearTimeout(timer))
      request.on('error', (error) => reject(this.#unreachable(server, error)))
      request.end(body)
    })
  }

  #unreachable(server: URL, error: Error): KpError {
    if (this.#options.signal.aborted) return new KpError({code: 'INTERRUPTED', message: 'stopped', cause: error})
    return new KpError({
      code: 'CLUSTER_UNREACHABLE',
      message: `the API server at ${server.host} does not answer: ${error.message}`,
      next: ['kp doctor', 'kp status', 'run the same command again when the API server is back'],
      cause: error,
    })
  }
}

/** The time of a request was up. */
class NoAnswer extends Error {}

function parseBody(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
