/** Phase 0: what the platform is, who answers for it, where it runs. */
import {contexts, environments, firstEnvironment, protectedOnes} from './stores.ts'
import {listOf, textOf, type Answers, type Question} from './types.ts'

/** The provider is a cluster that somebody else made. */
export const onExisting = (answers: Answers): boolean => answers['provider'] === 'existing'
/** kp makes machines on AWS. */
export const onAwsNodes = (answers: Answers): boolean => answers['provider'] === 'eks' || answers['provider'] === 'kubeadm-aws'
/** The cluster runs on AWS. */
export const onAws = (answers: Answers): boolean => onAwsNodes(answers) || (onExisting(answers) && answers['flavour'] === 'eks')
/** The nodes come from `nodePools`. */
export const hasPools = (answers: Answers): boolean => !onExisting(answers) && answers['provider'] !== 'bare-metal'

const namesOf = (answers: Answers): readonly string[] => listOf(answers['environments'] ?? [])

export const platformQuestions: readonly Question[] = [
  {
    id: 'name', phase: 'prerequisites', kind: 'text', title: 'Name of the platform', path: ['metadata', 'name'], always: true,
    why: ['Begins the names of clusters and of what kp makes in a cloud.', 'Cannot be changed later: clusters would have to be made anew.'],
    initial: (answers) => textOf(answers, 'folder'),
  },
  {
    id: 'provider', phase: 'prerequisites', kind: 'choice', title: 'Where the cluster runs', path: ['provider', 'type'], always: true,
    why: ['Decides what the platform costs, and how much of it is yours to run.', 'Everything above the cluster is the same on all of them.'],
    choices: [
      {value: 'lab', lines: ['A real control plane on this machine with simulated nodes, for free.', 'To try, practise and test; nothing that runs in it serves real users.']},
      {value: 'existing', lines: ['A cluster that somebody else made, reached by its kubeconfig.', 'kp builds all phases above it; its nodes and version stay their business.']},
      {value: 'kind', lines: ['A cluster in containers on this machine: real pods, no cloud bill.', 'Needs Docker and memory; one machine, so no real loss of a zone.']},
      {value: 'eks', lines: ['AWS runs the control plane: three zones, patched, with an SLA.', 'About $73 a month for each cluster, more where a version is old.']},
      {value: 'kubeadm-aws', lines: ['kubeadm on EC2: the control plane is yours, with every flag of it.', 'So are etcd, its backups, certificates and upgrades, nights included.']},
      {value: 'bare-metal', lines: ['kubeadm on your own machines: data and cost stay in the house.', 'Load balancer, storage and spare parts are yours too.']},
    ],
    initial: () => 'lab',
  },
  {
    id: 'kubeconfig', phase: 'prerequisites', kind: 'text', title: 'Kubeconfig of the cluster', path: ['provider', 'kubeconfig'], always: true,
    why: ['kp reads it and makes one of its own, for this cluster alone.', 'A path, also with ~/; the file itself is not copied into the repository.'],
    when: onExisting, needs: 'provider existing', initial: () => '~/.kube/config',
  },
  {
    id: 'flavour', phase: 'prerequisites', kind: 'choice', title: 'Who runs that control plane', path: ['provider', 'flavour'],
    why: ['Managed clusters hide etcd and parts of the API server.', 'kp leaves out the checks that cannot see there.'],
    choices: [
      {value: 'gke', lines: ['Google Kubernetes Engine: etcd and control-plane nodes cannot be seen.', 'Brings a pod network of its own, so kp\'s is mostly off there.']},
      {value: 'aks', lines: ['Azure Kubernetes Service: etcd and control-plane nodes cannot be seen.', 'Brings a pod network of its own, unless made with "bring your own".']},
      {value: 'eks', lines: ['Amazon EKS: AWS load balancers and pod identities can be used.', 'Brings the VPC CNI; a second plugin beside it breaks the network.']},
      {value: 'other', lines: ['Self-hosted or another provider: kp looks at all that it can see.', 'A check that may not look says unknown, never pass.']},
    ],
    when: onExisting, needs: 'provider existing', initial: () => 'other',
  },
  {
    id: 'environments', phase: 'prerequisites', kind: 'list', title: 'Names of the environments', path: ['environments'], always: true, store: environments,
    why: ['Each is a cluster of its own and may override anything, such as dev,prod.', 'One is enough to begin with; more can be added in kp.yaml later.'],
    initial: (answers) => [firstEnvironment(textOf(answers, 'provider'))],
  },
  {
    id: 'context', phase: 'prerequisites', kind: 'list', title: 'Contexts of the kubeconfig, one for each environment', path: ['provider', 'context'], optional: true, store: contexts,
    why: ['Says which cluster of the kubeconfig each environment is, in their order.', 'Nothing is its current context, which is right for one environment only.'],
    when: onExisting, needs: 'provider existing',
    initial: (answers) => (namesOf(answers).length > 1 ? undefined : []),
    check: (value, answers) => (listOf(value).length === namesOf(answers).length || (listOf(value).length === 0 && namesOf(answers).length === 1) ? undefined : `must name one for each environment: ${namesOf(answers).join(', ')} (got ${listOf(value).length})`),
  },
  {
    id: 'protected', phase: 'prerequisites', kind: 'list', title: 'Protected environments', path: ['environments'], optional: true, always: true, store: protectedOnes,
    why: ['Every change there wants the cluster\'s name typed: for production.', 'Pipelines then need --yes --confirm NAME.'],
    when: (answers) => namesOf(answers).length > 1 || (answers['provider'] !== 'lab' && namesOf(answers).length > 0), needs: 'several environments, or a provider other than lab',
    initial: () => [],
    check(value, answers) {
      const stranger = listOf(value).find((name) => !namesOf(answers).includes(name))
      return stranger === undefined ? undefined : `must be among the environments: ${namesOf(answers).join(', ')} (got "${stranger}")`
    },
  },
  {
    id: 'owner', phase: 'prerequisites', kind: 'text', title: 'Who answers for the platform', path: ['metadata', 'owner'], optional: true,
    why: ['A team or a mail address; alerts and documents name it.', 'kp warns while there is none.'],
    initial: () => '',
  },
  {
    id: 'runbooks', phase: 'prerequisites', kind: 'text', title: 'Where the runbooks are', path: ['metadata', 'runbooks'], optional: true,
    why: ['An address, or a folder of this repository; kp writes its own to runbooks/.', 'Whoever is on call at night looks there first.'],
    initial: () => '',
  },
  {
    id: 'repository', phase: 'prerequisites', kind: 'text', title: 'Git repository of the platform', path: ['metadata', 'repository'], optional: true,
    why: ['Where this folder is pushed to; GitOps deploys from it.', 'Without a password in it: credentials are asked for as a reference.'],
    initial: () => '',
  },
]
