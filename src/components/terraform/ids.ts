import type {ProviderType} from '../../spec/types.ts'

/** The names of the stacks: folders of templates/terraform, in the order in which they are made. */
export const STACK_IDS = ['backup-store', 'backup-vault', 'billing-export', 'network', 'iam', 'eks', 'pod-roles', 'node-groups', 'machine-roles', 'control-plane-machines', 'worker-machines'] as const

/** The name of a stack. */
export type StackId = (typeof STACK_IDS)[number]

/** What outlives the cluster unless somebody says otherwise. */
export const BACKUP_STACKS: readonly StackId[] = ['backup-store', 'backup-vault']

/** What both kinds of clusters on AWS have alike, and have first. */
export const SHARED_STACKS: readonly StackId[] = [...BACKUP_STACKS, 'billing-export', 'network']

/** The stacks of a provider, in the order in which they are made; none where terraform makes nothing. */
export function stacksOf(provider: ProviderType): readonly StackId[] {
  if (provider === 'eks') return [...SHARED_STACKS, 'iam', 'eks', 'pod-roles', 'node-groups']
  return provider === 'kubeadm-aws' ? [...SHARED_STACKS, 'machine-roles', 'control-plane-machines', 'worker-machines'] : []
}
