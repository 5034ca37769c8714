import {describe, expect, it} from 'vitest'
import {labelKeyFlaw, labelValueFlaw, taintFlaw} from '../../../src/spec/rules/pools.ts'
import {EKS, MINIMAL, problemsWith, resolved, warningsWith} from './helper.ts'

const METAL = `${MINIMAL}provider:
  type: bare-metal
  apiEndpoint: 192.168.10.5:6443
  addresses: [192.168.10.200-192.168.10.220]
  hosts:
    - {name: a, address: 192.168.10.11, role: control-plane}
    - {name: b, address: 192.168.10.12, role: worker}
domain: acme.io
email: ops@acme.io
`
const KUBEADM = EKS.replace('type: eks', 'type: kubeadm-aws')

/** Messages without file and position. */
const said = (lines: string, base = MINIMAL) => problemsWith(lines, base).map((line) => line.replace(/^kp\.yaml:\d+:\d+ {2}/, ''))
const accepted = (text: string) => expect(() => resolved(text)).not.toThrow()

describe('addresses', () => {
  it.each([
    ['network: {podCidr: 10.96.0.0/16}', 'network.podCidr  network.serviceCidr 10.96.0.0/12 overlaps network.podCidr 10.96.0.0/16 at 10.96.0.0'],
    ['network: {vpcCidr: 10.244.0.0/20}', 'network.vpcCidr  network.podCidr 10.244.0.0/16 overlaps network.vpcCidr 10.244.0.0/20 at 10.244.0.0'],
    ['network: {vpcCidr: 10.0.0.0/16, podCidr: 10.0.128.0/17}', 'network.podCidr  10.0.128.0/17 overlaps network.vpcCidr 10.0.0.0/16 at 10.0.128.0'],
    ['network: {hostCidrs: [192.168.0.0/16, 10.244.8.0/24]}', 'network.hostCidrs[1]  10.244.8.0/24 overlaps network.podCidr 10.244.0.0/16 at 10.244.8.0'],
    ['network: {podCidr: 10.244.0.0/20}', 'network.podCidr  is too small: each of up to 29 nodes takes a /24 and a /20 holds 16; use a /19 or fewer nodes'],
    ['network: {podCidr: 10.244.0.0/25}', 'network.podCidr  is too small: each of up to 29 nodes takes a /24 and a /25 holds 0; use a /19 or fewer nodes'],
    ['nodePools: [{name: a, min: 3, max: 300}]', 'nodePools[0].max  network.podCidr is too small: each of up to 300 nodes takes a /24 and a /16 holds 256; use a /15 or fewer nodes'],
    ['network: {serviceCidr: 10.0.0.0/8, vpcCidr: 172.20.0.0/16, podCidr: 172.21.0.0/16}', 'network.serviceCidr  must be between a /12 and a /24 (got a /8)'],
    ['network: {serviceCidr: 10.96.0.0/26}', 'network.serviceCidr  must be between a /12 and a /24 (got a /26)'],
  ])('%s', (line, expected) => {
    expect(said(`${line}\n`)).toEqual([expected])
  })

  it('the VPC has a size that AWS allows', () => {
    expect(said('network: {vpcCidr: 10.20.0.0/25}\n', EKS)).toEqual(['network.vpcCidr  must be between a /16 and a /24 on AWS (got a /25)'])
    expect(said('network: {vpcCidr: 172.16.0.0/12}\n', EKS)).toEqual(['network.vpcCidr  must be between a /16 and a /24 on AWS (got a /12)'])
    accepted(`${MINIMAL}network: {vpcCidr: 10.20.0.0/25}\n`)
  })

  it('a cluster of somebody else is not held against ranges that kp does not decide', () => {
    accepted(`${MINIMAL}provider: {type: existing, kubeconfig: k}\ndomain: acme.io\nemail: ops@acme.io\nnetwork: {podCidr: 10.96.0.0/16}\n`)
  })

  it('hosts and load balancers lie outside of pods and Services', () => {
    expect(said('', METAL.replace('192.168.10.12', '10.244.3.4'))).toEqual(['provider.hosts[1].address  10.244.3.4 overlaps network.podCidr 10.244.0.0/16 at 10.244.3.4'])
    expect(said('', METAL.replace('192.168.10.200-192.168.10.220', '10.96.1.0/24'))).toEqual(['provider.addresses[0]  10.96.1.0/24 overlaps network.serviceCidr 10.96.0.0/12 at 10.96.1.0'])
  })
})

