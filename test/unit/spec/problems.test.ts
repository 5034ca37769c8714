import {describe, expect, it} from 'vitest'
import {parseSpec, validateComponents} from '../../../src/spec/load.ts'
import {EKS, MINIMAL, errorOf, problems, problemsWith} from './helper.ts'

describe('one field that is wrong', () => {
  it.each([
    ['network: {podCidr: 10.244.0.0}', '4:20  network.podCidr  must be a CIDR such as 10.244.0.0/16 (got "10.244.0.0")'],
    ['network: {podCidr: 10.244.1.0/16}', '4:20  network.podCidr  must begin at the first address of the range: 10.244.0.0/16 (got "10.244.1.0/16")'],
    ['network: {serviceCidr: "fd00::/108"}', '4:24  network.serviceCidr  must be an IPv4 range; IPv6 is not supported (got "fd00::/108")'],
    ['network: {zones: 7}', '4:18  network.zones  must be a whole number from 1 to 6 (got 7)'],
    ['network: {zones: 2.5}', '4:18  network.zones  must be a whole number from 1 to 6 (got 2.5)'],
    ['network: {zones: three}', '4:18  network.zones  must be a whole number from 1 to 6 (got "three")'],
    ['network: {nat: perzone}', '4:16  network.nat  must be one of per-zone, single, none (got "perzone"); did you mean "per-zone"?'],
    ['network: [a]', '4:10  network  must be a map (got a list)'],
    ['network: x', '4:10  network  must be a map (got "x")'],
    ['network:', '4:1  network  is empty: give it a value or remove the line'],
    ['network: {podCIDR: 10.0.0.0/8}', '4:11  network.podCIDR  is not known; did you mean "podCidr"?'],
    ['network: {colour: red}', '4:11  network.colour  is not known; known here: vpcCidr, podCidr, serviceCidr, hostCidrs, zones, zoneNames, nat, endpoint, allowedCidrs'],
    ['netwrok: {}', '4:1  netwrok  is not known; did you mean "network"?'],
    ['kubernetes: {version: 1.35}', '4:23  kubernetes.version  must be text: put it in quotes, "1.35" (got 1.35)'],
    ['kubernetes: {version: "1.29"}', '4:23  kubernetes.version  must be one of 1.34, 1.35, 1.36 (got "1.29")'],
    ['kubernetes: {version: "1.35.2"}', '4:23  kubernetes.version  must be one of 1.34, 1.35, 1.36 (got "1.35.2"); did you mean "1.35"?'],
    ['phases: {cni: {plugin: cillium}}', '4:24  phases.cni.plugin  must be one of cilium, calico (got "cillium"); did you mean "cilium"?'],
    ['phases: {cni: {enabled: yes}}', '4:25  phases.cni.enabled  must be true or false (got "yes")'],
    ['phases: {cert_manager: {}}', '4:10  phases.cert_manager  is not known; did you mean "cert-manager"?'],
    ['phases: {prerequisites: {enabled: false}}', '4:35  phases.prerequisites.enabled  cannot be switched off (got false)'],
    ['phases: {security: {engine: opa}}', '4:29  phases.security.engine  must be one of validating-admission-policy, kyverno, gatekeeper, none (got "opa")'],
    ['phases: {security: {engine: [kyverno, gatekeeper]}}', '4:29  phases.security.engine  must be one of validating-admission-policy, kyverno, gatekeeper, none (got a list)'],
    ['phases: {logging: {backend: {type: splnk-hec}}}', '4:36  phases.logging.backend.type  must be one of opensearch, splunk-hec, elasticsearch, logstash, cloudwatch, http (got "splnk-hec"); did you mean "splunk-hec"?'],
    ['phases: {logging: {backend: {index: a}}}', '4:20  phases.logging.backend.type  is missing: must be one of opensearch, splunk-hec, elasticsearch, logstash, cloudwatch, http'],
    ['phases: {monitoring: {retention: 30 days}}', '4:34  phases.monitoring.retention  must be a duration such as 30s, 10m, 6h or 30d (got "30 days")'],
    ['phases: {monitoring: {volume: 50}}', '4:31  phases.monitoring.volume  must be a size such as 512Mi or 50Gi (got 50)'],
    ['phases: {backup: {every: 5h}}', '4:26  phases.backup.every  must divide the hour or the day evenly: 15m, 30m, 1h, 6h, 12h or 1d (got "5h")'],
    ['provider: {type: esk}', '4:18  provider.type  must be one of lab, existing, kind, eks, kubeadm-aws, bare-metal (got "esk"); did you mean "eks"?'],
    ['provider: {type: lab, webhook: true}', '4:23  provider.webhook  is not known; did you mean "webhooks"?'],
    ['provider: {type: existing}', '4:1  provider.kubeconfig  is missing: must be a path'],
    ['domain: example', '4:9  domain  must be a domain name such as example.com (got "example")'],
    ['email: ops', '4:8  email  must be a mail address such as ops@example.com (got "ops")'],
    ['nodePools: {general: {min: 1}}', '4:12  nodePools  must be a list (got a map)'],
    ['nodePools: [{min: 1}]', '4:13  nodePools[0].name  is missing: must be 1 to 63 small letters, digits and dashes, beginning and ending with a letter or digit'],
    ['nodePools: [{name: a, capacity: spott}]', '4:33  nodePools[0].capacity  must be one of on-demand, spot (got "spott"); did you mean "spot"?'],
    ['nodePools: [{name: a, labels: {x: true}}]', '4:35  nodePools[0].labels.x  must be text; put numbers and true/false in quotes (got true)'],
    ['components: {Vault: {}}', '4:14  components.Vault  is not a possible name: must be 1 to 63 small letters, digits and dashes, beginning and ending with a letter or digit'],
    ['components: {vault: {version: latest}}', '4:31  components.vault.version  must be a version such as 1.21.0 (got "latest")'],
    ['environments: []', '4:15  environments  must have at least one entry, or be left out (got a list)'],
    ['environments: [dev]', '4:16  environments[0]  must be a map (got "dev")'],
    ['environments: [{name: dev, protect: true}]', '4:28  environments[0].protect  is not known; did you mean "protected"?'],
    ['backup: {rpo: 6}', '4:15  backup.rpo  must be a duration such as 30s, 10m, 6h or 30d (got 6)'],
    ['infra: {layout: terragrun}', '4:17  infra.layout  must be one of plain, terragrunt (got "terragrun"); did you mean "terragrunt"?'],
  ])('%s', (line, expected) => {
    expect(problemsWith(`${line}\n`)).toContain(`kp.yaml:${expected}`)
  })

  it.each([
    ['kind: Platform\nmetadata: {name: a}\n', '1:1  apiVersion  is missing: must be kp.dev/v1alpha1'],
    ['apiVersion: kp.dev/v1\nkind: Platform\nmetadata: {name: a}\n', '1:13  apiVersion  must be kp.dev/v1alpha1 (got "kp.dev/v1")'],
    ['apiVersion: kp.dev/v1alpha1\nkind: Cluster\nmetadata: {name: a}\n', '2:7  kind  must be Platform (got "Cluster")'],
    ['apiVersion: kp.dev/v1alpha1\nkind: Platform\n', '1:1  metadata  is missing: must be a map'],
    ['apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {owner: a@b.io}\n', '3:1  metadata.name  is missing: must be 1 to 40 small letters, digits and dashes, beginning with a letter and not ending with a dash'],
    ['apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: Acme}\n', '3:18  metadata.name  must be 1 to 40 small letters, digits and dashes, beginning with a letter and not ending with a dash (got "Acme")'],
    ['apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: 12}\n', '3:18  metadata.name  must be 1 to 40 small letters, digits and dashes, beginning with a letter and not ending with a dash (got 12)'],
  ])('the head: %j', (text, expected) => {
    expect(problems(text)).toEqual([`kp.yaml:${expected}`])
  })

  it('prints nothing that a terminal would obey', () => {
    expect(problemsWith('domain: "a\\e[31mred\\nb"\n"x\\ey": 1\n')).toEqual(['kp.yaml:4:9  domain  must be a domain name such as example.com (got "a·[31mred·b")', 'kp.yaml:5:1  x·y  is not known'])
  })

  it('cuts what is long', () => {
    expect(problemsWith(`domain: ${'x'.repeat(300)}\n`)).toEqual([`kp.yaml:4:9  domain  must be a domain name such as example.com (got "${'x'.repeat(40)}…")`])
  })
})

