import {describe, expect, it} from 'vitest'
import {stringify} from 'yaml'
import {dnsCredentials} from '../../../src/components/dns-credentials.ts'
import {albTargetType, externalDnsValues, ingressValues} from '../../../src/components/ingress-values.ts'
import type {EnvironmentSpec} from '../../../src/spec/types.ts'
import {MINIMAL, resolved} from '../spec/helper.ts'

const specOf = (sections: Record<string, unknown>): EnvironmentSpec => resolved(MINIMAL + (Object.keys(sections).length === 0 ? '' : stringify({domain: 'acme.io', email: 'ops@acme.io', ...sections})))
const EKS = {type: 'eks', region: 'eu-west-1'}

describe('external-dns', () => {
  const values = (externalDns: Record<string, unknown>, more: Record<string, unknown> = {}): ReturnType<typeof externalDnsValues> =>
    externalDnsValues(specOf({domain: 'example.org', secrets: {dns: 'env:DNS', id: 'env:ID'}, phases: {ingress: {...more, externalDns: {enabled: true, ...externalDns}}}}))

  it('owns the records of its cluster, in the zone of the platform', () => {
    expect(values({policy: 'sync'})).toMatchObject({provider: 'aws', policy: 'sync', owner: 'acme', domains: ['example.org'], sources: ['gateway-httproute']})
  })

  it('reads Ingresses where the front door uses them', () => {
    expect(values({}, {controller: 'ingress-nginx'}).sources).toEqual(['ingress'])
    expect(values({}, {controller: 'traefik'}).sources).toEqual(['gateway-httproute'])
  })

  it.each([
    ['route53', {route53: {accessKeyId: 'id', region: 'eu-west-3'}}, 'AWS_SECRET_ACCESS_KEY', 'secret-access-key'],
    ['cloudflare', {}, 'CF_API_TOKEN', 'api-token'],
    ['rfc2136', {rfc2136: {nameserver: 'ns.example.org:5353', keyName: 'kp'}}, 'EXTERNAL_DNS_RFC2136_TSIG_SECRET', 'tsig-secret'],
  ])('gets the credentials of %s as a variable from the Secret', (provider, settings, name, key) => {
    const made = values({provider, secret: 'dns', ...settings})
    expect(made.env).toContainEqual({name, valueFrom: {secretKeyRef: {name: 'external-dns-credentials', key}}})
    expect(made.volumes).toEqual([])
  })

  it.each([['clouddns', {clouddns: {project: 'acme-dns'}}], ['azuredns', {azuredns: {subscription: 's', resourceGroup: 'g', tenant: 't', clientId: 'c'}}]])('gets the credentials of %s as a file', (provider, settings) => {
    const made = values({provider, secret: 'dns', ...settings})
    expect(made.volumes).toEqual([{name: 'credentials', secret: {secretName: 'external-dns-credentials'}}])
    expect(made.mounts).toHaveLength(1)
  })

  it('takes the identity of the pod for route53 without a secret', () => {
    const made = values({})
    expect(made.env).toEqual([{name: 'AWS_DEFAULT_REGION', value: 'us-east-1'}])
  })

  it('writes the file for Azure around the client secret', () => {
    const {phases, ...spec} = specOf({secrets: {dns: 'env:DNS'}, phases: {ingress: {externalDns: {enabled: true, provider: 'azuredns', secret: 'dns', azuredns: {subscription: 's', resourceGroup: 'g', tenant: 't', clientId: 'c'}}}}})
    const {keys} = dnsCredentials(spec, phases.ingress.externalDns)
    expect(Object.keys(keys)).toEqual(['azure.json'])
    expect(JSON.parse(keys['azure.json']?.make?.('x') ?? '')).toEqual({tenantId: 't', subscriptionId: 's', resourceGroup: 'g', aadClientId: 'c', aadClientSecret: 'x'})
  })
})

describe('load balancers', () => {
  it('are internal by the annotation of the cloud', () => {
    const internal = (provider: Record<string, unknown>): unknown => ingressValues(specOf({provider, phases: {ingress: {exposure: 'internal'}}})).serviceAnnotations
    expect(internal(EKS)).toEqual({'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal', 'service.beta.kubernetes.io/aws-load-balancer-internal': 'true'})
    expect(internal({type: 'existing', kubeconfig: 'k', flavour: 'gke'})).toEqual({'networking.gke.io/load-balancer-type': 'Internal'})
    expect(internal({type: 'existing', kubeconfig: 'k', flavour: 'aks'})).toEqual({'service.beta.kubernetes.io/azure-load-balancer-internal': 'true'})
    expect(internal({type: 'existing', kubeconfig: 'k'})).toEqual({})
    expect(ingressValues(specOf({provider: EKS})).serviceAnnotations).toEqual({'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing'})
  })

  it('reach pods directly only where these have addresses of the VPC', () => {
    expect(albTargetType(specOf({provider: EKS}))).toBe('ip')
    expect(albTargetType(specOf({provider: EKS, phases: {cni: {plugin: 'calico'}}}))).toBe('instance')
    expect(albTargetType(specOf({provider: {type: 'kubeadm-aws', region: 'eu-west-1'}}))).toBe('instance')
    expect(albTargetType(specOf({}))).toBe('instance')
  })
})
