/** Phases 10 and on: one question each, asked once kp builds the phase. */
import {secretsQuestions} from './secrets.ts'
import {databases, unknownDatabase} from './databases.ts'
import {yesNo, type Answers, type Question} from './types.ts'

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
    id: 'mesh-inject', phase: 'mesh', kind: 'list', title: 'Namespaces that join the mesh', path: ['phases', 'mesh', 'inject'],
    why: ['As demo,shop: one after the other, and only while the one before is well.', 'Their pods start anew to get proxies. kube-system is refused.'],
    optional: true, when: meshed, needs: 'a mesh', initial: () => '',
  },
  {
    id: 'mesh-mtls', phase: 'mesh', kind: 'choice', title: 'Plain requests in the mesh', path: ['phases', 'mesh', 'mtls'],
    why: ['Pods with a proxy speak mTLS to each other in either case.', 'It can be changed at any time.'],
    choices: [
      {value: 'strict', lines: ['Refuses what comes without mTLS: nobody pretends to be another.', 'Callers outside of the mesh are cut off, but the front door.']},
      {value: 'permissive', lines: ['Takes plain requests too: services can join one after the other.', 'What has no proxy still talks to everything in plain.']},
    ],
    when: meshed, needs: 'a mesh', initial: () => 'strict',
  },
  {
    id: 'databases', phase: 'operators', kind: 'list', title: 'Databases and queues that operators run', path: ['phases', 'operators', 'enabled'], store: databases,
    why: ['Of kafka, postgres, mysql, mongodb, redis, rabbitmq; nothing for none.', 'Replicas, failover and backups come with them; so do their volumes\' costs.'],
    optional: true, initial: () => '', check: unknownDatabase,
  },
  ...secretsQuestions,
  {
    id: 'node-scaler', phase: 'autoscaling', kind: 'choice', title: 'What adds and removes nodes', path: ['phases', 'autoscaling', 'nodes'],
    why: ['Pods that find no room need a node; empty nodes cost money.', 'Copies of pods follow the load in any case.'],
    choices: [
      {value: 'cluster-autoscaler', lines: ['Grows and shrinks the pools as you wrote them down.', 'Each size of machine wants a pool of its own.']},
      {value: 'karpenter', lines: ['Starts whatever machine fits what waits, and packs again.', 'AWS alone; your pools stay small and fixed.']},
      {value: 'none', lines: ['The number of nodes is what you say.', 'Pods wait when it is full, and empty nodes cost.']},
    ],
    when: (answers) => answers['provider'] === 'lab' || answers['provider'] === 'eks', needs: 'provider lab or eks',
    initial: (answers) => (answers['provider'] === 'eks' ? 'cluster-autoscaler' : 'none'),
  },
  {
    id: 'policy', phase: 'security', kind: 'choice', title: 'Policy engine', path: ['phases', 'security', 'engine'],
    why: ['Refuses what must not run: privileged pods, paths of the node, root.', 'It only reports at first; kp policy enforce goes on from there.'],
    choices: [
      {value: 'validating-admission-policy', lines: ['Built into the API server: no webhook that can be down.', 'Checks only: it changes and generates nothing.']},
      {value: 'kyverno', lines: ['Policies as YAML; changes and generates objects, scans what runs.', 'A webhook before every write: three copies, and memory.']},
      {value: 'gatekeeper', lines: ['Policies in Rego, which other systems of yours may share.', 'Rego has to be learned; a webhook before every write.']},
      {value: 'none', lines: ['Pod Security Admission alone.', 'A namespace that has no level checks nothing.']},
    ],
    initial: () => 'validating-admission-policy',
  },
  {
    id: 'backup', phase: 'backup', kind: 'switch', title: 'Backups by Velero', path: ['phases', 'backup', 'enabled'],
    why: ['Objects into an S3 store, snapshots of the volumes, dumps of databases.', 'A deleted namespace is then an hour\'s work, not the end.'],
    choices: yesNo(['A lost namespace, or cluster, comes back.', 'Wants a bucket, and somebody who tries a restore now and then.'], ['Nothing to pay and to watch.', 'What is deleted is gone; Git knows manifests, not data.']),
    initial: () => true,
  },
  {
    id: 'backup-bucket', phase: 'backup', kind: 'text', title: 'Bucket for the backups', path: ['phases', 'backup', 'store', 'bucket'], optional: true,
    why: ['Nothing for <cluster>-backup; environments may share one.', 'Better in another account or region than the cluster.'],
    when: backsUp, needs: 'backups', initial: () => '',
  },
  {
    id: 'backup-every', phase: 'backup', kind: 'text', title: 'How often everything is backed up', path: ['phases', 'backup', 'every'],
    why: ['As 1h, 6h or 1d: so much work can be lost, and no more.', 'backup.rpo in kp.yaml is the promise; it must not be less.'],
    when: backsUp, needs: 'backups', initial: () => '6h',
  },
  {
    id: 'backup-retention', phase: 'backup', kind: 'text', title: 'How long backups are kept', path: ['phases', 'backup', 'retention'],
    why: ['As 30d: damage is often noticed after days only.', 'Twice the time is nearly twice the bucket.'],
    when: backsUp, needs: 'backups', initial: () => '30d',
  },
  {
    id: 'chaos', phase: 'chaos', kind: 'switch', title: 'Faults on purpose (Chaos Mesh)', path: ['phases', 'chaos', 'enabled'],
    why: ['Runbooks and alerts are tried at a chosen hour, not at night.', 'Only namespaces of an allow-list can be hit; the API server holds it.'],
    choices: yesNo(['You know what a lost pod does before it happens.', 'A privileged daemon on every node.'], ['Nothing privileged more than needed.', 'Faults by kubectl alone are enough to begin with.']),
    initial: () => false,
  },
  {
    id: 'chaos-namespaces', phase: 'chaos', kind: 'list', title: 'Namespaces where faults may be made', path: ['phases', 'chaos', 'namespaces'],
    why: ['As demo,staging: no others can be hit.', 'System namespaces are refused.'],
    when: (answers) => answers['chaos'] === true, needs: 'chaos', initial: () => 'demo',
  },
]

function meshed(answers: Answers): boolean {
  return answers['mesh'] === 'linkerd' || answers['mesh'] === 'istio'
}

function backsUp(answers: Answers): boolean {
  return answers['backup'] !== false
}
