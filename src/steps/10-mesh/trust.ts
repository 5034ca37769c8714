/** Whom proxies trust: the anchor, the certificate that signs theirs, and how both are renewed. */
import {X509Certificate} from 'node:crypto'
import {ownLabels} from '../../checks/labels.ts'
import type {ManifestContext, PlatformContext, PlatformStep} from '../../context.ts'
import {KpError} from '../../engine/errors.ts'
import {durationSeconds} from '../../spec/units.ts'
import type {KubeObject} from '../../tools/kube-api.ts'
import {applyObjects} from '../../tools/kubectl.ts'
import {manifestSet} from '../shared/manifest-set.ts'
import {onCluster} from '../shared/on-cluster.ts'
import {secretObject} from '../shared/secret-object.ts'
import {isIstio, ISTIO, ISTIO_CA, LINKERD, LINKERD_ISSUER, TRUST_ROOTS} from './names.ts'

const ANCHOR = 'mesh-trust-anchor'
const SELF_SIGNED = 'mesh-self-signed'
const HOUR = 3600
const FIELD_MANAGER = 'kp'

const byReference = ({spec}: Pick<ManifestContext, 'spec'>): boolean => spec.phases.mesh.trustAnchor !== undefined

/** Anchor and issuer by cert-manager: the anchor for ten years, the issuer renewed every `rotateEvery`. */
export const certificates: PlatformStep = manifestSet({
  id: 'mesh/certificates',
  title: 'Ask for the trust anchor and the issuer of the mesh',
  objects: meshCertificates,
})

function meshCertificates(ctx: ManifestContext): KubeObject[] {
  const namespace = isIstio(ctx) ? ISTIO : LINKERD
  const own = !byReference(ctx)
  return [
    issuer(namespace, SELF_SIGNED, {selfSigned: {}}),
    ...(own ? [anchor(namespace), issuer(namespace, ANCHOR, {ca: {secretName: ANCHOR}}), signer(ctx, namespace)] : []),
    ...(isIstio(ctx) ? [] : ['linkerd-proxy-injector', 'linkerd-sp-validator', 'linkerd-policy-validator'].map((name) => webhook(name))),
  ]
}

function issuer(namespace: string, name: string, spec: Record<string, unknown>): KubeObject {
  return {apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata: {name, namespace}, spec}
}

const ref = (name: string): Record<string, string> => ({group: 'cert-manager.io', kind: 'Issuer', name})
/** The key stays when the certificate is renewed: what trusts the old one trusts the new one too. */
const KEY = {algorithm: 'ECDSA', size: 256}

function anchor(namespace: string): KubeObject {
  return {
    apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: {name: ANCHOR, namespace},
    spec: {isCA: true, commonName: namespace === ISTIO ? 'root.istio.cluster.local' : 'root.linkerd.cluster.local', secretName: ANCHOR, duration: '87600h', renewBefore: '8760h', privateKey: {...KEY, rotationPolicy: 'Never'}, issuerRef: ref(SELF_SIGNED)},
  }
}

/** Twice as long as it is used: a renewal that fails has the same time again. */
function signer({spec}: ManifestContext, namespace: string): KubeObject {
  const hours = Math.max(1, Math.round(durationSeconds(spec.phases.mesh.rotateEvery) / HOUR))
  const linkerd = namespace === LINKERD
  const name = linkerd ? 'identity.linkerd.cluster.local' : 'istiod.istio-system.svc'
  return {
    apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: {name: linkerd ? LINKERD_ISSUER : ISTIO_CA, namespace},
    spec: {isCA: true, commonName: name, dnsNames: [name], secretName: linkerd ? LINKERD_ISSUER : ISTIO_CA, duration: `${hours * 2}h`, renewBefore: `${hours}h`, usages: ['cert sign', 'crl sign', 'server auth', 'client auth'], privateKey: {...KEY, rotationPolicy: 'Always'}, issuerRef: ref(ANCHOR)},
  }
}

/** The chart would make one for a year that nobody renews. */
function webhook(name: string): KubeObject {
  return {
    apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: {name, namespace: LINKERD},
    spec: {secretName: `${name}-k8s-tls`, duration: '2160h', renewBefore: '720h', dnsNames: [`${name}.${LINKERD}.svc`], privateKey: {...KEY, rotationPolicy: 'Always'}, issuerRef: ref(SELF_SIGNED)},
  }
}

