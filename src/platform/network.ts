/** Proxies and an own CA bundle, for kp's own requests; its tools read the same variables themselves. */
import {readFileSync} from 'node:fs'
import http from 'node:http'
import tls from 'node:tls'
import {KpError} from '../engine/errors.ts'

const PROXIES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']

/**
 * Honours `HTTP(S)_PROXY`, `NO_PROXY` and `SSL_CERT_FILE` (`NODE_EXTRA_CA_CERTS` is read by Node itself).
 * @throws KpError FILE_SYSTEM where the CA bundle cannot be read
 */
export function honourNetworkSettings(env: Record<string, string | undefined>): void {
  if (PROXIES.some((name) => env[name])) http.setGlobalProxyFromEnv(env)
  const bundle = env['SSL_CERT_FILE']
  if (bundle === undefined || bundle === '') return
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(bundle, 'utf8')])
  } catch (error) {
    throw new KpError({code: 'FILE_SYSTEM', message: `the CA bundle of SSL_CERT_FILE cannot be used: ${bundle}`, next: ['set SSL_CERT_FILE to a file with PEM certificates, or unset it'], cause: error})
  }
}
