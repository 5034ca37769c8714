/** Reads a small document from a program of this machine. No proxy has a part in it. */
import {request} from 'node:http'

const PATIENCE_MS = 5000

/** The document at a port of 127.0.0.1; undefined where nobody answers, or with something else. Never throws. */
export function readJsonAt(port: number, path: string, timeoutMs = PATIENCE_MS): Promise<unknown> {
  return new Promise((resolve) => {
    const asked = request({host: '127.0.0.1', port, path, agent: false, timeout: timeoutMs}, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => resolve(answer.statusCode === 200 ? parsed(Buffer.concat(parts).toString('utf8')) : undefined))
      answer.on('error', () => resolve(undefined))
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(undefined))
    asked.end()
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
