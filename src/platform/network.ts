/** Proxies and an own CA bundle, for kp's own requests; its tools read the same variables themselves. */
import {readFileSync} from 'node:fs'
import {KpError} from '../engine/errors.ts'

const PROXIES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']

/** The settings as something that is done before the first request, once: reading a bundle costs a short command a tenth of its time. */
export function networkOnce(env: Record<string, string | undefined>): () => void {
  let done = false
  return () => {
    if (!done) honourNetworkSettings(env)
    done = true
  }
}

/**
 * Honours `HTTP(S)_PROXY`, `NO_PROXY` and `SSL_CERT_FILE` (`NODE_EXTRA_CA_CERTS` is read by Node itself).
 * @throws KpError FILE_SYSTEM where the CA bundle cannot be read
 */
export function honourNetworkSettings(env: Record<string, string | undefined>): void {
  if (PROXIES.some((name) => env[name])) process.getBuiltinModule('node:http').setGlobalProxyFromEnv(env)
  const bundle = env['SSL_CERT_FILE']
  if (bundle === undefined || bundle === '') return
  try {
    const tls = process.getBuiltinModule('node:tls')
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(bundle, 'utf8')])
  } catch (error) {
    throw new KpError({code: 'FILE_SYSTEM', message: `the CA bundle of SSL_CERT_FILE cannot be used: ${bundle}`, next: ['set SSL_CERT_FILE to a file with PEM certificates, or unset it'], cause: error})
  }
}