describe('many problems', () => {
  const text = [
    'apiVersion: kp.dev/v1', 'kind: Platfrm', 'metadata: {name: acme, ownr: x}', 'provider: {type: eks, regoin: eu-central-1}',
    'environments:', '  - {name: dev, issuer: letsencrypt-stagin}', '  - name: prod', '    network:', '      podCidr: 10.244.0.0', '      serviceCidr: 10.20.0.0/16',
    '    nodePools: {generl: {min: 6}, general: {min: 60}}', 'network: {zones: two}', 'phases:', '  cni: {plugin: cillium}', 'slos:',
    '  - {name: a, objective: 100, indicator: {type: http-errors, route: demo}}', '',
  ].join('\n')

  it('are all told, in the order of the file, conflicts between fields among them', () => {
    const error = errorOf(text)
    expect(error.details.map((line) => line.split('  ').slice(0, 2).join(' '))).toEqual([
      'kp.yaml:1:13 apiVersion', 'kp.yaml:2:7 kind', 'kp.yaml:3:24 metadata.ownr', 'kp.yaml:4:1 provider.region', 'kp.yaml:4:23 provider.regoin',
      'kp.yaml:6:25 environments[0].issuer', 'kp.yaml:9:16 environments[1].network.podCidr', 'kp.yaml:10:20 environments[1].network.serviceCidr',
      'kp.yaml:11:17 environments[1].nodePools.generl', 'kp.yaml:11:50 environments[1].nodePools.general.min', 'kp.yaml:12:18 network.zones',
      'kp.yaml:14:17 phases.cni.plugin', 'kp.yaml:16:26 slos[0].objective',
    ])
    expect(error.message).toBe('kp.yaml has 13 problems')
  })

  it('are told once, however many environments share them', () => {
    expect(problemsWith('environments: [{name: a}, {name: b}, {name: c}]\nnetwork: {podCidr: 10.96.0.0/16}\n'))
      .toEqual(['kp.yaml:5:20  network.podCidr  network.serviceCidr 10.96.0.0/12 overlaps network.podCidr 10.96.0.0/16 at 10.96.0.0'])
  })
})

