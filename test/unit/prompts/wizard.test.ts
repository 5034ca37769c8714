/** The conversation: what is asked, going back, changing, leaving; and that every way gives the same answers. */
import {describe, expect, test} from 'vitest'
import {complete} from '../../../src/prompts/given.ts'
import {asDraft, asPlatformAnswers, compose, type Setting} from '../../../src/prompts/interview.ts'
import {BACK, runWizard, type Agreed, type Asker} from '../../../src/prompts/wizard.ts'
import type {Answers} from '../../../src/prompts/questions/types.ts'
import {defaultPlatform} from '../../../src/spec/defaults.ts'
import {parse, stringify} from 'yaml'
import {EVERYTHING} from './helper.ts'

/** A person with a script: `Title: answer`, in the order of asking; a title may come again. What is not there is accepted. */
function person(script: [title: string, answer: string][]): Asker & {asked: string[]; refused: string[]; said: string} {
  const left = [...script]
  const next = (title: string): string | undefined => (left[0]?.[0] === title ? left.shift()?.[1] : undefined)
  const asker = {
    asked: [] as string[],
    refused: [] as string[],
    said: '',
    say: (text: string) => void (asker.said += text),
    choose(message: string, options: readonly {value: string}[], initial: string | undefined) {
      asker.asked.push(message)
      const answer = next(message) ?? initial ?? ''
      expect(options.map(({value}) => value), message).toContain(answer)
      return Promise.resolve(answer)
    },
    type(message: string, initial: string, check: (text: string) => string | undefined) {
      asker.asked.push(message)
      for (;;) {
        const answer = next(message) ?? initial
        const reason = check(answer)
        if (reason === undefined) return Promise.resolve(answer)
        asker.refused.push(`${message}: ${reason}`)
        expect(left[0]?.[0], `${message}: ${reason}`).toBe(message)
      }
    },
  }
  return asker
}

function talk(script: [string, string][], options: {given?: Answers; setting?: Setting} = {}): {asker: ReturnType<typeof person>; done: Promise<Agreed>} {
  const asker = person(script)
  const look = {question: () => '', summary: (lines: readonly {question: {title: string}; shown: string}[]) => lines.map(({question, shown}) => `${question.title}=${shown}\n`).join('')}
  return {asker, done: runWizard({setting: options.setting ?? EVERYTHING, given: options.given ?? {}, folder: 'acme', asker, look})}
}

const yaml = (answers: Answers, setting: Setting = EVERYTHING): string => defaultPlatform(asPlatformAnswers(compose(answers, setting)))

describe('what is asked', () => {
  test('on the lab: nothing about clouds, kubeconfigs, GPUs or mail', async () => {
    const {asker, done} = talk([])
    const {answers} = await done
    expect(yaml(answers)).toBe(defaultPlatform({name: 'acme'}))
    expect(asker.asked[0]).toBe('Name of the platform')
    for (const title of ['AWS region', 'NAT gateways', 'Kubeconfig of the cluster', 'Machine type of the GPU nodes', 'Mail address for the certificate authority', 'NVIDIA device plugin']) expect(asker.asked).not.toContain(title)
    expect(asker.asked).toContain('Pod network')
  })

  test('only what earlier answers leave open', async () => {
    const off = talk([['What takes requests from outside', 'none']])
    await off.done
    expect(off.asker.asked).not.toContain('Who can reach it')
    expect(off.asker.asked).not.toContain('The demo application')
    const dns = talk([['Who signs certificates', 'dns01'], ['Who serves the DNS zone, for certificates', 'cloudflare'], ['Credentials for the DNS zone, as a reference', 'env:DNS_TOKEN'], ['Mail address for the certificate authority', 'ops@acme.test'], ['Domain of the platform', 'acme.org']])
    await dns.done
    expect(dns.asker.asked).toContain('Which Let\'s Encrypt')
  })

  test('what cannot be built, or the provider cannot do, is not offered', async () => {
    const setting: Setting = {...EVERYTHING, canBuild: (field, value) => !(field === 'phases.cni.plugin' && value === 'calico')}
    await expect(talk([['Pod network', 'calico']], {setting}).done).rejects.toThrow(/to include 'calico'/)
    await expect(talk([['Minor version of Kubernetes', '1.34']]).done).rejects.toThrow(/to include '1.34'/)
    await expect(talk([['Who signs certificates', 'letsencrypt-staging'], ['Mail address for the certificate authority', 'o@acme.org'], ['Domain of the platform', 'acme.org'], ['What takes requests from outside', 'none']]).done).rejects.toThrow(/to include 'none'/)
  })

  test('phases that are not built are left out', async () => {
    const {asker, done} = talk([], {setting: {...EVERYTHING, phases: new Set(['prerequisites', 'cni'])}})
    await done
    expect(asker.asked).not.toContain('Where logs go')
    expect(asker.asked).not.toContain('Who signs certificates')
  })

  test('what flags said is not asked, but shown and changeable', async () => {
    const {asker, done} = talk([['Write this platform', 'change'], ['Which one', 'encryption'], ['Encryption between nodes', 'none']], {given: {encryption: 'wireguard', zones: '1'}})
    const {answers} = await done
    expect(asker.asked.filter((title) => title === 'Encryption between nodes')).toHaveLength(1)
    expect(asker.asked).not.toContain('Number of availability zones')
    expect(answers).toMatchObject({zones: '1', encryption: 'none'})
  })
})

