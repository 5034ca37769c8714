/** The certificate that a server shows. Who signed it is not looked at: its time is. */
import {X509Certificate} from 'node:crypto'
import {connect} from 'node:tls'

const PATIENCE_MS = 5000

/** What a handshake showed. @throws Error where nobody answers by TLS */
export function peerCertificate({host, port, servername}: {host: string; port: number; servername?: string}, timeoutMs = PATIENCE_MS): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({host, port, rejectUnauthorized: false, timeout: timeoutMs, ...(servername === undefined ? {} : {servername})}, () => {
      const {raw} = socket.getPeerCertificate() as {raw?: Buffer}
      socket.destroy()
      if (raw === undefined) reject(new Error('it shows no certificate'))
      else resolve(new X509Certificate(raw))
    })
    socket.on('timeout', () => socket.destroy(new Error(`no answer within ${timeoutMs / 1000} seconds`)))
    socket.on('error', reject)
  })
}