describe('zones and endpoint', () => {
  it('fewer than 3 zones are doubted where it matters', () => {
    expect(warningsWith('environments: [{name: p, protected: true, network: {zones: 2}}]\n'))
      .toEqual(['kp.yaml:4:60  environments[0].network.zones  2 for a protected environment: with fewer than 3 the loss of one zone can stop it'])
    expect(warningsWith('environments: [{name: p, network: {zones: 2}}]\n')).toEqual([])
  })

  it('zone names are as many as zones, and pools use those', () => {
    expect(said('network: {zoneNames: [a, b]}\n')).toEqual(['network.zoneNames  must have 3 entries as network.zones says (got 2)'])
    expect(said('network: {zoneNames: [a, b, c]}\nnodePools: [{name: x, min: 1, zones: [d]}]\n')).toEqual(['nodePools[0].zones[0]  must be one of network.zoneNames: a, b, c (got "d")'])
  })

  it('a public endpoint says who may reach it', () => {
    expect(said('network: {endpoint: both}\n', EKS)).toEqual(['network.endpoint  network.allowedCidrs is missing: endpoint both wants to know who may reach the API server'])
    expect(warningsWith('network: {endpoint: public, allowedCidrs: [0.0.0.0/0]}\n', EKS).join()).toContain('lets the whole internet reach the API server')
    expect(warningsWith('network: {nat: none}\n', EKS).join()).toContain('nodes can pull images from nowhere')
  })
})

describe('node pools', () => {
  it.each([
    ['[{name: a, min: 1}, {name: a}]', 'nodePools[1].name  must be unique: there is another pool "a"'],
    ['[{name: a, min: 3, max: 2}]', 'nodePools[0].max  2 is less than min 3'],
    ['[{name: a, min: 0, max: 2}]', 'nodePools  must hold a pool without taints and with min of at least 1: the platform itself runs there'],
    ['[{name: a, taints: ["x=y:NoSchedule"]}]', 'nodePools  must hold a pool without taints and with min of at least 1: the platform itself runs there'],
    ['[{name: a, taints: ["x=y:NoSchedul"]}, {name: b}]', 'nodePools[0].taints[0]  must end in one of :NoSchedule, :PreferNoSchedule, :NoExecute (got ":NoSchedul"); did you mean "NoSchedule"?'],
    ['[{name: a, taints: ["x"]}, {name: b}]', 'nodePools[0].taints[0]  must be key=value:Effect such as spot=true:NoSchedule'],
    ['[{name: a, taints: ["x=1:NoSchedule", "x=2:NoSchedule"]}, {name: b}]', 'nodePools[0].taints[1]  must be unique: there is another taint x:NoSchedule'],
    ['[{name: a, labels: {"-x": y}}]', 'nodePools[0].labels.-x  must be a label name: up to 63 letters, digits, dashes, underscores and dots, beginning and ending with a letter or digit'],
    ['[{name: a, labels: {x: "y z"}}]', 'nodePools[0].labels.x  must be a label value: up to 63 letters, digits, dashes, underscores and dots, beginning and ending with a letter or digit (got "y z")'],
  ])('%s', (pools, expected) => {
    expect(said(`nodePools: ${pools}\n`)).toEqual([expected])
  })

  it.each(['a', 'node-role', 'node-role.kubernetes.io/worker', 'example.com/a_b.c', 'A1'])('label key %s is right', (key) => {
    expect(labelKeyFlaw(key)).toBeUndefined()
  })

  it.each(['', 'a/b/c', '/a', 'a/', 'Example.com/a', 'a b', 'x'.repeat(64), '.a', 'a-'])('label key "%s" is wrong', (key) => {
    expect(labelKeyFlaw(key)).toBeDefined()
  })

  it('label values and taints follow the same rules', () => {
    expect([labelValueFlaw(''), labelValueFlaw('a.b_c-1'), taintFlaw('spot=true:NoSchedule'), taintFlaw('spot:NoExecute'), taintFlaw('example.com/x=:PreferNoSchedule')]).toEqual([undefined, undefined, undefined, undefined, undefined])
    expect(labelValueFlaw('x'.repeat(64))).toBeDefined()
    for (const taint of ['', ':NoSchedule', 'a=b', 'a=b:noschedule', 'a=b c:NoSchedule', 'a b=c:NoSchedule']) expect(taintFlaw(taint), taint).toBeDefined()
  })

  it('on AWS a node does not give itself labels of Kubernetes', () => {
    const pools = (key: string) => `nodePools: [{name: a, labels: {${key}: x}}]\n`
    expect(said(pools('node-role.kubernetes.io/worker'), EKS)).toEqual(['nodePools[0].labels.node-role.kubernetes.io/worker  is a label that a node may not give itself; use one without kubernetes.io'])
    accepted(EKS + pools('node.kubernetes.io/pool'))
    accepted(MINIMAL + pools('node-role.kubernetes.io/worker'))
  })
})

