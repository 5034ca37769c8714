/** How external-dns logs in to each DNS provider: as settings, variables and files that name keys of a Secret. Pure. */
import type {EnvironmentSpec} from '../spec/types.ts'

/** The settings of a DNS provider in kp.yaml. */
export type DnsSettings = Pick<EnvironmentSpec['phases']['ingress']['externalDns'], 'provider' | 'secret' | 'zone' | 'route53' | 'clouddns' | 'azuredns' | 'rfc2136'>

/** A key of the Secret: the entry of `secrets` that it comes from, and what is made of its value. */
export interface DnsKey {
  entry: string
  make?(value: string): string
}

/** What external-dns is started with. */
export interface DnsCredentials {
  /** The name of the provider in external-dns. */
  provider: string
  /** Arguments: `--name=value`. */
  args: string[]
  /** Variables: a value, or the key of the Secret. */
  env: Record<string, string | {key: string}>
  /** Where the Secret is mounted as files. */
  files?: string
  /** The keys of the Secret; none: the identity of the pod or node is used. */
  keys: Record<string, DnsKey>
}

/** By provider. Without `secret`, route53 and clouddns take the identity of the pod or node. */
export function dnsCredentials(spec: Pick<EnvironmentSpec, 'provider' | 'domain'>, settings: DnsSettings): DnsCredentials {
  const {secret} = settings
  const keyOf = (key: string): Record<string, DnsKey> => (secret === undefined ? {} : {[key]: {entry: secret}})
  switch (settings.provider) {
    case 'route53': {
      const {region, accessKeyId, hostedZoneId, role} = settings.route53
      return {
        provider: 'aws',
        args: [...(hostedZoneId === undefined ? [] : [`--zone-id-filter=${hostedZoneId}`]), ...(role === undefined ? [] : [`--aws-assume-role=${role}`])],
        env: {AWS_DEFAULT_REGION: region ?? regionOf(spec), ...(accessKeyId === undefined ? {} : {AWS_ACCESS_KEY_ID: {key: 'access-key-id'}, AWS_SECRET_ACCESS_KEY: {key: 'secret-access-key'}})},
        keys: accessKeyId === undefined ? {} : {'access-key-id': {entry: accessKeyId}, ...keyOf('secret-access-key')},
      }
    }
    case 'cloudflare':
      return {provider: 'cloudflare', args: [], env: {CF_API_TOKEN: {key: 'api-token'}}, keys: keyOf('api-token')}
    case 'clouddns':
      return {
        provider: 'google',
        args: settings.clouddns.project === undefined ? [] : [`--google-project=${settings.clouddns.project}`],
        env: secret === undefined ? {} : {GOOGLE_APPLICATION_CREDENTIALS: `${FILES}/key.json`},
        ...(secret === undefined ? {} : {files: FILES}),
        keys: keyOf('key.json'),
      }
    case 'azuredns':
      return azure(settings)
    case 'rfc2136': {
      const {nameserver = '', keyName = '', algorithm} = settings.rfc2136
      const [host = '', port] = nameserver.split(':')
      return {
        provider: 'rfc2136',
        args: [
          `--rfc2136-host=${host}`, ...(port === undefined ? [] : [`--rfc2136-port=${port}`]), `--rfc2136-zone=${settings.zone ?? spec.domain}`,
          `--rfc2136-tsig-keyname=${keyName}`, `--rfc2136-tsig-secret-alg=${algorithm}`, '--rfc2136-tsig-axfr',
        ],
        env: {EXTERNAL_DNS_RFC2136_TSIG_SECRET: {key: 'tsig-secret'}},
        keys: keyOf('tsig-secret'),
      }
    }
  }
}

const FILES = '/etc/kubernetes/credentials'

/** external-dns reads everything about Azure from one file, so the whole file is the secret. */
function azure({azuredns, secret}: DnsSettings): DnsCredentials {
  const {subscription = '', resourceGroup = '', tenant = '', clientId = ''} = azuredns
  return {
    provider: 'azure',
    args: [`--azure-config-file=${FILES}/azure.json`],
    env: {},
    files: FILES,
    keys: secret === undefined ? {} : {'azure.json': {entry: secret, make: (value) => JSON.stringify({tenantId: tenant, subscriptionId: subscription, resourceGroup, aadClientId: clientId, aadClientSecret: value})}},
  }
}

/** The region of the platform, where it has one. Route 53 itself has none. */
export function regionOf({provider}: Pick<EnvironmentSpec, 'provider'>): string {
  return 'region' in provider ? provider.region : 'us-east-1'
}
