/** Proxies and an own CA bundle: for kp's own requests, and for the tools that it starts. */
import {readFileSync} from 'node:fs'
import {parse} from 'yaml'
import {KpError} from '../engine/errors.ts'
import {providerHas} from '../spec/provider-facts.ts'
import type {EnvironmentSpec} from '../spec/types.ts'
import type {ClusterAccess} from '../tools/kubectl.ts'

type Env = Record<string, string | undefined>

const PROXIES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']
/** What is never behind a proxy: this machine, and names inside of a cluster. */
const NEAR = ['localhost', '127.0.0.1', '::1', '.svc', '.cluster.local']

/** The settings as something that is done before the first request, once: reading a bundle costs a short command a tenth of its time. */
export function networkOnce(env: Env): () => void {
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
export function honourNetworkSettings(env: Env): void {
  if (hasProxy(env)) process.getBuiltinModule('node:http').setGlobalProxyFromEnv(env)
  const bundle = env['SSL_CERT_FILE']
  if (bundle === undefined || bundle === '') return
  try {
    const tls = process.getBuiltinModule('node:tls')
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(bundle, 'utf8')])
  } catch (error) {
    throw new KpError({code: 'FILE_SYSTEM', message: `the CA bundle of SSL_CERT_FILE or NODE_EXTRA_CA_CERTS cannot be used: ${bundle}`, next: ['set SSL_CERT_FILE to a file with PEM certificates, or unset it'], cause: error})
  }
}

/**
 * The environment with what proxies and an own CA mean for kp and its tools: where a proxy is set, `NO_PROXY` also names what is
 * near and what is given; a CA bundle has the name that tools in Go read and the one that Node reads.
 * @param direct hosts and ranges that are reached without a proxy
 */
export function networkEnvironment(env: Env, direct: readonly string[] = []): Env {
  return {...env, ...withoutProxy(env, direct), ...sharedBundle(env)}
}

function hasProxy(env: Env): boolean {
  return PROXIES.some((name) => env[name])
}

function withoutProxy(env: Env, direct: readonly string[]): Env {
  if (!hasProxy(env)) return {}
  const said = [env['NO_PROXY'], env['no_proxy']].flatMap((list) => (list ?? '').split(/[\s,]+/)).filter((entry) => entry !== '')
  // Both forms: some tools read one alone.
  const list = said.includes('*') ? '*' : [...new Set([...said, ...NEAR, ...direct])].join(',')
  return {NO_PROXY: list, no_proxy: list}
}

function sharedBundle(env: Env): Env {
  const bundle = env['SSL_CERT_FILE'] || env['NODE_EXTRA_CA_CERTS']
  return bundle ? {SSL_CERT_FILE: bundle, NODE_EXTRA_CA_CERTS: env['NODE_EXTRA_CA_CERTS'] || bundle} : {}
}

/** Hosts and ranges of an environment's cluster, as far as they are known: those that kp.yaml decides on, and the API server. */
export function clusterHosts({network, provider}: Pick<EnvironmentSpec, 'network' | 'provider'>, access: ClusterAccess): string[] {
  return [
    ...(providerHas.addresses(provider) ? [network.podCidr, network.serviceCidr] : []),
    ...(providerHas.vpc(provider) ? [network.vpcCidr] : []),
    ...apiServerHost(access),
  ]
}

interface Kubeconfig {
  'current-context'?: string
  contexts?: {name?: string; context?: {cluster?: string}}[]
  clusters?: {name?: string; cluster?: {server?: string; 'proxy-url'?: string}}[]
}

/** The host of the API server; none where there is no kubeconfig yet, or where it names a proxy of its own. */
function apiServerHost({kubeconfig, context}: ClusterAccess): string[] {
  try {
    const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig | null
    const name = config?.contexts?.find((one) => one.name === (context ?? config['current-context']))?.context?.cluster
    const cluster = config?.clusters?.find((one) => one.name === name)?.cluster
    if (cluster?.server === undefined || cluster['proxy-url'] !== undefined) return []
    return [new URL(cluster.server).hostname.replace(/^\[|\]$/g, '')]
  } catch {
    // What is wrong with it is told where the cluster is asked.
    return []
  }
}

/** The same for an environment; nothing is read where no proxy is set. */
export function environmentOf(env: Env, spec: Pick<EnvironmentSpec, 'network' | 'provider'>, access: ClusterAccess): Env {
  return networkEnvironment(env, hasProxy(env) ? clusterHosts(spec, access) : [])
}