/** Your own anchor and issuer, by reference. */
export const ownIssuer: PlatformStep = secretObject({
  id: 'mesh/own-issuer',
  title: 'Hand your issuer to the mesh',
  podSecurity: 'privileged',
  secret(ctx) {
    const {trustAnchor} = ctx.spec.phases.mesh
    if (trustAnchor === undefined) return 'cert-manager makes anchor and issuer'
    const keys = {'ca.crt': {entry: trustAnchor.certificate}, 'tls.crt': {entry: trustAnchor.issuerCertificate}, 'tls.key': {entry: trustAnchor.issuerKey}}
    return isIstio(ctx) ? {name: ISTIO_CA, namespace: ISTIO, type: 'kubernetes.io/tls', keys} : {name: LINKERD_ISSUER, namespace: LINKERD, type: 'kubernetes.io/tls', keys}
  },
})

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** The certificates of a text, each with its end; what cannot be read is left out. */
export function certificatesIn(text: string): {pem: string; fingerprint: string; subject: string; ends: number}[] {
  return (text.match(PEM) ?? []).flatMap((pem) => {
    try {
      const read = new X509Certificate(pem)
      return [{pem, fingerprint: read.fingerprint256, subject: read.subject.replaceAll('\n', ', '), ends: Date.parse(read.validTo)}]
    } catch {
      return []
    }
  })
}

/** What proxies of Linkerd are to trust: the anchor of now, and older ones until they end, so that a change of anchor cuts nobody off. */
export function bundleOf(anchors: string, before: string, now: number): string {
  const wanted = certificatesIn(anchors)
  const older = certificatesIn(before).filter((one) => one.ends > now && !wanted.some(({fingerprint}) => fingerprint === one.fingerprint))
  return [...wanted, ...older].map(({pem}) => `${pem}\n`).join('')
}

async function textOf(ctx: PlatformContext, kind: 'Secret' | 'ConfigMap', name: string, key: string): Promise<string | undefined> {
  const found = await (await ctx.cluster()).get('v1', kind, name, LINKERD)
  const text = (found?.['data'] as Record<string, string> | undefined)?.[key]
  return text === undefined || kind === 'ConfigMap' ? text : Buffer.from(text, 'base64').toString('utf8')
}

/** Copies the anchor from the issuer's Secret to where the proxies of Linkerd read it. Anchors are public: no secret is shown. */
export const trustRoots: PlatformStep = onCluster({
  id: 'mesh/trust-roots',
  title: 'Tell the proxies which anchor to trust',
  risk: 'none',
  verify: ['mesh.trust'],
  appliesTo: (ctx) => (isIstio(ctx) ? 'istiod hands out its anchor by itself' : true),
  async probe(ctx) {
    const [anchors, bundle] = await Promise.all([textOf(ctx, 'Secret', LINKERD_ISSUER, 'ca.crt'), textOf(ctx, 'ConfigMap', TRUST_ROOTS, 'ca-bundle.crt')])
    const name = `ConfigMap ${LINKERD}/${TRUST_ROOTS}`
    if (anchors === undefined) return {state: 'absent', observed: `Secret ${LINKERD}/${LINKERD_ISSUER} has no anchor yet`}
    if (bundle === undefined) return {state: 'absent', observed: `there is no ${name}`}
    if (bundle === bundleOf(anchors, bundle, ctx.clock.now())) return {state: 'satisfied', observed: `${name} names ${certificatesIn(bundle).length} anchors`}
    return {state: 'drifted', observed: `${name} differs`, differences: [{object: name, field: 'data.ca-bundle.crt', wanted: 'the anchor of the issuer, and older ones that have not ended'}]}
  },
  plan: () => Promise.resolve({lines: [`write the anchor of the issuer to ConfigMap ${LINKERD}/${TRUST_ROOTS}`], commands: [`kubectl -n ${LINKERD} get secret ${LINKERD_ISSUER} -o jsonpath='{.data.ca\\.crt}' | base64 -d`]}),
  async apply(ctx) {
    const anchors = await waitForAnchor(ctx)
    const before = (await textOf(ctx, 'ConfigMap', TRUST_ROOTS, 'ca-bundle.crt')) ?? ''
    const object = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: TRUST_ROOTS, namespace: LINKERD, labels: ownLabels(ctx)}, data: {'ca-bundle.crt': bundleOf(anchors, before, ctx.clock.now())}}
    await applyObjects(ctx.exec, ctx.access, [object], {fieldManager: FIELD_MANAGER, doing: 'tell the proxies which anchor to trust'})
  },
})

/** The issuer's Secret comes seconds after its certificate was asked for. */
async function waitForAnchor(ctx: PlatformContext): Promise<string> {
  const until = ctx.clock.now() + 60_000
  for (;;) {
    const anchors = await textOf(ctx, 'Secret', LINKERD_ISSUER, 'ca.crt')
    if (anchors !== undefined || ctx.dryRun) return anchors ?? ''
    if (ctx.clock.now() > until || ctx.signal.aborted) throw new KpError({code: 'STEP_FAILED', message: `Secret ${LINKERD}/${LINKERD_ISSUER} does not come: cert-manager has not issued it`, doing: 'wait for the issuer of the mesh', next: ['kp verify cert-manager', `kubectl -n ${LINKERD} describe certificate ${LINKERD_ISSUER}`]})
    await ctx.clock.sleep(1000, ctx.signal)
    ctx.changed()
  }
}