describe('environments', () => {
  it('have names and clusters of their own', () => {
    expect(said('environments: [{name: a}, {name: a, cluster: x}, {name: b, cluster: acme-a}]\n')).toEqual([
      'environments[1].name  must be unique: another environment has name "a"', 'environments[2].cluster  must be unique: another environment has cluster "acme-a"',
    ])
  })

  it('have clusters whose names fit', () => {
    const long = `apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: ${'a'.repeat(40)}}\nenvironments: [{name: ${'b'.repeat(30)}}]\n`
    expect(said('', long)[0]).toMatch(/^environments\[0\]\.cluster {2}must have at most 63 letters/)
  })
})

describe('machines', () => {
  it('control planes are odd in number', () => {
    expect(said('', KUBEADM.replace('region', 'controlPlane: {count: 2}, region'))).toEqual(['provider.controlPlane.count  must be an odd number of control planes (got 2): an even one survives no more failures'])
    expect(said('', METAL.replace('role: worker', 'role: control-plane'))).toEqual(['provider.hosts  must be an odd number of control planes (got 2): an even one survives no more failures'])
    expect(said('', METAL.replace('role: control-plane', 'role: worker'))).toEqual(['provider.hosts  must hold at least one host with role control-plane'])
    expect(warningsWith('environments: [{name: p, protected: true}]\n', METAL).join()).toContain('1 control plane for a protected environment')
  })

  it.each([
    ['name: b', 'name: a', 'provider.hosts[1].name  must be unique: another host has a'],
    ['192.168.10.12', '192.168.10.11', 'provider.hosts[1].address  must be unique: another host has 192.168.10.11'],
    ['role: worker', 'role: worker, pool: general', 'provider.hosts[1].pool  is not one of nodePools: there are none (got "general")'],
    ['apiEndpoint', 'loadBalancer: cilium-bgp\n  apiEndpoint', 'provider.loadBalancer  provider.bgp is missing: cilium-bgp needs asn and peers'],
    ['apiEndpoint', 'storage: topolvm\n  apiEndpoint', 'provider.storage  provider.volumeGroup is missing: TopoLVM needs one'],
    ['192.168.10.200-192.168.10.220', '192.168.10.220-192.168.10.200', 'provider.addresses[0]  must be a CIDR or a range such as 192.168.10.200-192.168.10.220 (got "192.168.10.220-192.168.10.200")'],
  ])('%s → %s', (from, to, expected) => {
    expect(said('', METAL.replace(from, to))).toContain(expected)
  })

  it('addresses of load balancers are not that of the API server, and near the hosts where ARP finds them', () => {
    expect(said('', METAL.replace('192.168.10.5:6443', '192.168.10.210:6443'))).toEqual(['provider.addresses[0]  192.168.10.200-192.168.10.220 holds the address of apiEndpoint: a Service would get it too'])
    expect(warningsWith('', METAL.replace('192.168.10.200-192.168.10.220', '172.20.0.0/24')).join()).toContain('172.20.0.0/24 is far from every host: kube-vip answers by ARP')
    expect(warningsWith('', METAL)).toEqual([])
    expect(warningsWith('', METAL.replace('192.168.10.200-192.168.10.220', '172.20.0.0/24').replace('apiEndpoint', 'loadBalancer: metallb\n  bgp: {asn: 64512, peers: [{address: 192.168.10.1, asn: 64500}]}\n  apiEndpoint'))).toEqual([])
  })

  it('TopoLVM wants a volume group on workers, and no snapshots of volumes', () => {
    const metal = METAL.replace('apiEndpoint', 'storage: topolvm\n  volumeGroup: data\n  apiEndpoint')
    expect(said('', metal)).toEqual(['provider.storage  phases.backup.snapshots cannot be on with provider.storage topolvm: its volumes are not thin, and LVM keeps no snapshots of them'])
    const off = 'phases: {backup: {snapshots: false}}\n'
    accepted(metal + off)
    expect(said(off, metal.replace('    - {name: b, address: 192.168.10.12, role: worker}\n', ''))).toEqual(['provider.storage  topolvm makes volumes on workers, and provider.hosts names none'])
  })

  it('MetalLB in kind wants addresses, and the pod network of kp', () => {
    const kind = (more: string): string => `${MINIMAL}provider: {type: kind, loadBalancer: metallb${more}}\ndomain: acme.io\nemail: ops@acme.io\n`
    expect(said('', kind(''))).toEqual(['provider.loadBalancer  provider.addresses is missing: metallb needs addresses of the network of kind'])
    expect(said('', kind(', addresses: [172.18.0.9-172.18.0.1]'))).toEqual(['provider.addresses[0]  must be a CIDR or a range such as 192.168.10.200-192.168.10.220 (got "172.18.0.9-172.18.0.1")'])
    expect(said('phases: {cni: {enabled: false}}\n', kind(', addresses: [172.18.0.1-172.18.0.9]'))).toEqual(['provider.loadBalancer  metallb is installed with the pod network: phases.cni.enabled is false'])
    accepted(kind(', addresses: [172.18.255.200-172.18.255.220]'))
  })

  it('Cilium as load balancer needs Cilium as CNI; the ingress needs an address', () => {
    expect(said('phases: {cni: {plugin: calico}}\n', METAL.replace('apiEndpoint', 'loadBalancer: cilium-l2\n  apiEndpoint'))).toEqual(['provider.loadBalancer  cilium-l2 needs phases.cni.plugin cilium'])
    expect(said('', METAL.replace('  addresses: [192.168.10.200-192.168.10.220]\n', ''))).toEqual(['provider.addresses  is missing: the ingress needs an address to be reached at'])
  })
})

