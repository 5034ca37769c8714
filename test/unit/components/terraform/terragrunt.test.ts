/** The stacks as Terragrunt wants them: a module each, once, and what an environment gives it. */
import {describe, expect, it} from 'vitest'
import {stacksOf} from '../../../../src/components/terraform/ids.ts'
import {stackFiles, STACKS, VARIABLES_FILE} from '../../../../src/components/terraform/stacks.ts'
import {terragruntFiles} from '../../../../src/components/terraform/terragrunt.ts'
import type {EnvironmentSpec} from '../../../../src/spec/types.ts'
import {eksSpec} from '../../../helpers/eks.ts'
import {PROJECT} from '../../../helpers/run-kp.ts'

const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']
const EKS_STACKS = stacksOf('eks')
const filesOf = (spec: EnvironmentSpec): Map<string, string> => new Map(terragruntFiles({home: PROJECT, spec, zones: ZONES, stacks: EKS_STACKS}).map(({name, text}) => [name, text]))
const two = {environments: [{name: 'dev', cluster: 'acme-dev'}, {name: 'prod', cluster: 'acme-prod'}]}

describe('the layout of Terragrunt', () => {
  it('has each module once, whatever the environment', () => {
    const [dev, prod] = [filesOf(eksSpec(two, 'dev')), filesOf(eksSpec(two, 'prod'))]
    const modules = [...dev.keys()].filter((name) => name.startsWith('modules/'))
    expect(modules).toContain('modules/network/main.tf')
    for (const name of modules) expect(prod.get(name), name).toBe(dev.get(name))
    expect([...dev.keys()].filter((name) => name.startsWith('dev/'))).toHaveLength(2 * EKS_STACKS.length)
    expect([...dev.keys()].filter((name) => name.startsWith('prod/'))).toEqual([])
  })

  it.each(EKS_STACKS)('%s is given what the plain layout gives it, comes after the same stacks and has the same state', (stack) => {
    const spec = eksSpec({infra: {layout: 'terragrunt', backend: {type: 's3'}}})
    const plain = new Map(stackFiles({home: PROJECT, spec, zones: ZONES, stack, place: {local: (name) => name}}).map(({name, text}) => [name, text]))
    const files = filesOf(spec)
    expect(files.get(`dev/${stack}/inputs.json`)).toBe(plain.get(VARIABLES_FILE))
    const unit = files.get(`dev/${stack}/terragrunt.hcl`) ?? ''
    expect(unit).toContain(`source = "../../modules/${stack}"`)
    expect(unit).toContain(`<<EOF\n${plain.get('state.tf')}EOF`)
    for (const name of STACKS[stack].upstream) expect(unit).toContain(`"../${name}"`)
  })

  it('finds states on this machine from the folder of the unit, since the module is worked on elsewhere', () => {
    expect(filesOf(eksSpec()).get('dev/network/terragrunt.hcl')).toContain('path = "${get_terragrunt_dir()}/../../../.kp/environments/dev/terraform/network.tfstate"')
  })

  it('runs the program of kp.yaml', () => {
    expect(filesOf(eksSpec({infra: {tool: 'opentofu'}})).get('root.hcl')).toContain('terraform_binary = "tofu"')
  })
})

describe('environments of one kp.yaml', () => {
  it('share no state, no name and no tag that decides', () => {
    const specs = ['dev', 'prod'].map((name) => eksSpec({...two, infra: {backend: {type: 's3'}}}, name))
    for (const stack of EKS_STACKS) {
      const [dev, prod] = specs.map((spec) => stackFiles({home: PROJECT, spec, zones: ZONES, stack, place: {local: (name) => name}}))
      const [devState, prodState] = [dev, prod].map((files) => files?.find(({name}) => name === 'state.tf')?.text ?? '')
      const keys = (text: string | undefined): string[] => [...(text ?? '').matchAll(/key\s+= "([^"]+)"/g)].map(([, key = '']) => key)
      expect(keys(devState).filter((key) => keys(prodState).includes(key))).toEqual([])
      const [devVariables, prodVariables] = [dev, prod].map((files) => JSON.parse(files?.find(({name}) => name === VARIABLES_FILE)?.text ?? '{}') as {cluster: string; tags: Record<string, string>})
      expect(devVariables?.cluster).not.toBe(prodVariables?.cluster)
      expect(devVariables?.tags['kp:environment']).not.toBe(prodVariables?.tags['kp:environment'])
    }
  })
})
