/** What cannot be changed once the cluster stands. */
import {canonicalJson} from './digest.ts'
import {valueAt} from './paths.ts'
import type {EnvironmentSpec} from './types.ts'

/** Fields of an EnvironmentSpec that are fixed when the cluster is made, each with what would have to be done instead. */
export const IMMUTABLE_FIELDS = [
  {field: 'platform', instead: 'make a new platform and migrate'},
  {field: 'environment.name', instead: 'add an environment and migrate'},
  {field: 'environment.cluster', instead: 'add an environment and migrate'},
  {field: 'provider.type', instead: 'add an environment and migrate'},
  {field: 'provider.region', instead: 'add an environment and migrate'},
  {field: 'provider.account', instead: 'add an environment and migrate'},
  {field: 'network.vpcCidr', instead: 'add an environment and migrate'},
  {field: 'network.podCidr', instead: 'add an environment and migrate'},
  {field: 'network.serviceCidr', instead: 'add an environment and migrate'},
] as const

/** A fixed field that was changed. */
export interface ImmutableChange {
  field: string
  before: string
  after: string
  instead: string
}

/** The fixed fields of an environment alone, nested as in it; what is kept to compare with later. */
export function fixedFields(spec: EnvironmentSpec): object {
  const fixed: Record<string, unknown> = {}
  for (const {field} of IMMUTABLE_FIELDS) {
    const value = valueAt(spec, field.split('.'))
    if (value === undefined) continue
    const [first = '', second] = field.split('.')
    if (second === undefined) fixed[first] = value
    else fixed[first] = {...(fixed[first] as object | undefined), [second]: value}
  }
  return fixed
}

/** The fixed fields that differ between what was built and what is wanted. */
export function changedImmutable(before: EnvironmentSpec | object, after: EnvironmentSpec): ImmutableChange[] {
  return IMMUTABLE_FIELDS.flatMap(({field, instead}) => {
    const [was, is] = [before, after].map((spec) => valueAt(spec, field.split('.')))
    // An account that was not named before is only written down, not changed.
    if (field === 'provider.account' && was === undefined) return []
    return canonicalJson(was ?? null) === canonicalJson(is ?? null) ? [] : [{field, before: text(was), after: text(is), instead}]
  })
}

function text(value: unknown): string {
  if (value === undefined) return 'not set'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
