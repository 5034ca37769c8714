/** DNS-01 by provider: the solver of the issuer, and the keys of the Secret that it reads. Pure. */
import {regionOf} from '../../components/dns-credentials.ts'
import type {ManifestContext} from '../../context.ts'
import type {SecretKey} from '../shared/secret-object.ts'

/** Secret with the credentials of the DNS provider, in the namespace of cert-manager. */
export const DNS01_SECRET = 'dns01-credentials'

/** A solver, and what it reads. */
export interface DnsSolver {
  solver: Record<string, unknown>
  /** None where the identity of cert-manager's pod is used. */
  keys: Record<string, SecretKey>
}

const ref = (key: string): {name: string; key: string} => ({name: DNS01_SECRET, key})

/** Names of TSIG algorithms in cert-manager. */
const TSIG = {'hmac-sha512': 'HMACSHA512', 'hmac-sha256': 'HMACSHA256', 'hmac-sha1': 'HMACSHA1', 'hmac-md5': 'HMACMD5'} as const

/** The solver of `phases.cert-manager.dns01`. */
export function dnsSolver({spec}: Pick<ManifestContext, 'spec'>): DnsSolver {
  const {dns01} = spec.phases['cert-manager']
  const {solver, keys} = byProvider(spec)
  return {solver: {selector: {dnsZones: [dns01.zone ?? spec.domain]}, dns01: solver}, keys}
}

function byProvider(spec: ManifestContext['spec']): DnsSolver {
  const {provider, zone, secret, route53, clouddns, azuredns, rfc2136} = spec.phases['cert-manager'].dns01
  const only = (key: string): Record<string, SecretKey> => (secret === undefined ? {} : {[key]: {entry: secret}})
  switch (provider) {
    case 'route53': {
      const {accessKeyId, hostedZoneId, region, role} = route53
      return {
        solver: {
          route53: {
            region: region ?? regionOf(spec),
            ...(hostedZoneId === undefined ? {} : {hostedZoneID: hostedZoneId}),
            ...(role === undefined ? {} : {role}),
            ...(accessKeyId === undefined ? {} : {accessKeyIDSecretRef: ref('access-key-id'), secretAccessKeySecretRef: ref('secret-access-key')}),
          },
        },
        keys: accessKeyId === undefined ? {} : {'access-key-id': {entry: accessKeyId}, ...only('secret-access-key')},
      }
    }
    case 'cloudflare':
      return {solver: {cloudflare: {apiTokenSecretRef: ref('api-token')}}, keys: only('api-token')}
    case 'clouddns':
      return {solver: {cloudDNS: {project: clouddns.project, ...(secret === undefined ? {} : {serviceAccountSecretRef: ref('key.json')})}}, keys: only('key.json')}
    case 'azuredns': {
      const {subscription, resourceGroup, tenant, clientId} = azuredns
      const identity = secret === undefined
        ? {managedIdentity: clientId === undefined ? {} : {clientID: clientId}}
        : {tenantID: tenant, clientID: clientId, clientSecretSecretRef: ref('client-secret')}
      return {solver: {azureDNS: {subscriptionID: subscription, resourceGroupName: resourceGroup, hostedZoneName: zone ?? spec.domain, environment: 'AzurePublicCloud', ...identity}}, keys: only('client-secret')}
    }
    case 'rfc2136': {
      const {nameserver = '', keyName, algorithm} = rfc2136
      return {
        solver: {rfc2136: {nameserver: nameserver.includes(':') ? nameserver : `${nameserver}:53`, tsigKeyName: keyName, tsigAlgorithm: TSIG[algorithm], tsigSecretSecretRef: ref('tsig-secret')}},
        keys: only('tsig-secret'),
      }
    }
  }
}
