/** Checks of phase 2. */
import {X509Certificate} from 'node:crypto'
import {lookup} from 'node:dns/promises'
import {existsSync, readFileSync} from 'node:fs'
import {BlockList, isIP} from 'node:net'
import {dirname, resolve} from 'node:path'
import {parse} from 'yaml'
import {check, complainAboutCondition, verdict} from '../../checks/builders.ts'
import {LEADERS} from '../../checks/leaders.ts'
import type {PlatformCheck, PlatformContext} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {apiError} from '../../tools/kube-api.ts'
import {lookAtIdentity, whyWrongCluster} from '../../platform/identity.ts'
import {kindChecks} from './checks-kinds.ts'
import {webhookChecks} from './checks-webhooks.ts'

/** Leases by which the leaders of the control plane are known. */
const DAY_MS = 24 * 3600 * 1000

/** Control plane: health, versions, aggregated APIs, webhooks, identity, certificates. */
export const checks: PlatformCheck[] = [
  check({
    id: 'control-plane.readyz',
    title: 'The API server and everything behind it is ready',
    pitfalls: ['KP0203', 'KP0204'],
    within: {deadlineMs: 30_000, everyMs: 1000},
    async run(ctx) {
      const answer = await (await ctx.cluster()).api.request({path: '/readyz?verbose'})
      if (answer.status === 401 || answer.status === 403) throw apiError(answer, 'read /readyz')
      const lines = String(answer.body).split('\n')
      const bad = lines.filter((line) => line.startsWith('[-]'))
      if (answer.status !== 200 && bad.length === 0) bad.push(`/readyz answers ${answer.status}`)
      const good = lines.filter((line) => line.startsWith('[+]')).length
      if (good + bad.length === 0) bad.push('what answers is no Kubernetes API server')
      return verdict(bad, `${good} checks of /readyz are ok`, 'every check of /readyz is ok')
    },
  }),
  check({
    id: 'control-plane.version',
    title: 'The API server runs the minor version of kp.yaml',
    pitfalls: ['KP0206'],
    async run(ctx) {
      const version = (await (await ctx.cluster()).raw('/version')) as {gitVersion?: string; major?: string; minor?: string} | undefined
      const seen = version?.gitVersion ?? 'unknown'
      const minor = seen.match(/^v(\d+\.\d+)/)?.[1]
      if (minor === undefined) return {status: 'unknown', observed: `the API server says ${seen}`}
      return verdict(minor === ctx.spec.kubernetes.version ? [] : [`the API server runs ${seen}`], seen, ctx.spec.kubernetes.version)
    },
  }),
  check({
    id: 'control-plane.apiservices',
    title: 'Every API of the cluster is available',
    pitfalls: ['KP0208'],
    async run(ctx) {
      const services = await (await ctx.cluster()).listKnown('apiregistration.k8s.io/v1', 'APIService')
      const complaints = services.flatMap((service) => complainAboutCondition(service, 'Available') ?? [])
      return verdict(complaints, `${services.length} APIs are available`, 'Available=True for every APIService')
    },
  }),
  ...webhookChecks,
  ...kindChecks,
  check({
    id: 'control-plane.identity',
    title: 'The cluster is the one that this repository was bound to',
    pitfalls: ['KP0211'],
    async run(ctx) {
      const look = await lookAtIdentity(ctx)
      const wrong = whyWrongCluster(ctx, look)
      if (wrong !== undefined) return {status: 'fail', observed: wrong.message, expected: 'the cluster of this environment', evidence: wrong.details}
      return verdict(
        [...(look.local === undefined ? ['this checkout has no record of its cluster'] : []), ...(look.inCluster === undefined ? ['the cluster has no record of its platform'] : [])],
        `kube-system UID ${look.uid}`,
        'both know each other: kp up or kp bind',
      )
    },
  }),
  check({
    id: 'control-plane.cert-expiry',
    title: 'The certificates that kp connects with are valid for more than 14 days',
    pitfalls: ['KP0210'],
    async run(ctx) {
      if (!existsSync(ctx.access.kubeconfig)) return {status: 'unknown', observed: (await ctx.presence()).observed}
      const found = certificatesOf(ctx.access)
      if (found.length === 0) return {status: 'skip', observed: 'the kubeconfig holds no certificates (tokens or a plugin are used)'}
      const days = found.map(({name, validTo}) => ({name, left: Math.floor((validTo - ctx.clock.now()) / DAY_MS)}))
      const complaints = days.filter(({left}) => left < 14).map(({name, left}) => `${name} ends in ${left} days`)
      return verdict(complaints, days.map(({name, left}) => `${name}: ${left} days`).join(', '), 'more than 14 days')
    },
  }),
  check({
    id: 'control-plane.controllers',
    title: 'The scheduler and the controller manager are at work',
    pitfalls: ['KP0204'],
    within: {deadlineMs: 30_000, everyMs: 1000},
    async run(ctx) {
      const leases = (await (await ctx.cluster()).listKnown('coordination.k8s.io/v1', 'Lease')).filter((lease) => lease.metadata.namespace === 'kube-system')
      const found = leases.filter((lease) => LEADERS.includes(lease.metadata.name))
      if (found.length === 0) return {status: 'skip', observed: 'the control plane is managed: its leases are not shown'}
      const complaints = found.flatMap((lease) => {
        const {renewTime, leaseDurationSeconds = 15} = lease['spec'] as {renewTime?: string; leaseDurationSeconds?: number}
        const age = (ctx.clock.now() - Date.parse(renewTime ?? '')) / 1000
        return age <= leaseDurationSeconds * 2 ? [] : [`${lease.metadata.name} has not renewed its lease for ${Math.round(age)} seconds`]
      })
      return verdict(complaints, `${found.map((lease) => lease.metadata.name).join(' and ')} hold their leases`, 'leases that are renewed every few seconds')
    },
  }),
  check({
    id: 'control-plane.exposure',
    title: 'The API server can be reached from where kp.yaml says, and from nowhere else',
    pitfalls: ['KP0201'],
    appliesTo: (ctx) => (ctx.spec.network.endpoint === 'private' ? true : `network.endpoint is ${ctx.spec.network.endpoint}`),
    async run(ctx) {
      const host = await (await ctx.cluster()).api.host()
      const addresses = isIP(host) === 0 ? (await lookup(host, {all: true})).map((one) => one.address) : [host]
      const exposed = addresses.filter((address) => !isPrivate(address))
      return verdict(exposed.map((address) => `${host} is the public address ${address}`), `${host} (${addresses.join(', ')})`, 'network.endpoint is private: loopback or a private address')
    },
  }),
]

