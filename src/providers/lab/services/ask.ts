/** Asks a service whether it is there. */
import {readFile} from 'node:fs/promises'
import {request as plainRequest} from 'node:http'
import {request as secureRequest} from 'node:https'
import {join} from 'node:path'
import type {Answer, ServicePlace} from './types.ts'

const PATIENCE_MS = 5000

/** Whether the service answers as it should. Never throws. */
export async function ask(place: ServicePlace, {path, secure, statuses = [200]}: Answer): Promise<boolean> {
  const ca = secure ? await readFile(join(place.lab.pki, 'ca.crt')).catch(() => undefined) : undefined
  return new Promise((resolve) => {
    const options = {host: '127.0.0.1', port: place.port, path, timeout: PATIENCE_MS, agent: false} as const
    const call = secure ? secureRequest({...options, servername: 'localhost', ...(ca === undefined ? {} : {ca})}) : plainRequest(options)
    call.on('response', (response) => {
      response.resume()
      resolve(statuses.includes(response.statusCode ?? 0))
    })
    call.on('timeout', () => call.destroy())
    call.on('error', () => resolve(false))
    call.on('close', () => resolve(false))
    call.end()
  })
}
