import {describe, expect, it} from 'vitest'
import type {KpError} from '../../../src/engine/errors.ts'
import {digestEnvironment} from '../../../src/spec/digest.ts'
import {IMMUTABLE_FIELDS, changedImmutable} from '../../../src/spec/immutable.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {resolveEnvironment} from '../../../src/spec/resolve.ts'
import {PHASE_IDS} from '../../../src/spec/schema.ts'
import {EKS, MINIMAL, resolved} from './helper.ts'

const TWO = `${EKS}environments:
  - {name: dev, issuer: letsencrypt-staging, nodePools: {general: {min: 1}, spot: null}, network: {zones: 2}}
  - {name: prod, cluster: main, protected: true, kubernetes: {version: "1.36"}, phases: {logging: {backend: {type: splunk-hec, host: s.acme.io, token: splunk}}}, secrets: {splunk: env:S}}
nodePools:
  - {name: general, min: 3, max: 9, labels: {a: b}}
  - {name: spot, capacity: spot, min: 0, max: 5}
phases: {cert-manager: {issuer: letsencrypt-production}, logging: {backend: {type: opensearch, index: x}}}
components: {cilium: {values: {a: {b: 1, c: 2}, list: [1, 2]}}}
`

const errorOf = (action: () => unknown): KpError => {
  try {
    action()
  } catch (error) {
    return error as KpError
  }
  throw new Error('accepted')
}

