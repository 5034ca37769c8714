/** A registry of charts (OCI distribution, reading only) on loopback, with TLS and an authority of its own. */
import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {readFileSync, readdirSync} from 'node:fs'
import {createServer} from 'node:https'
import type {ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {onTestFinished} from 'vitest'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

interface Registry {
  /** `oci://127.0.0.1:PORT/charts` */
  url: string
  /** Path of the certificate of its authority (PEM). */
  ca: string
  /** Paths that were asked for. */
  paths: string[]
}

/**
 * Serves the packages of a folder until the test ends. The certificate is made by openssl.
 * @param charts name and version of each package, which is `<name>-<version>.tgz`
 */
export async function serveCharts(folder: string, charts: readonly {name: string; version: string}[], work: string): Promise<Registry> {
  const [key, ca] = [join(work, 'registry.key'), join(work, 'registry.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=test registry', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', ca], {stdio: 'ignore'})
  const blobs = new Map<string, Buffer>()
  const tags = new Map<string, Map<string, string>>()
  const put = (bytes: Buffer): {digest: string; size: number} => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    blobs.set(digest, bytes)
    return {digest, size: bytes.length}
  }
  for (const {name, version} of charts) {
    const file = readdirSync(folder).find((one) => one === `${name}-${version}.tgz`) ?? `${name}-${version.replace(/^v/, '')}.tgz`
    const config = {mediaType: 'application/vnd.cncf.helm.config.v1+json', ...put(Buffer.from(JSON.stringify({apiVersion: 'v2', name, version})))}
    const layer = {mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', ...put(readFileSync(join(folder, file)))}
    const manifest = put(Buffer.from(JSON.stringify({schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer]})))
    tags.set(name, (tags.get(name) ?? new Map<string, string>()).set(version.replaceAll('+', '_'), manifest.digest))
  }
  const paths: string[] = []
  const server = createServer({key: readFileSync(key), cert: readFileSync(ca)}, (request, response) => {
    const path = new URL(request.url ?? '', 'https://registry').pathname
    paths.push(`${request.method} ${path}`)
    answer(path, request.method === 'HEAD', response, tags, blobs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {url: `oci://127.0.0.1:${(server.address() as AddressInfo).port}/charts`, ca, paths}
}

function answer(path: string, head: boolean, response: ServerResponse, tags: Map<string, Map<string, string>>, blobs: Map<string, Buffer>): void {
  const [, name = '', what = '', reference = ''] = /^\/v2\/charts\/([^/]+)\/(tags|manifests|blobs)\/(.+)$/.exec(path) ?? []
  const send = (body: Buffer, type: string, headers: Record<string, string> = {}): void => {
    response.writeHead(200, {'content-type': type, 'content-length': body.length, ...headers})
    response.end(head ? undefined : body)
  }
  if (path === '/v2/') return send(Buffer.from('{}'), 'application/json')
  const versions = tags.get(name)
  if (what === 'tags' && versions !== undefined) return send(Buffer.from(JSON.stringify({name: `charts/${name}`, tags: [...versions.keys()]})), 'application/json')
  const digest = what === 'manifests' ? (versions?.get(reference) ?? reference) : reference
  const blob = versions === undefined ? undefined : blobs.get(digest)
  if (blob !== undefined) return send(blob, what === 'manifests' ? MANIFEST : 'application/octet-stream', {'docker-content-digest': digest})
  response.writeHead(404, {'content-type': 'application/json'})
  response.end(head ? undefined : JSON.stringify({errors: [{code: 'NAME_UNKNOWN', message: 'there is no such chart'}]}))
}
