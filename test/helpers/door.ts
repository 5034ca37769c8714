/** A front door for tests of checks: HTTP and HTTPS on loopback, with one answer to everything. */
import {createServer as createPlainServer} from 'node:http'
import type {RequestListener, Server} from 'node:http'
import {createServer as createSecureServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {onTestFinished} from 'vitest'
import {DEMO_CERTIFICATE} from '../data/demo-certificate.ts'

/** Serves until the test ends. @returns the ports */
export async function openDoor(status: number, headers: Record<string, string> = {}): Promise<{http: number; https: number}> {
  const answer: RequestListener = (_, response) => void response.writeHead(status, headers).end()
  const servers: Server[] = [createPlainServer(answer), createSecureServer(DEMO_CERTIFICATE, answer)]
  const [http = 0, https = 0] = await Promise.all(servers.map(listen))
  return {http, https}
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
