/** SOPS: the rules of the repository, and the key with which Flux decrypts. */
import type {PlatformStep, RepositoryContext, RepositoryFile} from '../../context.ts'
import {secretObject} from '../shared/secret-object.ts'
import {inGit, SOPS_SECRET} from './names.ts'

/** `.sops.yaml`: which keys files are encrypted for; of every environment that encrypts. */
export function sopsFiles(ctx: RepositoryContext): RepositoryFile[] {
  const rules = ctx.environments.filter((spec) => spec.phases.secrets.enabled && spec.phases.secrets.git === 'sops').flatMap((spec) => {
    const {age, kmsKey} = spec.phases.secrets.sops
    const name = spec.environment.name.replaceAll('.', '\\.')
    return [
      `  - path_regex: ^(clusters|apps)/${name}/.*\\.enc\\.ya?ml$`,
      "    encrypted_regex: '^(data|stringData)$'",
      ...(age === undefined ? [] : [`    age: ${age}`]),
      ...(kmsKey === undefined ? [] : [`    kms: ${kmsKey}`]),
    ]
  })
  if (rules.length === 0) return []
  return [{
    path: '.sops.yaml',
    text: ['# Rendered by kp from kp.yaml. Change kp.yaml, then run: kp render', '# Encrypt a Secret in place: sops --encrypt --in-place apps/<environment>/<name>.enc.yaml', 'creation_rules:', ...rules, ''].join('\n'),
  }]
}

/** The age key in Flux' namespace; Argo CD has no such place. */
export const sopsKey: PlatformStep = secretObject({
  id: 'secrets/sops-key',
  title: 'Hand the age key of SOPS to Flux',
  verify: ['secrets.sops-key'],
  secret(ctx) {
    const applies = inGit('sops')(ctx)
    if (applies !== true) return applies
    const {gitops, secrets} = ctx.spec.phases
    if (!gitops.enabled || gitops.tool !== 'flux') return `phases.gitops.tool is ${gitops.enabled ? gitops.tool : 'none'}: only Flux decrypts by itself`
    if (secrets.sops.ageKey === undefined) return 'phases.secrets.sops.ageKey names no key: Flux takes the role of its pod for KMS, or a key that a person gives it'
    return {...SOPS_SECRET, keys: {'kp.agekey': {entry: secrets.sops.ageKey}}}
  },
})
