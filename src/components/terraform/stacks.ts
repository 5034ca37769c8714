/** The stacks of a platform on AWS, in the order in which they are made; each has a state of its own in each environment. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {EnvironmentSpec} from '../../spec/types.ts'
import type {StackId} from './ids.ts'
import {backupBucket, podRoles, usesKarpenter} from './pod-roles.ts'
import {stateText} from './state.ts'
import type {StatePlace} from './state.ts'
import {stackVariables} from './variables.ts'
import {controlPlaneMachines, workerMachines} from '../hosts/aws-machines.ts'

/** What is known of a stack without looking. */
export interface Stack {
  id: StackId
  /** "the network", for sentences: one thing. */
  title: string
  /** The stacks whose outputs it reads. */
  upstream: readonly StackId[]
  /** What it makes, for a plan that cannot be made yet. */
  makes(spec: EnvironmentSpec): string[]
}

/** Every stack. */
export const STACKS: Readonly<Record<StackId, Stack>> = {
  'backup-store': {
    id: 'backup-store',
    title: 'the bucket of the backups',
    upstream: [],
    makes: (spec) => [`the bucket ${backupBucket(spec)}: versioned, encrypted, closed to the public`],
  },
  'backup-vault': {
    id: 'backup-vault',
    title: 'the vault of AWS Backup',
    upstream: [],
    makes: ({environment}) => [`the vault ${environment.cluster} with a plan that copies the volumes of the cluster each day`],
  },
  'billing-export': {
    id: 'billing-export',
    title: 'the export of the billing data',
    upstream: [],
    makes: ({environment}) => [`the bucket ${environment.cluster}-billing, and the export of what AWS bills into it`],
  },
  network: {
    id: 'network',
    title: 'the network',
    upstream: [],
    makes: ({network}) => [`the network ${network.vpcCidr} with a private and a public subnet in each of ${network.zones} zones`],
  },
  iam: {
    id: 'iam',
    title: 'the set of roles',
    upstream: [],
    makes: () => ['the roles of the cluster and its nodes'],
  },
  eks: {
    id: 'eks',
    title: 'the control plane',
    upstream: ['network', 'iam'],
    makes: ({environment, kubernetes}) => [`the EKS cluster ${environment.cluster} with Kubernetes ${kubernetes.version}, its key, its log group and its add-ons`],
  },
  'pod-roles': {
    id: 'pod-roles',
    title: 'the set of roles of pods',
    upstream: ['iam', 'eks'],
    makes: (spec) => [`the roles of pods that call AWS: ${podRoles(spec).map(({name}) => name).join(', ')}`],
  },
  'node-groups': {
    id: 'node-groups',
    title: 'the set of node groups',
    upstream: ['network', 'iam', 'eks', 'pod-roles'],
    makes: ({nodePools}) => nodePools.map(({name, min, max, instanceType, capacity}) => `the node group ${name}: ${min} to ${max} × ${instanceType}${capacity === 'spot' ? ', spot' : ''}`),
  },
  'machine-roles': {
    id: 'machine-roles',
    title: 'the set of roles of the machines',
    upstream: [],
    makes: () => ['the roles of the control planes and the workers'],
  },
  'control-plane-machines': {
    id: 'control-plane-machines',
    title: 'the set of control-plane machines',
    upstream: ['network', 'machine-roles'],
    makes: (spec) => ['the load balancer of the API server, and the security groups', ...controlPlaneMachines(spec, []).map(({name}) => `the machine ${name}`)],
  },
  'worker-machines': {
    id: 'worker-machines',
    title: 'the set of workers',
    upstream: ['network', 'machine-roles', 'control-plane-machines'],
    makes: (spec) => workerMachines(spec, []).map(({name, pool}) => `the machine ${name}: ${spec.nodePools.find((one) => one.name === pool)?.instanceType ?? ''}`),
  },
}

/** The file of a stack that holds its variables; terraform reads it by itself. */
export const VARIABLES_FILE = 'kp.auto.tfvars.json'

/** A file of a stack, by its name. */
export interface StackFile {
  name: string
  text: string
}

/** What the files of a stack follow from. */
export interface StackInput {
  /** Folder of kp's own data. */
  home: string
  spec: EnvironmentSpec
  zones: readonly string[]
  stack: StackId
  /** Where the states are, seen from the folder of the files. */
  place: StatePlace
  /** An emulator answers for AWS: what it does not know is left out. */
  emulated?: boolean
}

/** No autoscaler runs where the machines are named in the inventory. */
const MACHINE_POLICIES = /^policy-(?!karpenter|cluster-autoscaler)/

/** The files of a stack that are the same in every environment: kp's own templates. */
export function moduleFiles(home: string, stack: StackId): StackFile[] {
  return ['shared', stack, ...(stack === 'machine-roles' ? ['pod-roles'] : [])].flatMap((folder) => {
    const path = join(home, 'templates', 'terraform', folder)
    // Of another stack's folder, what its controllers may do: on machines they have the rights of the machine.
    const names = readdirSync(path).filter((name) => folder === stack || folder === 'shared' || MACHINE_POLICIES.test(name))
    return names.toSorted().map((name) => ({name, text: readFileSync(join(path, name), 'utf8')}))
  })
}

/** All files of a stack: kp's templates, the variables of kp.yaml, and where its state is. Reads kp's own templates alone. */
export function stackFiles({home, spec, zones, stack, place, emulated = false}: StackInput): StackFile[] {
  // What belongs to a choice is there where it was chosen; a module that several environments share has it all.
  const chosen = moduleFiles(home, stack).filter(({name}) => name !== 'karpenter.tf' || usesKarpenter(spec))
  return [
    ...chosen,
    {name: 'state.tf', text: stateText({spec, stack, upstream: STACKS[stack].upstream, place})},
    {name: VARIABLES_FILE, text: `${JSON.stringify(stackVariables(spec, stack, {zones, emulated}), null, 2)}\n`},
  ]
}
