/** The roles of pods: who has one, and that none may do more than it needs. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {annotatedRoles, hostedZones, makesBackupBucket, podRoles} from '../../../../src/components/terraform/pod-roles.ts'
import {moduleFiles} from '../../../../src/components/terraform/stacks.ts'
import {stackVariables} from '../../../../src/components/terraform/variables.ts'
import {createEksProvider} from '../../../../src/providers/aws/provider.ts'
import type {EnvironmentSpec} from '../../../../src/spec/types.ts'
import {eksSpec} from '../../../helpers/eks.ts'
import {kubeadmSpec} from '../../../helpers/kubeadm.ts'
import {PROJECT} from '../../../helpers/run-kp.ts'

const FOLDER = join(PROJECT, 'templates', 'terraform', 'pod-roles')
const policies = readdirSync(FOLDER).filter((name) => name.startsWith('policy-')).toSorted()

interface Statement {
  Sid: string
  Effect: string
  Action: string | string[]
  Resource: string | string[]
  Condition?: Record<string, Record<string, unknown>>
}

/** The policy with its placeholders filled, as templatefile does. */
function readPolicy(file: string): Statement[] {
  const text = readFileSync(join(FOLDER, file), 'utf8').replaceAll(/%\{ [^}]*\}/g, '').replaceAll('${jsonencode(zones)}', '["arn:aws:route53:::hostedzone/Z1"]').replaceAll(/\$\{(\w+)\}/g, (_whole, name: string) => (name === 'account' ? '123456789012' : name === 'partition' ? 'aws' : name))
  return (JSON.parse(text) as {Statement: Statement[]}).Statement
}

const list = (value: string | string[]): string[] => [value].flat()
/** Actions that change nothing. */
const READS = /^[a-z0-9-]+:(?:Describe|Get|List|Look)/
/** What AWS lets nobody narrow down, and what every image and subnet is needed for. */
const NARROWED_BY_WHAT_STARTS = new Set(['StartFrom'])

describe('the policies of pods', () => {
  it('are one for each role that names one, and no other', () => {
    const all = [
      eksSpec({domain: 'acme.org', email: 'ops@acme.org', phases: {'cert-manager': {issuer: 'dns01'}, ingress: {controller: 'aws-load-balancer-controller', externalDns: {enabled: true}}, backup: {enabled: true}, secrets: {store: 'aws-secrets-manager'}}}),
      eksSpec({phases: {autoscaling: {nodes: 'karpenter'}, ingress: {externalDns: {enabled: true, route53: {role: 'arn:aws:iam::210987654321:role/dns'}}}}}),
    ].flatMap(podRoles)
    expect([...new Set(all.flatMap(({policy}) => (policy === undefined ? [] : [`policy-${policy}.json.tftpl`])))].toSorted()).toEqual(policies)
    for (const {managed, policy} of all) expect([managed, policy].filter((one) => one !== undefined)).toHaveLength(1)
  })

  it.each(policies)('%s says each thing by name, and changes only what is named or tagged', (file) => {
    const statements = readPolicy(file)
    expect(new Set(statements.map(({Sid}) => Sid)).size).toBe(statements.length)
    for (const {Sid, Effect, Action, Resource, Condition} of statements) {
      expect(Effect, Sid).toBe('Allow')
      for (const action of list(Action)) {
        expect(action, Sid).toMatch(/^[a-z0-9-]+:[A-Z]\w*\*?$/)
        if (action.endsWith('*')) expect(action, Sid).toMatch(READS)
      }
      const changes = list(Action).filter((action) => !READS.test(action))
      if (changes.length === 0) continue
      expect(list(Resource), `${Sid}: ${changes.join(', ')}`).not.toContain('*')
      // A resource of any name is only for what a condition holds together.
      const wide = list(Resource).filter((one) => /\/\*$|:\*$/.test(one) && !/k8s-|backup|bucket|hostedzone|change\/\*|\/elasticloadbalancing/.test(one))
      if (wide.length > 0 && !NARROWED_BY_WHAT_STARTS.has(Sid) && Sid !== 'MakeGroups') expect(Condition, `${Sid}: ${wide.join(', ')}`).toBeDefined()
    }
  })

  it.each(policies)('%s fits into a role', (file) => {
    expect(JSON.stringify(readPolicy(file)).length).toBeLessThan(10_240 - 200)
  })
})

