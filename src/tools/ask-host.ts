/** One request to a host at an address of one's choice, as a user would make it: DNS has no part in it. */
import {request as askPlain} from 'node:http'
import {request as askSecure} from 'node:https'
import {checkServerIdentity} from 'node:tls'
import type {TLSSocket} from 'node:tls'

/** What is asked, and where. */
export interface HostRequest {
  scheme: 'http' | 'https'
  /** Address and port that are asked. */
  address: string
  port: number
  /** Name in the handshake and in the header Host. */
  host: string
  /** Default `/`. */
  path?: string
  /** Besides Host. */
  headers?: Record<string, string>
  /** Milliseconds until it is given up; default 5 seconds. */
  timeoutMs?: number
  /** Ends it early. */
  signal?: AbortSignal
}

/** An answer. */
export interface HostAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Why the certificate is not for the host; who signed it is not looked at. */
  wrongCertificate: string | undefined
  ms: number
}

const PATIENCE_MS = 5000

/**
 * Asks once, by a connection of its own.
 * @throws Error where no answer comes: its message says why
 */
export function askHost({scheme, address, port, host, path = '/', headers = {}, timeoutMs = PATIENCE_MS, signal}: HostRequest): Promise<HostAnswer> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const options = {host: address, port, path, method: 'GET', headers: {host, ...headers}, agent: false, timeout: timeoutMs, ...(signal === undefined ? {} : {signal})} as const
    const asked = scheme === 'https' ? askSecure({...options, servername: host, rejectUnauthorized: false}) : askPlain(options)
    let wrongCertificate: string | undefined
    asked.on('response', (answer) => {
      const {socket} = answer
      if (scheme === 'https') wrongCertificate = checkServerIdentity(host, (socket as TLSSocket).getPeerCertificate())?.message
      answer.resume()
      resolve({status: answer.statusCode ?? 0, headers: answer.headers, wrongCertificate, ms: performance.now() - started})
    })
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${Math.round(timeoutMs / 1000)} seconds`)))
    asked.on('error', reject)
    asked.end()
  })
}
