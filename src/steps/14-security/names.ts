/** Names that steps and checks of phase 14 share. */
import type {ManifestContext} from '../../context.ts'

/** Begin of the names of what is cluster-wide and kp's own. */
export const PREFIX = 'kp-'

/** What decides about policies. */
export type Settings = ManifestContext['spec']['phases']['security']

/** The engines. */
export type Engine = Settings['engine']

/** The settings of the phase. */
export const settingsOf = (ctx: Pick<ManifestContext, 'spec'>): Settings => ctx.spec.phases.security

/** Names of the engines for people. */
export const ENGINE_TITLES: Readonly<Record<Engine, string>> = {
  'validating-admission-policy': 'ValidatingAdmissionPolicy',
  kyverno: 'Kyverno',
  gatekeeper: 'Gatekeeper',
  none: 'no engine',
}

/** Labels of Pod Security Admission. */
export const PSA = {enforce: 'pod-security.kubernetes.io/enforce', warn: 'pod-security.kubernetes.io/warn', audit: 'pod-security.kubernetes.io/audit'} as const

/** Levels, from what allows all to what allows least. */
export const LEVELS = ['privileged', 'baseline', 'restricted'] as const

/** Applies while that engine is chosen. */
export const engineIs = (...engines: Engine[]) => (ctx: Pick<ManifestContext, 'spec'>): true | string => {
  const {engine} = settingsOf(ctx)
  return engines.includes(engine) ? true : `phases.security.engine is ${engine}`
}
