import {describe, expect, it} from 'vitest'
import {stateText} from '../../../../src/components/terraform/state.ts'
import {amiType, stackVariables} from '../../../../src/components/terraform/variables.ts'
import {eksSpec} from '../../../helpers/eks.ts'

const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']
const text = (infra: object, stack = 'eks', upstream: string[] = ['network'], environment?: string): string =>
  stateText({spec: eksSpec({infra, environments: [{name: 'dev', cluster: 'acme-dev'}, {name: 'prod', cluster: 'acme-prod'}]}, environment ?? 'dev'), stack, upstream, place: {local: (name) => `../${name}.tfstate`}})

describe('state.tf', () => {
  it('keeps a state on this machine', () => {
    expect(text({backend: {type: 'local'}})).toContain('  backend "local" {\n    path = "../eks.tfstate"\n  }')
    expect(text({backend: {type: 'local'}})).toContain('data "terraform_remote_state" "network" {\n  backend = "local"\n\n  config = {\n    path = "../network.tfstate"\n  }\n}')
  })

  it('keeps it in a bucket, with a lock file beside it', () => {
    expect(text({backend: {type: 's3'}})).toContain('    bucket       = "acme-123456789012-state"\n    key          = "acme/dev/eks/terraform.tfstate"\n    region       = "eu-central-1"\n    encrypt      = true\n    use_lockfile = true\n')
    expect(text({backend: {type: 's3', lock: 'dynamodb'}})).toContain('dynamodb_table = "acme-state-lock"')
  })

  it('gives each environment and stack a key of its own', () => {
    const keys = ['dev', 'prod'].flatMap((environment) => ['network', 'eks'].map((stack) => /key +=(.*)/.exec(text({backend: {type: 's3'}}, stack, [], environment))?.[1]))
    expect(new Set(keys).size).toBe(4)
  })

  it('leaves nothing of kp.yaml unquoted', () => {
    expect(text({backend: {type: 's3', bucket: 'acme-state', prefix: 'a/b'}})).toContain('"a/b/dev/eks/terraform.tfstate"')
  })
})

describe('the variables of a stack', () => {
  it('split the network over the zones', () => {
    const {zones, nat} = stackVariables(eksSpec(), 'network', {zones: ZONES, emulated: false}) as {zones: {name: string; private_cidr: string}[]; nat: string}
    expect(zones.map(({name}) => name)).toEqual(ZONES)
    expect(new Set(zones.map(({private_cidr: cidr}) => cidr)).size).toBe(3)
    expect(nat).toBe('per-zone')
  })

  it('reach AWS by endpoints where there is no way out', () => {
    expect(stackVariables(eksSpec({network: {nat: 'none'}}), 'network', {zones: ZONES, emulated: false})['interface_endpoints']).toContain('ecr.dkr')
  })

  it('bring no network plugin of EKS where kp brings one, and its own where not', () => {
    const addons = (phases: object): string[] => Object.keys(stackVariables(eksSpec({phases}), 'eks', {zones: ZONES, emulated: false})['addons'] as object)
    expect(addons({})).toEqual(['eks-pod-identity-agent', 'kube-proxy'])
    expect(addons({cni: {plugin: 'cilium', kubeProxyReplacement: true}})).toEqual(['eks-pod-identity-agent'])
    expect(stackVariables(eksSpec({phases: {cni: {enabled: false}}}), 'pod-roles', {zones: ZONES, emulated: false})['addons']).toHaveProperty('vpc-cni')
    expect(stackVariables(eksSpec(), 'pod-roles', {zones: ZONES, emulated: false})['addons']).toEqual({})
  })

  it('ask an emulator for no add-on', () => {
    expect(stackVariables(eksSpec(), 'eks', {zones: ZONES, emulated: true})).toMatchObject({addons: {}, admins: []})
  })

  it('make groups that EKS takes', () => {
    const {pools} = stackVariables(eksSpec(), 'node-groups', {zones: ZONES, emulated: false}) as {pools: Record<string, unknown>[]}
    expect(pools[1]).toMatchObject({name: 'spot', capacity: 'SPOT', min: 0, max: 20, ami_type: 'AL2023_ARM_64_STANDARD', zones: ZONES, taints: [{key: 'spot', value: 'true', effect: 'NO_SCHEDULE'}]})
    expect(pools[2]).toMatchObject({disk: 50, volumes: [{device: '/dev/xvdb', size: 200, type: 'io2', iops: 3000}]})
  })

  it('know the processor by the name of the instance type', () => {
    const types = ['m6i.large', 'm6g.large', 'c7gn.xlarge', 'g5.xlarge', 'g5g.xlarge', 't4g.small', 'im4gn.large']
    expect(types.map((instanceType) => amiType({instanceType}))).toEqual(['x86_64', 'ARM_64', 'ARM_64', 'x86_64', 'ARM_64', 'ARM_64', 'ARM_64'].map((name) => `AL2023_${name}_STANDARD`))
    expect(amiType({instanceType: 'g5.xlarge', gpu: {count: 1, vendor: 'nvidia'}})).toBe('AL2023_x86_64_NVIDIA')
  })
})
