import {describe, expect, test} from 'vitest'
import {bare, member} from '../../../src/spec/walk.ts'
import {bodySchema} from '../../../src/spec/schema/platform.ts'
import {PROVIDER_TYPES} from '../../../src/spec/schema/provider.ts'
import {BUILT_PROVIDERS, canBuild, choicesOf, NOT_BUILT, NOT_BUILT_ON, requireBuildable} from '../../../src/platform/supported.ts'
import type {ProviderType} from '../../../src/spec/types.ts'
import {eksSpec} from '../../helpers/eks.ts'

describe('what cannot be built yet', () => {
  test('names fields and values that kp.yaml has', () => {
    for (const {field, values} of NOT_BUILT) {
      const schema = field.split('.').reduce<ReturnType<typeof member>>((here, part) => (here === undefined ? undefined : member(here, part)), bodySchema)
      expect(schema, field).toBeDefined()
      const whole = schema === undefined ? {} : (bare(schema) as {options?: string[]; element?: {options?: string[]}})
      const known = whole.options ?? whole.element?.options ?? ['true', 'false']
      for (const value of values) expect(known, field).toContain(value)
    }
    for (const provider of BUILT_PROVIDERS) expect(PROVIDER_TYPES).toContain(provider)
  })

  test('names settings and values that the provider has', () => {
    for (const [provider, entries] of Object.entries(NOT_BUILT_ON)) {
      for (const {field, values} of entries) {
        const known = choicesOf(field, provider as ProviderType)
        for (const value of values) expect(known.length === 0 ? ['true', 'false'] : known, field).toContain(value)
      }
    }
  })

  test('is refused for the provider that has it, with what can be built', () => {
    expect(() => requireBuildable(eksSpec())).not.toThrow()
    expect(() => requireBuildable(eksSpec({provider: {type: 'eks', region: 'eu-central-1', account: '123456789012', bastion: 'host'}}))).toThrow(expect.objectContaining({code: 'SPEC_INVALID', details: ['provider.bastion: host cannot be built yet, ssm, none can']}))
  })

  test('is asked by field and value', () => {
    expect(canBuild('provider.type', 'lab')).toBe(true)
    expect(canBuild('provider.type', 'nowhere')).toBe(false)
    expect(canBuild('phases.cni.plugin', 'cilium')).toBe(true)
    for (const {field, values} of NOT_BUILT) for (const value of values) expect(canBuild(field, value)).toBe(false)
  })
})