describe('choices that need or exclude each other', () => {
  it.each([
    ['provider: {type: existing, kubeconfig: k}\nphases: {ingress: {controller: aws-load-balancer-controller}, cert-manager: {issuer: self-signed}}', MINIMAL, 'phases.ingress.controller  aws-load-balancer-controller works on AWS and in the lab only (provider is existing)'],
    ['phases: {cert-manager: {enabled: false}}', MINIMAL, 'phases.cert-manager.enabled  cannot be off while the ingress is on: its certificates come from cert-manager'],
    ['phases: {ingress: {externalDns: {enabled: true, provider: clouddns}}}', MINIMAL, 'phases.ingress.externalDns.provider  phases.ingress.externalDns.clouddns.project is missing: clouddns wants the project of the zone'],
    ['phases: {ingress: {externalDns: {enabled: true, secret: s}}}\nsecrets: {s: env:S}', MINIMAL, 'phases.ingress.externalDns.route53.accessKeyId  is missing: route53 wants the entry with the id of the access key whose secret is in secret'],
    ['phases: {ingress: {aws: {certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/a"}}}', MINIMAL, 'phases.ingress.aws.certificateArn  is used by controller aws-load-balancer-controller only (controller is envoy-gateway)'],
    ['phases: {cert-manager: {issuer: letsencrypt-production}}', MINIMAL, 'phases.cert-manager.issuer  email is missing: issuer letsencrypt-production wants a mail address'],
    ['phases: {cert-manager: {issuer: dns01}}', MINIMAL, 'phases.cert-manager.issuer  domain is missing: issuer dns01 wants a domain of yours'],
    ['phases: {cert-manager: {issuer: dns01, dns01: {provider: cloudflare}}}', EKS, 'phases.cert-manager.dns01.provider  phases.cert-manager.dns01.secret is missing: cloudflare wants credentials'],
    ['phases: {ingress: {enabled: false}}', EKS, 'phases.ingress.enabled  phases.cert-manager.issuer letsencrypt-staging is answered through the ingress, which is off; use dns01, internal-ca or self-signed'],
    ['phases: {cert-manager: {issuer: self-signed, ca: {certificate: c, key: k}}}\nsecrets: {c: env:C, k: env:K}', MINIMAL, 'phases.cert-manager.ca  is used by issuer internal-ca only (issuer is self-signed)'],
    ['phases: {gitops: {tool: flux}}', MINIMAL, 'phases.gitops.tool  phases.gitops.repository is missing: flux deploys from a Git repository (here or in metadata.repository)'],
    ['phases: {gitops: {tool: flux, repository: "file:///srv/a.git"}}', MINIMAL, 'phases.gitops.repository  must begin with https:// or ssh://, or be git@host:path: Flux reads no files'],
    ['phases: {gitops: {tool: none, repository: "https://git.example.com/a/b.git"}}', MINIMAL, 'phases.gitops.repository  is given, but tool is none: name argo-cd or flux, or remove the repository'],
    ['phases: {mesh: {namespace: kube-system}}', MINIMAL, 'phases.mesh.namespace  must not be kube-system: the mesh needs a namespace of its own'],
    ['phases: {mesh: {enabled: true, inject: [demo, kube-system]}}', MINIMAL, 'phases.mesh.inject[1]  must not be kube-system: sidecars there can cut the cluster off from DNS and its own controllers'],
    ['phases: {mesh: {tracing: {backend: otlp}}}', MINIMAL, 'phases.mesh.tracing.endpoint  is missing: otlp needs the address of a collector'],
    ['phases: {cni: {plugin: calico, kubeProxyReplacement: true}}', MINIMAL, 'phases.cni.kubeProxyReplacement  needs phases.cni.plugin cilium'],
    ['phases: {cni: {enabled: false}}', KUBEADM, 'phases.cni.enabled  cannot be off: without a pod network no node becomes ready'],
    ['phases: {autoscaling: {nodes: karpenter}}', KUBEADM, 'phases.autoscaling.nodes  must be none on kubeadm-aws (got "karpenter")'],
    ['phases: {autoscaling: {hpa: {min: 5, max: 2}}}', MINIMAL, 'phases.autoscaling.hpa.max  2 is less than min 5'],
    ['phases: {secrets: {store: vault}}', MINIMAL, 'phases.secrets.vault.unsealKeys  is missing: say where the unseal keys are kept, or use unseal kms'],
    ['phases: {secrets: {git: sops}}', MINIMAL, 'phases.secrets.git  phases.secrets.sops.age is missing: sops needs an age key or a KMS key'],
    ['phases: {logging: {backend: {type: opensearch, inCluster: false}}}', MINIMAL, 'phases.logging.backend.host  is missing: inCluster is false'],
    ['phases: {backup: {every: 12h}}', MINIMAL, 'phases.backup.every  12h cannot meet backup.rpo 6h: back up at least that often'],
    ['backup: {rpo: 1h}', MINIMAL, 'backup.rpo  phases.backup.every 6h cannot meet backup.rpo 1h: back up at least that often'],
    ['phases: {backup: {retention: 1h}}', MINIMAL, 'phases.backup.retention  1h is shorter than every 6h: there would be times without a backup'],
    ['phases: {operators: {enabled: true, mysql: {enabled: true, instances: 3}}}', MINIMAL, 'phases.operators.mysql.instances  must be 1: MySQL has no operator here, and two servers would be two databases'],
    ['phases: {operators: {enabled: true, postgres: {namespace: kafka}}}', MINIMAL, 'phases.operators.postgres.namespace  must be its own: kafka is in kafka too'],
    ['phases: {operators: {enabled: true, kafka: {namespace: kube-system}}}', MINIMAL, 'phases.operators.kafka.namespace  must be a namespace of its own (got "kube-system")'],
    ['phases: {chaos: {enabled: true}}', MINIMAL, 'phases.chaos.namespaces  is missing: name the namespaces where faults may be made'],
    ['phases: {chaos: {namespaces: [kube-system]}}', MINIMAL, 'phases.chaos.namespaces[0]  must not be kube-system: faults there can take the whole cluster down'],
    ['kubernetes: {version: "1.34"}', MINIMAL, 'kubernetes.version  must be one of 1.35, 1.36 in the lab (got "1.34")'],
    ['charts: {mirror: "ftp://x/y"}', MINIMAL, 'charts.mirror  must be oci://HOST/PATH, http(s)://HOST/PATH or a folder (got "ftp://x/y")'],
    ['charts: {mirror: "oci://x"}', MINIMAL, 'charts.mirror  must be oci://HOST/PATH, http(s)://HOST/PATH or a folder (got "oci://x")'],
    ['images: {mirror: "https://harbor.acme.io/m"}', MINIMAL, 'images.mirror  must be HOST[:PORT]/PATH without a scheme, such as harbor.example.com/mirror (got "https://harbor.acme.io/m")'],
    ['images: {mirror: mirror}', MINIMAL, 'images.mirror  must be HOST[:PORT]/PATH without a scheme, such as harbor.example.com/mirror (got "mirror")'],
  ])('%s', (lines, base, expected) => {
    expect(said(`${lines}\n`, base)).toContain(expected)
  })

  it.each([
    'charts: {mirror: ./charts}', 'charts: {mirror: /srv/charts}', 'charts: {mirror: "http://127.0.0.1:8080/charts"}', 'charts: {mirror: "oci://harbor.acme.io/charts"}',
    'images: {mirror: "localhost:5000"}', 'images: {mirror: harbor.acme.io/a/b}', 'phases: {autoscaling: {nodes: karpenter}}', 'phases: {gitops: {tool: none}}',
    'phases: {mesh: {enabled: true, type: istio, inject: [demo]}}', 'backup: {rpo: 24h}', 'phases: {backup: {enabled: false}}\nbackup: {rpo: 1h}',
  ])('%s is right', (lines) => accepted(`${MINIMAL}${lines}\n`))

  it('what is allowed and unwise is a warning', () => {
    expect(warningsWith('phases: {ingress: {controller: ingress-nginx}}\n').join()).toContain('ingress-nginx was retired in March 2026')
    expect(warningsWith('', EKS.replace('ops@acme.io', 'ops@example.com')).join()).toContain('Let\'s Encrypt refuses it')
    expect(warningsWith('phases: {ingress: {exposure: internal}}\n', EKS).join()).toContain('must reach the ingress from the internet')
  })
})

