/** The age key of SOPS in Flux' namespace; Argo CD has no such place. */
import type {PlatformStep} from '../../context.ts'
import {secretObject} from './secret-object.ts'

/** The Secret from which Flux takes the key. */
export const SOPS_SECRET = {namespace: 'flux-system', name: 'sops-age'}

/** A step that hands it over: before Flux deploys anything, since it refuses what names a key that is not there. */
export const sopsKey: PlatformStep = secretObject({
  id: 'gitops/sops-key',
  title: 'Hand the age key of SOPS to Flux',
  podSecurity: 'restricted',
  secret({spec}) {
    const {gitops, secrets} = spec.phases
    if (!secrets.enabled || secrets.git !== 'sops') return secrets.enabled ? `phases.secrets.git is ${secrets.git}` : 'phases.secrets.enabled is false'
    if (!gitops.enabled || gitops.tool !== 'flux') return `phases.gitops.tool is ${gitops.enabled ? gitops.tool : 'none'}: only Flux decrypts by itself`
    if (secrets.sops.ageKey === undefined) return 'phases.secrets.sops.ageKey names no key: Flux takes the role of its pod for KMS, or a key that a person gives it'
    return {...SOPS_SECRET, keys: {'kp.agekey': {entry: secrets.sops.ageKey}}}
  },
})
