/** Flags that several commands share. */
import {Flags} from '@oclif/core'
import type {AdoptionConsent} from './context.ts'
import {KpError} from './engine/errors.ts'
import type {Selection} from './operations/select.ts'

/** `--only --from --to --skip`. */
export const SELECTION_FLAGS = {
  only: Flags.string({summary: 'Only these phases', multiple: true, delimiter: ',', helpValue: 'a,b', helpGroup: 'SELECTION'}),
  from: Flags.string({summary: 'From this phase on', helpValue: 'a', helpGroup: 'SELECTION'}),
  to: Flags.string({summary: 'Up to this phase', helpValue: 'b', helpGroup: 'SELECTION'}),
  skip: Flags.string({summary: 'Without these phases', multiple: true, delimiter: ',', helpValue: 'a,b', helpGroup: 'SELECTION'}),
}

/** `--adopt --allow-downgrade`. */
export const ADOPT_FLAGS = {
  adopt: Flags.string({summary: 'Take over what somebody else installed of this component', multiple: true, delimiter: ',', helpValue: 'COMPONENT'}),
  'allow-downgrade': Flags.boolean({summary: 'With --adopt: also where something newer is installed', dependsOn: ['adopt']}),
}

/** What the flags let kp take over; undefined where nothing. */
export function adoptionOf(flags: {adopt?: string[] | undefined; 'allow-downgrade'?: boolean | undefined}): AdoptionConsent | undefined {
  return flags.adopt === undefined ? undefined : {components: new Set(flags.adopt), downgrade: flags['allow-downgrade'] === true}
}

/** The selection of flags and of phases that were named as arguments. */
export function selectionOf(flags: {only?: string[] | undefined; from?: string | undefined; to?: string | undefined; skip?: string[] | undefined}, named: string[] = []): Selection {
  const only = [...(flags.only ?? []), ...named]
  return {...(only.length === 0 ? {} : {only}), from: flags.from, to: flags.to, skip: flags.skip}
}

const UNITS: Record<string, number> = {s: 1, m: 60, h: 3600}

/** Seconds of a duration such as `90s`, `10m`, `1h`. @throws KpError USAGE */
export function seconds(flag: string, text: string): number {
  const [, amount, unit = 's'] = /^(\d+)([smh])?$/.exec(text.trim()) ?? []
  if (amount === undefined) throw new KpError({code: 'USAGE', message: `${flag} takes a duration such as 90s or 10m, not "${text}"`})
  return Number(amount) * (UNITS[unit] ?? 1)
}
