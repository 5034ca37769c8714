/** The DNS providers, for DNS-01 challenges and for external-dns alike. */
import {z} from 'zod'
import {domainName, secretName, text} from './common.ts'

/** Who can serve the DNS zone. */
export const DNS_PROVIDERS = ['route53', 'cloudflare', 'clouddns', 'azuredns', 'rfc2136'] as const

const name = (must: string) => text(/^\S+$/, must)

/** Provider, zone, credentials, and what each provider wants besides. */
export const dnsFields = {
  provider: z.enum(DNS_PROVIDERS).default('route53').describe('Who serves the DNS zone'),
  zone: domainName().optional().describe('DNS zone; default domain'),
  secret: secretName().optional().describe('Entry of secrets with the credentials, where the provider needs some: an API token (cloudflare), the secret access key (route53, with accessKeyId), the JSON key of a service account (clouddns), a client secret (azuredns), the TSIG key (rfc2136)'),
  route53: z.strictObject({
    region: text(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, 'must be an AWS region such as eu-central-1').optional().describe('AWS region; default that of the provider, else us-east-1'),
    accessKeyId: secretName().optional().describe('Entry of secrets with the id of the access key whose secret is in secret; without both the role of the pod or node is used'),
    hostedZoneId: text(/^Z[A-Z0-9]{1,31}$/, 'must be the id of a hosted zone such as Z0123456789ABC').optional().describe('Id of the hosted zone; without it the zone is looked up by name'),
    role: text(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/\S+$/, 'must be the ARN of an IAM role').optional().describe('Role to take on, where the zone belongs to another account'),
  }).prefault({}).describe('Settings for provider route53'),
  clouddns: z.strictObject({
    project: text(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'must be the id of a Google Cloud project').optional().describe('Project of the zone'),
  }).prefault({}).describe('Settings for provider clouddns; without secret the identity of the pod is used'),
  azuredns: z.strictObject({
    subscription: name('must be the id of a subscription').optional().describe('Subscription of the zone'),
    resourceGroup: name('must be the name of a resource group').optional().describe('Resource group of the zone'),
    tenant: name('must be the id of a tenant').optional().describe('Tenant of the service principal whose client secret is in secret'),
    clientId: name('must be the id of a client').optional().describe('Id of the service principal; without secret that of the managed identity'),
  }).prefault({}).describe('Settings for provider azuredns'),
  rfc2136: z.strictObject({
    nameserver: text(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$/, 'must be host or host:port').optional().describe('DNS server that takes the updates'),
    keyName: name('must be the name of a TSIG key').optional().describe('Name of the TSIG key that is in secret'),
    algorithm: z.enum(['hmac-sha512', 'hmac-sha256', 'hmac-sha1', 'hmac-md5']).default('hmac-sha256').describe('Algorithm of the TSIG key'),
  }).prefault({}).describe('Settings for provider rfc2136'),
} as const