describe('objectives', () => {
  const slo = (rest: string) => `slos: [{name: a, objective: 99.9, indicator: {type: http-errors, route: demo}${rest}}]\n`

  it.each([0, 100, 101, -1])('%d is no objective', (objective) => {
    expect(said(slo('').replace('99.9', String(objective)))).toEqual([`slos[0].objective  must be a number above 0 and below 100 such as 99.9; 100 leaves no room for any failure (got ${objective})`])
  })

  it.each(['12h', '91d', '20w'])('%s is no window', (window) => {
    expect(said(slo(`, window: ${window}`))).toEqual([`slos[0].window  must be from 1d to 90d (got "${window}")`])
  })

  it.each([
    [90, ['14.4 times the budget (1h and 5m) can never fire and is left out: at 90 % it would want more than 144 % of the events to be bad']],
    [80, ['14.4 times', '6 times']],
    [50, ['14.4 times', '6 times', '3 times']],
  ])('at %d %% rows that can never fire are named', (objective, expected) => {
    const warned = warningsWith(slo('').replace('99.9', String(objective)))
    expect(warned).toHaveLength(expected.length)
    expected.forEach((text, i) => expect(warned[i]).toContain(text))
  })

  it.each([94, 99, 99.99])('at %d %% all rows can fire', (objective) => {
    expect(warningsWith(slo('').replace('99.9', String(objective)))).toEqual([])
  })

  it('a window leaves out rows that look back further', () => {
    expect(warningsWith(slo(', window: 2d')).join()).toContain('1 times the budget (3d and 6h) can never fire and is left out: its window of 3d is longer than the objective\'s 2d')
  })

  it('are measured by the way in, by a time that it counts', () => {
    const latency = (threshold: string): string => `slos: [{name: a, objective: 99, indicator: {type: http-latency, route: demo, threshold: ${threshold}}}]\n`
    expect(said(`${slo('')}phases: {ingress: {enabled: false}}\n`).join()).toContain('http-errors cannot be measured: phases.ingress.enabled is false')
    expect(warningsWith(latency('300ms')).join()).toContain('is measured at 250ms, the nearest below that envoy-gateway counts')
    expect(warningsWith(latency('250ms'))).toEqual([])
    expect(warningsWith(latency('1s'))).toEqual([])
    expect(said(`${latency('3ms')}phases: {ingress: {controller: ingress-nginx}}\n`).join()).toContain('3ms is below all times that ingress-nginx counts')
  })

  it('are not thrown away by monitoring, read often enough, and kept as long as they look back', () => {
    const monitoring = (fields: string): string => `phases: {monitoring: {${fields}}}\n`
    expect(said(monitoring('drop: ["envoy_cluster_.*"]')).join()).toContain('must not match envoy_cluster_upstream_rq_xx: slo demo-availability is measured by it')
    expect(said(monitoring('dropLabels: [envoy_cluster_name]')).join()).toContain('must not be envoy_cluster_name: slo demo-availability is measured by it')
    expect(said(monitoring('scrapeInterval: 3m')).join()).toContain('3m is too slow for slos')
    expect(warningsWith(monitoring('retention: 15d')).join()).toContain('15d is shorter than the window 30d of slo demo-availability')
    expect(resolved(MINIMAL).phases.monitoring.retention).toBe('30d')
    expect(resolved(MINIMAL + slo(', window: 60d')).phases.monitoring.retention).toBe('60d')
    expect(resolved(`${MINIMAL}slos: []\n`).phases.monitoring.retention).toBe('15d')
  })

  it('are there for the demo application where something counts its requests', () => {
    expect(resolved(MINIMAL).slos).toMatchObject([{name: 'demo-availability', objective: 99.9}])
    for (const off of ['slo: {enabled: false}', 'monitoring: {enabled: false}', 'ingress: {enabled: false}', 'ingress: {demo: {enabled: false}}']) expect(resolved(`${MINIMAL}phases: {${off}}\n`).slos, off).toEqual([])
  })

  it('need names of their own and Prometheus', () => {
    expect(said(slo('').replace(']', ', {name: a, objective: 99, indicator: {type: http-errors, route: b}}]'))).toEqual(['slos[1].name  must be unique: there is another objective "a"'])
    expect(said(`${slo('')}phases: {monitoring: {enabled: false}}\n`)).toEqual(['phases.monitoring.enabled  cannot be off while there are slos: Prometheus measures them'])
  })
})
