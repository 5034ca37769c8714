/** Rules about `phases.secrets`. */
import type {Problem} from '../issues.ts'
import type {EnvironmentSpec} from '../types.ts'
import {doubt, wrong} from './finding.ts'

const PHASE = ['phases', 'secrets']

/** Store, delivery and the way into Git have what they need, and fit each other. */
export function secretsFit(spec: EnvironmentSpec): Problem[] {
  const {secrets} = spec.phases
  if (!secrets.enabled) return []
  const found = secrets.store === 'vault' ? vaultFits(spec) : secrets.store === 'aws-secrets-manager' ? awsFits(spec) : []
  if (secrets.git === 'sops' && secrets.sops.age === undefined && secrets.sops.kmsKey === undefined) {
    found.push(wrong([...PHASE, 'sops', 'age'], 'is missing: sops needs an age key or a KMS key', [...PHASE, 'git']))
  }
  if (secrets.sops.ageKey !== undefined && (secrets.git !== 'sops' || secrets.sops.age === undefined)) {
    found.push(wrong([...PHASE, 'sops', 'ageKey'], 'is the private key of sops.age, which is not given for git sops', [...PHASE, 'sops', 'age']))
  }
  return found
}

function vaultFits(spec: EnvironmentSpec): Problem[] {
  const {vault, delivery} = spec.phases.secrets
  const path = [...PHASE, 'vault']
  const found: Problem[] = []
  if (vault.replicas % 2 === 0) found.push(wrong([...path, 'replicas'], `must be odd (got ${vault.replicas}): an even number survives no more failures`))
  if (vault.replicas === 1 && spec.environment.protected) found.push(doubt([...path, 'replicas'], '1 is one server: while it restarts nobody gets a secret'))
  if (vault.unseal === 'keys' && vault.unsealKeys === undefined) found.push(wrong([...path, 'unsealKeys'], 'is missing: say where the unseal keys are kept, or use unseal kms'))
  if (vault.unseal === 'kms' && vault.kmsKey === undefined) found.push(wrong([...path, 'kmsKey'], 'is missing: unseal kms needs a key'))
  if (vault.auth === 'approle') {
    if (delivery === 'secrets-store-csi') found.push(wrong([...path, 'auth'], 'must be kubernetes with delivery secrets-store-csi: files are read with the identity of the pod', [...PHASE, 'delivery']))
    for (const name of ['roleId', 'secretId'] as const) {
      if (delivery === 'external-secrets' && vault.approle[name] === undefined) found.push(wrong([...path, 'approle', name], 'is missing: External Secrets logs in with it', [...path, 'auth']))
    }
  }
  if (!spec.phases['cert-manager'].enabled) found.push(doubt(['phases', 'cert-manager', 'enabled'], 'false leaves Vault without TLS: secrets cross the pod network in plain text', [...PHASE, 'store']))
  return found
}

function awsFits(spec: EnvironmentSpec): Problem[] {
  const {aws, delivery} = spec.phases.secrets
  const path = [...PHASE, 'aws']
  const found: Problem[] = []
  const region = aws.region ?? ('region' in spec.provider ? spec.provider.region : undefined)
  if (region === undefined && delivery === 'external-secrets') found.push(wrong([...path, 'region'], `is missing: provider ${spec.provider.type} has no region`, [...PHASE, 'store']))
  if ((aws.accessKeyId === undefined) !== (aws.secretAccessKey === undefined)) {
    found.push(wrong([...path, aws.accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey'], 'is missing: an access key has both', [...path, aws.accessKeyId === undefined ? 'secretAccessKey' : 'accessKeyId']))
  }
  return found
}
