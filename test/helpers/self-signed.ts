/** A server whose certificate nobody trusts. */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {createServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'

/** Starts it on loopback. @param folder where key and certificate go */
export async function selfSigned(folder: string): Promise<{url: string; close(): Promise<void>}> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], {stdio: 'ignore'})
  const server = createServer({key: readFileSync(key), cert: readFileSync(cert)}, (_, response) => void response.end('apiVersion: v1\nentries: {}\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
  }
}