describe('the workers of kubeadm on EC2', () => {
  const spec = kubeadmSpec({phases: {'cert-manager': {issuer: 'dns01'}, ingress: {controller: 'aws-load-balancer-controller', externalDns: {enabled: true}}, backup: {enabled: true}, secrets: {store: 'aws-secrets-manager'}}})
  const {policies: rights} = stackVariables(spec, 'machine-roles', {zones: ['eu-central-1a'], emulated: false}) as {policies: Record<string, {file: string}>}

  it('have the rights of their controllers, each by a file that lies beside the stack', () => {
    expect(Object.keys(rights)).toEqual(['aws-load-balancer-controller', 'cert-manager', 'external-dns', 'velero', 'external-secrets'])
    const files = moduleFiles(PROJECT, 'machine-roles').map(({name}) => name)
    for (const {file} of Object.values(rights)) expect(files).toContain(`policy-${file}.json.tftpl`)
    expect(files.filter((name) => /karpenter|autoscaler/.test(name))).toEqual([])
  })

  it('have no more than fits into one role', () => {
    // All inline policies of a role count together, without blanks.
    const sizes = Object.values(rights).map(({file}) => JSON.stringify(readPolicy(`policy-${file}.json.tftpl`)).length)
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBeLessThan(10_240 - 1500)
  })
})

describe('the bucket of the backups', () => {
  const variables = (sections: Record<string, unknown>) => stackVariables(eksSpec(sections), 'backup-store', {zones: [], emulated: false})

  it('is made where kp.yaml names none, and keeps what was deleted as long as a backup', () => {
    expect(variables({phases: {backup: {retention: '36h'}}})).toMatchObject({bucket: 'acme-dev-backup', region: 'eu-central-1', keep_deleted_days: 2, tls_only: true})
    expect(variables({phases: {backup: {store: {region: 'eu-west-1'}}}})).toMatchObject({region: 'eu-west-1'})
    expect(makesBackupBucket(eksSpec())).toBe(true)
    for (const store of [{bucket: 'theirs'}, {bucket: 'backups', endpoint: 'https://s3.example.org', secret: 'store'}]) expect(makesBackupBucket(eksSpec({phases: {backup: {store}}, secrets: {store: 'env:STORE'}}))).toBe(false)
  })

  it('may stand beside a vault of AWS, which knows its volumes by a tag of the StorageClass', () => {
    const provider = {type: 'eks', region: 'eu-central-1', account: '123456789012', backupVault: true}
    const spec = eksSpec({provider, phases: {backup: {retention: '7d'}}})
    expect(stackVariables(spec, 'backup-vault', {zones: [], emulated: false})).toMatchObject({cluster: 'acme-dev', keep_days: 7, kms_key: null})
    const selection = readFileSync(join(PROJECT, 'templates', 'terraform', 'backup-vault', 'main.tf'), 'utf8')
    const parameters = (one: EnvironmentSpec) => (one.provider.type === 'eks' ? createEksProvider({spec: one, settings: one.provider, env: {}, folder: '.', cacheDir: '.'}).storageParameters : undefined)
    const [key, value] = parameters(spec)?.['tagSpecification_1']?.split('=') ?? []
    expect(selection).toContain(`key   = "${key}"`)
    expect(value).toBe('acme-dev')
    expect(parameters(eksSpec())).toEqual({type: 'gp3', encrypted: 'true'})
  })

  it('is another one than that of the billing data, which no emulator exports', () => {
    const billing = (emulated: boolean) => stackVariables(eksSpec(), 'billing-export', {zones: [], emulated})
    expect(billing(false)).toMatchObject({bucket: 'acme-dev-billing', export: true, tls_only: true})
    expect(billing(false)['columns']).toEqual(expect.arrayContaining(['line_item_resource_id', 'line_item_unblended_cost', 'resource_tags']))
    expect(billing(true)).toMatchObject({export: false})
    expect(stackVariables(kubeadmSpec(), 'billing-export', {zones: [], emulated: false})).toMatchObject({bucket: 'acme-dev-billing'})
  })

  it('has its key in the role of velero only where kp made it', () => {
    const kmsKey = 'arn:aws:kms:eu-central-1:123456789012:key/0d0bb9fa-9a31-4a42-8e3a-7dbd9c1a1f6e'
    const provider = {type: 'eks', region: 'eu-central-1', account: '123456789012', kmsKey}
    const key = (store: Record<string, unknown>) => stackVariables(eksSpec({provider, phases: {backup: {store}}}), 'pod-roles', {zones: [], emulated: false})['backup_key']
    expect(key({})).toBe(kmsKey)
    expect(key({bucket: 'theirs'})).toBeNull()
  })
})

