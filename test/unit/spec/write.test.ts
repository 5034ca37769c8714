import {describe, expect, it} from 'vitest'
import {defaultPlatform} from '../../../src/spec/defaults.ts'
import {parseSpec} from '../../../src/spec/load.ts'
import {writeSpec} from '../../../src/spec/write.ts'
import {MINIMAL, resolved} from './helper.ts'

const TEXT = `# my platform
apiVersion: kp.dev/v1alpha1
kind: Platform
metadata: {name: acme}     # aligned
kubernetes: {version: "1.35"}   # in quotes
network:
  # how many
  zones: 3   # three
environments:
  - {name: a}  # first
  - {name: b, protected: true}
`

const changedLines = (before: string, after: string) => after.split('\n').filter((line, i) => line !== before.split('\n')[i])

describe('writeSpec', () => {
  it.each([
    ['a number', ['network', 'zones'], 2, ['  zones: 2   # three']],
    ['a text in quotes', ['kubernetes', 'version'], '1.36', ['kubernetes: {version: "1.36"}   # in quotes']],
    ['a text in a list', ['environments', 1, 'name'], 'prod', ['  - {name: prod, protected: true}']],
    ['a text that needs quotes', ['environments', 0, 'name'], 'a, b: c}', ['  - {name: "a, b: c}"}  # first']],
    ['true', ['environments', 1, 'protected'], false, ['  - {name: b, protected: false}']],
  ] as const)('replaces %s on its line and leaves the rest, byte for byte', (_, path, value, lines) => {
    const after = writeSpec(TEXT, [{path, value}])
    expect(changedLines(TEXT, after)).toEqual(lines)
    expect(after.length - TEXT.length).toBe(lines[0].length - (TEXT.split('\n').find((line, i) => line !== after.split('\n')[i]) ?? '').length)
  })

  it('adds what is not there, with its maps, and keeps comments', () => {
    const after = writeSpec(TEXT, [{path: ['phases', 'cni', 'plugin'], value: 'calico'}, {path: ['environments', 0, 'nodePools'], value: {general: {min: 6}}}])
    const {spec} = parseSpec('kp.yaml', after)
    expect(spec.phases.cni.plugin).toBe('calico')
    expect(resolved(after, 'a').nodePools[0]?.min).toBe(6)
    for (const comment of ['# my platform', '# aligned', '# in quotes', '# how many', '# three', '# first']) expect(after).toContain(comment)
  })

  it('removes', () => {
    const after = writeSpec(TEXT, [{path: ['network'], value: undefined}, {path: ['nothing', 'here'], value: undefined}])
    expect(after).not.toContain('zones')
    expect(parseSpec('kp.yaml', after).spec.network.zones).toBe(3)
  })

  it('fills an empty section, and refuses to go below a value', () => {
    expect(writeSpec(`${MINIMAL}network:\n`, [{path: ['network', 'zones'], value: 2}])).toContain('zones: 2')
    expect(() => writeSpec(`${MINIMAL}network: x\n`, [{path: ['network', 'zones'], value: 2}])).toThrow('network.zones cannot be set: network is not a map')
    expect(() => writeSpec('a: [\n', [{path: ['a'], value: 2}])).toThrow('kp.yaml is not valid YAML')
  })

  it('writing what is there changes nothing', () => {
    expect(writeSpec(TEXT, [{path: ['network', 'zones'], value: 3}, {path: ['kubernetes', 'version'], value: '1.35'}])).toBe(TEXT)
  })
})

describe('defaultPlatform', () => {
  const full = {
    name: 'acme', owner: 'ops@acme.io', provider: {type: 'eks', region: 'eu-central-1', account: '111111111111'} as const, domain: 'acme.io', email: 'ops@acme.io',
    environments: [{name: 'dev'}, {name: 'prod', protected: true, nodePools: {general: {min: 6}}}], phases: {mesh: {enabled: true, type: 'istio' as const}, cni: {plugin: 'calico' as const}}, secrets: {a: 'env:A'},
  }

  it('is valid and says the same as three lines', () => {
    const text = defaultPlatform({name: 'acme'})
    expect(parseSpec('kp.yaml', text).warnings).toEqual([])
    expect(resolved(text)).toEqual(resolved(MINIMAL))
  })

  it('has a comment for each block and fits in 80 columns', () => {
    const text = defaultPlatform(full)
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    const blocks = [...text.matchAll(/^([a-zA-Z]+):/gm)].map(([, key]) => key).filter((key) => key !== 'apiVersion' && key !== 'kind')
    for (const key of blocks) expect(text).toMatch(new RegExp(`\n\n# [A-Z][^\n]*\n${key}:`))
    expect(blocks).toEqual(['metadata', 'provider', 'environments', 'kubernetes', 'network', 'nodePools', 'domain', 'email', 'phases', 'secrets'])
  })

  it('takes answers over defaults', () => {
    const prod = resolved(defaultPlatform(full), 'prod')
    expect(prod).toMatchObject({owner: 'ops@acme.io', provider: {type: 'eks', account: '111111111111'}, phases: {mesh: {enabled: true, type: 'istio'}, cni: {plugin: 'calico', defaultDeny: true}}})
    expect(prod.nodePools[0]?.min).toBe(6)
  })

  it('is the same bytes in whatever order the answers come', () => {
    const {phases, provider, secrets, ...rest} = full
    const turned = {secrets, provider: {account: provider.account, region: provider.region, type: provider.type}, phases: {cni: phases.cni, mesh: {type: phases.mesh.type, enabled: true}}, ...rest}
    expect(defaultPlatform(turned)).toBe(defaultPlatform(full))
    expect(defaultPlatform(full)).toBe(defaultPlatform(structuredClone(full)))
  })

  it.each(['existing', 'kind', 'eks', 'kubeadm-aws', 'bare-metal'] as const)('is valid for %s', (type) => {
    const settings = {
      existing: {type: 'existing', kubeconfig: '~/.kube/config'}, kind: {type: 'kind'}, eks: {type: 'eks', region: 'eu-central-1'}, 'kubeadm-aws': {type: 'kubeadm-aws', region: 'eu-central-1'},
      'bare-metal': {type: 'bare-metal', apiEndpoint: '10.1.0.5:6443', addresses: ['10.1.0.200-10.1.0.210'], hosts: [{name: 'a', address: '10.1.0.11', role: 'control-plane'}]},
    } as const
    const provider = structuredClone(settings[type]) as Parameters<typeof defaultPlatform>[0]['provider']
    const text = defaultPlatform({name: 'acme', provider, domain: 'acme.io', email: 'ops@acme.io'})
    expect(parseSpec('kp.yaml', text).warnings).toEqual([])
  })
})