describe('answers that are not right', () => {
  test('are asked again, with the reason of the schema and of the rules', async () => {
    const {asker, done} = talk([
      ['Name of the platform', 'Not A Name'], ['Name of the platform', 'acme'],
      ['Number of availability zones', '9'], ['Number of availability zones', '2'],
      ['Addresses of the Services', '10.244.0.0/16'], ['Addresses of the Services', '10.96.0.0/12'],
      ['Domain of the platform', 'nowhere'], ['Domain of the platform', 'acme.org'],
    ])
    await done
    expect(asker.refused).toEqual([
      expect.stringMatching(/^Name of the platform: must be 1 to 40 small letters.*got "Not A Name"/),
      'Number of availability zones: must be a whole number from 1 to 6 (got 9)',
      expect.stringMatching(/^Addresses of the Services: .*overlaps/),
      'Domain of the platform: must be a domain name such as example.com (got "nowhere")',
    ])
  })

  test('of earlier questions that a change made wrong are asked again', async () => {
    const {asker, done} = talk([
      ['Where the cluster runs', 'existing'], ['Minor version of Kubernetes', '1.34'], ['Mail address for the certificate authority', 'o@acme.org'], ['Domain of the platform', 'acme.org'],
      ['Write this platform', 'change'], ['Which one', 'provider'], ['Where the cluster runs', 'lab'],
    ])
    const {answers} = await done
    expect(asker.asked.filter((title) => title === 'Minor version of Kubernetes')).toHaveLength(2)
    expect(answers).toMatchObject({provider: 'lab', 'kubernetes-version': '1.35'})
    expect(yaml(answers)).not.toContain('kubeconfig')
  })
})

describe('going back', () => {
  test('asks the one before again, as often as wanted, and remembers what was said', async () => {
    const {asker, done} = talk([
      ['Name of the platform', 'one'], ['Where the cluster runs', 'existing'], ['Kubeconfig of the cluster', BACK],
      ['Where the cluster runs', BACK], ['Name of the platform', 'two'], ['Where the cluster runs', 'lab'],
    ])
    const {answers} = await done
    expect(asker.asked.slice(0, 6)).toEqual(['Name of the platform', 'Where the cluster runs', 'Kubeconfig of the cluster', 'Where the cluster runs', 'Name of the platform', 'Where the cluster runs'])
    expect(answers).toMatchObject({name: 'two', provider: 'lab'})
  })

  test('from the first question there is no way back', async () => {
    const {asker, done} = talk([['Name of the platform', BACK], ['Name of the platform', 'acme']])
    await done
    expect(asker.refused).toEqual(['Name of the platform: this is the first question'])
  })

  test('the summary shows every answer; leaving writes nothing', async () => {
    const {asker, done} = talk([['Write this platform', 'leave']])
    await expect(done).rejects.toMatchObject({code: 'NOT_CONFIRMED', exit: 7})
    for (const line of ['Name of the platform=acme', 'Pod network=cilium', 'Who answers for the platform=(nothing)', 'Hubble=yes']) expect(asker.said).toContain(`${line}\n`)
  })

  test('the answers can be saved', async () => {
    expect(await talk([['Write this platform', 'save'], ['File for the answers', 'mine.yaml']]).done).toMatchObject({saveTo: 'mine.yaml'})
  })
})

