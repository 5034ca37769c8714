/** Proxies and an own CA, for kp and for its tools; against a proxy of this test's own. */
import {execFile} from 'node:child_process'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {promisify} from 'node:util'
import {describe, expect, it, onTestFinished} from 'vitest'
import {clusterHosts, environmentOf, networkEnvironment} from '../../../src/platform/network.ts'
import {createExec} from '../../../src/tools/exec.ts'
import {serve} from '../../helpers/http.ts'
import {NODE, PROJECT} from '../../helpers/run-kp.ts'
import {tempFolder} from '../../helpers/temp.ts'
import {EKS, MINIMAL, resolved} from '../spec/helper.ts'

const PROXY = {HTTPS_PROXY: 'http://127.0.0.1:3128'}
const NOWHERE = {kubeconfig: '/nowhere/kubeconfig'}

function kubeconfig(cluster: object): string {
  const path = join(tempFolder(), 'kubeconfig')
  writeFileSync(path, JSON.stringify({'current-context': 'a', contexts: [{name: 'a', context: {cluster: 'one'}}, {name: 'b', context: {cluster: 'two'}}], clusters: [{name: 'one', cluster}, {name: 'two', cluster: {server: 'https://[2001:db8::1]:6443'}}]}))
  return path
}

/** Runs kp's own code in another process: what it sets holds for a whole process. */
async function fetchWith(env: Record<string, string>, url: string): Promise<string> {
  const code = `import {networkEnvironment, networkOnce} from ${JSON.stringify(pathToFileURL(join(PROJECT, 'src/platform/network.ts')).href)}
    networkOnce(networkEnvironment(process.env))()
    console.log(await fetch(${JSON.stringify(url)}).then((answer) => answer.text()))`
  const {stdout} = await promisify(execFile)(NODE, ['--input-type=module', '-e', code], {env: {PATH: process.env['PATH'], ...env}, timeout: 20_000})
  return stdout.trim()
}

