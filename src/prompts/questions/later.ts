/** Phases 10 and on: one question each, asked once kp builds the phase. */
import type {Question} from './types.ts'

export const laterQuestions: readonly Question[] = [
  {
    id: 'mesh', phase: 'mesh', kind: 'choice', title: 'Service mesh', path: ['phases', 'mesh', 'type'], off: 'none',
    why: ['mTLS, retries and metrics between services, without changing them.', 'Costs memory in every pod: switch it on when you need it.'],
    choices: [
      {value: 'linkerd', lines: ['Small proxies, few settings, mTLS from the first minute.', 'Does less: no filters of your own, no gateway.']},
      {value: 'istio', lines: ['Traffic shaping, gateways and policies for nearly every wish.', 'Much to learn, and more memory in each pod.']},
      {value: 'none', lines: ['Nothing in front of each container, nothing to upgrade.', 'No mTLS between pods but by the pod network\'s encryption.']},
    ],
    initial: () => 'none',
  },
  {
    id: 'secrets', phase: 'secrets', kind: 'choice', title: 'Where secrets are kept', path: ['phases', 'secrets', 'store'],
    why: ['Pods get them from there; Git never holds them in plain text.', 'Sealed Secrets work beside any of them.'],
    choices: [
      {value: 'none', lines: ['Sealed Secrets in Git alone: nothing more to run.', 'Rotation means a commit for each secret.']},
      {value: 'vault', lines: ['Short-lived database users, own PKI, an audit log; on any cloud.', 'Three servers to run and to unseal.']},
      {value: 'aws-secrets-manager', lines: ['Nothing to run; rights by IAM, rotation by AWS.', '$0.40 a month for each secret, and only on AWS convenient.']},
    ],
    initial: () => 'none',
  },
  {
    id: 'policy', phase: 'security', kind: 'choice', title: 'Policy engine', path: ['phases', 'security', 'engine'],
    why: ['Refuses what must not run: privileged pods, missing limits, unknown registries.', 'It only reports at first; kp policy enforce goes on from there.'],
    choices: [
      {value: 'validating-admission-policy', lines: ['Built into the API server: no webhook that can be down.', 'Checks only: it changes and generates nothing.']},
      {value: 'kyverno', lines: ['Policies as YAML; changes and generates objects, scans what runs.', 'A webhook before every write: three copies, and memory.']},
      {value: 'gatekeeper', lines: ['Policies in Rego, which other systems of yours may share.', 'Rego has to be learned; a webhook before every write.']},
      {value: 'none', lines: ['Pod Security Admission alone.', 'Limits, registries and labels are not checked by anything.']},
    ],
    initial: () => 'validating-admission-policy',
  },
]
