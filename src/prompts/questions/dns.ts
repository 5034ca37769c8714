/** What each DNS provider wants besides credentials: the same questions for certificates and for external-dns. */
import type {Path} from '../../spec/paths.ts'
import {secretStore} from './stores.ts'
import {textOf, type Answers, type Choice, type Question} from './types.ts'

/** The providers. */
export const DNS_PROVIDERS: readonly Choice[] = [
  {value: 'route53', lines: ['Amazon Route 53: on AWS a role is enough, no key to rotate.', 'Elsewhere an access key has to be kept and rotated.']},
  {value: 'cloudflare', lines: ['Cloudflare: works from anywhere with an API token for the one zone.', 'The token is a secret of yours; kp wants a reference to it.']},
  {value: 'clouddns', lines: ['Google Cloud DNS: with workload identity no key is needed on GKE.', 'Elsewhere a service account\'s key file has to be kept.']},
  {value: 'azuredns', lines: ['Azure DNS: with a managed identity no key is needed on AKS.', 'Elsewhere a client secret that expires has to be kept.']},
  {value: 'rfc2136', lines: ['Any DNS server of yours that takes dynamic updates, such as BIND.', 'Wants a TSIG key, and port 53 open from the cluster.']},
]

/** Where the questions belong. */
export interface DnsUse {
  /** Before the name of each flag: `dns01`. */
  prefix: string
  phase: string
  /** The settings in kp.yaml. */
  path: Path
  /** In titles: `for certificates`. */
  use: string
  /** Whether DNS is used there at all; `needs` says in words when. */
  when(answers: Answers): boolean
  needs: string
  /** Providers that cannot do without credentials. */
  needsKey: readonly string[]
}

interface Setting {
  id: string
  provider: string
  field: string
  title: string
  why: readonly [string, string]
  /** Only where credentials are given. */
  withKey?: boolean
  optional?: boolean
  /** Kept as an entry of `secrets`. */
  secret?: boolean
}

const SETTINGS: readonly Setting[] = [
  {id: 'access-key-id', provider: 'route53', field: 'accessKeyId', title: 'Id of the access key, as a reference', why: ['It goes with the secret access key that you named.', 'env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY.'], withKey: true, secret: true},
  {id: 'project', provider: 'clouddns', field: 'project', title: 'Google Cloud project of the zone', why: ['The id, as acme-dns-prod: gcloud projects list shows it.', 'Often not the project of the cluster.']},
  {id: 'subscription', provider: 'azuredns', field: 'subscription', title: 'Azure subscription of the zone', why: ['The id: az account show --query id.', 'Often not the subscription of the cluster.']},
  {id: 'resource-group', provider: 'azuredns', field: 'resourceGroup', title: 'Azure resource group of the zone', why: ['Rights on this group, better on the zone alone, are enough.', 'az network dns zone list shows it.']},
  {id: 'tenant', provider: 'azuredns', field: 'tenant', title: 'Azure tenant of the service principal', why: ['The id: az account show --query tenantId.', 'It goes with the client secret that you named.'], withKey: true},
  {id: 'client-id', provider: 'azuredns', field: 'clientId', title: 'Id of the service principal', why: ['The application id, not the object id.', 'It goes with the client secret that you named.'], withKey: true},
  {id: 'nameserver', provider: 'rfc2136', field: 'nameserver', title: 'DNS server that takes the updates', why: ['As ns1.example.com or 10.0.0.53:53.', 'The primary of the zone; pods must reach it.']},
  {id: 'key-name', provider: 'rfc2136', field: 'keyName', title: 'Name of the TSIG key', why: ['As the DNS server knows it; both sides must agree.', 'kp.yaml can say another algorithm than hmac-sha256.']},
]

/** The questions about provider, zone, credentials and settings. */
export function dnsQuestions(use: DnsUse, between: readonly Question[]): Question[] {
  const {prefix, phase, path} = use
  const providerOf = (answers: Answers): string => textOf(answers, `${prefix}-provider`)
  const credentials = `${prefix}-credentials`
  const mustHave = (provider: string): boolean => use.needsKey.includes(provider)
  return [
    {
      id: `${prefix}-provider`, phase, kind: 'choice', title: `Who serves the DNS zone, ${use.use}`, path: [...path, 'provider'],
      why: [prefix === 'dns01' ? 'cert-manager writes a TXT record there for each order.' : 'external-dns writes address records of the domain there.', 'Give it rights on this one zone and no other.'],
      choices: DNS_PROVIDERS, when: use.when, needs: use.needs, initial: () => 'route53',
    },
    ...between,
    {
      id: credentials, phase, kind: 'text', title: prefix === 'dns01' ? 'Credentials for the DNS zone, as a reference' : 'Credentials for external-dns, as a reference', path: [...path, 'secret'],
      store: secretStore([...path, 'secret'], credentials), optional: true,
      why: ['env:NAME, file:PATH, aws-sm:ID or vault:PATH#KEY; never the secret itself.', 'Nothing where a role or identity of the cluster is enough.'],
      when: use.when, needs: use.needs,
      check: (value, answers) => (value === '' && mustHave(providerOf(answers)) ? `must be given: ${providerOf(answers)} wants credentials` : undefined),
      initial: (answers) => (mustHave(providerOf(answers)) ? undefined : ''),
    },
    ...SETTINGS.map((setting): Question => ({
      id: `${prefix}-${setting.id}`, phase, kind: 'text', title: `${setting.title}, ${use.use}`, path: [...path, setting.provider, setting.field], why: setting.why,
      ...(setting.secret === true ? {store: secretStore([...path, setting.provider, setting.field], `${prefix}-${setting.id}`)} : {}),
      when: (answers) => use.when(answers) && providerOf(answers) === setting.provider && (setting.withKey !== true || textOf(answers, credentials) !== ''),
      needs: `${prefix}-provider ${setting.provider}${setting.withKey === true ? ' and credentials' : ''}`,
      initial: () => undefined,
    })),
  ]
}