describe('who has a role', () => {
  const names = (spec: EnvironmentSpec): string[] => podRoles(spec).map(({name}) => name)

  it('follows from kp.yaml', () => {
    expect(names(eksSpec())).toContain('cluster-autoscaler')
    expect(names(eksSpec({phases: {autoscaling: {nodes: 'karpenter'}}}))).toEqual(expect.arrayContaining(['ebs-csi', 'karpenter']))
    expect(names(eksSpec({phases: {cni: {enabled: false}}}))).toContain('vpc-cni')
    expect(names(eksSpec())).not.toContain('external-dns')
  })

  it('nobody who has keys, or a store that is not of AWS', () => {
    expect(names(eksSpec({phases: {backup: {enabled: true}}}))).toContain('velero')
    expect(names(eksSpec({phases: {backup: {enabled: true, store: {bucket: 'backups', endpoint: 'https://s3.example.org', secret: 'store'}}}, secrets: {store: 'env:STORE'}}))).not.toContain('velero')
    expect(names(eksSpec({phases: {ingress: {externalDns: {enabled: true, provider: 'cloudflare', secret: 'token'}}}, secrets: {token: 'env:TOKEN'}}))).not.toContain('external-dns')
  })

  it('may write into the zones that are named alone', () => {
    expect(hostedZones(eksSpec({phases: {ingress: {externalDns: {enabled: true, route53: {hostedZoneId: 'Z0123456789ABC'}}}}}))).toEqual(['Z0123456789ABC'])
    expect(hostedZones(eksSpec({phases: {ingress: {externalDns: {enabled: true}}}}))).toEqual(['*'])
  })

  it('by an association, or by an annotation of the account', () => {
    const irsa = {provider: {type: 'eks', region: 'eu-central-1', account: '123456789012', identity: 'irsa'}}
    const facts = {zones: ['eu-central-1a'], emulated: false}
    const roles = (spec: EnvironmentSpec) => stackVariables(spec, 'pod-roles', facts)['roles'] as Record<string, {associate: boolean; service_account: string}>
    expect(roles(eksSpec())['cluster-autoscaler']).toMatchObject({associate: true, service_account: 'cluster-autoscaler'})
    expect(roles(eksSpec())['ebs-csi']).toMatchObject({associate: false})
    expect(roles(eksSpec(irsa))['cluster-autoscaler']).toMatchObject({associate: false})
    expect(annotatedRoles(eksSpec())).toEqual({})
    expect(annotatedRoles(eksSpec(irsa))['cluster-autoscaler']).toBe('arn:aws:iam::123456789012:role/acme-dev-cluster-autoscaler')
    expect(() => eksSpec({provider: {type: 'eks', region: 'eu-central-1', identity: 'irsa'}})).toThrow(expect.objectContaining({code: 'SPEC_INVALID'}))
  })
})
