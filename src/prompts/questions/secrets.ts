/** Phase 12: where secrets are kept, how they come to pods, how they can be in Git. */
import {secretStore} from './stores.ts'
import {textOf, type Answers, type Question} from './types.ts'

const PHASE = ['phases', 'secrets']
const kept = (answers: Answers): boolean => !['', 'none'].includes(textOf(answers, 'secrets'))
const vault = (answers: Answers): boolean => answers['secrets'] === 'vault'
const byKeys = (answers: Answers): boolean => vault(answers) && answers['vault-unseal'] === 'keys'
const sops = (answers: Answers): boolean => answers['secrets-git'] === 'sops'

export const secretsQuestions: readonly Question[] = [
  {
    id: 'secrets', phase: 'secrets', kind: 'choice', title: 'Where secrets are kept', path: [...PHASE, 'store'],
    why: ['Pods get them from there; Git never holds them in plain text.', 'Sealed Secrets work beside any of them.'],
    choices: [
      {value: 'none', lines: ['Sealed Secrets in Git alone: nothing more to run.', 'Rotation means a commit for each secret.']},
      {value: 'vault', lines: ['Short-lived database users, own PKI, an audit log; on any cloud.', 'Three servers to run and to unseal.']},
      {value: 'aws-secrets-manager', lines: ['Nothing to run; rights by IAM, rotation by AWS.', '$0.40 a month for each secret, and only on AWS convenient.']},
    ],
    initial: () => 'none',
  },
  {
    id: 'secrets-delivery', phase: 'secrets', kind: 'choice', title: 'How secrets come to pods', path: [...PHASE, 'delivery'],
    why: ['As Secrets any chart can use them; as files they are in no Secret.', 'Can be changed later, workload by workload.'],
    choices: [
      {value: 'external-secrets', lines: ['Copies them into Secrets, which every chart understands.', 'Who may read Secrets in a namespace may read them.']},
      {value: 'secrets-store-csi', lines: ['Mounts them as files; nothing is kept in the cluster.', 'Each workload must mount them; a pod on every node.']},
      {value: 'none', lines: ['Applications ask the store by themselves.', 'Each needs code, or an agent, for it.']},
    ],
    when: kept, needs: 'a store for secrets', initial: () => 'external-secrets',
  },
  {
    id: 'vault-unseal', phase: 'secrets', kind: 'choice', title: 'How Vault is unsealed', path: [...PHASE, 'vault', 'unseal'],
    why: ['A Vault that restarts serves nobody until it is unsealed.', 'Nodes restart at night too.'],
    choices: [
      {value: 'keys', lines: ['By keys that people keep: no cloud has to be trusted.', 'After every restart somebody must give them.']},
      {value: 'kms', lines: ['By a KMS key of AWS, without people.', 'Who may use that key can open Vault; it must reach KMS.']},
    ],
    when: vault, needs: 'secrets vault', initial: () => 'keys',
  },
  {
    id: 'vault-unseal-keys', phase: 'secrets', kind: 'text', title: 'Where the unseal keys are, as a reference', path: [...PHASE, 'vault', 'unsealKeys'],
    store: secretStore([...PHASE, 'vault', 'unsealKeys'], 'vault-unseal-keys'),
    why: ['One key a line, as many as Vault wants: env:NAME, file:PATH or aws-sm:ID.', 'They come when you initialize Vault; the place may be empty until then.'],
    when: byKeys, needs: 'vault-unseal keys', initial: () => undefined,
  },
  {
    id: 'vault-kms-key', phase: 'secrets', kind: 'text', title: 'KMS key that unseals Vault', path: [...PHASE, 'vault', 'kmsKey'],
    why: ['Its ARN; the pods of Vault need kms:Encrypt, Decrypt and DescribeKey on it.', 'When the key is deleted, Vault can never be opened again.'],
    when: (answers) => vault(answers) && answers['vault-unseal'] === 'kms', needs: 'vault-unseal kms', initial: () => undefined,
  },
  {
    id: 'secrets-region', phase: 'secrets', kind: 'text', title: 'Region of AWS Secrets Manager', path: [...PHASE, 'aws', 'region'],
    why: ['As eu-central-1: where the secrets are.', 'Pods read them there with a role, or with a key that kp.yaml names.'],
    when: (answers) => answers['secrets'] === 'aws-secrets-manager' && !['eks', 'kubeadm-aws'].includes(textOf(answers, 'provider')), needs: 'secrets aws-secrets-manager outside of AWS', optional: true, initial: () => '',
  },
  {
    id: 'secrets-git', phase: 'secrets', kind: 'choice', title: 'How a secret can be in Git after all', path: [...PHASE, 'git'],
    why: ['GitOps deploys what is in Git, and some of it is secret.', 'Encrypted it may be there; the key must be kept elsewhere.'],
    choices: [
      {value: 'sealed-secrets', lines: ['Anybody can encrypt for the cluster; only the cluster opens.', 'Its keys must be backed up, every month a new one.']},
      {value: 'sops', lines: ['Encrypted for a key of yours (age, KMS); people can edit them.', 'Flux opens it; Argo CD needs a plugin.']},
      {value: 'none', lines: ['Only references in Git: the strictest.', 'Everything secret must come from a store.']},
    ],
    initial: () => 'sealed-secrets',
  },
  {
    id: 'sops-age', phase: 'secrets', kind: 'text', title: 'Public key of age, for SOPS', path: [...PHASE, 'sops', 'age'],
    why: ['As age1…: age-keygen makes a pair. The private key stays with you.', 'A KMS key instead can be set in kp.yaml.'],
    when: sops, needs: 'secrets-git sops', optional: true, initial: () => '',
  },
]
