/** What kp.yaml can say and this version of kp cannot build yet: it is told, never silently left out. */
import {KpError} from '../engine/errors.ts'
import {bare, member} from '../spec/walk.ts'
import {bodySchema} from '../spec/schema/platform.ts'
import type {EnvironmentSpec, ProviderType} from '../spec/types.ts'

/** A field of kp.yaml, and those of its values that cannot be built yet. An entry goes when its values can be. */
export interface NotBuilt {
  field: string
  values: readonly string[]
}

/** The providers are not here: `open.ts` refuses those that it cannot make. */
export const NOT_BUILT: readonly NotBuilt[] = [
  {field: 'phases.deliverables.harbor.enabled', values: ['true']},
]

/** The same for settings of one provider, which others do not have. */
export const NOT_BUILT_ON: Readonly<Partial<Record<ProviderType, readonly NotBuilt[]>>> = {
  eks: [
    {field: 'provider.provisioner', values: ['eksctl']},
    {field: 'provider.bastion', values: ['host']},
  ],
  'kubeadm-aws': [
    {field: 'provider.identity', values: ['irsa']},
    {field: 'provider.provisioner', values: ['kubespray']},
    {field: 'provider.bastion', values: ['host']},
  ],
  'bare-metal': [
    {field: 'provider.provisioner', values: ['kubespray']},
  ],
  kind: [
    {field: 'provider.loadBalancer', values: ['cloud-provider-kind']},
  ],
}

/** The providers that a platform can be built on. */
export const BUILT_PROVIDERS: readonly string[] = ['lab', 'existing', 'kind', 'eks', 'kubeadm-aws', 'bare-metal']

/** Whether kp can build a field with this value. */
export function canBuild(field: string, value: string): boolean {
  if (field === 'provider.type') return BUILT_PROVIDERS.includes(value)
  return ![...NOT_BUILT, ...Object.values(NOT_BUILT_ON).flat()].some((entry) => entry.field === field && entry.values.includes(value))
}

/**
 * Refuses choices that would be built as something else. A phase that is off chooses nothing.
 * @throws KpError SPEC_INVALID that names every field with what can be built
 */
export function requireBuildable(spec: EnvironmentSpec): void {
  const details = [...NOT_BUILT, ...(NOT_BUILT_ON[spec.provider.type] ?? [])].flatMap(({field, values}) => {
    const given = at(spec, field)
    const chosen = (Array.isArray(given) ? given : [given]).map((value) => String(value ?? '')).find((value) => values.includes(value))
    if (chosen === undefined || at(spec, [...field.split('.').slice(0, 2), 'enabled'].join('.')) === false) return []
    const can = choicesOf(field, spec.provider.type).filter((value) => !values.includes(value))
    return [`${field}: ${chosen} cannot be built yet${can.length === 0 ? '' : `, ${can.join(', ')} can`}`]
  })
  if (details.length === 0) return
  throw new KpError({
    code: 'SPEC_INVALID',
    message: 'kp.yaml chooses what this version of kp cannot build yet',
    details,
    next: ['choose what can be built, or set enabled: false for the phase'],
  })
}

function at(spec: unknown, field: string): unknown {
  return field.split('.').reduce<unknown>((here, part) => (here as Record<string, unknown> | undefined)?.[part], spec)
}

/** The values that the schema of kp.yaml knows for a field. */
export function choicesOf(field: string, provider: ProviderType): string[] {
  const schema = field.split('.').reduce<ReturnType<typeof member>>((here, part) => (here === undefined ? undefined : member(here, part, {type: provider})), bodySchema)
  // Of a list, those of its entries.
  const whole = schema === undefined ? undefined : bare(schema)
  const options = ((whole as {element?: {options?: unknown}} | undefined)?.element ?? (whole as {options?: unknown} | undefined))?.options
  return Array.isArray(options) ? options.map(String) : []
}
