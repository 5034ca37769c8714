/** SOPS: the rules of the repository. The key with which Flux decrypts is handed over before Flux looks: steps/shared/sops-key.ts. */
import type {RepositoryContext, RepositoryFile} from '../../context.ts'

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
