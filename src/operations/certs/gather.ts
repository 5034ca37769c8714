/** Every certificate that something would stop without, as facts. Looks only. */
import {readFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {parse} from 'yaml'
import {conditionsOf} from '../../checks/builders.ts'
import {nameOf} from '../../checks/cluster.ts'
import type {PlatformContext} from '../../context.ts'
import {asKpError} from '../../engine/errors.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {peerCertificate} from '../../tools/peer-certificate.ts'
import {certificatesIn, certificatesOf, firstEnd, lastEnd} from './ends.ts'

/** What a certificate is for. */
export type CertificateArea = 'api-server' | 'kubeconfig' | 'etcd' | 'webhook' | 'mesh' | 'ingress' | 'other'

/** One certificate. */
export interface CertificateFact {
  area: CertificateArea
  /** As a person names it: `Certificate shop/web`. */
  object: string
  /** Milliseconds since 1970; undefined where it cannot be known. */
  end: number | undefined
  /** Who renews it by itself; undefined where nobody does. */
  renewedBy?: string
  /** When that is due. */
  renewal?: number
  /** Why nothing is known of it, or why there is none here. */
  unknown?: string
  notApplicable?: string
  /** Why it is no good, whatever its time. */
  complaint?: string
}

const CERT_MANAGER = 'cert-manager.io/v1'
const ADMISSION = 'admissionregistration.k8s.io/v1'
const MESH_NAMESPACES = new Set(['linkerd', 'linkerd-viz', 'istio-system'])
/** Secrets of a mesh whose certificates lie under other names. */
const MESH_SECRETS: Record<string, string> = {'istio-system/cacerts': 'ca-cert.pem', 'istio-system/istio-ca-secret': 'ca-cert.pem', 'linkerd/linkerd-identity-issuer': 'tls.crt'}
const ROOTS = {namespace: 'linkerd', name: 'linkerd-identity-trust-roots'}
/** Keys of Sealed Secrets lie in certificates whose time means nothing. */
const SEALING = 'sealedsecrets.bitnami.com/sealed-secrets-key'
const CERTIFICATE_NAME = 'cert-manager.io/certificate-name'

/** All of them. @throws KpError where a list is refused */
export async function gatherCertificates(ctx: PlatformContext): Promise<CertificateFact[]> {
  const groups = await Promise.all([ofApiServer(ctx), Promise.resolve(ofKubeconfig(ctx)), Promise.resolve(ofEtcd(ctx)), ofWebhooks(ctx), ofSecrets(ctx), ofRoots(ctx)])
  return groups.flat()
}

async function ofApiServer(ctx: PlatformContext): Promise<CertificateFact[]> {
  const object = 'API server'
  const renewedBy = ctx.spec.provider.type === 'eks' ? {renewedBy: 'AWS'} : {}
  try {
    const server = new URL(kubeconfigOf(ctx).server ?? '')
    const shown = await peerCertificate({host: server.hostname.replaceAll(/[[\]]/g, ''), port: Number(server.port === '' ? 443 : server.port), ...(/^[\d.:[\]]+$/.test(server.hostname) ? {} : {servername: server.hostname})})
    return [{area: 'api-server', object, end: shown.validToDate.getTime(), ...renewedBy}]
  } catch (error) {
    return [{area: 'api-server', object, end: undefined, unknown: asKpError(error).message.replace(/^unexpected error: /, '')}]
  }
}

interface Kubeconfig {
  server: string | undefined
  /** Of the person, where it has one. */
  certificate: string | undefined
  authority: string | undefined
}

/** What the kubeconfig of kp says; paths in it are relative to it. */
function kubeconfigOf({access}: Pick<PlatformContext, 'access'>): Kubeconfig {
  const file = parse(readFileSync(access.kubeconfig, 'utf8')) as {
    'current-context'?: string
    contexts?: {name: string; context: {cluster: string; user: string}}[]
    clusters?: {name: string; cluster: Record<string, string>}[]
    users?: {name: string; user: Record<string, string> | null}[]
  }
  const context = file.contexts?.find(({name}) => name === (access.context ?? file['current-context']))?.context
  const cluster = file.clusters?.find(({name}) => name === context?.cluster)?.cluster ?? {}
  const user = file.users?.find(({name}) => name === context?.user)?.user ?? {}
  const textOf = (from: Record<string, string>, key: string): string | undefined => {
    const [data, path] = [from[`${key}-data`], from[key]]
    return data === undefined ? (path === undefined ? undefined : readFileSync(resolve(dirname(access.kubeconfig), path), 'utf8')) : Buffer.from(data, 'base64').toString('utf8')
  }
  return {server: cluster['server'], certificate: textOf(user, 'client-certificate'), authority: textOf(cluster, 'certificate-authority')}
}

function ofKubeconfig(ctx: PlatformContext): CertificateFact[] {
  try {
    const {certificate, authority} = kubeconfigOf(ctx)
    return [
      ...(certificate === undefined ? [] : [{area: 'kubeconfig' as const, object: 'kubeconfig: its certificate', end: firstEnd(certificatesOf(certificate))}]),
      ...(authority === undefined ? [] : [{area: 'kubeconfig' as const, object: 'CA of the cluster', end: lastEnd(certificatesOf(authority)), ...(ctx.spec.provider.type === 'eks' ? {renewedBy: 'AWS'} : {})}]),
    ]
  } catch (error) {
    return [{area: 'kubeconfig', object: 'kubeconfig: its certificate', end: undefined, unknown: asKpError(error).message}]
  }
}

function ofEtcd(ctx: PlatformContext): CertificateFact[] {
  const fact = {area: 'etcd' as const, object: 'etcd', end: undefined}
  if (ctx.lab !== undefined) return [{...fact, notApplicable: 'the etcd of a lab listens on loopback without TLS'}]
  if (ctx.spec.provider.type === 'eks') return [{...fact, notApplicable: 'AWS runs it'}]
  return [{...fact, unknown: 'its certificates are on the nodes of the control plane: sudo kubeadm certs check-expiration'}]
}

interface Hooked {
  webhooks?: {clientConfig?: {caBundle?: string}}[]
  spec?: {caBundle?: string; conversion?: {webhook?: {clientConfig?: {caBundle?: string}}}}
}

async function ofWebhooks(ctx: PlatformContext): Promise<CertificateFact[]> {
  const cluster = await ctx.cluster()
  const lists = await Promise.all([cluster.listKnown(ADMISSION, 'ValidatingWebhookConfiguration'), cluster.listKnown(ADMISSION, 'MutatingWebhookConfiguration'), cluster.listKnown('apiregistration.k8s.io/v1', 'APIService'), cluster.listKnown('apiextensions.k8s.io/v1', 'CustomResourceDefinition')])
  return lists.flat().flatMap((one): CertificateFact[] => {
    const {webhooks = [], spec} = one as Hooked
    const bundles = [...webhooks.map(({clientConfig}) => clientConfig?.caBundle), spec?.caBundle, spec?.conversion?.webhook?.clientConfig?.caBundle].filter((bundle) => bundle !== undefined && bundle !== '')
    const ends = bundles.flatMap((bundle) => lastEnd(certificatesIn(bundle)) ?? [])
    const injected = Object.keys(one.metadata.annotations ?? {}).some((name) => name.startsWith('cert-manager.io/inject-'))
    return ends.length === 0 ? [] : [{area: 'webhook', object: `${one.kind} ${one.metadata.name}`, end: Math.min(...ends), ...(injected ? {renewedBy: 'cert-manager'} : {})}]
  })
}

/** Names of the Secrets that listeners show. */
async function shownSecrets(ctx: PlatformContext): Promise<Set<string>> {
  const cluster = await ctx.cluster()
  const [gateways, ingresses] = await Promise.all([cluster.list('gateway.networking.k8s.io/v1', 'Gateway'), cluster.list('networking.k8s.io/v1', 'Ingress')])
  const ofGateway = (one: KubeObject): string[] => ((one['spec'] as {listeners?: {tls?: {certificateRefs?: {name: string; namespace?: string}[]}}[]} | undefined)?.listeners ?? []).flatMap(({tls}) => (tls?.certificateRefs ?? []).map(({name, namespace}) => `${namespace ?? one.metadata.namespace}/${name}`))
  const ofIngress = (one: KubeObject): string[] => ((one['spec'] as {tls?: {secretName?: string}[]} | undefined)?.tls ?? []).flatMap(({secretName}) => (secretName === undefined ? [] : [`${one.metadata.namespace}/${secretName}`]))
  return new Set([...(gateways ?? []).flatMap(ofGateway), ...(ingresses ?? []).flatMap(ofIngress)])
}

/** Certificates of cert-manager with the Secrets that they keep, and the TLS Secrets that nobody keeps. */
async function ofSecrets(ctx: PlatformContext): Promise<CertificateFact[]> {
  const cluster = await ctx.cluster()
  // Records of helm are Secrets too, and large.
  const [secrets, certificates, shown] = await Promise.all([cluster.listKnown('v1', 'Secret', {labelSelector: 'owner!=helm'}), cluster.list(CERT_MANAGER, 'Certificate'), shownSecrets(ctx)])
  const byName = new Map(secrets.map((secret) => [nameOf(secret.metadata), secret]))
  const areaOf = (name: string, namespace: string | undefined): CertificateArea => (shown.has(name) ? 'ingress' : MESH_NAMESPACES.has(namespace ?? '') ? 'mesh' : 'other')
  const kept = new Set<string>()
  const managed = (certificates ?? []).map((certificate): CertificateFact => {
    const secretName = `${certificate.metadata.namespace}/${(certificate['spec'] as {secretName?: string} | undefined)?.secretName}`
    kept.add(secretName)
    const {notAfter, renewalTime} = (certificate['status'] ?? {}) as {notAfter?: string; renewalTime?: string}
    const ends = [...(notAfter === undefined ? [] : [Date.parse(notAfter)]), ...[firstEnd(certificatesIn(dataOf(byName.get(secretName))['tls.crt']))].filter((end) => end !== undefined)]
    const ready = conditionsOf(certificate).find(({type}) => type === 'Ready')
    return {
      area: areaOf(secretName, certificate.metadata.namespace),
      object: `Certificate ${nameOf(certificate.metadata)}`,
      end: ends.length === 0 ? undefined : Math.min(...ends),
      renewedBy: 'cert-manager',
      ...(renewalTime === undefined ? {} : {renewal: Date.parse(renewalTime)}),
      ...(ready?.status === 'True' ? {} : {complaint: ready?.message ?? 'it was never issued'}),
    }
  })
  const byHand = secrets.flatMap((secret): CertificateFact[] => {
    const name = nameOf(secret.metadata)
    if (kept.has(name) || secret.metadata.labels?.[SEALING] !== undefined || secret.metadata.annotations?.[CERTIFICATE_NAME] !== undefined) return []
    const key = secret['type'] === 'kubernetes.io/tls' ? 'tls.crt' : MESH_SECRETS[name]
    const end = key === undefined ? undefined : firstEnd(certificatesIn(dataOf(secret)[key]))
    return end === undefined ? [] : [{area: areaOf(name, secret.metadata.namespace), object: `Secret ${name}`, end}]
  })
  return [...managed, ...byHand]
}

const dataOf = (secret: KubeObject | undefined): Record<string, string> => (secret?.['data'] ?? {}) as Record<string, string>

/** The anchors that proxies of Linkerd trust. */
async function ofRoots(ctx: PlatformContext): Promise<CertificateFact[]> {
  const roots = await (await ctx.cluster()).get('v1', 'ConfigMap', ROOTS.name, ROOTS.namespace)
  const end = lastEnd(certificatesOf((roots?.['data'] as Record<string, string> | undefined)?.['ca-bundle.crt'] ?? ''))
  return end === undefined ? [] : [{area: 'mesh', object: `ConfigMap ${ROOTS.namespace}/${ROOTS.name}`, end}]
}