/** Answers that are not what is proposed, by flags; lists and switches as the parser gives them. */
const OTHER: Record<string, Answers> = {
  lab: {
    name: 'other', owner: 'team@acme.org', runbooks: 'docs/runbooks', repository: 'https://git.acme.org/p.git', environments: ['dev', 'prod'], protected: ['prod'], zones: '2', 'vpc-cidr': '10.30.0.0/16',
    'pod-cidr': '10.200.0.0/16', 'service-cidr': '10.112.0.0/16', 'kubernetes-version': '1.36', 'instance-type': 'm6i.xlarge', nodes: '4', 'max-nodes': '5', spot: false, gpu: true, 'gpu-instance-type': 'g5.2xlarge', 'device-plugin': false,
    cni: 'calico', 'default-deny': false, routing: 'native', encryption: 'wireguard', 'connectivity-test': false, issuer: 'dns01', 'dns01-server': 'production', 'dns01-provider': 'cloudflare', 'dns01-zone': 'acme.org',
    'dns01-credentials': 'env:DNS_TOKEN', email: 'ops@acme.org', domain: 'p.acme.org', ingress: 'traefik', exposure: 'internal', 'external-dns': true, 'dns-provider': 'rfc2136', 'dns-policy': 'sync', 'dns-credentials': 'vault:kv/dns#key', 'dns-nameserver': 'ns1.acme.org:53', 'dns-key-name': 'kp', demo: false,
    gitops: 'flux', 'gitops-branch': 'live', 'gitops-credentials': 'file:~/.key', 'self-heal': false, prune: true, 'hand-over': true, 'metrics-retention': '30d', 'metrics-volume': '80Gi', 'remote-write': 'https://mimir.acme.org/push',
    alerts: 'slack', 'alerts-to': '#alerts', 'alerts-credentials': 'env:SLACK', grafana: false, logging: 'cloudwatch', mesh: 'istio', secrets: 'vault', 'secrets-delivery': 'secrets-store-csi', 'vault-unseal': 'kms', 'vault-kms-key': 'arn:aws:kms:eu-central-1:123456789012:key/0123', 'secrets-git': 'sops', 'sops-age': `age1${'q'.repeat(58)}`, policy: 'kyverno',
  },
  existing: {name: 'other', provider: 'existing', kubeconfig: 'kubeconfig', flavour: 'gke', environments: ['a', 'b'], context: ['one', 'two'], protected: ['b'], cni: 'none', issuer: 'dns01', 'dns01-provider': 'azuredns', 'dns01-credentials': 'env:AZURE', 'dns01-subscription': 's', 'dns01-resource-group': 'dns', 'dns01-tenant': 't', 'dns01-client-id': 'c', email: 'ops@acme.org', domain: 'acme.org', ingress: 'ingress-nginx', gitops: 'argo-cd', 'gitops-repository': 'git@git.acme.org:p.git', monitoring: false, logging: 'none', mesh: 'linkerd', secrets: 'aws-secrets-manager', 'secrets-region': 'eu-west-1', 'secrets-git': 'none'},
  eks: {name: 'other', provider: 'eks', region: 'eu-west-1', nat: 'single', endpoint: 'both', 'allowed-cidrs': ['203.0.113.0/24'], 'spot-handler': 'karpenter', issuer: 'self-signed', domain: 'acme.org', hubble: false, 'kube-proxy-replacement': true, ingress: 'aws-load-balancer-controller', alerts: 'email', 'alerts-to': 'ops@acme.org', 'alerts-smarthost': 'smtp.acme.org:587', secrets: 'vault', 'vault-unseal-keys': 'env:VAULT_KEYS'},
}

const asText = (answer: Answers[string]): string => (typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : typeof answer === 'string' ? answer : (answer ?? []).join(','))

describe('wizard, flags and an answers file give the same kp.yaml', () => {
  test.each(Object.entries(OTHER))('%s', async (_, said) => {
    const {QUESTIONS} = await import('../../../src/prompts/questions/index.ts')
    const byFlags = complete(said, 'acme', EVERYTHING)
    expect(byFlags.missing).toEqual([])
    const text = yaml(byFlags.answers)
    const script = QUESTIONS.filter(({id}) => said[id] !== undefined).map(({id, title}): [string, string] => [title, asText(said[id])])
    const byWizard = await talk(script).done
    expect(yaml(byWizard.answers)).toBe(text)
    const file = stringify(asPlatformAnswers(compose(byFlags.answers, EVERYTHING)))
    const setting = {...EVERYTHING, base: asDraft(parse(file) as Record<string, unknown>)}
    expect(yaml(complete({}, 'elsewhere', setting).answers, setting)).toBe(text)
  })
})