describe('three lines are a platform', () => {
  const spec = resolved(MINIMAL)

  it('in the lab, with one environment', () => {
    expect(spec).toMatchObject({
      platform: 'acme', environment: {name: 'lab', cluster: 'acme', protected: false}, provider: {type: 'lab', webhooks: false},
      kubernetes: {version: '1.35'}, domain: 'acme.test', backup: {rpo: '6h', rto: '10m'},
      network: {vpcCidr: '10.20.0.0/16', podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/12', zones: 3},
    })
  })

  it('with two node pools', () => {
    expect(spec.nodePools.map(({name, capacity, min, max, cpu, memory, taints}) => ({name, capacity, min, max, cpu, memory, taints}))).toEqual([
      {name: 'general', capacity: 'on-demand', min: 3, max: 9, cpu: '2', memory: '8Gi', taints: []},
      {name: 'spot', capacity: 'spot', min: 0, max: 20, cpu: '2', memory: '8Gi', taints: ['spot=true:NoSchedule']},
    ])
  })

  it('with every phase and its choices', () => {
    expect(Object.keys(spec.phases).toSorted()).toEqual(PHASE_IDS.toSorted())
    expect(PHASE_IDS).toEqual([
      'prerequisites', 'networking', 'control-plane', 'node-pools', 'cni', 'cert-manager', 'ingress', 'gitops', 'monitoring', 'logging', 'mesh',
      'operators', 'secrets', 'autoscaling', 'security', 'backup', 'chaos', 'cost', 'day2', 'slo', 'deliverables',
    ])
    expect(spec.phases).toMatchObject({
      cni: {plugin: 'cilium', defaultDeny: true}, 'cert-manager': {issuer: 'internal-ca'}, ingress: {controller: 'envoy-gateway', demo: {enabled: true, host: 'demo.acme.test'}},
      gitops: {tool: 'none', path: 'clusters/lab'}, mesh: {enabled: false, namespace: 'linkerd'}, autoscaling: {nodes: 'none'},
    })
  })
})

describe('defaults follow the provider', () => {
  it('on EKS', () => {
    const spec = resolved(EKS)
    expect(spec.environment).toEqual({name: 'default', cluster: 'acme', protected: false})
    expect(spec.phases['cert-manager'].issuer).toBe('letsencrypt-staging')
    expect(spec.phases['node-pools'].spotHandler).toBe('node-termination-handler')
    expect(spec.phases.autoscaling.nodes).toBe('cluster-autoscaler')
  })

  it('on a cluster of somebody else there are no node pools of ours', () => {
    expect(resolved(`${MINIMAL}provider: {type: existing, kubeconfig: ~/k}\ndomain: acme.io\nemail: ops@acme.io\n`).nodePools).toEqual([])
  })

  it('a repository makes Argo CD the default, and istio its namespace', () => {
    const spec = resolved('apiVersion: kp.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme, repository: "https://git.acme.io/p.git"}\nphases: {mesh: {type: istio}}\n')
    expect(spec.phases.gitops).toMatchObject({tool: 'argo-cd', repository: 'https://git.acme.io/p.git'})
    expect(spec.phases.mesh.namespace).toBe('istio-system')
  })

  it('gitops that is off has no tool', () => {
    expect(resolved(`${MINIMAL}phases: {gitops: {enabled: false, tool: flux}}\n`).phases.gitops.tool).toBe('none')
  })

  it('the size of a node comes from its type, unless it is written', () => {
    const pools = resolved(`${MINIMAL}nodePools: [{name: a, instanceType: c7g.2xlarge}, {name: b, cpu: 4, memory: 4Gi}, {name: c, instanceType: z1.metal, min: 0}]\n`).nodePools
    expect(pools.map(({cpu, memory, max}) => [cpu, memory, max])).toEqual([['8', '16Gi', 1], ['4', '4Gi', 1], ['2', '8Gi', 1]])
  })
})

describe('overrides', () => {
  const dev = resolved(TWO, 'dev')
  const prod = resolved(TWO, 'prod')

  it('change single pools by name, and take one out', () => {
    expect(dev.nodePools.map(({name, min, max, labels}) => ({name, min, max, labels}))).toEqual([{name: 'general', min: 1, max: 9, labels: {a: 'b'}}])
    expect(prod.nodePools.map(({name, min}) => [name, min])).toEqual([['general', 3], ['spot', 0]])
  })

  it('merge maps and replace values', () => {
    expect([dev.network.zones, prod.network.zones, dev.network.podCidr]).toEqual([2, 3, '10.244.0.0/16'])
    expect([dev.kubernetes.version, prod.kubernetes.version]).toEqual(['1.35', '1.36'])
    expect([dev.environment.cluster, prod.environment.cluster]).toEqual(['acme-dev', 'main'])
  })

  it('`issuer` is short for the one of cert-manager', () => {
    expect([dev, prod].map((spec) => spec.phases['cert-manager'].issuer)).toEqual(['letsencrypt-staging', 'letsencrypt-production'])
  })

  it('another type replaces the block', () => {
    expect(dev.phases.logging.backend).toMatchObject({type: 'opensearch', index: 'x'})
    expect(prod.phases.logging.backend).toMatchObject({type: 'splunk-hec', index: 'main', token: 'splunk'})
    expect(prod.phases.logging.backend).not.toHaveProperty('inCluster')
  })

  it('a list replaces the list', () => {
    const spec = resolved(`${MINIMAL}environments: [{name: a, nodePools: [{name: only}], components: {cilium: {values: {a: {b: 5}, list: [9]}}}}]\ncomponents: {cilium: {version: 1.2.3, values: {a: {b: 1, c: 2}, list: [1, 2]}}}\n`)
    expect(spec.nodePools.map(({name}) => name)).toEqual(['only'])
    expect(spec.components).toEqual({cilium: {version: '1.2.3', values: {a: {b: 5, c: 2}, list: [9]}}})
  })

  it('do not touch each other or the platform', () => {
    const {spec} = parseSpec('kp.yaml', TWO)
    const before = structuredClone(spec)
    const first = resolveEnvironment(spec, 'prod')
    resolveEnvironment(spec, 'dev').nodePools.pop()
    expect(spec).toEqual(before)
    expect(resolveEnvironment(spec, 'prod')).toEqual(first)
  })
})

describe('which environment', () => {
  const {spec} = parseSpec('kp.yaml', TWO)

  it('must be said where there are several', () => {
    for (const name of [undefined, '']) {
      expect(errorOf(() => resolveEnvironment(spec, name))).toMatchObject({
        code: 'USAGE', exit: 2, message: 'kp.yaml has several environments: dev, prod; say which with --env NAME or KP_ENV', next: ['--env dev', '--env prod'],
      })
    }
  })

  it('must be one that there is', () => {
    expect(errorOf(() => resolveEnvironment(spec, 'prdo'))).toMatchObject({code: 'ENVIRONMENT_UNKNOWN', exit: 3, message: 'there is no environment "prdo"; did you mean "prod"?', details: ['environment dev', 'environment prod']})
    expect(errorOf(() => resolveEnvironment(parseSpec('kp.yaml', MINIMAL).spec, 'production')).message).toBe('there is no environment "production"')
  })

  it('is the only one where there is one', () => {
    expect(resolved(MINIMAL).environment.name).toBe('lab')
    expect(resolved(MINIMAL, 'lab').environment.name).toBe('lab')
  })
})

describe('digest', () => {
  it('does not depend on the order of keys, comments or defaults that are written out', () => {
    const a = resolved(`${MINIMAL}network: {zones: 3, nat: single}\nbackup: {rto: 10m, rpo: 6h}\n`)
    const b = resolved('# the same\nkind: Platform\nbackup: {rpo: 6h}\nnetwork:\n  nat: single # cheap\nmetadata: {name: acme}\napiVersion: kp.dev/v1alpha1\n')
    expect(digestEnvironment(a)).toBe(digestEnvironment(b))
    expect(digestEnvironment(a)).toMatch(/^[0-9a-f]{64}$/)
  })

  it('differs where anything differs', () => {
    const digests = ['', 'network: {zones: 2}', 'nodePools: [{name: a}]', 'components: {cilium: {version: 1.2.3}}', 'secrets: {a: env:A}'].map((line) => digestEnvironment(resolved(`${MINIMAL}${line}\n`)))
    expect(new Set(digests).size).toBe(digests.length)
  })
})

describe('what cannot be changed', () => {
  const change = (line: string) => changedImmutable(resolved(EKS), resolved(EKS + line)).map(({field, before, after}) => `${field}: ${before} -> ${after}`)

  it.each([
    ['network: {podCidr: 10.128.0.0/16}\n', 'network.podCidr: 10.244.0.0/16 -> 10.128.0.0/16'],
    ['network: {serviceCidr: 172.20.0.0/16}\n', 'network.serviceCidr: 10.96.0.0/12 -> 172.20.0.0/16'],
    ['network: {vpcCidr: 10.30.0.0/16}\n', 'network.vpcCidr: 10.20.0.0/16 -> 10.30.0.0/16'],
    ['environments: [{name: default, cluster: other}]\n', 'environment.cluster: acme -> other'],
    ['environments: [{name: default, cluster: acme, provider: {region: eu-west-1}}]\n', 'provider.region: eu-central-1 -> eu-west-1'],
    ['environments: [{name: default, cluster: acme, provider: {type: kubeadm-aws, region: eu-central-1}}]\n', 'provider.type: eks -> kubeadm-aws'],
  ])('%s', (line, expected) => {
    expect(change(line)).toEqual([expected])
  })

  it('everything else can; an account may be written down later, but not changed', () => {
    expect(change('kubernetes: {version: "1.36"}\nnetwork: {zones: 2}\n')).toEqual([])
    const account = (number: string) => resolved(EKS.replace('region', `account: "${number}", region`))
    expect(changedImmutable(resolved(EKS), account('111111111111'))).toEqual([])
    expect(changedImmutable(account('111111111111'), account('222222222222'))).toHaveLength(1)
    expect(IMMUTABLE_FIELDS.every(({instead}) => instead.length > 0)).toBe(true)
  })
})
