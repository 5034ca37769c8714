/** The listeners of the front door: HTTP and HTTPS on loopback, open only while somebody would answer in the cluster. */
import {createServer as createPlainServer} from 'node:http'
import type {IncomingMessage, RequestListener, Server, ServerResponse} from 'node:http'
import {createServer as createSecureServer} from 'node:https'
import type {TLSSocket} from 'node:tls'
import {setTimeout as sleep} from 'node:timers/promises'
import {decide, NO_ROUTE} from './decide.ts'
import type {Chance} from './decide.ts'
import type {Certificates} from './certificates.ts'
import type {Served} from './metrics.ts'
import {lookUp} from './table.ts'
import type {Asked, Outcome, Table} from './types.ts'
import {BEHAVIOURS, isOpen} from './ways.ts'
import type {World} from './world.ts'

/** What the listeners are given. */
export interface DoorSettings {
  ports: {http: number; https: number}
  world: World
  table(): Table
  certificates: Certificates
  chance: Chance
  served(what: Served): void
  log(line: string): void
}

/** The listeners. */
export interface Door {
  /** Opens or closes them, as the cluster is now. */
  follow(): void
  connections(): Promise<number>
  close(): void
}

/** Makes them, closed. */
export function createDoor(settings: DoorSettings): Door {
  const {certificates, table, ports, log} = settings
  const plain = createPlainServer(answerBy('http', settings))
  const secure = createSecureServer(
    {SNICallback: (name, done) => {
      const context = certificates.contextFor(table(), name.toLowerCase())
      if (context === undefined) done(new Error(`there is no certificate for ${name}`))
      else done(null, context)
    }},
    answerBy('https', settings),
  )
  const doors: [Server, number][] = [[plain, ports.http], [secure, ports.https]]
  for (const [server] of doors) {
    server.on('error', (error) => log(error.message))
    server.on('tlsClientError', () => {})
    server.keepAliveTimeout = 60_000
  }
  return {
    follow() {
      const open = table().ways.some((way) => isOpen(settings.world, way))
      for (const [server, port] of doors) {
        if (open && !server.listening) server.listen(port, '127.0.0.1')
        if (open || !server.listening) continue
        server.close()
        server.closeAllConnections()
      }
    },
    async connections() {
      const counts = await Promise.all(doors.map(([server]) => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))))
      return counts.reduce((sum, count) => sum + count, 0)
    },
    close() {
      for (const [server] of doors) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

function answerBy(scheme: 'http' | 'https', settings: DoorSettings): RequestListener {
  return (request, response) => {
    request.resume()
    void answer(scheme, settings, request, response).catch((error: unknown) => {
      settings.log(error instanceof Error ? error.message : String(error))
      response.destroy()
    })
  }
}

async function answer(scheme: 'http' | 'https', {world, table, chance, served}: DoorSettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now()
  const asked: Asked = {
    scheme,
    servername: scheme === 'https' ? ((request.socket as TLSSocket).servername || undefined) : undefined,
    host: hostOf(request.headers.host ?? ''),
    path: request.url?.startsWith('/') === true ? request.url : '/',
    method: request.method ?? 'GET',
    headers: request.headers,
  }
  const {entry, way} = lookUp(table(), asked)
  if (way === undefined) {
    response.destroy()
    return
  }
  const outcome = entry === undefined ? NO_ROUTE : decide(world, entry, asked, chance)
  if (outcome.kind !== 'redirect' && outcome.delayMs > 0) await untilOrGone(outcome.delayMs, response)
  if (response.destroyed) return
  const {headers, text} = write(outcome, asked)
  response.writeHead(outcome.status, {server: BEHAVIOURS[way.controller].server, 'content-type': 'text/plain; charset=utf-8', ...headers})
  response.end(asked.method === 'HEAD' ? undefined : text)
  served({way, entry, asked, outcome, status: outcome.status, ms: performance.now() - started})
}

async function untilOrGone(ms: number, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  response.on('close', leave)
  await sleep(ms, undefined, {signal: gone.signal}).catch(() => {})
  response.off('close', leave)
}

function write(outcome: Outcome, {path}: Asked): {headers: Record<string, string>; text: string} {
  switch (outcome.kind) {
    case 'answer':
      return {headers: {'x-lab-pod': outcome.pod}, text: outcome.status < 400 ? `${outcome.pod} answers.\n` : `${outcome.pod} fails.\n`}
    case 'redirect':
      return {headers: {location: `${outcome.scheme}://${outcome.host}${outcome.port === undefined ? '' : `:${outcome.port}`}${path}`}, text: ''}
    case 'refuse':
      return {headers: {'x-lab-reason': outcome.reason}, text: `${outcome.reason}\n`}
  }
}

/** A host without its port, in lower case. */
export function hostOf(header: string): string {
  return header.toLowerCase().replace(/:\d+$/, '')
}