describe('overrides', () => {
  const at = (override: string, base = EKS) => problemsWith(`environments:\n  - {name: dev}\n  - {name: prod, ${override}}\n`, base)

  it.each([
    ['network: {zones: 9}', '9:35  environments[1].network.zones  must be a whole number from 1 to 6 (got 9)'],
    ['network: {zone: 3}', '9:28  environments[1].network.zone  is not known; did you mean "zones"?'],
    ['phases: {cni: {plugin: weave}}', '9:41  environments[1].phases.cni.plugin  must be one of cilium, calico (got "weave")'],
    ['provider: {regoin: x}', '9:29  environments[1].provider.regoin  is not known; did you mean "region"?'],
    ['provider: {type: existing}', '9:18  environments[1].provider.kubeconfig  is missing: must be a path'],
    ['nodePools: {genral: {min: 1}}', '9:30  environments[1].nodePools.genral  is not one of nodePools (general, spot); did you mean "general"?'],
    ['nodePools: {general: 3}', '9:30  environments[1].nodePools.general  must be a map, or null for no such pool'],
    ['nodePools: {general: {name: x}}', '9:40  environments[1].nodePools.general.name  cannot be changed by an environment'],
    ['nodePools: {general: {max: -1}}', '9:45  environments[1].nodePools.general.max  must be a whole number from 0 to 1000 (got -1)'],
    ['nodePools: 3', '9:18  environments[1].nodePools  must be a map by pool name, or a list that replaces all pools'],
    ['nodePools: {general: {min: 10}}', '9:45  environments[1].nodePools.general.min  nodePools.general.max 9 is less than min 10'],
    ['issuer: internal-ca, phases: {cert-manager: {issuer: self-signed}}', '9:18  environments[1].issuer  is given twice: here and in phases.cert-manager.issuer'],
    ['network: {vpcCidr: 10.244.0.0/17}', '9:37  environments[1].network.vpcCidr  network.podCidr 10.244.0.0/16 overlaps network.vpcCidr 10.244.0.0/17 at 10.244.0.0'],
    ['metadata: {name: x}', '9:18  environments[1].metadata  is not known'],
  ])('%s', (override, expected) => {
    const found = at(override).map((line) => line.replace(/^kp\.yaml:/, ''))
    expect(found.some((line) => line.startsWith(expected))).toBe(true)
  })

  it('may complete what the shared sections leave open', () => {
    const text = `${MINIMAL}provider: {type: eks}\ndomain: acme.io\nemail: ops@acme.io\nenvironments:\n  - {name: a, provider: {region: eu-west-1}}\n`
    expect(parseSpec('kp.yaml', text).spec.environments).toHaveLength(1)
  })
})

describe('components', () => {
  it('unknown ids are told with their line and the nearest spelling, also in overrides', () => {
    const loaded = parseSpec('kp.yaml', `${MINIMAL}components:\n  cilium: {}\n  cert-manger: {}\nenvironments: [{name: lab, components: {envoy: {}}}]\n`)
    expect(() => validateComponents(loaded, ['cilium', 'cert-manager', 'envoy-gateway'])).toThrow(expect.objectContaining({
      code: 'SPEC_INVALID',
      details: [
        'kp.yaml:6:3  components.cert-manger  is not a component of the catalog; did you mean "cert-manager"?',
        'kp.yaml:7:41  environments[0].components.envoy  is not a component of the catalog; did you mean "envoy-gateway"?',
      ],
    }))
    expect(() => validateComponents(loaded, ['cilium', 'cert-manger', 'envoy'])).not.toThrow()
  })
})