interface KubeconfigFile {
  'current-context'?: string
  contexts?: {name: string; context?: {user?: string; cluster?: string}}[]
  users?: {name: string; user?: Record<string, unknown>}[]
  clusters?: {name: string; cluster?: Record<string, unknown>}[]
}

/**
 * The certificates of the context that kp uses, written in the kubeconfig or beside it, and when each ends.
 * @throws KpError CREDENTIALS_MISSING for a kubeconfig or certificate that cannot be read
 */
function certificatesOf({kubeconfig: path, context}: Pick<PlatformContext['access'], 'kubeconfig' | 'context'>): {name: string; validTo: number}[] {
  const read = ({name, field, holder}: {name: string; field: string; holder: Record<string, unknown> | undefined}): {name: string; validTo: number}[] => {
    const data = holder?.[`${field}-data`]
    const file = holder?.[field]
    if (typeof data !== 'string' && typeof file !== 'string') return []
    const pem = typeof data === 'string' ? Buffer.from(data, 'base64') : readFileSync(resolve(dirname(path), String(file)))
    return [{name, validTo: Date.parse(new X509Certificate(pem).validTo)}]
  }
  try {
    const config = (parse(readFileSync(path, 'utf8')) ?? {}) as KubeconfigFile
    const used = config.contexts?.find(({name}) => name === (context ?? config['current-context']))?.context
    return [
      ...(config.users ?? []).filter(({name}) => name === used?.user).map(({name, user}) => ({name: `client certificate of ${name}`, field: 'client-certificate', holder: user})),
      ...(config.clusters ?? []).filter(({name}) => name === used?.cluster).map(({name, cluster}) => ({name: `CA of ${name}`, field: 'certificate-authority', holder: cluster})),
    ].flatMap(read)
  } catch (error) {
    throw new KpError({code: 'CREDENTIALS_MISSING', message: `${path} or a certificate that it names cannot be read: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`, next: ['kp kubeconfig, to see which file it is'], cause: error})
  }
}

/** Addresses that the internet does not route: RFC 1918, RFC 6598, loopback, link-local, RFC 4193. */
function isPrivate(address: string): boolean {
  const list = new BlockList()
  for (const [net, prefix] of [['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16]] as const) list.addSubnet(net, prefix, 'ipv4')
  list.addSubnet('fc00::', 7, 'ipv6')
  list.addSubnet('fe80::', 10, 'ipv6')
  list.addAddress('::1', 'ipv6')
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