/** A proxy that answers plain requests itself, also through a tunnel; it knows names that nobody else does. */
async function proxy(): Promise<{url: string; asked: string[]}> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('by the proxy')
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`)
    if (request.url?.endsWith(':80') !== true) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.once('data', () => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\nby the proxy'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked}
}

describe('networkEnvironment', () => {
  it('changes nothing without a proxy and a bundle', () => {
    expect(networkEnvironment({PATH: '/bin', NO_PROXY: 'a'}, ['10.0.0.1'])).toEqual({PATH: '/bin', NO_PROXY: 'a'})
  })

  it('adds what is near and what is given to what was said, in both forms, each once', () => {
    const {NO_PROXY, no_proxy: small} = networkEnvironment({...PROXY, NO_PROXY: 'git.acme.test, localhost', no_proxy: 'old.acme.test'}, ['10.0.0.1', 'git.acme.test'])
    expect(NO_PROXY?.split(',')).toEqual(['git.acme.test', 'localhost', 'old.acme.test', '127.0.0.1', '::1', '.svc', '.cluster.local', '10.0.0.1'])
    expect(small).toBe(NO_PROXY)
    expect(networkEnvironment({...PROXY, NO_PROXY: '*'}, ['10.0.0.1'])['NO_PROXY']).toBe('*')
  })

  it.each([
    [{SSL_CERT_FILE: '/a.pem'}, {SSL_CERT_FILE: '/a.pem', NODE_EXTRA_CA_CERTS: '/a.pem'}],
    [{NODE_EXTRA_CA_CERTS: '/b.pem'}, {SSL_CERT_FILE: '/b.pem', NODE_EXTRA_CA_CERTS: '/b.pem'}],
    [{SSL_CERT_FILE: '/a.pem', NODE_EXTRA_CA_CERTS: '/b.pem'}, {SSL_CERT_FILE: '/a.pem', NODE_EXTRA_CA_CERTS: '/b.pem'}],
    [{SSL_CERT_FILE: ''}, {SSL_CERT_FILE: ''}],
  ])('hands a bundle on under both names: %j', (env, wanted) => {
    expect(networkEnvironment(env)).toEqual(wanted)
  })
})

describe('clusterHosts', () => {
  it('are the ranges that kp decides on and the API server', () => {
    const {network, provider} = resolved(MINIMAL)
    expect(clusterHosts({network, provider}, {kubeconfig: kubeconfig({server: 'https://api.acme.test:6443'})})).toEqual(['10.244.0.0/16', '10.96.0.0/12', network.vpcCidr, 'api.acme.test'])
    expect(clusterHosts(resolved(EKS), NOWHERE)).toContain(resolved(EKS).network.vpcCidr)
  })

  it('are the API server alone where the cluster is somebody else\'s', () => {
    const {network, provider} = resolved(`${MINIMAL}provider: {type: existing, kubeconfig: ./kubeconfig}\ndomain: acme.io\nemail: ops@acme.io\n`)
    expect(clusterHosts({network, provider}, {kubeconfig: kubeconfig({server: 'https://10.1.2.3'}), context: 'b'})).toEqual(['2001:db8::1'])
    expect(clusterHosts({network, provider}, {kubeconfig: kubeconfig({server: 'https://10.1.2.3'})})).toEqual(['10.1.2.3'])
    expect(clusterHosts({network, provider}, {kubeconfig: kubeconfig({server: 'https://10.1.2.3', 'proxy-url': 'http://127.0.0.1:1'})})).toEqual([])
    expect(clusterHosts({network, provider}, NOWHERE)).toEqual([])
  })

  it('are only looked up where there is a proxy', () => {
    const spec = resolved(MINIMAL)
    expect(environmentOf({A: 'b'}, spec, NOWHERE)).toEqual({A: 'b'})
    expect(environmentOf(PROXY, spec, NOWHERE)['NO_PROXY']).toContain('10.244.0.0/16')
  })
})

describe('with a proxy of the test', () => {
  it('kp asks the proxy for what is far, and what is near itself', async () => {
    const {url, asked} = await proxy()
    const near = await serve((_, response) => void response.end('by itself'))
    expect(await fetchWith({HTTP_PROXY: url}, 'http://charts.acme.invalid/index.yaml')).toBe('by the proxy')
    expect(asked).toEqual(['CONNECT charts.acme.invalid:80'])
    expect(await fetchWith({HTTP_PROXY: url}, `${near.url}/index.yaml`)).toBe('by itself')
    expect(asked).toHaveLength(1)
  })

  it('kp opens a tunnel for HTTPS, and not where NO_PROXY says so', async () => {
    const {url, asked} = await proxy()
    await expect(fetchWith({HTTPS_PROXY: url}, 'https://charts.acme.invalid/')).rejects.toThrow()
    expect(asked).toEqual(['CONNECT charts.acme.invalid:443'])
    await expect(fetchWith({HTTPS_PROXY: url, no_proxy: 'charts.acme.invalid'}, 'https://charts.acme.invalid/')).rejects.toThrow()
    expect(asked).toHaveLength(1)
  })

  it('its tools are told the same', async () => {
    const exec = createExec({findTool: (name) => Promise.resolve(name), env: environmentOf({...PROXY, NODE_EXTRA_CA_CERTS: '', SSL_CERT_FILE: '/a.pem'}, resolved(MINIMAL), {kubeconfig: kubeconfig({server: 'https://api.acme.test'})}), emit: () => {}, signal: new AbortController().signal, redact: (text) => text})
    const {stdout} = await exec.run({tool: NODE, args: ['-p', 'JSON.stringify([process.env.HTTPS_PROXY, process.env.NO_PROXY, process.env.no_proxy, process.env.SSL_CERT_FILE])'], mutates: false, doing: 'look'})
    const list = 'localhost,127.0.0.1,::1,.svc,.cluster.local,10.244.0.0/16,10.96.0.0/12,10.20.0.0/16,api.acme.test'
    expect(JSON.parse(stdout)).toEqual(['http://127.0.0.1:3128', list, list, '/a.pem'])
  })
})
