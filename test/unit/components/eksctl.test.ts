/** The configuration of eksctl: every field is one that eksctl has, every value one that it takes. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {eksctlConfig} from '../../../src/components/eksctl-config.ts'
import {eksSpec} from '../../helpers/eks.ts'
import {PROJECT} from '../../helpers/run-kp.ts'

interface Field {
  type?: string
  of?: string
  enum?: unknown[]
  each?: unknown[]
}

const schema = JSON.parse(readFileSync(join(PROJECT, 'test', 'data', 'eksctl', 'clusterconfig.json'), 'utf8')) as Record<string, {required: string[]; fields: Record<string, Field>}>
const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']
const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

function complaints(value: Record<string, unknown>, kind: string, path: string): string[] {
  const known = schema[kind]
  if (known === undefined) return []
  return [
    ...known.required.filter((name) => value[name] === undefined).map((name) => `${path} lacks ${name}`),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const field = known.fields[name]
      const here = `${path}.${name}`
      if (field === undefined) return [`${here} is no field of ${kind}`]
      if (field.type !== undefined && TYPES[field.type]?.(inner) === false) return [`${here} must be ${field.type}`]
      if (field.enum !== undefined && !field.enum.includes(inner)) return [`${here} cannot be ${JSON.stringify(inner)}`]
      const all = Array.isArray(inner) ? inner : [inner]
      if (field.each !== undefined) return all.filter((one) => !field.each?.includes(one)).map((one) => `${here} cannot hold ${JSON.stringify(one)}`)
      return field.of === undefined ? [] : all.flatMap((one: unknown) => (typeof one === 'object' && one !== null ? complaints(one as Record<string, unknown>, field.of ?? '', here) : []))
    }),
  ]
}

function config(sections: Record<string, unknown> = {}): Record<string, unknown> {
  const spec = eksSpec(sections)
  if (spec.provider.type !== 'eks') throw new Error(spec.provider.type)
  return eksctlConfig(spec, spec.provider, ZONES)
}

describe('the configuration of eksctl', () => {
  it.each([
    ['as it is by default', {}],
    ['with a public endpoint, one NAT gateway and the network of EKS', {network: {endpoint: 'both', allowedCidrs: ['203.0.113.0/24'], nat: 'single'}, phases: {cni: {enabled: false}}}],
    ['with a key, administrators and extended support', {provider: {type: 'eks', region: 'eu-central-1', kmsKey: 'arn:aws:kms:eu-central-1:123456789012:key/1', admins: ['arn:aws:iam::123456789012:role/ops'], support: 'extended'}}],
    ['without logs', {phases: {'control-plane': {logs: []}}}],
  ])('has only what eksctl knows, %s', (_what, sections) => {
    expect(complaints(config(sections), 'ClusterConfig', 'config')).toEqual([])
  })

  it.each([
    ['a field that there is not', {vpcs: {}}, 'config.vpcs is no field of ClusterConfig'],
    ['one of the wrong kind', {availabilityZones: 'a'}, 'config.availabilityZones must be array'],
    ['a value that there is not', {vpc: {nat: {gateway: 'Both'}}}, 'config.vpc.nat.gateway cannot be "Both"'],
    ['what must be there', {metadata: {name: 'a'}}, 'config.metadata lacks region'],
  ])('finds %s', (_what, changed, complaint) => {
    expect(complaints({...config(), ...changed}, 'ClusterConfig', 'config')).toContain(complaint)
  })

  it('makes the same pools as the stacks', () => {
    expect(config()['managedNodeGroups']).toMatchObject([{name: 'general', spot: false, minSize: 3}, {name: 'spot', spot: true, taints: [{key: 'spot', value: 'true', effect: 'NoSchedule'}]}, {name: 'storage', additionalVolumes: [{volumeName: '/dev/xvdb', volumeSize: 200, volumeType: 'io2', volumeIOPS: 3000}]}])
  })
})
