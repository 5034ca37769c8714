/** external-dns: the credentials of the DNS provider, the release, and its traffic. */
import {dnsCredentials} from '../../components/dns-credentials.ts'
import {DNS_SECRET} from '../../components/ingress-values.ts'
import type {ManifestContext, PlatformStep} from '../../context.ts'
import {componentStep} from '../shared/component.ts'
import {allowApiServer, networkPolicies} from '../shared/network-policies.ts'
import {secretObject} from '../shared/secret-object.ts'
import type {SecretKey} from '../shared/secret-object.ts'
import {dnsNamespace} from './names.ts'

const POD_SECURITY = 'restricted'

/** Whether external-dns is wanted. */
export const wantsDns = (ctx: Pick<ManifestContext, 'spec'>): true | string => (ctx.spec.phases.ingress.externalDns.enabled ? true : 'phases.ingress.externalDns.enabled is false')

/** The keys of the Secret with its credentials; none where the identity of the pod is used. */
export function dnsKeys({spec}: Pick<ManifestContext, 'spec'>): Record<string, SecretKey> {
  return dnsCredentials(spec, spec.phases.ingress.externalDns).keys
}

const credentials = secretObject({
  id: 'ingress/dns-credentials',
  title: 'Hand the credentials of the DNS provider to external-dns',
  podSecurity: POD_SECURITY,
  verify: ['ingress.dns-credentials'],
  secret(ctx) {
    const wanted = wantsDns(ctx)
    if (wanted !== true) return wanted
    const keys = dnsKeys(ctx)
    if (Object.keys(keys).length === 0) return 'external-dns takes the identity of its pod'
    return {name: DNS_SECRET, namespace: dnsNamespace(ctx), keys}
  },
})

const policies = (platform: ManifestContext): PlatformStep => networkPolicies({
  id: 'ingress/dns-policies',
  namespace: dnsNamespace(platform),
  rules(ctx) {
    const {provider, rfc2136} = ctx.spec.phases.ingress.externalDns
    const port = Number(rfc2136.nameserver?.split(':')[1] ?? 53)
    const ports = provider === 'rfc2136' ? [{protocol: 'TCP', port}, {protocol: 'UDP', port}] : [{protocol: 'TCP', port: 443}]
    return [allowApiServer(), {name: 'allow-dns-provider', pods: {'app.kubernetes.io/name': 'external-dns'}, egress: [{ports}]}]
  },
})

/** Its steps, in order. */
export function dnsSteps(ctx: ManifestContext): PlatformStep[] {
  const closed = policies(ctx)
  return [
    credentials,
    componentStep({id: 'ingress/external-dns', title: 'Install external-dns', component: 'external-dns', podSecurity: POD_SECURITY, appliesTo: wantsDns, verify: ['ingress.dns-ready']}),
    {...closed, appliesTo: (one) => (wantsDns(one) === true ? (closed.appliesTo?.(one) ?? true) : wantsDns(one))},
  ]
}
